"""What each design of method is given: rows, gaps, lesions, groups, columns of a factor, sides; who is named."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from firstdose.protocol.model import PlannedContrast, PlannedFactor, Sensitivity
from tests.acceptance.study_of import endpoint, one_measure, study_of
from tests.unit.analysis.probing import EVERYTHING, effect, probe_on_shelf, with_form

TIMES = ("T0", "T1", "T2")
WITHIN, BETWEEN = "within participant", "between participant"


def rows(values, lesion=""):
    """Participant > values at the times; None: no record."""
    return [
        {"participant": name, "visit": time, "value": value} | ({"lesion": lesion} if lesion else {})
        for name, texts in values.items()
        for time, value in zip(TIMES, texts, strict=False)
        if value is not None
    ]


def profile(method="probe", at=TIMES):
    return [endpoint("E1", "profile", method, at)]


def results_of(folder, plan, *tables, **more):
    found = [row for table in tables for row in table]
    return study_of(folder, {"measure": found, **more}, plan).results


def same(array, wanted):
    return np.array_equal(array, np.array(wanted, dtype=float), equal_nan=True)


# ----------------------------------------------------------------------------------------------------- longitudinal


def test_trap_14_a_participant_with_a_missed_visit_stays_and_both_numbers_are_rows(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal")
    plan = one_measure(TIMES, profile(), decimals=1)
    values = {"P1": ("1", "2", "3"), "P2": ("4", None, "6"), "P3": (None, None, None)}
    people = [{"participant": name} for name in values]
    results = results_of(tmp_path, plan, rows(values), participants=people)
    assert same(probe.y, [[1, 2, 3], [4, math.nan, 6]])
    found = {name: results.one("E1", statistic=name).text for name in ("n", "n_complete")}
    assert found == {"n": "2", "n_complete": "1"}


def test_trap_22_who_is_left_out_and_who_lacks_a_value_are_part_of_every_row(tmp_path, monkeypatch):
    probe_on_shelf(monkeypatch, "longitudinal")
    plan = one_measure(TIMES, profile(), decimals=1)
    values = {"P1": ("1", "2", "3"), "P2": ("4", None, "6"), "P3": (None, None, None)}
    people = [{"participant": name} for name in values]
    for row in results_of(tmp_path, plan, rows(values), participants=people).of("E1"):
        assert row.excluded == (("P3", "no record of value at T0 and T1 and T2"),)
        assert row.incomplete == (("P2", "no value for T1"),)


def test_a_gap_has_the_reason_that_is_on_record(tmp_path, monkeypatch):
    probe_on_shelf(monkeypatch, "longitudinal")
    plan = one_measure(TIMES, profile(), decimals=1)
    visit = {"participant": "P1", "visit": "T1", "status": "missed", "reason": "a holiday"}
    row = results_of(tmp_path, plan, rows({"P1": ("1", None, "3")}), visits=[visit]).one("E1", statistic="n")
    assert row.incomplete == (("P1", "T1 missed: a holiday"),)


def test_all_times_of_a_change_are_looked_at_together(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal")
    plan = one_measure(TIMES, [endpoint("E1", "change", "probe", ["T1", "T2"], "T0")], decimals=1)
    results_of(tmp_path, plan, rows({"P1": ("1", "2", "3")}))
    assert (len(probe.calls), probe.y.shape) == (1, (1, 3))


def test_a_participant_is_the_mean_of_the_lesions_seen_most_often(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal")
    plan = one_measure(TIMES, profile(), per="lesion", decimals=1, nested="participant mean")
    first = rows({"P1": ("2", "4", "6"), "P2": ("1", None, "3")}, "L1")
    second = rows({"P1": ("20", None, None), "P2": ("3", None, "5")}, "L2")
    row = results_of(tmp_path, plan, first, second).one("E1", statistic="n")
    assert same(probe.y, [[2, 4, 6], [2, math.nan, 4]])
    assert row.n_lesions == 4


def test_a_participant_is_the_worst_of_the_lesions_where_the_plan_says_so(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal")
    plan = one_measure(TIMES, profile(), per="lesion", decimals=1, nested="participant worst")
    results_of(tmp_path, plan, rows({"P1": ("2", "4", "6")}, "L1"), rows({"P1": ("3", "1", "7")}, "L2"))
    assert same(probe.y, [[3, 4, 7]])


def test_trap_8_no_percent_change_is_made_up_for_a_method_that_looks_at_courses(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal")
    plan = one_measure(TIMES, [endpoint("E1", "percent change", "probe", ["T2"], "T0")], decimals=1)
    row = results_of(tmp_path, plan, rows({"P1": ("1", "2", "3")})).one("E1", statistic="estimate")
    assert (row.value, probe.calls) == (None, [])
    assert row.caveats == ("FD-A207 The probe cannot be carried out here: it knows no percent change.",)


# ---------------------------------------------------------------------------------------------------- nested lesions


def test_trap_7_lesions_are_rows_that_know_their_participant(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "nested", takes=EVERYTHING)
    plan = one_measure(TIMES, profile(), per="lesion", decimals=1)
    first = rows({"P1": ("1", "2", "3"), "P2": ("4", "5", "6")}, "L1")
    second = rows({"P2": ("7", None, "9")}, "L2")
    results = results_of(tmp_path, plan, first, second)
    assert same(probe.y, [[1, 2, 3], [4, 5, 6], [7, math.nan, 9]])
    assert probe.given["units"].tolist() == [0, 1, 1]
    assert probe.given["names"] == ("P1", "P2")
    row = results.one("E1", statistic="n")
    assert (row.value, row.n_lesions) == (2.0, 3)
    assert row.incomplete == (("P2", "no value: L2 T1"),)
    assert results.one("E1", statistic="n_complete").value == 1.0


def test_a_method_of_two_times_compares_each_later_time_of_a_profile_with_the_first(tmp_path):
    plan = one_measure(TIMES, profile("cr2"), per="lesion", decimals=1)
    tables = [rows({f"P{n}": (f"{n}", f"{n * n}", f"{3 * n}") for n in range(1, 5)}, lesion) for lesion in ("L1", "L2")]  # fmt: skip
    found = results_of(tmp_path, plan, *tables).of("E1", statistic="estimate")
    assert [(row.visit, row.value) for row in found] == [("T1", pytest.approx(5.0)), ("T2", pytest.approx(5.0))]  # fmt: skip


def test_the_dose_of_each_lesion_is_its_group_and_an_unknown_dose_is_named(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "nested", takes=("units",))
    probe.result = replace(probe.result, effects=(effect("dose 2 - dose 1", "contrast", estimate=0.5),))
    factors = (PlannedFactor(factor="spot", lies=WITHIN),)
    plan = one_measure(TIMES, profile(), per="lesion", decimals=1, factors=factors)
    plan = with_form(plan, "mapped", "spot", per="lesion", codes=("low", "high"))
    spots = [("P1", "L1", "high"), ("P1", "L2", "low"), ("P2", "L1", "high")]
    mapped = [{"participant": p, "lesion": s, "visit": "T0", "spot": d} for p, s, d in spots]
    values = {"P1": ("1", "2", "3"), "P2": ("4", "5", "6"), "P3": ("7", "8", "9")}
    results = results_of(tmp_path, plan, rows(values, "L1"), rows({"P1": ("7", "8", "9")}, "L2"), mapped=mapped)  # fmt: skip
    assert probe.given["groups"].tolist() == [1, 0, 1]
    assert results.one("E1", statistic="n").excluded == (("P3", "no spot on record"),)
    assert [row.effect for row in results.of("E1", effect_kind="contrast", statistic="estimate")] == ["high - low"]  # fmt: skip


# ----------------------------------------------------------------------------------------- layouts, groups, contrasts


def test_columns_are_the_levels_of_a_factor_within_participants_by_time(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "within", takes=("layout",))
    factors = (PlannedFactor(factor="spot", lies=WITHIN),)
    plan = one_measure(TIMES, profile(at=TIMES[:2]), per="lesion", decimals=1, factors=factors)
    plan = with_form(plan, "mapped", "spot", per="lesion", codes=("low", "high"))
    spots = {"L1": "low", "L2": "high", "L3": "high"}
    mapped = [
        {"participant": p, "lesion": s, "visit": "T0", "spot": d} for p in ("P1", "P2") for s, d in spots.items()
        if (p, s) != ("P2", "L1")
    ]  # fmt: skip
    tables = [rows({"P1": (f"{n}", f"{n + 1}"), "P2": ("5", "6")}, f"L{n}") for n in (1, 2, 3)]
    results = results_of(tmp_path, plan, *tables, mapped=mapped)
    assert same(probe.y, [[1, 2, 2.5, 3.5]])
    assert probe.given["layout"].cells == ("low T0", "low T1", "high T0", "high T1")
    assert results.one("E1", statistic="n").excluded == (("P2", "no value for low T0, low T1"),)


@pytest.mark.parametrize("design", ["within", "longitudinal"])
def test_groups_of_participants_are_codes_and_who_has_none_is_named(tmp_path, monkeypatch, design):
    probe = probe_on_shelf(monkeypatch, design, takes=("layout",))
    factors = (PlannedFactor(factor="arm", lies=BETWEEN),)
    plan = one_measure(TIMES, profile(at=TIMES[:2]), decimals=1, factors=factors)
    plan = with_form(plan, "allocation", "arm", codes=("low", "mid", "high"))
    arms = {"P1": "high", "P2": "low", "P3": ""}
    allocation = [{"participant": name, "visit": "T0", "arm": arm} for name, arm in arms.items()]
    results = results_of(
        tmp_path, plan, rows({f"P{n}": (f"{n}", "3") for n in (1, 2, 3)}), allocation=allocation
    )
    (factor,) = probe.given["layout"].between
    assert (factor.levels, factor.codes) == (("low", "high"), (1, 0))
    assert probe.given["groups"].tolist() == [1, 0]
    assert results.one("E1", statistic="n").excluded == (("P3", "no arm on record"),)


def test_trap_15_lesions_of_one_participant_with_different_doses_make_no_group_of_participants(
    tmp_path, monkeypatch
):
    probe = probe_on_shelf(monkeypatch, "longitudinal", takes=("layout",))
    factors = (PlannedFactor(factor="spot", lies=BETWEEN),)
    plan = one_measure(TIMES, profile(), per="lesion", decimals=1, factors=factors, nested="participant mean")
    plan = with_form(plan, "mapped", "spot", per="lesion", codes=("low", "high"))
    spots = [("P1", "L1", "high"), ("P1", "L2", "low"), ("P2", "L1", "high"), ("P2", "L2", "high")]
    mapped = [{"participant": p, "lesion": s, "visit": "T0", "spot": d} for p, s, d in spots]
    values = {"P1": ("1", "2", "3"), "P2": ("4", "5", "6")}
    results = results_of(tmp_path, plan, rows(values, "L1"), rows(values, "L2"), mapped=mapped)
    assert same(probe.y, [[4, 5, 6]])
    why = "spot differs within the participant: low, high"
    assert results.one("E1", statistic="n").excluded == (("P1", why),)


def test_a_factor_that_a_method_does_not_look_at_is_said(tmp_path):
    factors = (PlannedFactor(factor="arm", lies=BETWEEN),)
    plan = one_measure(TIMES, profile("friedman_exact"), decimals=1, factors=factors)
    plan = with_form(plan, "allocation", "arm", codes=("low", "high"))
    row = results_of(tmp_path, plan, rows({f"P{n}": ("1", "2", "3") for n in range(1, 5)})).one("E1", statistic="p")  # fmt: skip
    told = "FD-A206 Exact Friedman test does not look at the factor arm."
    assert (row.n_participants, told in row.caveats) == (4, True)


def test_contrasts_of_the_plan_reach_the_method_with_their_weights(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal", takes=("layout", "contrasts"))
    contrasts = (
        PlannedContrast(contrast="late", compares="T2 - T0"),
        PlannedContrast(contrast="slope", compares="trend", test="descriptive"),
        PlannedContrast(contrast="lost", compares="T9 - T0"),
    )
    plan = one_measure(TIMES, profile(), decimals=1, contrasts=contrasts)
    row = results_of(tmp_path, plan, rows({"P1": ("1", "2", "3")})).one("E1", statistic="n")
    late, slope = probe.given["contrasts"]
    assert (late.name, late.columns, late.groups, late.tests) == ("late", (-1, 0, 1), (), True)
    assert (slope.columns, slope.tests) == (
        pytest.approx((-15, 0, 15)),
        False,
    )  # days 0, 1, 2 as months of 30
    assert row.caveats == ("FD-A205 lost (T9 - T0) is not estimated: nobody analysed has T9.",)


def test_a_descriptive_contrast_has_no_p(tmp_path, monkeypatch):
    lines = [
        effect(name, "contrast", estimate=1.25, ci_low=0.5, ci_high=2.0, statistic=2.1, statistic_name="t", df=(4.0,), p=0.03, more=(("p_holm", 0.06),))
        for name in ("late", "slope")
    ]  # fmt: skip
    probe_on_shelf(monkeypatch, "longitudinal", takes=("layout", "contrasts"), effects=lines)
    contrasts = (
        PlannedContrast(contrast="late", compares="T2 - T0"),
        PlannedContrast(contrast="slope", compares="trend", test="descriptive"),
    )
    plan = one_measure(TIMES, profile(), decimals=1, contrasts=contrasts)
    results = results_of(tmp_path, plan, rows({"P1": ("1", "2", "3")}))
    said = {
        line: {row.statistic: row.text for row in results.of("E1", effect=line)} for line in ("late", "slope")
    }
    assert said["late"] == {
        "estimate": "1.25", "ci_low": "0.50", "ci_high": "2.00", "statistic": "2.100", "df": "4", "p": "0.0300",
        "p_holm": "0.0600",
    }  # fmt: skip
    assert said["slope"] == {"estimate": "1.25", "ci_low": "0.50", "ci_high": "2.00", "df": "4"}


# ---------------------------------------------------------------------------------------------- sides and refusals


@pytest.mark.parametrize("design", ["paired", "longitudinal"])
def test_trap_20_a_method_that_takes_sides_sees_values_below_quantification_as_such(
    tmp_path, monkeypatch, design
):
    probe = probe_on_shelf(monkeypatch, design, takes=("sides",))
    plan = one_measure(TIMES, [endpoint("E1", "change", "probe", ["T1"], "T0")], decimals=1)
    row = results_of(tmp_path, plan, rows({"P1": ("2.0", "<0.5"), "P2": (">9", "3.0")})).one(
        "E1", statistic="p"
    )
    assert same(probe.y, [[2, 0.5], [9, 3]])
    assert probe.given["sides"].tolist() == [[0, -1], [1, 0]]
    assert (row.value, row.caveats) == (0.04, ())


def test_a_method_is_given_no_keyword_that_it_does_not_know(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "longitudinal")
    results_of(tmp_path, one_measure(TIMES, profile(), decimals=1), rows({"P1": ("1", "2", "3")}))
    assert set(probe.given) == {"groups", "level", "alternative", "decimals"}


def test_what_a_method_refuses_is_said_and_stops_no_report(tmp_path):
    checks = (Sensitivity(check="again", endpoint="E1", attacks="seed", method="sign_flip_exact", options=(("draws", "many"),)),)  # fmt: skip
    plan = one_measure(TIMES, [endpoint("E1", "change", "paired_t", ["T1"], "T0")], decimals=1, sensitivity=checks)  # fmt: skip
    results = results_of(tmp_path, plan, rows({f"P{n}": ("1", f"{n}") for n in range(1, 40)}))
    row = results.one("again", statistic="p")
    assert row.value is None
    assert row.caveats[0].startswith(
        "FD-A207 Exact sign flip test of the mean difference cannot be carried out here: "
    )
    assert results.one("E1", statistic="p").value is not None


# ------------------------------------------------------------------------------------------------------- association


def test_trap_21_a_second_measure_stands_beside_the_first_at_each_visit_of_each_participant(
    tmp_path, monkeypatch
):
    probe = probe_on_shelf(monkeypatch, "association")
    plan = one_measure(TIMES, [endpoint("E1", "value", "probe", TIMES)], decimals=1, against="marker.level")
    plan = with_form(plan, "marker", "level", kind="number")
    plan = replace(plan, schedule=(plan.schedule[0], replace(plan.schedule[1], at=TIMES)))
    marker = [
        {"participant": name, "visit": time, "level": level}
        for name, levels in {"P1": "579", "P2": "68"}.items()
        for time, level in zip(TIMES, levels, strict=False)
    ]
    values = {"P1": ("1", "2", "3"), "P2": ("4", "5", "6"), "P3": ("7", "8", "9")}
    results = results_of(tmp_path, plan, rows(values), marker=marker)
    assert same(probe.y[0], [[1, 5], [2, 7], [3, 9]])
    assert same(probe.y[1], [[4, 6], [5, 8], [6, math.nan]])
    row = results.one("E1", statistic="n")
    assert [name for name, _ in row.excluded] == ["P3"]
    assert [name for name, _ in row.incomplete] == ["P2"]
    assert {source.activity for source in row.sources} >= {"measure", "marker"}


def test_the_correlation_within_participants_is_the_method_of_the_shelf(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "value", "rm_correlation", TIMES)], decimals=1, against="marker.level")  # fmt: skip
    plan = with_form(plan, "marker", "level", kind="number")
    plan = replace(plan, schedule=(plan.schedule[0], replace(plan.schedule[1], at=TIMES)))
    marker = [
        {"participant": f"P{n}", "visit": time, "level": str(10 * n - k * k)}
        for n in range(1, 5)
        for k, time in enumerate(TIMES)
    ]
    values = {f"P{n}": (f"{n}", f"{n + 1}", f"{n + 3}") for n in range(1, 5)}
    results = results_of(tmp_path, plan, rows(values), marker=marker)
    found = {name: results.one("E1", statistic=name).value for name in ("estimate", "df", "n")}
    assert found["n"] == 4.0
    assert found["df"] == 12 - 4 - 1
    assert found["estimate"] < -0.9


def test_an_association_with_a_measure_that_is_not_there_leaves_everybody_out(tmp_path, monkeypatch):
    probe_on_shelf(monkeypatch, "association")
    plan = one_measure(TIMES, profile(), decimals=1, against="marker.level")
    row = results_of(tmp_path, plan, rows({"P1": ("1", "2", "3")})).one("E1", statistic="n")
    assert (row.value, row.excluded) == (0.0, (("P1", "no marker.level on record"),))
