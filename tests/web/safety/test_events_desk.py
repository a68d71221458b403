"""The adverse event desk: standing, clocks, notices with proof (goal G20: within a minute of the entry)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from firstdose.records.log.event import Key
from firstdose.web.audit import clock as server
from firstdose.web.audit.models import Event
from firstdose.web.audit.reading import current_state
from firstdose.web.safety import notices
from firstdose.web.safety.clocks import AE, clocks_of, clocks_on_record
from tests.web import people
from tests.web.safety import trial

PATH = "/events/"
ONE = "/events/INV-001/1/"
NOON = datetime(2024, 2, 9, 12, 0, tzinfo=UTC)
GRAVE = {"serious": "yes", "serious_criterion": "life-threatening", "grade": "4"}
SERIOUS = {"serious": "yes", "serious_criterion": "hospital stay"}


@pytest.fixture
def enter(study, monkeypatch):
    """`enter(**values)`: an event of a treated participant entered at noon, the people who have to know at work."""
    for role in ("coordinator", "investigator", "board", "evaluator", "monitor"):
        people.person_of(role)
    trial.freeze(monkeypatch, trial.at(trial.ZERO))
    trial.treat("INV-001", trial.ZERO, watched=False)

    def entered(moment: datetime = NOON, **values: str) -> None:
        trial.freeze(monkeypatch, moment)
        trial.harm("INV-001", moment.date(), **values)

    return entered


def later(monkeypatch, **by: float) -> None:
    trial.freeze(monkeypatch, server.now() + timedelta(**by))


def notices_sent() -> str:
    out = StringIO()
    call_command("firstdose_notices", stdout=out)
    return out.getvalue().strip()


def dues() -> dict[str, datetime]:
    return {
        each.clock: each.due
        for clocks in clocks_on_record(current_state(form=AE)).values()
        for each in clocks
    }


def test_a_notice_leaves_within_a_minute_of_the_entry(enter, monkeypatch, settings):
    """The timer runs each minute: its first run after the entry, at most 60 s later, sends."""
    settings.FIRSTDOSE_SPONSOR_MAIL = "safety@sponsor.example"
    enter(**SERIOUS)
    later(monkeypatch, seconds=59)
    assert notices_sent() == "2 clocks began, 2 notices sent, 0 failed"
    to = sorted({address for message in mail.outbox for address in message.to})
    expected = [
        "board-invented@example.org",
        "coordinator-invented@example.org",
        "investigator-invented@example.org",
    ]
    assert to == [*expected, "safety@sponsor.example"]
    told = Event.objects.filter(kind="ae.notified").order_by("seq").first()
    assert server.read_stamp(told.at) - NOON <= timedelta(minutes=1)


def test_a_notice_names_no_person_and_no_value_and_its_digest_is_kept(enter):
    enter(**SERIOUS)
    notices_sent()
    for message in mail.outbox:
        words = f"{message.subject} {message.body}"
        for secret in ("necrosis", "hospital", "Invented", "grade", "DL1", "probable"):
            assert secret not in words
        assert len(message.to) == 1
    last = mail.outbox[-1]
    told = json.loads(trial.payload("ae.notified"))
    assert told["digest"] == hashlib.sha256(f"{last.subject}\n\n{last.body}".encode()).hexdigest()
    assert "@" not in told["to"]


def test_an_event_that_is_not_serious_starts_no_clock(enter):
    enter()
    assert notices_sent() == "0 clocks began, 0 notices sent, 0 failed"
    assert mail.outbox == []


def test_the_same_notice_is_sent_once(enter, monkeypatch):
    enter(**SERIOUS)
    notices_sent()
    sent = len(mail.outbox)
    later(monkeypatch, minutes=1)
    assert notices_sent() == "0 clocks began, 0 notices sent, 0 failed"
    assert len(mail.outbox) == sent


def test_a_message_that_cannot_leave_is_tried_again(enter, monkeypatch):
    enter(**SERIOUS)

    def broken(*_args, **_named):
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(notices.EmailMessage, "send", broken)
        with pytest.raises(CommandError):
            notices_sent()
        assert "ae.notified" not in trial.kinds()
    assert notices_sent() == "0 clocks began, 2 notices sent, 0 failed"


def test_an_overdue_clock_is_told_once_more(enter, monkeypatch):
    enter(**SERIOUS)
    notices_sent()
    later(monkeypatch, hours=24, seconds=1)
    assert notices_sent() == "0 clocks began, 1 notices sent, 0 failed"
    assert "ran out without a report" in mail.outbox[-1].subject


def test_saving_an_event_sends_the_notice_with_the_request(
    enter, django_capture_on_commit_callbacks, as_role
):
    with django_capture_on_commit_callbacks(execute=True):
        enter(**SERIOUS)
    as_role("coordinator").get("/health/")
    assert len(mail.outbox) == 6


def test_clocks_of_a_serious_reaction_are_24_hours_and_15_days(enter):
    enter(**SERIOUS)
    notices_sent()
    assert dues()["24 h"] == NOON + timedelta(hours=24)
    assert dues()["15 days"].date() == date(2024, 2, 24)


@pytest.mark.parametrize(
    ("aware", "seven", "follow_up", "fifteen"),
    [
        ("2024-02-22", "2024-02-29", "2024-03-08", "2024-03-08"),
        ("2023-02-22", "2023-03-01", "2023-03-09", "2023-03-09"),
        ("2024-02-14", "2024-02-21", "2024-02-29", "2024-02-29"),
        ("2024-02-29", "2024-03-07", "2024-03-15", "2024-03-15"),
        ("2024-12-28", "2025-01-04", "2025-01-12", "2025-01-12"),
        ("2025-04-25", "2025-05-02", "2025-05-10", "2025-05-10"),
    ],
)
def test_days_run_across_month_ends_and_29_february(aware, seven, follow_up, fifteen):
    """Calendar days, day of awareness day 0 (ICH E2A): counted by hand."""
    moment = datetime.fromisoformat(f"{aware}T12:00+00:00")
    grave = {
        each.clock: each.due.date().isoformat()
        for each in clocks_of(GRAVE, moment, reported=date.fromisoformat(seven))
    }
    assert grave["7 days"] == seven
    assert grave["follow-up"] == follow_up
    other = {each.clock: each.due.date().isoformat() for each in clocks_of(SERIOUS, moment)}
    assert other["15 days"] == fifteen


def test_what_cells_did_not_cause_has_the_24_hours_only(enter):
    enter(**SERIOUS, related_cells="unlikely")
    notices_sent()
    assert set(dues()) == {"24 h"}


def test_the_day_the_sponsor_knew_is_day_zero_where_it_is_recorded(enter):
    enter(**SERIOUS, sponsor_aware="2024-02-10")
    notices_sent()
    assert dues()["15 days"].date() == date(2024, 2, 25)


def test_an_event_that_turns_grave_starts_the_seven_days(enter):
    enter(**SERIOUS)
    notices_sent()
    people.set_values(AE, {"serious_criterion": "life-threatening", "grade": "4"}, "INV-001", "", "1")
    assert notices_sent() == "1 clocks began, 1 notices sent, 0 failed"
    assert dues()["7 days"].date() == date(2024, 2, 16)


def test_a_report_stops_its_clock_and_begins_the_follow_up(enter, as_role):
    enter(**GRAVE)
    notices_sent()
    client = as_role("investigator")
    assert client.post(ONE, {"clock": "7 days", "reference": "EV-17"}).status_code == 302
    clocks = {
        each.clock: each for each in clocks_on_record(current_state(form=AE))[Key("INV-001", "", AE, "1")]
    }
    assert clocks["7 days"].state(server.now()) == "met"
    assert clocks["follow-up"].due.date() == date(2024, 2, 17)
    assert client.post(ONE, {"clock": "7 days", "reference": "again"}).status_code == 422


def test_a_report_after_its_time_is_met_late(enter, monkeypatch, as_role):
    enter(**SERIOUS)
    notices_sent()
    later(monkeypatch, hours=25)
    as_role("investigator").post(ONE, {"clock": "24 h", "reference": ""})
    clocks = {
        each.clock: each for each in clocks_on_record(current_state(form=AE))[Key("INV-001", "", AE, "1")]
    }
    assert clocks["24 h"].state(server.now()) == "met late"


def test_a_struck_or_corrected_event_no_longer_runs(enter, monkeypatch):
    enter(**SERIOUS)
    notices_sent()
    people.set_values(AE, {"serious": "no", "serious_criterion": ""}, "INV-001", "", "1")
    later(monkeypatch, days=20)
    assert notices_sent() == "0 clocks began, 0 notices sent, 0 failed"


def test_the_desk_shows_grade_relation_standing_and_clocks(enter, as_role):
    enter(**SERIOUS)
    html = as_role("monitor").get(PATH).content.decode()
    assert "necrosis at the site" in html
    assert "24 h: running" in html
    assert '<span class="badge stop">yes</span>' in html
    assert ' style="' not in html


@pytest.mark.parametrize(
    ("values", "standing"),
    [({}, "yes"), ({"grade": "2"}, "no"), ({"related_cells": "conditional"}, "undecided")],
)
def test_the_dose_limiting_standing_is_that_of_the_protocols_rule(enter, as_role, values, standing):
    """dlt: grade >= 3 and related and day <= 28."""
    enter(**values)
    html = as_role("monitor").get(ONE).content.decode()
    assert f">{standing}</span></h2>" in html


def test_each_event_has_its_own_standing(enter, as_role):
    from firstdose.web.safety.views_events import rows_now

    enter()
    for number, grade in ((10, "1"), (2, "3")):
        trial.harm("INV-001", NOON.date(), number=str(number), grade=grade)
    assert {row.key.repeat: row.dlt for row in rows_now()} == {"1": "yes", "2": "yes", "10": "no"}


def test_terms_are_found_with_their_grades(enter, as_role):
    html = as_role("coordinator").get("/events/terms/", {"q": "injection site"}).content.decode()
    assert "Injection site reaction" in html
    assert "ulcer, necrosis" in html
    assert "No term holds" in as_role("coordinator").get("/events/terms/", {"q": "qqqq"}).content.decode()


def test_rights_of_the_desk(enter, as_role):
    enter(**SERIOUS)
    for path in (PATH, ONE, "/events/terms/"):
        for role in ("evaluator", "laboratory", "administrator"):
            assert as_role(role).get(path).status_code == 403
    assert as_role("monitor").post(ONE, {"clock": "24 h"}).status_code == 403
    other = people.client_of("coordinator", site="elsewhere", name="Coordinator Elsewhere")
    assert other.get(ONE).status_code == 404
    assert "necrosis" not in other.get(PATH).content.decode()
