"""The log in its tables is verified row by row, as its exported file would be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection, transaction

from firstdose.records.log.event import NewEvent
from firstdose.records.log.verifying import verify, verify_file
from firstdose.web.audit import guards, models, reading
from firstdose.web.audit.actions import verify_now
from firstdose.web.audit.anchoring import anchor_now, anchors
from firstdose.web.audit.append import append
from firstdose.web.audit.backing import write_log_file
from firstdose.web.audit.reading import events, lines
from tests.web.audit.conftest import SITE, key_of, setting

COLUMNS = ", ".join(each.column for each in models.Event._meta.fields if each.column != "seq")


@pytest.fixture
def log(participant, kept):
    append([setting('a "quoted" word \\ and خارش'), setting("2", item="severity")], by=SITE)
    append([setting("3")], by=SITE)
    append([NewEvent(kind="query.opened", key=key_of(), payload={"text": "why?"})], by=SITE)
    anchor_now()


def tamper(statement: str) -> None:
    """What only the owner of the database can do: take the guards away first."""
    with transaction.atomic(), guards.lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement)


def places(verdict):
    return [(each.first, each.last, each.issue.code) for each in verdict.findings]


def test_rows_their_events_and_the_exported_file_come_to_the_same_verdict(log, tmp_path):
    write_log_file(tmp_path / "log.jsonl")
    found = verify_now()
    assert found.whole
    assert found == verify(events(), anchors())
    of_file = verify_file(tmp_path / "log.jsonl", anchors())
    assert replace(of_file, proven=(), unproven=()) == replace(found, proven=(), unproven=())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'mallory' WHERE seq = 3",
        "UPDATE event SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 3",
        "UPDATE event SET role = 'x\",\"y' WHERE seq = 4",
        "UPDATE event SET prev = hash WHERE seq = 4",
        "UPDATE payload SET text = '{}' WHERE seq = 3",
        "UPDATE payload SET salt = 'none' WHERE seq = 3",
        "DELETE FROM payload WHERE seq = 3",
        "DELETE FROM event WHERE seq = 3",
    ],
)
def test_of_a_log_that_was_tampered_with_rows_and_events_tell_the_same(log, statement):
    tamper(statement)
    found = verify_now()
    assert not found.whole
    assert places(found) == places(verify(events(), anchors()))


@pytest.mark.parametrize("text", ['{"new":', "{}]", "[]", '{"new":"1","new":"2"}', "1.5", ""])
def test_a_payload_that_is_none_is_found_and_ends_in_no_traceback(log, text):
    tamper(f"UPDATE payload SET text = '{text}' WHERE seq = 3")
    assert 3 in {each.first for each in verify_now().findings}


def test_an_event_that_was_put_before_the_first_is_found(log):
    tamper(f"INSERT INTO event (seq, {COLUMNS}) SELECT -1, {COLUMNS} FROM event WHERE seq = 2")
    assert not verify_now().whole


def test_a_log_is_read_whole_however_few_rows_are_read_at_a_time(log, monkeypatch):
    before = list(events()), list(lines())
    monkeypatch.setattr(reading, "_CHUNK", 2)
    monkeypatch.setattr(reading, "_ROWS", 2)
    assert (list(events()), list(lines())) == before
    assert len(before[0]) == models.Event.objects.count()
