"""Yes or no of each participant at two times or in groups: what reaches the method, who is imputed, who is named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from firstdose.catalogue import Need
from tests.acceptance.study_of import day, endpoint, names, one_measure, part_of_seed, study_of
from tests.unit.analysis.probing import probe_on_shelf, with_form
from tests.unit.analysis.test_designs import TIMES, results_of, rows

RESPONSES = {"P1": ("10", "4", "2"), "P2": ("10", "8", "5"), "P3": ("10", None, "9"), "P4": ("0", "0", "0")}


def response(at, reference="T0", method="probe"):
    return [endpoint("E1", "response", method, at, reference, cut=Decimal(50))]


def test_a_response_at_two_visits_is_two_answers_of_each_participant(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "paired proportion")
    plan = one_measure(TIMES, response(["T1", "T2"]), decimals=0)
    row = results_of(tmp_path, plan, rows(RESPONSES)).one("E1", statistic="n")
    assert probe.y.tolist() == [[1, 1], [0, 1]]
    assert row.excluded == (
        ("P3", "no record of value at T0 and T1"),
        ("P4", "baseline is 0"),
    )


def test_with_imputation_everybody_without_a_response_is_a_non_responder(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "paired proportion")
    plan = one_measure(TIMES, response(["T1", "T2"]), decimals=0, responders_missing="nonresponder")
    row = results_of(tmp_path, plan, rows(RESPONSES)).one("E1", statistic="n")
    assert probe.y.tolist() == [[1, 1], [0, 1], [0, 0], [0, 0]]
    assert (row.value, row.excluded) == (4.0, ())


def test_a_truth_at_two_times_is_compared_by_mcnemar(tmp_path):
    plan = one_measure(TIMES, [endpoint("E1", "change", "mcnemar_exact", ["T1"], "T0")], kind="truth")
    values = {f"P{n}": ("no", "yes" if n < 5 else "no") for n in range(1, 7)} | {"P7": ("yes", None)}
    results = results_of(tmp_path, plan, rows(values))
    assert results.one("E1", statistic="p").value == pytest.approx(2 * 0.5**4)
    assert results.one("E1", statistic="only_after").text == "4"
    assert results.one("E1", statistic="proportion_after").text == "66.7%"
    assert [name for name, _ in results.one("E1", statistic="n").excluded] == ["P7"]


def test_nobody_with_both_answers_is_said_and_not_computed(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "paired proportion")
    plan = one_measure(TIMES, response(["T1", "T2"]), decimals=0)
    row = results_of(tmp_path, plan, rows({"P1": ("1",)})).one("E1", statistic="p")
    assert (row.value, probe.calls) == (None, [])
    assert row.caveats == ("FD-A202 No participant has a complete record for this analysis.",)


@pytest.mark.parametrize("by", ["by", "factor"])
def test_responders_of_two_groups_are_compared(tmp_path, monkeypatch, by):
    from firstdose.protocol.model import PlannedFactor

    probe = probe_on_shelf(monkeypatch, "between", need=Need(groups=2, binary=True))
    factors = (PlannedFactor(factor="arm", lies="between participant"),)
    words = {"by": "arm"} if by == "by" else {"factors": factors}
    plan = with_form(one_measure(TIMES, response(["T2"]), decimals=0, **words), "allocation", "arm", codes=("a", "b"))  # fmt: skip
    arms = {"P1": "b", "P2": "a", "P3": "a", "P4": "b"}
    allocation = [{"participant": name, "visit": "T0", "arm": arm} for name, arm in arms.items()]
    row = results_of(tmp_path, plan, rows(RESPONSES), allocation=allocation).one("E1", statistic="n")
    assert (probe.y.tolist(), probe.given["groups"].tolist()) == ([1, 1, 0], [1, 0, 0])
    assert (row.group, row.excluded) == ("arm", (("P4", "baseline is 0"),))


def test_events_of_two_groups_are_compared_in_one_row(tmp_path):
    plan = part_of_seed("E1", activities=["demographics"], sensitivity=())
    plan = replace(
        plan,
        endpoints=tuple(replace(each, method="fisher_exact") for each in plan.endpoints),
        analyses=tuple(replace(each, by="sex") for each in plan.analyses),
    )
    sexes = [
        {"participant": name, "sex": "male" if place < 3 else "female"} for place, name in enumerate(names(6))
    ]
    event = {
        "term": "ulcer", "grade": "3", "onset": day(3), "ongoing": "no", "outcome": "recovered",
        "serious": "no", "related_cells": "probable",
    }  # fmt: skip
    tables = {
        "participants": [{"participant": name} for name in names(6)],
        "injection": [{"participant": n, "visit": "D0", "lesion": "L1", "date": day(0)} for n in names(6)],
        "demographics": sexes,
        "adverse_events": [event | {"participant": name} for name in ("P1", "P2", "P3")],
    }
    results = study_of(tmp_path, tables, plan).results
    assert results.one("E1", statistic="p").value == pytest.approx(0.1)
    assert results.one("E1", statistic="n").value == 6.0


def test_a_response_already_in_percent_needs_no_first_visit(tmp_path, monkeypatch):
    probe = probe_on_shelf(monkeypatch, "between", need=Need(groups=2, binary=True))
    plan = one_measure(TIMES, response(["T2"], ""), decimals=0, by="value")
    results_of(tmp_path, plan, rows({"P1": ("0", "0", "60"), "P2": ("0", "0", "40")}))
    assert np.array_equal(probe.y, [1.0, 0.0])
