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


@pytest.mark.parametrize("command", ["decide", "design"])
def test_json_that_cannot_be_written_is_refused_in_a_sentence(command: str, tmp_path: Path) -> None:
    answer = run(command, PROTOCOL, "--json", tmp_path)
    assert answer.exit_code == 13
    assert f"{tmp_path}  FD-D002  no file can be written here" in answer.output


def test_json_goes_into_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    file = tmp_path / "new" / "decision.json"
    assert run("decide", PROTOCOL, "--json", file).exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["standing"] == "treat"


@pytest.mark.parametrize("words", [("--cut", "2024-02-10"), ("--resumed-after", "2024-02-10")])
def test_days_of_records_are_refused_where_no_records_are_read(words: tuple[str, str]) -> None:
    for what in ([PROTOCOL], [SEED, "--outcomes", "1NNN"]):
        answer = run("decide", *what, *words)
        assert answer.exit_code == 2
        assert "the records of a study folder" in " ".join(answer.output.replace("│", " ").split())


def test_a_rehearsal_that_its_rule_ends_early_says_how_many_took_part(tmp_path: Path) -> None:
    protocol = tmp_path / "protocol.yaml"
    text = PROTOCOL.read_text(encoding="utf-8")
    assert "    low       0.02 0.05\n" in text
    protocol.write_text(
        text.replace("    low       0.02 0.05\n", "    low       1.00 1.00\n"), encoding="utf-8"
    )
    answer = run("rehearse", protocol, "--out", tmp_path / "study")
    assert answer.exit_code == 0
    assert "FD-R309  The rule ends the rehearsed trial after" in answer.output
    told = answer.output.split("study: ")[1]
    roster = (tmp_path / "study" / "records" / "participants.csv").read_text(encoding="utf-8").splitlines()
    assert told.startswith(f"{len(roster) - 1} invented participants")
    assert len(roster) - 1 < 5
