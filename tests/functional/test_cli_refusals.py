"""What the commands say where something is missing, in the way or wrong, and which exit code they end with."""

from __future__ import annotations

import io
import json
import runpy
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from firstdose import __version__, cli
from firstdose.cli import studies
from firstdose.cli.printing import progress
from firstdose.values.issue import Issue, Place, UserError
from tests.shared import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

SEED = ROOT / "trials" / "adsc_psoriasis"
PROTOCOL = SEED / "protocol.yaml"


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def test_the_issues_of_a_study_are_printed_as_json_and_nothing_beside_them() -> None:
    answer = run("check", SEED, "--json")
    assert answer.exit_code == 0
    assert isinstance(json.loads(answer.output), list)


def test_an_import_without_a_mapping_ends_with_11_and_names_no_file(tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "protocol.yaml").write_bytes(PROTOCOL.read_bytes())
    answer = run("import", study, "--out", tmp_path / "out")
    assert answer.exit_code == 11
    assert "FD-" in answer.output
    assert not list(tmp_path.glob("out/**/*.csv"))


def test_facts_that_lack_columns_stop_a_rehearsal_with_11(tmp_path: Path) -> None:
    facts = tmp_path / "facts.csv"
    facts.write_text("activity,participant\nvisits,INV-001\n", encoding="utf-8")
    answer = run("rehearse", PROTOCOL, "--out", tmp_path / "study", "--facts", facts)
    assert answer.exit_code == 11
    assert "facts.csv:1:1" in answer.output
    assert not (tmp_path / "study" / "records").exists()


def test_a_rehearsal_that_cannot_keep_the_protocol_writes_nothing_and_ends_with_10(tmp_path: Path) -> None:
    facts = tmp_path / "facts.csv"
    facts.write_text(
        "activity,participant,lesion,visit,item,value\nnowhere,INV-001,,,pain,1\n", encoding="utf-8"
    )
    answer = run("rehearse", PROTOCOL, "--out", tmp_path / "study", "--facts", facts)
    assert answer.exit_code == 10
    assert "nowhere" in answer.output
    assert not (tmp_path / "study" / "records").exists()


def test_output_that_cannot_be_made_is_an_issue_with_13(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way\n", encoding="utf-8")
    answer = run("report", SEED, "--out", tmp_path / "file")
    assert answer.exit_code == 13
    assert "file" in answer.output
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way\n"


def test_a_registered_record_that_is_no_xml_ends_with_13(tmp_path: Path) -> None:
    record = tmp_path / "registered.xml"
    record.write_text("no XML", encoding="utf-8")
    answer = run("registry", PROTOCOL, "--against", record)
    assert answer.exit_code == 13
    assert "registered.xml" in answer.output


def test_the_demonstration_says_where_it_must_be_run_when_its_trial_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "__file__", str(tmp_path / "site" / "firstdose" / "cli" / "studies.py"))
    answer = run("demo", "--out", tmp_path / "out")
    assert answer.exit_code == 11
    assert "FD-R014" in answer.output


def test_a_refusal_from_inside_becomes_its_sentences_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = Issue(Place("protocol.yaml", 3, 1), "FD-P001", "it is wrong.", "Set it right.")

    def refuse() -> None:
        raise UserError([issue], 12)

    monkeypatch.setattr(cli, "app", refuse)
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == 12
    assert capsys.readouterr().out == f"{issue}\n"


def test_python_m_firstdose_is_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["firstdose", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("firstdose", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"firstdose {__version__}\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_the_error_stream_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("inventing participants") as step:
        step(0.5)
    assert "inventing participants" in screen.getvalue()


def test_no_bar_is_drawn_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    with progress("inventing participants") as step:
        step(0.5)
    assert log.getvalue() == ""
