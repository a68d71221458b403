"""A7: looks at the dose of a blinded trial are in the trail, one a person, page and day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firstdose.web.audit.models import Event
from firstdose.web.audit.reading import events
from firstdose.web.audit.reviewing import lists
from firstdose.web.audit.study import current
from firstdose.web.audit.trail import Filters, Scope
from tests.web import people

INJECTION = "/participants/P-001/D0/injection/L1/"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """The days of the looks, as a test says: one begins at midnight, whenever the tests run."""
    days = [datetime(2031, 3, 3, 12, 0, tzinfo=UTC)]
    monkeypatch.setattr("firstdose.web.accounts.looks.now", lambda: days[-1])
    return days


@pytest.fixture
def records(study):
    people.add_participant()
    people.set_values("visits", {"date": "2024-02-06", "status": "done"}, visit="D0")
    people.set_values("lesion_map", {"dose_level": "DL1"}, visit="BL", repeat="L1")
    people.set_values("injection", {"dose_level": "DL1"}, visit="D0", repeat="L1")


def looks() -> list[tuple[str, str, str]]:
    return [(each.actor, each.role, each.payload["page"]) for each in events(kind="view.unblinded")]


def test_the_first_look_of_a_day_is_on_record_with_person_role_and_page(records, as_role, noon):
    client = as_role("coordinator")
    for _ in range(3):
        assert client.get("/participants/P-001/").status_code == 200
    assert looks() == [("coordinator-invented", "coordinator", "participant")]
    noon.append(noon[-1] + timedelta(days=1))
    client.get("/participants/P-001/")
    assert len(looks()) == 2


@pytest.mark.parametrize(
    "role, address, page",
    [
        ("coordinator", "/participants/P-001/injection-day/", "injection_day"),
        ("laboratory", "/protocol/text/", "protocol_text"),
        ("statistician", "/escalation/", "escalation"),
        ("board", "/participants/P-001/override/", "override"),
        ("monitor", "/verify/P-001/D0/", "verification"),
        ("investigator", "/sign/P-001/D0/", "signing"),
        ("data manager", "/trail/", "trail"),
        (
            "monitor",
            "/trail/value/?participant=P-001&visit=BL&form=lesion_map&repeat=L1&item=dose_level",
            "history",
        ),
    ],
)
def test_every_page_with_the_dose_is_recorded_once(records, as_role, role, address, page):
    client = as_role(role)
    for _ in range(2):
        assert client.get(address).status_code == 200
    assert looks() == [(f"{role.replace(' ', '-')}-invented", role, page)]


def test_a_form_with_an_item_of_the_dose_is_such_a_page_and_another_is_not(records, as_role):
    client = as_role("coordinator")
    client.get("/participants/P-001/BL/PASI_Fredriksson/")
    client.get("/participants/P-001/SCR/demographics/")
    assert looks() == []
    client.get("/participants/P-001/BL/lesion_map/L1/")
    assert [page for _who, _role, page in looks()] == ["record"]


def test_those_who_see_no_dose_leave_no_look(records, as_role):
    for role in ("evaluator", "administrator"):
        for address in ("/participants/P-001/", INJECTION, "/escalation/", "/custody/", "/"):
            as_role(role).get(address)
    assert looks() == []


def test_a_page_that_is_refused_or_not_there_is_no_look(records, as_role):
    assert as_role("coordinator").get("/escalation/").status_code == 403
    assert as_role("coordinator").get("/participants/P-999/").status_code == 404
    elsewhere = people.client_of("coordinator", site="elsewhere", name="Other Site")
    assert elsewhere.get("/participants/P-001/").status_code == 404
    assert looks() == []


def test_in_a_trial_without_blind_ratings_nothing_is_recorded(db, as_role):
    text = people.protocol_text()
    [line] = [each for each in text.splitlines() if each.startswith("  blind:")]
    people.activate(text.replace(line + "\n", ""))
    assert current().capture.blind == ()
    people.add_participant()
    assert as_role("coordinator").get("/participants/P-001/").status_code == 200
    assert looks() == []


def test_a_look_of_one_role_marks_entries_in_another_role_only(records, as_role):
    as_role("coordinator").get("/participants/P-001/")
    who = "coordinator-invented"

    def listed() -> list[str]:
        found = {each.name: each.rows for each in lists(Filters(actor=who), Scope(), current())}
        return [row["role"] for row in found["after-unblinding"]]

    enter(who, "coordinator")
    assert listed() == []
    enter(who, "evaluator")
    assert listed() == ["evaluator"]


def enter(who: str, role: str) -> None:
    from firstdose.records.log.event import Actor, Key, NewEvent
    from firstdose.web.audit.append import append

    key = Key("P-001", "BL", "PASI_Fredriksson", "", "head_area")
    told = {"new": role, "raw": role, "unit": "", "reason": "entered by a test"}
    append([NewEvent(kind="value.set", key=key, site="site", payload=told)], by=Actor(who=who, role=role))
    assert Event.objects.filter(actor=who, kind="value.set").exists()
