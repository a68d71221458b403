"""Row 21: the registry's severity 0 to 5 as a scale of the centre, with its anchors, ranked and never averaged."""

from __future__ import annotations

import pytest

from firstdose.protocol.names import forms
from tests.acceptance.study_of import part_of_seed, seed_protocol, study_of
from tests.acceptance.test_row_02_eligibility import ELIGIBLE


def severity(who, lesion, visit, grade):
    return {"participant": who, "lesion": lesion, "visit": visit, "plaque_severity": grade}


def test_row_21_the_scale_is_the_protocols_own_with_a_meaning_for_every_grade():
    scale = next(each for each in seed_protocol().scales if each.name == "plaque_severity")
    assert (scale.low, scale.high) == (0, 5)
    assert [grade for grade, _ in scale.anchors] == list(range(6))
    assert len({meaning for _, meaning in scale.anchors}) == 6
    form = forms(seed_protocol())["plaque_severity"]
    assert (form.instrument, form.per, form.items[0].kind) == (None, "lesion", "ordinal")


@pytest.mark.parametrize(
    ("grade", "met"), [("2", False), ("3", True), ("4", True), ("5", True), ("UNK", None)]
)
def test_row_21_grades_3_to_5_are_eligible(tmp_path, grade, met):
    study = study_of(tmp_path, {"screening": [{"participant": "P1"} | ELIGIBLE | {"worst_severity": grade}]})
    assert next(each.met for each in study.verdicts if each.criterion == "I2") is met


@pytest.mark.parametrize("grade", ["6", "-1", "3.5", "III"])
def test_row_21_what_is_no_grade_is_refused(tmp_path, grade):
    study = study_of(tmp_path, {"plaque_severity": [severity("P1", "L1", "BL", grade)]})
    assert [
        issue.place.line
        for issue in study.issues
        if issue.code in {"FD-R030", "FD-R031", "FD-R032", "FD-R033"}
    ] == [2]


def test_row_21_grades_are_described_by_their_order_and_have_no_mean(tmp_path):
    grades = {"P1": ("5", "1", "1"), "P2": ("3", "3", "4")}
    rows = [
        severity(who, f"L{n}", "BL", grade) for who, each in grades.items() for n, grade in enumerate(each)
    ]
    results = study_of(tmp_path, {"plaque_severity": rows}, part_of_seed("E4")).results
    found = results.of("by_visit.value", variable="plaque_severity", visit="BL", unit="participant")
    assert [row.statistic for row in found] == ["n", "median", "q1", "q3", "min", "max"]
    assert {row.statistic: row.value for row in found}[
        "median"
    ] == 2.0  # of the participants' medians 1 and 3


def test_row_21_the_planned_analysis_is_by_ranks():
    endpoint = next(each for each in seed_protocol().endpoints if each.measure == "plaque_severity")
    assert endpoint.method == "signed_rank_pratt_exact"
