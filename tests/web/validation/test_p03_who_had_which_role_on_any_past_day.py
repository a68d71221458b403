"""P3: users, roles and dates can be listed for any past day."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from firstdose.web.accounts.models import Membership
from firstdose.web.audit import clock
from tests.web.validation.acting import text

READERS = ("forms_of_people", "invitations", "models", "people", "sessions", "views")


@pytest.fixture
def days(monkeypatch):
    """The server's clock, moved on by whole days."""
    moved, real = [0], clock.now
    for name in READERS:
        monkeypatch.setattr(f"firstdose.web.accounts.{name}.now", lambda: real() + timedelta(days=moved[0]))
    monkeypatch.setattr("firstdose.web.audit.append.now", lambda: real() + timedelta(days=moved[0]))

    def go_to(day: int) -> str:
        moved[0] = day
        return (real() + timedelta(days=day)).date().isoformat()

    return go_to


def listed(client, day: str) -> list[tuple[str, str]]:
    rows = csv.DictReader(text(client.get(f"/people/history/?day={day}&format=csv")).splitlines())
    return [(row["role"], row["site"]) for row in rows if row["person"] == "nika"]


def test_the_list_of_a_past_day_is_what_it_was_on_that_day(as_role, days):
    dates, person, grant = (
        {0: days(0)},
        "/people/p/nika/",
        {"role": "monitor", "site": "S1", "reason": "joins"},
    )
    client = as_role("administrator")
    client.post("/people/new/", {"name": "Nika", "email": "n@example.org", "code": "nika", "reason": "joins"})
    client.post(f"{person}grant/", grant | {"since": dates[0]})
    dates[10] = days(10)
    client = as_role("administrator")  # a login does not last ten days
    client.post(f"{person}grant/", {"role": "statistician", "since": dates[10], "reason": "joins"})
    dates[20] = days(20)
    row = Membership.objects.get(person__code="nika", role="monitor")
    as_role("administrator").post(f"{person}roles/{row.pk}/", {"reason": "changes"})
    dates[21] = days(21)
    client = as_role("administrator")
    found = {day: listed(client, dates[day]) for day in dates}
    assert found[0] == [("monitor", "S1")]
    assert sorted(found[10]) == [("monitor", "S1"), ("statistician", "")]
    assert [role for role, _ in found[21]] == ["statistician"]


@pytest.mark.parametrize("role", ["monitor", "investigator", "data manager", "administrator"])
def test_whoever_may_see_people_reads_the_page(as_role, role):
    day = clock.now().date().isoformat()
    assert "Invented" in text(as_role(role).get(f"/people/history/?day={day}"))
