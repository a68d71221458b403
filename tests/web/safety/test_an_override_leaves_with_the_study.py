"""A dose that two persons released is no dose against the rule in the exported study folder either."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.escalation.on_record import check_escalation
from firstdose.records.log.file import write_log
from firstdose.records.study import read_study
from firstdose.web.audit.models import Event
from firstdose.web.audit.reading import events
from firstdose.web.audit.study import current
from tests.web.safety import trial
from tests.web.safety.test_override import ask, release

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "records/dose_override.csv"


@pytest.fixture
def folder(injection_day, as_role, tmp_path: Path) -> Path:
    """The study folder as it was exported after a forbidden dose was asked for, released and given."""
    first, second = as_role("investigator"), as_role("board")
    ask(first, reason="no other dose is left, =SUM(A1)")
    release(second)
    client = as_role("coordinator")
    trial.propose(client, "L1", dose_level="DL2")
    trial.confirm(client)
    trial.record(client, "L1", volume_drawn="7.72")
    with zipfile.ZipFile(io.BytesIO(as_role("data manager").post("/exports/study/").content)) as held:
        held.extractall(tmp_path)
    return tmp_path


def codes(folder: Path) -> list[str]:
    protocol = current().protocol
    return [issue.code for issue in check_escalation(protocol, read_study(folder, protocol).snapshot)]


def test_the_folder_holds_who_asked_who_released_and_why(folder):
    [row] = csv.DictReader(io.StringIO((folder / TABLE).read_text()))
    assert row == {
        "participant": "INV-001",
        "date": trial.ZERO.isoformat(),
        "level": "DL2",
        "reason": "no other dose is left, =SUM(A1) | agreed with the board by phone",
        "decided_by": "investigator-invented",
        "confirmed_by": "board-invented",
    }


def test_the_rule_accuses_nobody_of_a_dose_that_two_released(folder):
    assert codes(folder) == []
    (folder / TABLE).unlink()
    assert codes(folder) == ["FD-E025"], "without the table the dose is against the rule"


def test_the_command_check_reads_the_table_without_a_remark(folder):
    told = CliRunner().invoke(app, ["check", str(folder)]).stdout
    assert "FD-E025" not in told
    assert "dose_override" not in told
    (folder / TABLE).unlink()
    assert "FD-E025" in CliRunner().invoke(app, ["check", str(folder)]).stdout


def test_one_name_under_both_is_no_release(folder):
    text = (folder / TABLE).read_text()
    (folder / TABLE).write_text(text.replace("board-invented", "investigator-invented"))
    assert codes(folder) == ["FD-E025"]


def test_an_override_that_nobody_released_does_not_leave(injection_day, as_role):
    ask(as_role("investigator"))
    with zipfile.ZipFile(io.BytesIO(as_role("data manager").post("/exports/csv/").content)) as held:
        assert "dose_override.csv" not in held.namelist()


def test_a_table_of_overrides_is_not_brought_in(folder, as_role):
    before = Event.objects.count()
    file = SimpleUploadedFile("dose_override.csv", (folder / TABLE).read_bytes())
    answer = as_role("data manager").post("/import/", {"file": file, "confirm": "1"})
    assert (answer.status_code, "FD-W155" in answer.content.decode()) == (422, True)
    assert (
        Event.objects.filter(kind="value.set").count()
        == Event.objects.filter(seq__lte=before, kind="value.set").count()
    )


def test_the_command_export_writes_the_table_from_the_log_and_from_the_folder(folder, tmp_path, as_role):
    log = tmp_path / "log.jsonl"
    write_log(events(), log)
    for name, more in (("of_log", ["--log", str(log)]), ("of_folder", [])):
        out = tmp_path / name
        done = CliRunner().invoke(app, ["export", str(folder), "--format", "csv", "--out", str(out), *more])
        assert done.exit_code == 0, done.output
        assert (out / TABLE).read_text() == (folder / TABLE).read_text()
