"""A6: masking something in the trail is itself logged with its justification."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from firstdose.records.log.verifying import verify
from firstdose.web.audit.management.commands import redact
from tests.web import people
from tests.web.validation.acting import enter, log, said, text

NAME = "Jane Roe of 5 Elm Street"


@pytest.fixture
def typed(coordinator, monkeypatch):
    """A name was typed where none belongs; two persons are there, who type their passwords."""
    assert enter(coordinator, {"ethnicity": NAME}).status_code == 302
    monkeypatch.setattr(redact, "getpass", lambda _words: people.PASSWORD)
    return log("value.set", item="ethnicity")[0].seq


def two() -> dict[str, str]:
    return {"first": people.person_of("data manager").code, "second": people.person_of("investigator").code}


def test_the_erasure_stands_in_the_trail_with_both_persons_and_the_reason(typed, as_role):
    call_command("redact", str(typed), **two(), reason="a name was typed")
    told = said(log("redacted")[0])
    assert {"seq": typed, "reason": "a name was typed"}.items() <= told.items()
    assert {told["first"], told["second"]} == {"data-manager-invented", "investigator-invented"}
    page = text(as_role("monitor").get("/trail/?print=1"))
    assert NAME not in page
    assert "a name was typed" in page
    assert "erased" in page


def test_the_place_of_what_was_erased_stays_and_the_chain_is_whole(typed):
    before = [(event.seq, event.hash) for event in log()]
    call_command("redact", str(typed), **two(), reason="a name was typed")
    assert [(event.seq, event.hash) for event in log()][: len(before)] == before
    assert verify(log()).whole


@pytest.mark.parametrize("more", [{"reason": "  "}, {"second": "data-manager-invented"}])
def test_without_a_justification_or_by_one_person_nothing_is_erased(typed, more):
    with pytest.raises(CommandError):
        call_command("redact", str(typed), **two() | {"reason": "a name"} | more)
    assert said(log(seq=typed)[0])["new"] == NAME
    assert log("redacted") == []
