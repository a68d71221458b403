"""`firstdose crf` and `firstdose export`, typed as a user types them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from firstdose.datasets.odm import read_odm
from firstdose.records.log.file import write_log
from tests.functional.test_rehearsal import PROTOCOL, TRIAL, seed_trial
from tests.log_of_study import events_of


def typed(*words: str | Path) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, list(map(str, words)))
    return result.exit_code, result.stdout.splitlines()


@cache
def events():
    return tuple(events_of(seed_trial().tables, PROTOCOL))


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    write_log(events(), path)
    return path


def test_a_protocol_file_alone_gives_a_blank_form(tmp_path: Path) -> None:
    code, told = typed("crf", TRIAL / "protocol.yaml", "--out", tmp_path)
    assert code == 0
    assert told == [str(tmp_path / "crf_blank.html"), str(tmp_path / "crf_blank.pdf")]


@pytest.mark.slow
def test_a_study_gives_a_filled_form_for_each_participant(tmp_path: Path) -> None:
    code, told = typed("crf", TRIAL, "--out", tmp_path)
    assert code == 0
    assert [Path(line).name for line in told[::2]] == [f"crf_INV-00{number}.html" for number in range(1, 6)]


@pytest.mark.slow
def test_a_log_gives_forms_with_who_and_when(tmp_path: Path, log: Path) -> None:
    code, _ = typed("crf", TRIAL, "--log", log, "--participant", "INV-002", "--out", tmp_path)
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crf_INV-002.html", "crf_INV-002.pdf"]
    assert "nurse.one, 2026-01-05" in (tmp_path / "crf_INV-002.html").read_text()


@pytest.mark.slow
def test_blank_and_annotated_forms_can_be_asked_of_a_study(tmp_path: Path) -> None:
    code, told = typed("crf", TRIAL, "--blank", "--annotated", "--out", tmp_path)
    assert code == 0
    assert [Path(line).stem for line in told] == ["crf_annotated", "crf_annotated", "crf_blank", "crf_blank"]


def test_an_unknown_participant_is_told(tmp_path: Path) -> None:
    code, told = typed("crf", TRIAL, "--participant", "INV-01", "--out", tmp_path)
    assert code == 11
    assert "FD-D014" in told[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_odm_of_a_log_has_every_event(tmp_path: Path, log: Path) -> None:
    code, told = typed("export", TRIAL, "--format", "odm", "--log", log, "--out", tmp_path)
    assert code == 0
    assert [Path(line).name for line in told] == ["odm.xml", "odm_transactions.xml"]
    reading, _ = read_odm(tmp_path / "odm_transactions.xml")
    assert reading is not None
    assert [audit.seq for audit in reading.audits] == [event.seq for event in events()]


@pytest.mark.parametrize(
    "kind, first", [("odm", "odm.xml"), ("redcap", "redcap_dictionary.csv"), ("csv", "INVENTED.txt")]
)
def test_a_study_folder_is_written_in_each_format(tmp_path: Path, kind: str, first: str) -> None:
    code, told = typed("export", TRIAL, "--format", kind, "--out", tmp_path)
    assert code == 0
    assert Path(told[0]).name == first


def test_tables_are_never_written_over_others(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    code, told = typed("export", TRIAL, "--format", "csv", "--out", tmp_path)
    assert code == 13
    assert "FD-R028" in told[0]


@pytest.mark.slow
def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        typed("export", TRIAL, "--format", "redcap", "--out", tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_log_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    code, told = typed(
        "export", TRIAL, "--format", "odm", "--log", tmp_path / "no.jsonl", "--out", tmp_path / "out"
    )
    assert code == 11
    assert told[0].count("FD-R320") == 1


def test_the_data_of_redcap_name_every_participant(tmp_path: Path) -> None:
    typed("export", TRIAL, "--format", "redcap", "--out", tmp_path)
    with (tmp_path / "redcap_data.csv").open(newline="") as file:
        assert {row["record_id"] for row in csv.DictReader(file)} == {
            f"INV-00{number}" for number in range(1, 6)
        }
