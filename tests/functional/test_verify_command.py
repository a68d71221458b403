"""`firstdose verify LOG [ANCHOR...]`: what is told, as sentences and as JSON, and the exit code."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.cli.arguments import RECORDS
from firstdose.records.log import walking
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.file import write_log
from tests.log_of_study import Trail


@pytest.fixture
def trail():
    trail = Trail()
    for text in ("3", "2", "4"):
        trail.set(Key("P1", "D0", "plaque_score", "L1", "erythema"), text, reason="misread")
    return trail


@pytest.fixture
def log(trail, tmp_path):
    write_log(trail.events, tmp_path / "log.jsonl")
    return tmp_path / "log.jsonl"


@pytest.fixture
def anchor(trail, tmp_path):
    """A mail with an anchor of the last event; its key."""
    pytest.importorskip("cryptography")
    from benchmarks.capture_drills.logs import anchor_of

    signed = anchor_of(trail.events[-1])
    (tmp_path / "mail.txt").write_text(f"Dear board,\n> {signed}\n")
    return tmp_path / "mail.txt", signed.key


def run(*words):
    return CliRunner().invoke(app, ["verify", *map(str, words)])


def test_a_whole_log_says_what_is_proven_and_what_is_not(log):
    done = run(log)
    assert done.exit_code == 0
    assert done.output.startswith(f"{log}: 3 events, whole. Head: ")
    proven, unproven = done.output.split("Not proven:\n")
    assert "none is missing" in proven
    assert "No anchor confirms the log" in unproven


def test_an_anchor_of_the_last_event_with_a_trusted_key_leaves_nothing_open_but_the_truth(log, anchor):
    file, key = anchor
    done = run(log, file, "--key", key.upper())
    assert done.exit_code == 0
    assert len(done.output.split("Not proven:\n")[1].splitlines()) == 1


def test_a_cut_tail_ends_with_the_code_of_records(log, anchor, trail):
    write_log(trail.events[:2], log)
    assert run(log).exit_code == 0
    done = run(log, anchor[0])
    assert done.exit_code == RECORDS
    assert f"{log}  FD-R335  Event 3 is cut off" in done.output
    assert "Proven:" not in done.output.replace("Not proven:", "")


def test_a_file_without_anchors_is_a_finding_too(log, tmp_path):
    (tmp_path / "mail.txt").write_text("Dear board")
    done = run(log, tmp_path / "mail.txt")
    assert done.exit_code == RECORDS
    assert "FD-R332" in done.output
    assert f"{log}: 3 events, 1 error." in done.output
    assert json.loads(run(log, tmp_path / "mail.txt", "--json").output)["whole"] is False


def test_the_verdict_as_json_names_the_events(log, trail):
    write_log([trail.events[0], trail.events[2]], log)
    done = run(log, "--json")
    verdict = json.loads(done.output)
    assert done.exit_code == RECORDS
    assert (verdict["study"], verdict["whole"], verdict["events"], verdict["last"]) == ("SEED", False, 2, 3)
    assert [(each["first"], each["last"], each["code"]) for each in verdict["findings"]] == [
        (2, 2, "FD-R322")
    ]
    assert verdict["proven"] == []


def test_notes_are_told_and_are_no_fault(log, trail):
    for idem in ("a", "b", "a"):
        trail.add(NewEvent(kind="login.done"), idem=idem)
    write_log(trail.events, log)
    done = run(log)
    assert done.exit_code == 0
    assert "FD-R331" in done.output


def test_a_log_that_is_not_there_is_told(tmp_path):
    done = run(tmp_path / "nowhere")
    assert done.exit_code == RECORDS
    assert "FD-R320" in done.output


def test_a_key_that_is_none_was_typed_wrongly(log):
    done = run(log, "--key", "abc")
    assert done.exit_code == 2
    assert "64 hexadecimal digits" in done.output


def test_very_many_findings_are_counted(log, monkeypatch):
    monkeypatch.setattr(walking, "MOST", 1)
    log.write_bytes(log.read_bytes().replace(b'"raw":', b'"raw1":'))
    assert "and 2 more, which are not listed" in run(log).output


def test_one_event_is_one_event(log, trail):
    write_log(trail.events[:1], log)
    assert f"{log}: 1 event, whole." in run(log).output
