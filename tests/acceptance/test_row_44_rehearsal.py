"""Row 44: the whole trial as a rehearsal, from the protocol file to dose sheets and report, twice the same bytes."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from firstdose.cli import app
from tests.unit.records.invented import SEED


def walk_through(folder):
    """What the commands leave behind: name of the file > its bytes; and what they said."""
    study, out = folder / "study", folder / "out"
    said = []
    for command in (
        ["rehearse", str(SEED), "--participants", "5", "--seed", "44", "--out", str(study)],
        ["check", str(study)],
        ["dose", str(study), "--out", str(out / "dose")],
        ["report", str(study), "--out", str(out / "report"), "--no-pdf"],
    ):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        said.append(result.output.replace(str(folder), ""))
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return files, said


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    return walk_through(tmp_path_factory.mktemp("first")), walk_through(tmp_path_factory.mktemp("second"))


@pytest.mark.slow
def test_row_44_rehearse_check_dose_and_report_are_byte_identical_twice(twice):
    (first, said), (second, again) = twice
    assert said == again
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.slow
def test_row_44_the_rehearsal_of_five_reaches_every_output(twice):
    files = twice[0][0]
    assert {
        "out/dose/dose.html",
        "out/dose/dose.pdf",
        "out/report/results.json",
        "out/report/results.parquet",
        "out/report/report.html",
    } <= set(files)
    results = json.loads(files["out/report/results.json"])
    assert results["invented"] is True
    assert b"invented" in files["out/report/report.html"]
    assert b"invented" in files["out/dose/dose.html"]
