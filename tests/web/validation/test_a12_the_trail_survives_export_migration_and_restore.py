"""A12: the trail survives export, migration and restore."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from firstdose.records.log.file import read_log
from firstdose.records.log.verifying import verify
from tests.web import people
from tests.web.validation.acting import PERSON, command, enter, log, unzipped


@pytest.fixture
def changed(coordinator, kept):
    enter(coordinator, PERSON)
    enter(coordinator, {"age": "34"}, reason="read the wrong line")
    return coordinator


@pytest.mark.slow
def test_a_backup_restored_on_an_empty_computer_has_the_very_same_trail(changed, tmp_path):
    """Also from one kind of database to the other: where these tests run on PostgreSQL the copy is SQLite."""
    call_command("backup", str(tmp_path / "study.zip"))
    before, copy = log(), tmp_path / "copy"
    command(copy, "migrate", "--verbosity=0")
    command(copy, "restore", str(tmp_path / "study.zip"))
    command(copy, "migrate", "--verbosity=0")
    command(copy, "rebuild", "--check")
    command(copy, "export_log", str(tmp_path / "log.jsonl"))
    after = list(read_log(tmp_path / "log.jsonl"))
    kept = next(number for number, event in enumerate(before) if event.kind == "backup.made")
    assert after[:kept] == before[:kept]
    assert "restore.done" in [event.kind for event in after[kept:]]
    assert verify(after).whole


def test_the_exchange_format_carries_who_when_and_why_with_every_value(changed):
    odm = changed.post("/exports/odm/").content.decode()
    for part in ("AuditRecord", "coordinator-invented", "read the wrong line", 'Value="33"', 'Value="34"'):
        assert part in odm, part


def test_a_new_version_of_the_protocol_leaves_the_trail_as_it_was(changed, as_role):
    before = log()
    text = people.protocol_text().replace("version: 1.0", "version: 1.1", 1)
    as_role("data manager").post("/protocol/", {"text": text, "confirm": "1", "reason": "amendment 1"})
    after = log()
    assert after[len(before)].kind == "protocol.activated"
    assert after[: len(before)] == before
    assert verify(after).whole


def test_the_inspectors_pack_has_every_event(changed, as_role):
    many = len(log())
    lines = unzipped(as_role("data manager").post("/exports/pack/").content)["log.jsonl"].splitlines()
    assert len(lines) >= many
