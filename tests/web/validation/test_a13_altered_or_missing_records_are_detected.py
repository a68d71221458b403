"""A13: altered or missing records are detected."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.web.audit import anchoring, guards
from tests.web.validation.acting import PERSON, enter, log, text

TAMPERINGS = {
    "who": "UPDATE event SET actor = 'mallory' WHERE seq = 3",
    "when": "UPDATE event SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 3",
    "what": "UPDATE payload SET text = '{}' WHERE seq = 3",
    "the words are gone": "DELETE FROM payload WHERE seq = 3",
    "one event is gone": "DELETE FROM event WHERE seq = 3",
}


@pytest.fixture
def saved(coordinator, kept):
    enter(coordinator, PERSON)
    return kept


def tamper(*statements: str) -> None:
    """What only the owner of the database can do: take the guards away first."""
    with transaction.atomic(), guards.lifted(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_log_that_nobody_touched_is_whole(saved, as_role):
    assert "The log is whole" in text(as_role("administrator").post("/system/"))


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_the_page_of_the_system_says_that_the_log_is_not_whole(saved, as_role, tampering):
    client = as_role("administrator")
    tamper(tampering)
    page = text(client.post("/system/"))
    assert "The log is whole" not in page
    assert "FD-R32" in page


def test_a_tail_that_was_cut_off_is_found_by_the_anchor(saved, as_role):
    client = as_role("administrator")
    anchoring.anchor_now()
    last = log()[-1].seq
    tamper(*(f"DELETE FROM {table} WHERE seq > {last - 3}" for table in ("payload", "event")))
    assert "The log is whole" not in text(client.post("/system/"))


def test_the_command_of_the_core_finds_it_in_the_exported_file_without_the_database(saved, tmp_path):
    path = tmp_path / "log.jsonl"
    call_command("export_log", str(path), verbosity=0)
    assert CliRunner().invoke(app, ["verify", str(path)]).exit_code == 0
    path.write_text(
        path.read_text(encoding="utf-8").replace("coordinator-invented", "somebody-else", 1), encoding="utf-8"
    )
    answer = CliRunner().invoke(app, ["verify", str(path)])
    assert answer.exit_code != 0
    assert "FD-R32" in answer.output
