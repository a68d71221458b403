"""Redaction: two persons erase what one event says, on record; the chain stays whole (A6)."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from firstdose.records.log.event import NewEvent
from firstdose.records.log.verifying import verify
from firstdose.web.audit import guards, models
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.append import append
from firstdose.web.audit.management.commands import redact as command
from firstdose.web.audit.projecting import differences
from firstdose.web.audit.reading import events
from firstdose.web.audit.redacting import redact
from tests.web import people
from tests.web.audit.conftest import SITE, key_of, setting

NAME = "Jane Roe of 5 Elm Street"


@pytest.fixture
def two(study):
    return [people.person_of(role).code for role in ("data manager", "investigator")]


def erase(seq, two, **more):
    told = {
        "first": two[0],
        "second": two[1],
        "passwords": (people.PASSWORD,) * 2,
        "reason": "a name was typed",
    }
    return redact(seq, **(told | more))


def test_a_name_typed_by_mistake_is_erased_and_the_erasure_is_logged_with_its_reason(participant, two):
    [event] = append([setting(NAME)], by=SITE)
    done = erase(event.seq, two)
    assert done.kind == "redacted"
    assert {
        "seq": event.seq,
        "reason": "a name was typed",
        "first": two[0],
        "second": two[1],
    }.items() <= dict(done.payload).items()
    assert not models.Payload.objects.filter(seq=event.seq).exists()
    assert not models.Payload.objects.filter(text__contains="Elm").exists()
    row = models.CurrentValue.objects.get()
    assert (row.text, row.raw) == ("UNK: redacted", "")
    assert verify(events()).whole
    assert differences() == []
    assert guards.missing(guards.connections["default"]) == []


def test_an_older_value_is_erased_and_the_present_one_stays(participant, two):
    [event] = append([setting(NAME)], by=SITE)
    [now] = append([setting("3", reason="typo")], by=SITE)
    erase(event.seq, two)
    assert models.CurrentValue.objects.get().text == "3"
    erase(now.seq, two)
    assert not models.Payload.objects.filter(text__contains="Elm").exists()
    assert (verify(events()).whole, differences()) == (True, [])


def test_the_status_of_a_query_outlives_its_text(participant, two):
    [asked] = append(
        [NewEvent(kind="query.opened", key=key_of(), payload={"query": 3, "text": NAME})], by=SITE
    )
    [answer] = append(
        [NewEvent(kind="query.answered", key=key_of(), payload={"query": asked.seq, "text": NAME})], by=SITE
    )
    append([NewEvent(kind="query.closed", key=key_of(), payload={"query": asked.seq, "text": "ok"})], by=SITE)
    for seq in (asked.seq, answer.seq):
        erase(seq, two)
    query = models.CurrentQuery.objects.get()
    assert (query.status, query.text) == ("closed", "")
    assert (verify(events()).whole, differences()) == (True, [])


@pytest.mark.parametrize(
    "more, code",
    [
        ({"second": "data-manager-invented"}, "FD-W173"),
        ({"passwords": (people.PASSWORD, "wrong")}, "FD-W173"),
        ({"passwords": ("", people.PASSWORD)}, "FD-W173"),
        ({"first": "nobody"}, "FD-W173"),
        ({"reason": "  "}, "FD-W173"),
        ({"seq": 99}, "FD-W174"),
        ({"seq": 1}, "FD-W174"),
    ],
)
def test_one_person_a_wrong_password_or_no_reason_erase_nothing(participant, two, more, code):
    [event] = append([setting(NAME)], by=SITE)
    seq = more.pop("seq", event.seq) if "seq" in more else event.seq
    before = list(events())
    with pytest.raises(Refused) as caught:
        erase(seq, two, **more)
    assert [each.code for each in caught.value.issues] == [code]
    assert list(events()) == before


def test_what_was_erased_once_cannot_be_erased_again_and_cannot_be_put_back(participant, two):
    [event] = append([setting(NAME)], by=SITE)
    payload = models.Payload.objects.get(seq=event.seq)
    erase(event.seq, two)
    with pytest.raises(Refused):
        erase(event.seq, two)
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError, match="the log"), transaction.atomic():
        models.Payload.objects.bulk_create([payload])


def test_the_command_asks_both_for_their_passwords(participant, two, monkeypatch, capsys):
    [event] = append([setting(NAME)], by=SITE)
    asked = []
    monkeypatch.setattr(command, "getpass", lambda words: asked.append(words) or people.PASSWORD)
    call_command("redact", str(event.seq), first=two[0], second=two[1], reason="a name")
    assert asked == [f"Password of {code}: " for code in two]
    said = capsys.readouterr().out
    assert f"Erased what event {event.seq} said" in said
    assert "Restart the server" in said
    with pytest.raises(CommandError, match="FD-W174"):
        call_command("redact", str(event.seq), first=two[0], second=two[1], reason="a name")
