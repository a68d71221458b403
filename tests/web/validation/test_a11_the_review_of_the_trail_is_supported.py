"""A11: odd hours, many changes, late entries and changes after review are listed; the review goes on record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.web.validation.acting import PERSON, age, enter, log, said, text


def listed(client, name: str) -> list[str]:
    found = {each.name: each for each in client.get("/trail/review/").context["lists"]}
    return [row["item"] for row in found[name].rows if row["form"] == "demographics"]


@pytest.fixture
def manager(as_role):
    return as_role("data manager")


def test_entries_at_night_by_the_clock_of_the_site_are_listed(coordinator, manager, servers_clock):
    servers_clock.time = datetime(2031, 3, 4, 10, 0, tzinfo=UTC)  # 13:30 in Tehran
    enter(coordinator, {"sex": "male"})
    servers_clock.time = datetime(2031, 3, 4, 21, 0, tzinfo=UTC)  # 00:30
    enter(coordinator, {"age": "33"})
    assert listed(manager, "after-hours") == ["age"]


def test_a_value_that_changed_often_is_listed(coordinator, manager):
    enter(coordinator, PERSON)
    for number in range(40, 43):
        enter(coordinator, {"age": str(number)}, reason="read again")
    assert set(listed(manager, "many-changes")) == {"age"}


def test_entries_long_after_the_day_of_the_record_are_listed(coordinator, manager, servers_clock):
    enter(coordinator, PERSON | {"date": "2024-01-26"})
    assert "age" in listed(manager, "late")


def test_changes_after_verification_are_listed(coordinator, manager, as_role):
    enter(coordinator, PERSON)
    row = age()
    as_role("monitor").post("/verify/P-001/SCR/", {"value": [f"{row.pk}:{row.seq}"]})
    enter(coordinator, {"age": "34"}, reason="typing error")
    assert listed(manager, "after-work") == ["age"]


def test_the_review_is_on_record_with_its_finding(coordinator, manager):
    page = manager.get("/trail/review/")
    told = {"since": "2024-01-01", "until": "2031-12-31", "finding": "one late entry, explained"}
    manager.post("/trail/review/done/", told | {"idem": page.context["idem"]})
    [event] = log("trail.reviewed")
    assert (event.role, said(event)["finding"]) == ("data manager", "one late entry, explained")
    assert "Last reviewed by" in text(manager.get("/trail/review/"))
