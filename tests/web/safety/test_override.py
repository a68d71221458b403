"""A dose that the rule forbids: recorded as given only once two different persons have signed for it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from firstdose.web.audit.models import CurrentValue
from tests.web import people
from tests.web.safety import trial

PATH = "/participants/INV-001/override/"
PROOF = {"password": people.PASSWORD}


def ask(client, level: str = "DL2", reason: str = "no other dose is left of the lot"):
    return client.post(PATH, {"act": "ask", "level": level, "reason": reason, **PROOF})


def release(client, reason: str = "agreed with the board by phone"):
    from firstdose.web.safety.on_record import overrides_of

    waiting = [each.seq for each in overrides_of("INV-001") if not each.second]
    number = waiting[-1] if waiting else 0
    return client.post(PATH, {"act": "release", "asked": str(number), "reason": reason, **PROOF})


@pytest.fixture
def two(injection_day, as_role):
    return as_role("investigator"), as_role("board")


def test_a_forbidden_level_cannot_even_be_computed(injection_day, as_role):
    answer = trial.propose(as_role("coordinator"), "L1", dose_level="DL2")
    assert answer.status_code == 422
    assert "FD-W108" in answer.content.decode()
    assert trial.kinds("dose.") == []


def test_two_different_persons_release_a_forbidden_dose(two, as_role):
    first, second = two
    assert ask(first).status_code == 302
    assert not trial.asked(level="DL2").passes
    assert release(second).status_code == 302
    assert trial.asked(level="DL2").passes
    told = json.loads(trial.payload("dose.overridden"))
    assert (told["first"], told["second"], told["codes"]) == (
        "investigator-invented",
        "board-invented",
        "FD-E021",
    )
    client = as_role("coordinator")
    assert trial.propose(client, "L1", dose_level="DL2").status_code == 302
    assert trial.confirm(client).status_code == 302
    assert trial.record(client, "L1", volume_drawn="7.72").status_code == 302
    assert json.loads(trial.payload("dose.given"))["override"] > 0
    assert CurrentValue.objects.get(form="injection", repeat="L1", item="dose_level").text == "DL2"


def test_the_person_who_asked_cannot_release(two):
    first, _ = two
    ask(first)
    assert "FD-W109" in release(first).content.decode()
    assert "dose.overridden" not in trial.kinds()


@pytest.mark.parametrize("reason", ["", "   ", "\u200b"])
def test_both_give_a_reason(two, reason):
    first, second = two
    assert "FD-W111" in ask(first, reason=reason).content.decode()
    ask(first)
    assert "FD-W111" in release(second, reason=reason).content.decode()
    assert "dose.overridden" not in trial.kinds()


def test_what_waits_for_its_second_signature_is_not_asked_for_again(two):
    first, _second = two
    page = f"{PATH}?level=DL2"
    assert 'value="ask"' in first.get(page).content.decode()
    ask(first)
    assert 'value="ask"' not in first.get(page).content.decode()


def test_a_wrong_password_signs_nothing(two):
    first, _ = two
    answer = first.post(PATH, {"act": "ask", "level": "DL2", "reason": "why", "password": "wrong"})
    assert answer.status_code == 422
    assert trial.kinds("dose.") == []


def test_it_holds_for_its_day_only(two):
    first, second = two
    ask(first)
    release(second)
    assert not trial.asked(level="DL2", on=trial.ZERO + timedelta(days=1)).passes


def test_it_covers_what_the_gate_said_and_nothing_that_came_later(two):
    first, second = two
    ask(first)
    release(second)
    visit = CurrentValue.objects.get(participant="INV-001", form="screening", item="diabetes").visit
    people.set_values("screening", {"diabetes": "yes"}, "INV-001", visit)
    assert not trial.asked(level="DL2").passes


def test_a_released_override_is_not_released_twice(two):
    first, second = two
    ask(first)
    release(second)
    answer = second.post(PATH, {"act": "release", "asked": str(10**9), "reason": "again", **PROOF})
    assert "FD-W118" in answer.content.decode()
    assert trial.kinds().count("dose.overridden") == 1


def test_an_override_of_yesterday_is_not_released_today(two, monkeypatch, as_role):
    ask(two[0])
    trial.freeze(monkeypatch, trial.at(trial.ZERO + timedelta(days=1)))
    assert "FD-W118" in release(as_role("board")).content.decode()


def test_what_no_two_persons_may_release_is_not_even_asked_for(study, monkeypatch, as_role):
    trial.freeze(monkeypatch, trial.at(trial.ZERO))
    trial.prepare(leave_out="informed_consent")
    assert "FD-W119" in ask(as_role("investigator")).content.decode()


def test_nothing_is_overridden_where_nothing_forbids(two):
    first, _ = two
    assert "FD-W119" in ask(first, level="DL1").content.decode()


def test_a_dose_that_becomes_forbidden_after_its_sheet_was_confirmed_is_not_recorded(injection_day, as_role):
    client = as_role("coordinator")
    trial.propose(client, "L1")
    trial.confirm(client)
    visit = CurrentValue.objects.get(participant="INV-001", form="screening", item="diabetes").visit
    people.set_values("screening", {"diabetes": "yes"}, "INV-001", visit)
    answer = trial.record(client, "L1")
    assert "FD-W108" in answer.content.decode()
    assert "dose.given" not in trial.kinds()


def test_only_investigator_and_board_reach_the_page(injection_day, as_role):
    reached = {
        role
        for role in ("coordinator", "evaluator", "laboratory", "data manager", "monitor", "statistician", "administrator", "investigator", "board")
        if as_role(role).get(PATH).status_code == 200
    }  # fmt: skip
    assert reached == {"investigator", "board"}


def test_the_boards_packet_does_not_accuse_a_dose_that_two_persons_released(two, as_role):
    from firstdose.escalation.on_record import check_escalation
    from firstdose.web.safety.deciding import with_overrides
    from firstdose.web.safety.snapshot import now_on_record

    ask(two[0])
    release(two[1])
    client = as_role("coordinator")
    trial.propose(client, "L1", dose_level="DL2")
    trial.confirm(client)
    trial.record(client, "L1", volume_drawn="7.72")
    now = now_on_record()
    assert [issue.code for issue in check_escalation(now.protocol, now.snapshot)] == ["FD-E025"]
    assert check_escalation(now.protocol, with_overrides(now.snapshot)) == []
