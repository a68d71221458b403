"""Endpoints from records to rows: every kind, refusals, censored values, groups, families; traps of analysis."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from firstdose.analysis.endpoints import declared_decimals
from firstdose.analysis.plan import plans
from firstdose.analysis.shaping import shape_sample
from firstdose.catalogue import Item
from firstdose.protocol.model import Activity, Derivation, Family, LocalItem, Sensitivity
from firstdose.protocol.names import measures
from tests.acceptance.study_of import endpoint, one_measure, study_of

TIMES = ("T0", "T1", "T2")


def rows(values, lesion=""):
    """Participant > values at the times; None: no record."""
    return [
        {"participant": name, "visit": time, "value": value} | ({"lesion": lesion} if lesion else {})
        for name, texts in values.items()
        for time, value in zip(TIMES, texts, strict=False)
        if value is not None
    ]


def results_of(folder, plan, *tables, **more):
    found = [row for table in tables for row in table]
    return study_of(folder, {"measure": found, **more}, plan).results


def test_a_value_is_described_at_each_time_apart(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "value", "descriptive", TIMES)], decimals=1)
    results = results_of(tmp_path, plan, rows({"P1": ("1", "2", "3"), "P2": ("3", "4", None)}))
    found = [results.one("E1", statistic="estimate", visit=time).value for time in TIMES]
    assert found == [2.0, 3.0, 3.0]
    assert results.one("E1", statistic="n", visit="T2").excluded == (("P2", "no record of value at T2"),)


def test_a_value_without_a_time_is_that_of_the_only_record(tmp_path):
    plan = one_measure(("T0",), [endpoint("E1", "value", "descriptive", [])], decimals=0)
    results = results_of(tmp_path, plan, rows({"P1": ("4",), "P2": ("6",)}))
    assert results.one("E1", statistic="estimate").value == 5.0
    assert results.one("E1", statistic="estimate").visit == ""


def test_a_profile_names_all_its_times_in_one_row(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "profile", "friedman_exact", TIMES)], decimals=0)
    results = results_of(tmp_path, plan, rows({f"P{n}": ("1", "2", "3") for n in range(1, 5)}))
    assert results.one("E1", statistic="p").visit == "T0 T1 T2"


def test_a_change_is_described_by_its_own_numbers(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "change", "descriptive", ["T1", "T2"], "T0")], decimals=0)
    results = results_of(tmp_path, plan, rows({"P1": ("1", "4", "2"), "P2": ("2", "3", "9")}))
    assert [results.one("E1", statistic="estimate", visit=time).value for time in ("T1", "T2")] == [2.0, 4.0]


@pytest.mark.parametrize("method", ["descriptive", "paired_t"])
def test_trap_8_a_percent_change_from_zero_is_left_out_by_name(tmp_path, method):
    plan = one_measure(TIMES, [endpoint("E1", "percent change", method, ["T1"], "T0")], decimals=0)
    values = {"P1": ("10", "5"), "P2": ("0", "5"), "P3": ("4", "1")}
    row = results_of(tmp_path, plan, rows(values)).one("E1", statistic="estimate")
    assert row.value == pytest.approx(-62.5)
    assert (row.measure_unit, row.n_participants, row.excluded) == ("%", 2, (("P2", "baseline is 0"),))


def test_the_worst_change_is_the_largest_over_the_visits_on_record(tmp_path):
    plan = one_measure(
        TIMES,
        [endpoint("E1", "worst change", "descriptive", ["T1", "T2"], "T0")],
        per="lesion",
        decimals=0,
        nested="participant worst",
    )
    first = rows({"P1": ("1", "0", "4"), "P2": ("5", "4", None), "P3": (None, "9", "9")}, "L1")
    second = rows({"P1": ("0", "6", "0")}, "L2")
    row = results_of(tmp_path, plan, first, second).one("E1", statistic="max")
    assert (row.value, row.n_participants, row.n_lesions) == (6.0, 2, 3)
    assert row.excluded == (("P3", "no record of value at T0 and T1 and T2"),)


def test_lesions_are_reduced_to_their_participant_as_declared(tmp_path):
    tables = (
        rows({"P1": ("0", "2"), "P2": ("0", "4")}, "L1"),
        rows({"P1": ("0", "6"), "P2": ("0", None)}, "L2"),
    )
    found = {}
    for nested in ("participant mean", "participant worst"):
        plan = one_measure(
            TIMES,
            [endpoint("E1", "change", "descriptive", ["T1"], "T0")],
            per="lesion",
            decimals=0,
            nested=nested,
        )
        row = results_of(tmp_path / nested, plan, *tables).one("E1", statistic="estimate")
        found[nested] = (row.value, row.n_participants, row.n_lesions)
    assert found == {"participant mean": (4.0, 2, 3), "participant worst": (5.0, 2, 3)}


def test_nobody_with_a_complete_record_is_said_and_not_computed(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "change", "paired_t", ["T2"], "T0")], decimals=0)
    row = results_of(tmp_path, plan, rows({"P1": ("1",), "P2": ("2",)})).one("E1", statistic="p")
    assert (row.value, row.text, row.n_participants) == (None, "NC", 0)
    assert row.caveats == ("FD-A202 No participant has a complete record for this analysis.",)
    assert [name for name, _ in row.excluded] == ["P1", "P2"]


@pytest.mark.parametrize(
    ("kind", "method", "reference"),
    [("change", "paired_t", "T0"), ("profile", "rm_anova", ""), ("worst change", "descriptive", "T0")],
)
def test_trap_20_a_value_below_quantification_is_never_replaced_by_a_number(
    tmp_path, kind, method, reference
):
    plan = one_measure(TIMES, [endpoint("E1", kind, method, TIMES[bool(reference) :], reference)], decimals=1)
    values = {f"P{n}": ("4.0", "3.0", "<0.5" if n == 1 else f"2.{n}") for n in range(1, 5)}
    found = results_of(tmp_path, plan, rows(values)).of("E1", statistic="estimate")
    refused = [row for row in found if row.caveats and row.caveats[0].startswith("FD-A201")]
    assert [row.value for row in refused] == [None]
    assert "none is put in their place" in refused[0].caveats[0]


def test_trap_20_ranks_have_a_place_for_values_below_and_above_quantification(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "profile", "friedman_exact", TIMES)], decimals=1)
    censored = {f"P{n}": ("<0.5", f"{n}.0", ">9.0") for n in range(1, 6)}
    numbers = {f"P{n}": ("0.1", f"{n}.0", "99.0") for n in range(1, 6)}
    found, wanted = (
        results_of(tmp_path / name, plan, rows(values)).one("E1", statistic="p")
        for name, values in (("a", censored), ("b", numbers))
    )
    assert found.value == wanted.value
    assert not any(caveat.startswith("FD-A201") for caveat in found.caveats)


def test_trap_20_where_the_order_is_unknown_even_ranks_are_refused(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "profile", "friedman_exact", TIMES)], decimals=1)
    values = {f"P{n}": ("<0.5", "0.2", f"{n}.0") for n in range(1, 6)}
    row = results_of(tmp_path, plan, rows(values)).one("E1", statistic="p")
    assert row.value is None
    assert row.caveats[0].startswith("FD-A201 5 of 15 values")


def grouped(kind, method, **words):
    plan = one_measure(TIMES, [endpoint("E1", kind, method, ["T0"])], decimals=1, by="arm", **words)
    arm = Item(
        name="arm", label="arm", kind="code", codes=(("high", "high"), ("low", "low"), ("none", "none"))
    )
    return replace(
        plan,
        schedule=(*plan.schedule, Activity(activity="allocation", per="participant", at=("T0",))),
        items=(*plan.items, LocalItem(activity="allocation", item=arm)),
    )


ARMS = {"P1": "low", "P2": "high", "P3": "low", "P4": "high", "P5": "high", "P6": ""}
ALLOCATED = [{"participant": name, "visit": "T0", "arm": arm} for name, arm in ARMS.items()]


def test_a_grouping_has_its_levels_in_declared_order_and_missing_is_a_level(tmp_path):
    results = results_of(
        tmp_path,
        grouped("value", "descriptive"),
        rows({f"P{n}": (f"{n}.0",) for n in range(1, 7)}),
        allocation=ALLOCATED,
    )
    found = {row.level: (row.value, row.n_participants) for row in results.of("E1", statistic="estimate")}
    assert found == {"high": (pytest.approx(11 / 3), 3), "low": (2.0, 2), "missing": (6.0, 1)}
    assert list(found) == ["high", "low", "missing"]


def test_groups_are_compared_in_one_row(tmp_path):
    values = {f"P{n}": (f"{n}.0",) for n in range(1, 6)}
    results = results_of(tmp_path, grouped("value", "kruskal_wallis"), rows(values), allocation=ALLOCATED[:5])
    row = results.one("E1", statistic="p")
    assert (row.level, row.group, row.n_participants) == ("", "arm", 5)


def test_trap_20_groups_are_compared_by_rank_also_below_quantification(tmp_path):
    values = {f"P{n}": ("<1.5" if n == 1 else f"{n}.0",) for n in range(1, 6)}
    exact = {f"P{n}": (f"{n}.0",) for n in range(1, 6)}
    plan = grouped("value", "kruskal_wallis")
    found = [
        results_of(tmp_path / name, plan, rows(each), allocation=ALLOCATED[:5])
        .one("E1", statistic="statistic")
        .value
        for name, each in (("a", values), ("b", exact))
    ]
    assert found[0] == found[1]


def test_a_grouping_that_nobody_recorded_puts_all_in_one_missing_level(tmp_path):
    results = results_of(tmp_path, grouped("value", "descriptive"), rows({"P1": ("1",), "P2": ("2",)}))
    assert [(row.level, row.value) for row in results.of("E1", statistic="estimate")] == [("missing", 1.5)]


def test_a_grouping_recorded_per_lesion_is_no_grouping_of_participants(tmp_path):
    plan = grouped("value", "descriptive")
    plan = replace(
        plan, schedule=(plan.schedule[0], Activity(activity="allocation", per="lesion", at=("T0",)))
    )
    spots = [{"participant": "P1", "visit": "T0", "lesion": "L1", "arm": "low"}]
    results = results_of(tmp_path, plan, rows({"P1": ("1",), "P2": ("2",)}), allocation=spots)
    assert [(row.level, row.value) for row in results.of("E1", statistic="estimate")] == [("", 1.5)]


def test_the_share_of_a_truth_is_an_endpoint(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "value", "exact_binomial", ["T0"])], kind="truth")
    results = results_of(tmp_path, plan, rows({"P1": ("yes",), "P2": ("no",), "P3": ("UNK",)}))
    assert results.one("E1", statistic="count").text == "1/2 (50.0%)"
    assert results.one("E1", statistic="count").excluded == (("P3", "value at T0: UNK"),)


def test_with_nobody_to_ask_a_share_has_a_count_of_none(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "value", "exact_binomial", ["T2"])], kind="truth")
    results = results_of(tmp_path, plan, rows({"P1": ("yes",)}))
    assert [(row.statistic, row.value) for row in results.of("E1")] == [
        ("count", 0.0),
        ("numerator", 0.0),
        ("of", 0.0),
    ]


def test_a_response_may_ask_that_values_rise(tmp_path):
    plan = one_measure(
        TIMES, [endpoint("E1", "response", "exact_binomial", ["T1"], "T0", cut=Decimal(50))], decimals=0
    )
    results = results_of(tmp_path, plan, rows({"P1": ("10", "5"), "P2": ("10", "6"), "P3": ("0", "0")}))
    row = results.one("E1", statistic="count")
    assert (row.text, row.variable) == ("1/2 (50.0%)", "measure.value: improved by at least 50 %")
    assert row.excluded == (("P3", "baseline is 0"),)


def test_trap_14_both_numbers_stand_in_the_results(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "profile", "rm_anova", TIMES)], decimals=1)
    values = {f"P{n}": (f"{n}.0", f"{n}.5", f"{n * n}.0") for n in range(1, 6)} | {"P6": ("1.0", None, "2.0")}
    results = results_of(tmp_path, plan, rows(values))
    assert results.one("E1", statistic="n").value == 5.0
    assert results.one("by_visit.value", visit="T0", statistic="n").value == 6.0
    assert results.one("E1", statistic="n").excluded[0][0] == "P6"


FAMILY = (Family(family="both", method="holm", alpha=Decimal("0.05"), members=("E1", "E2")),)


def two_tests(**words):
    tests = [
        endpoint(name, "change", "paired_t", [time], "T0") for name, time in (("E1", "T1"), ("E2", "T2"))
    ]
    return one_measure(TIMES, tests, decimals=1, **words)


def test_tests_of_a_family_are_adjusted_together_and_name_each_other(tmp_path):
    values = {f"P{n}": ("1.0", f"{1 + n / 2:.1f}", f"{2 + n * n}.0") for n in range(1, 6)}
    results = results_of(tmp_path, two_tests(families=FAMILY), rows(values))
    raw = [results.one(name, statistic="p").value for name in ("E1", "E2")]
    rows_ = results.of("family.both", statistic="p_adjusted")
    low, high = sorted(raw)
    expected = {low: min(1.0, 2 * low), high: max(min(1.0, 2 * low), high)}
    assert [row.value for row in rows_] == pytest.approx([expected[p] for p in raw])
    assert rows_[0].sources == rows_[1].sources
    assert {visit for source in rows_[0].sources for visit in source.visits} == set(TIMES)


def test_a_family_with_a_member_without_p_is_not_judged_and_says_so(tmp_path):
    values = {f"P{n}": ("1.0", f"{n}.0") for n in range(1, 6)}
    found = results_of(tmp_path, two_tests(families=FAMILY), rows(values)).of(
        "family.both", statistic="p_adjusted"
    )
    assert [(row.value, row.text) for row in found] == [(None, "NC"), (None, "NC")]


def test_a_family_that_adjusts_nothing_adds_nothing(tmp_path):
    families = (replace(FAMILY[0], method="none"),)
    values = {f"P{n}": ("1.0", f"{n}.0", f"{n}.5") for n in range(1, 6)}
    assert results_of(tmp_path, two_tests(families=families), rows(values)).of("family.both") == ()


def test_a_sensitivity_analysis_changes_words_of_the_plan_and_gives_the_rest_to_the_method():
    checks = (
        Sensitivity(check="E1_b", endpoint="E1", attacks="normality", method="sign_flip_exact", options=(("set", "treated"), ("draws", "999"))),
        Sensitivity(check="E1_c", endpoint="E1", attacks="normality", method="no_such_method"),
    )  # fmt: skip
    plan = one_measure(TIMES, [endpoint("E1", "change", "paired_t", ["T1"], "T0")], sensitivity=checks)
    main, check = plans(plan, plan.endpoints[0])
    assert (main.purpose, check.purpose) == ("secondary", "sensitivity")
    assert (check.analysis.analysis_set, check.options) == ("treated", {"draws": "999"})
    assert main.analysis.analysis_set == "all"


def test_an_endpoint_without_a_plan_or_a_method_is_not_run(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "change", "no_such_method", ["T1"], "T0")])
    assert list(plans(plan, plan.endpoints[0])) == []
    assert list(plans(replace(plan, analyses=()), plan.endpoints[0])) == []


@pytest.mark.parametrize(
    ("words", "kind", "decimals"),
    [({}, "change", 1), ({"decimals": 2}, "change", 2), ({"nested": "participant mean"}, "change", None), ({}, "percent change", None)],
)  # fmt: skip
def test_ranks_are_taken_at_the_precision_that_the_numbers_have(words, kind, decimals):
    plan = one_measure(TIMES, [endpoint("E1", kind, "paired_t", ["T1"], "T0")], decimals=1)
    plan = replace(plan, analyses=tuple(replace(each, **words) for each in plan.analyses))
    variable = measures(plan, "measure.value")[0]
    assert declared_decimals(next(plans(plan, plan.endpoints[0])), variable) == decimals


def test_a_derived_value_is_analysed_like_a_recorded_one_and_leads_to_its_items(tmp_path):
    plan = one_measure(
        TIMES, [endpoint("E1", "change", "descriptive", ["T1"], "T0", measure="double")], decimals=0
    )
    plan = replace(
        plan, derivations=(Derivation(variable="double", label="twice", rule="2 * value", decimals=0),)
    )
    row = results_of(tmp_path, plan, rows({"P1": ("1", "4"), "P2": ("1", "2")})).one(
        "E1", statistic="estimate"
    )
    assert row.value == 4.0
    assert (row.sources[0].activity, row.sources[0].items) == ("measure", ("value",))


def test_a_sample_keeps_sides_of_values_that_lesions_were_reduced_to(tmp_path):
    plan = one_measure(TIMES, [], per="lesion", decimals=1)
    study = study_of(
        tmp_path,
        {"measure": [*rows({"P1": ("<0.5",), "P2": ("1.0",)}, "L1"), *rows({"P1": ("3.0",)}, "L2")]},
        plan,
    )
    variable = measures(plan, "measure.value")[0]
    sample = shape_sample(study.basis, variable, ("P1", "P2"), ("T0",), "participant mean")
    assert sample.values[:, 0].tolist() == [1.75, 1.0]
    assert sample.sides[:, 0].tolist() == [-1, 0]
    assert sample.censored == 1
    assert sample.ranked() is None  # 1.0 lies below what is only known to be below 1.75


def test_a_form_without_records_leaves_everybody_out(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "value", "descriptive", ["T0"])], decimals=0)
    study = study_of(tmp_path, {"participants": [{"participant": "P1"}]}, plan)
    row = study.results.one("E1", statistic="n")
    assert (row.value, row.excluded) == (0.0, (("P1", "no record of value at T0"),))
    variable = measures(plan, "measure.value")[0]
    assert np.array_equal(shape_sample(study.basis, variable, ("P1",), ("T0",), "").values, np.empty((0, 1)))
