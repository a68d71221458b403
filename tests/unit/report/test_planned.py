"""Planned analyses in print: main and sensitivity side by side, every line readable, nothing that does not apply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.protocol.model import PlannedContrast, Sensitivity
from firstdose.report.content.activity import activity_section
from firstdose.report.content.safety import safety_section
from firstdose.report.tree import Bullets, Figure, Table, walk
from tests.acceptance.study_of import day, endpoint, names, one_measure, part_of_seed, study_of, words_of
from tests.unit.analysis.probing import effect, probe_on_shelf
from tests.unit.analysis.test_designs import TIMES, rows

VALUES = {
    "P1": ("5.0", "4.0", "2.5"), "P2": ("6.0", "5.5", "4.0"), "P3": ("4.0", "4.5", "3.0"),
    "P4": ("7.0", "5.0", "4.5"), "P5": ("5.5", None, "2.0"),
}  # fmt: skip
PROFILE = [endpoint("E1", "profile", "rm_anova", TIMES)]


def check(name, attacks, method, *options):
    return Sensitivity(check=name, endpoint="E1", attacks=attacks, method=method, options=options)


def section_of(folder, plan, *tables):
    found = [row for table in (tables or (rows(VALUES),)) for row in table]
    return activity_section(study_of(folder, {"measure": found}, plan).material)


def tables_of(section):
    return {block.id: block for block in walk((section,)) if isinstance(block, Table)}


def read(table):
    """Column titles, and each row as texts."""
    return [column.title for column in table.columns], [
        ["".join(span.text for span in cell) for cell in row] for row in table.rows
    ]


def test_sensitivity_analyses_stand_beside_the_main_one_with_what_they_doubt(tmp_path):
    plan = one_measure(TIMES, PROFILE, decimals=1, sensitivity=(check("E1_mmrm", "complete cases", "mmrm"),))
    heads, found = read(tables_of(section_of(tmp_path, plan))["t-tests-E1"])
    assert heads == [
        "analysis", "assumption in doubt", "method", "estimated", "n", "estimate", "interval", "p",
    ]  # fmt: skip
    assert [row[:2] for row in found] == [["E1", "main analysis"], ["E1_mmrm", "complete cases"]]
    assert [row[3] for row in found] == ["generalized eta squared", "T1 - T0"]


def test_trap_14_both_numbers_of_participants_are_printed_and_the_gap_is_named(tmp_path):
    plan = one_measure(TIMES, PROFILE, decimals=1, sensitivity=(check("E1_mmrm", "complete cases", "mmrm"),))
    table = tables_of(section_of(tmp_path, plan))["t-tests-E1"]
    assert [row[4] for row in read(table)[1]] == ["4", "5 (4 complete)"]
    assert "Not included: P5 (no record of value at T0 and T1 and T2)." in table.footnotes
    assert "Included with values missing: P5 (no value for T1)." in table.footnotes


def test_an_analysis_without_sensitivity_analyses_has_no_column_for_them(tmp_path):
    table = tables_of(section_of(tmp_path, one_measure(TIMES, PROFILE, decimals=1)))["t-tests-E1"]
    assert table.title == "Planned analysis"
    assert "assumption in doubt" not in read(table)[0]


def test_lines_of_a_model_are_tables_of_tests_comparisons_and_means_with_a_figure(tmp_path):
    contrasts = (
        PlannedContrast(contrast="late", compares="T2 - T0"),
        PlannedContrast(contrast="slope", compares="trend", test="descriptive"),
    )
    plan = one_measure(TIMES, [endpoint("E1", "profile", "mmrm", TIMES)], decimals=1, contrasts=contrasts)
    section = section_of(tmp_path, plan)
    tables = tables_of(section)
    assert {"t-factors-E1", "t-compared-E1", "t-means-E1"} <= set(tables)
    heads, found = read(tables["t-compared-E1"])
    assert heads == ["comparison", "analysis", "estimate", "interval", "statistic", "p"]
    assert [row[0] for row in found] == ["late: T2 - T0", "slope: trend"]
    assert found[0][4].startswith("t = ")
    assert found[1][4:] == ["–", "–"]
    assert "Without a p: estimated as the plan says, and not tested." in tables["t-compared-E1"].footnotes
    assert [row[0] for row in read(tables["t-means-E1"])[1]] == list(TIMES)
    assert [block.id for block in walk((section,)) if isinstance(block, Figure) and "means" in block.id]


def test_a_test_of_a_factor_shows_its_degrees_of_freedom_and_named_sizes(tmp_path):
    table = tables_of(section_of(tmp_path, one_measure(TIMES, PROFILE, decimals=1)))["t-factors-E1"]
    heads, ((analysis, factor, statistic, *_),) = read(table)
    assert heads[-3:] == ["epsilon", "partial eta squared", "generalized eta squared"]
    assert (analysis, factor) == ("E1", "time")
    assert statistic.startswith("F = ")
    assert ", df 1." in statistic
    assert any(note.startswith("Partial eta squared: variation of the factor") for note in table.footnotes)


def test_planned_comparisons_of_several_analyses_stand_side_by_side(tmp_path, monkeypatch):
    for name in ("probe", "other"):
        lines = [effect("late", "contrast", estimate=1.0, ci_low=0.5, ci_high=1.5, p=0.04)]
        probe_on_shelf(monkeypatch, "longitudinal", name, takes=("contrasts",), effects=lines)
    contrasts = (PlannedContrast(contrast="late", compares="T2 - T0"),)
    plan = one_measure(TIMES, [endpoint("E1", "profile", "probe", TIMES)], decimals=1, contrasts=contrasts, sensitivity=(check("again", "model", "other"),))  # fmt: skip
    _, found = read(tables_of(section_of(tmp_path, plan))["t-compared-E1"])
    assert [row[:2] for row in found] == [["late: T2 - T0", "E1"], ["late: T2 - T0", "again"]]


@pytest.mark.parametrize(("values", "printed"), [(VALUES, True), ({k: v for k, v in VALUES.items() if k != "P5"}, False)])  # fmt: skip
def test_a_tipping_point_is_printed_where_a_value_is_missing_and_only_there(tmp_path, values, printed):
    change = [endpoint("E1", "change", "paired_t", ["T1"], "T0")]
    plan = one_measure(TIMES, change, decimals=1, sensitivity=(check("E1_tip", "missing at random", "tipping_point"),))  # fmt: skip
    tables = tables_of(section_of(tmp_path, plan, rows(values)))
    assert ("t-compared-E1_tip-own" in tables) is printed


def test_trap_10_an_effect_size_has_its_name_its_denominator_and_its_interval(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "change", "paired_t", ["T2"], "T0")], decimals=1)
    _, ((place, name, what, value, interval),) = read(tables_of(section_of(tmp_path, plan))["t-sizes-E1"])
    assert (place, name) == ("measure.value, T2", "dz")
    assert what == "mean change divided by the standard deviation of the changes"
    low, high = (float(text) for text in interval.split(" to "))
    assert low < float(value) < high


def test_trap_9_a_single_arm_never_speaks_of_an_effect_of_the_treatment(tmp_path):
    words = (check("E1_mmrm", "complete cases", "mmrm"), check("E1_rank", "normality", "friedman_exact"))
    said = words_of(section_of(tmp_path, one_measure(TIMES, PROFILE, decimals=1, sensitivity=words))).lower()
    assert "there is no control group" in said
    for wrong in (
        "effect of the cells",
        "effect of the treatment",
        "treatment effect",
        "due to the",
        "caused",
    ):
        assert wrong not in said


def test_caveats_are_those_of_the_analyses_printed_and_no_others(tmp_path):
    section = section_of(tmp_path, one_measure(TIMES, PROFILE, decimals=1))
    bullets = [block for block in walk((section,)) if isinstance(block, Bullets)]
    said = ["".join(span.text for span in item) for block in bullets for item in block.items]
    assert [text.split()[0] for text in said] == ["FD-A124"]


def test_lesions_in_rows_are_counted_beside_their_participants(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "change", "cr2", ["T2"], "T0")], per="lesion", decimals=1)
    section = section_of(tmp_path, plan, rows(VALUES, "L1"), rows(VALUES, "L2"))
    _, (row,) = read(tables_of(section)["t-tests-E1"])
    assert row[3] == "5; lesions: 10"


def test_an_association_says_what_it_is_held_against(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "profile", "rm_correlation", TIMES)], decimals=1, against="measure.value")  # fmt: skip
    assert "Held against value at the same visits." in tables_of(section_of(tmp_path, plan))["t-tests-E1"].footnotes  # fmt: skip


# --------------------------------------------------------------------------------------------------- events as planned


def event(who):
    return {
        "participant": who, "term": "ulcer", "grade": "3", "onset": day(3), "ongoing": "no", "outcome": "recovered",
        "serious": "no", "related_cells": "probable",
    }  # fmt: skip


@pytest.mark.parametrize(("events", "bound"), [([], True), ([event("P1"), event("P1")], False)])
def test_shares_and_rates_of_events_stand_side_by_side(tmp_path, events, bound):
    plan = part_of_seed("E1", activities=["demographics"])
    rate = Sensitivity(check="E1_rate", endpoint="E1", attacks="denominator", method="poisson_exact", options=(("exposure", "participant"),))  # fmt: skip
    plan = replace(plan, sensitivity=(rate,))
    tables = {
        "participants": [{"participant": name} for name in names(4)],
        "injection": [{"participant": n, "visit": "D0", "lesion": "L1", "date": day(0)} for n in names(4)],
        "adverse_events": events,
    }
    section = safety_section(study_of(tmp_path, tables, plan).material)
    heads, found = read(tables_of(section)["t-planned-E1"])
    assert heads[2:5] == ["method", "estimated", "counted"]
    assert [row[3] for row in found] == ["proportion", "events per participant"]
    assert [row[4] for row in found] == (["0/4", "0 in 4.000"] if bound else ["1/4 (25.0%)", "2 in 4.000"])
    assert [row[-1] != "–" for row in found] == [bound, bound]
    assert [row[-1].endswith("%") for row in found] == [bound, False]
