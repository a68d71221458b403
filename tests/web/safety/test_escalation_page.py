"""The escalation page: what the rule says, and the board's decision bound to the records it looked at."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from firstdose.web.audit.models import Event
from firstdose.web.safety.deciding import desk_now
from tests.web import people
from tests.web.safety import trial
from tests.web.safety.test_dose_gate import cohort_done

PATH = "/escalation/"


def vote(client, **more: str):
    told = {
        "decision": "follow",
        "level": "",
        "reason": "",
        "voters": "Dr A\nDr B\nDr C",
        "password": people.PASSWORD,
    }
    return client.post(PATH, told | {"head": desk_now().now.head} | more)


def test_the_page_says_what_is_due_and_why(injection_day, as_role):
    html = as_role("statistician").get(PATH).content.decode()
    assert "1 participant at level 1 (DL1)" in html
    assert ' style="' not in html


def test_it_names_the_facts_that_are_missing(study, monkeypatch, as_role):
    trial.freeze(monkeypatch, trial.at(trial.ZERO + timedelta(days=9)))
    trial.treat("INV-001", trial.ZERO, watched=False)
    trial.harm("INV-001", trial.ZERO + timedelta(days=3), related_cells="conditional")
    html = as_role("board").get(PATH).content.decode()
    assert "FD-E003" in html
    assert "relation to the cells is" in html


def test_it_shows_the_wait_for_the_sentinel_and_what_can_follow(study, monkeypatch, as_role):
    trial.freeze(monkeypatch, trial.at(trial.ZERO + timedelta(days=9)))
    trial.treat("INV-001", trial.ZERO, watched=False)
    html = as_role("board").get(PATH).content.decode()
    assert str(trial.ZERO + timedelta(days=14)) in html
    assert "more participants expected" in html


def test_the_boards_decision_holds_snapshot_head_and_voters(study, monkeypatch, as_role):
    cohort_done(monkeypatch)
    head = Event.objects.order_by("-seq").first().hash
    digest = desk_now().now.snapshot.digest
    assert vote(as_role("board")).status_code == 302
    told = json.loads(trial.payload("cohort.decided"))
    assert (told["decision"], told["level"], told["voters"]) == ("follow", "DL2", ["Dr A", "Dr B", "Dr C"])
    assert (told["head"], told["snapshot"]) == (head, digest)
    assert trial.asked("INV-004", trial.ZERO + timedelta(days=80)).passes


def test_a_decision_on_records_that_have_changed_is_refused(study, monkeypatch, as_role):
    cohort_done(monkeypatch)
    head = desk_now().now.head
    trial.harm("INV-002", trial.ZERO + timedelta(days=20))
    assert "FD-W117" in vote(as_role("board"), head=head).content.decode()
    assert "cohort.decided" not in trial.kinds()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"decision": ""}, "FD-W116"),
        ({"voters": "  "}, "FD-W116"),
        ({"decision": "other", "level": "DL9", "reason": "x"}, "FD-W116"),
        ({"decision": "halt"}, "FD-W111"),
        ({"password": "wrong"}, "FD-W"),
    ],
)
def test_an_incomplete_decision_is_not_recorded(injection_day, as_role, more, code):
    answer = vote(as_role("board"), **more)
    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert "cohort.decided" not in trial.kinds()


def test_nobody_follows_a_rule_by_which_nobody_is_due(study, monkeypatch, as_role):
    trial.freeze(monkeypatch, trial.at(trial.ZERO + timedelta(days=25)))
    for participant, on in (("INV-001", 0), ("INV-002", 14), ("INV-003", 21)):
        trial.treat(participant, trial.ZERO + timedelta(days=on), watched=False)
    answer = vote(as_role("board"))
    assert answer.status_code == 422
    assert "FD-W124" in answer.content.decode()
    assert "cohort.decided" not in trial.kinds()


def test_only_the_board_decides(injection_day, as_role):
    for role in ("investigator", "statistician", "data manager"):
        assert vote(as_role(role)).status_code == 403
    for role in ("evaluator", "coordinator", "monitor", "administrator", "laboratory"):
        assert as_role(role).get(PATH).status_code == 403
    assert "cohort.decided" not in trial.kinds()


@pytest.mark.parametrize(("kind", "begin"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-")])
def test_the_packet_leaves_as_a_file_and_that_is_on_record(injection_day, as_role, kind, begin):
    answer = as_role("board").get(f"/escalation/packet.{kind}")
    assert answer.content.startswith(begin)
    assert "attachment" in answer["Content-Disposition"]
    told = json.loads(trial.payload("export.made"))
    assert told["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_an_unknown_packet_is_not_found(injection_day, as_role):
    assert as_role("board").get("/escalation/packet.docx").status_code == 404
