"""Q2: backup, restore proven, paper for an outage and the way back."""

from __future__ import annotations

import configparser
import subprocess

import pytest
from django.core.management import call_command

from firstdose.report.crf import build_blank_crf
from firstdose.web.audit.study import current
from tests.shared import ROOT
from tests.web.entering import faults_of, fill, inputs_of
from tests.web.validation.acting import FORM, PERSON, VALUE, age, command, enter, log, said, text

PAPER = {"paper": "yes", "paper_day": "2024-01-25"}


@pytest.mark.slow
def test_a_backup_comes_back_on_an_empty_computer_with_the_values_and_the_proof(coordinator, kept, tmp_path):
    enter(coordinator, PERSON)
    call_command("backup", str(tmp_path / "study.zip"))
    [made] = log("backup.made")
    command(tmp_path / "new", "migrate", "--verbosity=0")
    told = command(tmp_path / "new", "restore", str(tmp_path / "study.zip"))
    assert f"{said(made)['seq']}" in told
    command(tmp_path / "new", "pack", str(tmp_path / "pack.zip"))
    names = subprocess.run(
        ["python3", "-m", "zipfile", "-l", str(tmp_path / "pack.zip")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "records/demographics.csv" in names


def test_a_timer_that_backs_up_every_night_comes_with_the_software():
    timer, service = (configparser.ConfigParser(strict=False, interpolation=None) for _ in range(2))
    timer.read(ROOT / "deploy" / "firstdose-backup.timer")
    service.read(ROOT / "deploy" / "firstdose-backup.service")
    assert timer["Timer"]["OnCalendar"].startswith("*-*-* ")
    assert "firstdose.web backup" in service["Service"]["ExecStart"]


def test_the_blank_form_of_every_visit_can_be_printed_beforehand(coordinator):
    assert coordinator.post("/exports/crf-blank/").content.startswith(b"%PDF")
    printed = str(build_blank_crf(current().protocol))
    for visit in current().protocol.visits:
        assert visit.label in printed


def test_values_transcribed_from_paper_say_so_with_the_day_of_the_paper(coordinator, as_role):
    sent = fill(inputs_of(coordinator, FORM), PERSON) | {"do": "save"} | PAPER
    assert coordinator.post(FORM, sent).status_code == 302
    [value] = log("value.set", item="age")
    assert said(value)["source"] == "paper of 2024-01-25"
    assert value.at[:10] != "2024-01-25"
    assert "source: paper of 2024-01-25" in text(as_role("monitor").get("/trail/value/", VALUE))


@pytest.mark.parametrize("day", ["", "25.1.2024", "2999-01-01", "20240125"])
def test_without_the_day_of_the_paper_nothing_is_saved(coordinator, day):
    sent = fill(inputs_of(coordinator, FORM), PERSON) | {"do": "save", "paper": "yes", "paper_day": day}
    answer = coordinator.post(FORM, sent)
    assert answer.status_code == 422
    assert any("FD-W056" in each for each in faults_of(answer))
    assert log("value.set", form="demographics") == []


def test_what_was_not_transcribed_names_no_paper(coordinator):
    sent = fill(inputs_of(coordinator, FORM), PERSON) | {"do": "save", "paper_day": "2024-01-25"}
    coordinator.post(FORM, sent)
    assert "source" not in said(log("value.set", item="age")[0])
    assert age().text == "33"
