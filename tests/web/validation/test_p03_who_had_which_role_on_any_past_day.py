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


def test_the_list_of_a_past_day_is_what_it_was_on_that_day(as_role, days, monkeypatch):
    monkeypatch.setattr(
        "django.contrib.sessions.backends.base.SessionBase.get_expiry_age", lambda *_, **__: 10**8
    )
    client, dates = as_role("administrator"), {0: days(0)}
    client.post("/people/new/", {"name": "Nika", "email": "n@example.org", "code": "nika", "reason": "joins"})
    grant = {"role": "monitor", "site": "S1", "since": dates[0], "reason": "joins"}
    client.post("/people/p/nika/grant/", grant)
    dates[10] = days(10)
    client = as_role("administrator")
    client.post("/people/p/nika/grant/", grant | {"role": "statistician", "site": "", "since": dates[10]})
    dates[20] = days(20)
    row = Membership.objects.get(person__code="nika", role="monitor")
    client.post(f"/people/p/nika/roles/{row.pk}/", {"reason": "changes"})
    dates[21] = days(21)
    found = {day: listed(client, dates[day]) for day in dates}
    assert found[0] == [("monitor", "S1")]
    assert sorted(found[10]) == [("monitor", "S1"), ("statistician", "")]
    assert [role for role, _ in found[21]] == ["statistician"]


@pytest.mark.parametrize("role", ["monitor", "investigator", "data manager", "administrator"])
def test_whoever_may_see_people_reads_the_page(as_role, role):
    day = clock.now().date().isoformat()
    assert "Invented" in text(as_role(role).get(f"/people/history/?day={day}"))
