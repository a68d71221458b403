"""Visits, windows and the schedule: what contradicts itself, and at which place it is told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.protocol.model import Activity, Endpoint
from firstdose.values.window import Window
from tests.unit.protocol.a_small_trial import SMALL, changed, codes, errors, issues, without


def test_windows_may_not_share_a_day() -> None:
    visits = changed(SMALL.visits, "BL", window=Window(-8, -1))
    found = [issue for issue in issues(visits=visits) if issue.weight == "error"]
    assert [(issue.code, issue.place.file) for issue in found] == [("FD-P062", "visits/BL/window")]
    assert found[0].message == "the windows of SCR (-28 .. -8) and BL (-8 .. -1) share a day."


def test_a_planned_day_lies_in_its_own_window() -> None:
    assert errors(visits=changed(SMALL.visits, "M1", day=34)) == {"FD-P065"}


def test_visits_stand_in_the_order_of_their_days() -> None:
    scr, bl, *rest = SMALL.visits
    assert errors(visits=(bl, scr, *rest)) == {"FD-P066", "FD-P105"}


def test_two_visits_on_one_day_are_out_of_order() -> None:
    visits = changed(SMALL.visits, "M1", day=90)
    assert {"FD-P065", "FD-P066"} <= errors(visits=visits)


def test_nothing_is_scheduled_after_the_end_of_participation() -> None:
    schedule = changed(SMALL.schedule, "end_of_study", at=("M1",))
    found = [issue for issue in issues(schedule=schedule) if issue.weight == "error"]
    assert {issue.code for issue in found} == {"FD-P063"}
    assert {issue.place.file for issue in found} == {
        f"schedule/{name}/M3" for name in ("adverse_events", "severity", "PASI_Fredriksson", "cytokines")
    }


@pytest.mark.parametrize(("at", "administrations"), [(("D0", "M1"), 1), (("D0",), 2)])
def test_a_single_dose_is_scheduled_once_and_no_more(at, administrations) -> None:
    rows = without(SMALL.schedule, "injection")
    schedule = (*rows, Activity(activity="injection", per="lesion", at=at))
    intervention = replace(SMALL.intervention, administrations=administrations)
    assert errors(schedule=schedule, intervention=intervention) == {"FD-P069"}


def test_two_doses_scheduled_twice_agree() -> None:
    schedule = changed(SMALL.schedule, "injection", at=("D0", "M1"))
    assert errors(schedule=schedule, intervention=replace(SMALL.intervention, administrations=2)) == set()


@pytest.mark.parametrize(
    ("at", "visits"), [(("BL", "M1"), "M3"), (("M1", "M3"), "BL"), (("M1",), "BL and M3")]
)
def test_an_endpoint_finds_its_activity_at_each_of_its_visits(at, visits) -> None:
    schedule = changed(SMALL.schedule, "PASI_Fredriksson", at=at)
    found = [issue for issue in issues(schedule=schedule) if issue.weight == "error"]
    assert [issue.code for issue in found] == ["FD-P060"]
    assert found[0].message == f"E2 needs PASI_Fredriksson at {visits}, where it is not scheduled."
    assert found[0].place.file == "endpoints/E2/at"


@pytest.mark.parametrize("at", [("BL",), ("M3", "BL")])
def test_a_change_needs_a_reference_before_it(at) -> None:
    assert errors(endpoints=changed(SMALL.endpoints, "E2", at=at)) == {"FD-P068"}


@pytest.mark.parametrize(
    ("kind", "more"),
    [("percent change", {"method": "descriptive"}), ("response", {"cut": 75, "method": "exact_binomial"})],
)
def test_a_percentage_of_a_scale_that_can_be_zero_is_a_warning(kind, more) -> None:
    endpoints = changed(SMALL.endpoints, "E2", kind=kind, **more)
    found = [issue for issue in issues(endpoints=endpoints) if issue.code == "FD-P067"]
    assert [issue.weight for issue in found] == ["warning"]
    assert found[0].message == "E2 divides by PASI at BL, which can be 0 or close to it."


def test_a_difference_is_no_percentage() -> None:
    assert "FD-P067" not in {issue.code for issue in issues()}


def test_an_endpoint_about_people_needs_no_visit() -> None:
    endpoint = Endpoint(
        endpoint="E4",
        level="exploratory",
        measure="screening.age_at_screening",
        kind="value",
        at=(),
        method="descriptive",
    )
    assert errors(endpoints=(*SMALL.endpoints, endpoint)) == {"FD-P070"}


def test_a_change_in_percent_of_what_cannot_be_zero_is_taken() -> None:
    endpoints = changed(
        SMALL.endpoints, "E2", measure="cytokines.il17a", kind="percent change", method="descriptive"
    )
    (row,) = (row for row in SMALL.items if row.item.name == "il17a")
    others = tuple(each for each in SMALL.items if each is not row)
    above = replace(row, item=replace(row.item, low=Decimal("0.1")))
    assert "FD-P067" in codes(endpoints=endpoints)
    assert "FD-P067" not in codes(endpoints=endpoints, items=(*others, above))
