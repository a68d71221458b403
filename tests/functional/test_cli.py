"""Commands end to end: what they print, what they leave behind, and the exit code that says why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstdose import __version__
from firstdose.cli import app

ROOT = Path(__file__).parents[2]
SEED = ROOT / "trials" / "adsc_psoriasis"
PROTOCOL = SEED / "protocol.yaml"


def run(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_version_is_told():
    assert run("--version").output == f"firstdose {__version__}\n"


def test_the_seed_protocol_is_accepted_and_its_weak_tests_are_named():
    answer = run("check", PROTOCOL)
    assert answer.exit_code == 0
    assert "FD-P082" in answer.output
    assert answer.output.splitlines()[-1].endswith("12 warnings")


def test_a_broken_protocol_ends_with_10_and_says_where(tmp_path):
    broken = tmp_path / "protocol.yaml"
    broken.write_text(
        PROTOCOL.read_text(encoding="utf-8").replace("PASI_Fredriksson  ", "PSAI_Fredriksson  ", 1)
    )
    answer = run("check", broken)
    assert answer.exit_code == 10
    assert "FD-P040" in answer.output


def test_issues_as_json_are_read_back(tmp_path):
    broken = tmp_path / "protocol.yaml"
    broken.write_text("trial\n")
    found = json.loads(run("check", broken, "--json").output)
    assert {"file", "line", "column", "code", "weight", "message", "remedy"} == set(found[0])


def test_a_protocol_that_is_not_there_is_an_issue_not_a_traceback(tmp_path):
    answer = run("tell", tmp_path / "nowhere.yaml")
    assert answer.exit_code == 10
    assert "FD-P001" in answer.output


def test_the_seed_study_is_checked_and_its_deviation_listed():
    answer = run("check", SEED)
    assert answer.exit_code == 0
    assert "deviation  INV-004  visit outside its window" in answer.output


def test_a_study_with_an_unreadable_value_ends_with_11(tmp_path):
    study = copy_of_seed(tmp_path)
    file = study / "records" / "skin_thickness.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    position = lines[0].split(",").index("reading_1")
    cells[position] = "1_0"
    lines[1] = ",".join(cells)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    answer = run("check", study)
    assert answer.exit_code == 11
    assert f"records/skin_thickness.csv:2:{position + 1}  FD-R030" in answer.output


def copy_of_seed(folder: Path) -> Path:
    study = folder / "study"
    shutil.copytree(SEED / "records", study / "records")
    (study / "protocol.yaml").write_bytes(PROTOCOL.read_bytes())
    return study


def test_tell_ends_with_the_identity():
    answer = run("tell", PROTOCOL)
    assert "0 events in 5 participants exclude rates above 45.1 %" in answer.output
    assert answer.output.splitlines()[-1].startswith("Identity ")


def test_compare_tells_an_amendment_and_nothing_where_nothing_changed(tmp_path):
    amended = tmp_path / "protocol.yaml"
    amended.write_text(
        PROTOCOL.read_text(encoding="utf-8").replace("166 .. 194", "170 .. 190"), encoding="utf-8"
    )
    told = run("compare", PROTOCOL, amended).output
    assert "after:  M6 (Month 6) is day 180 (day 170 to 190)" in told
    assert run("compare", PROTOCOL, PROTOCOL).output == "The two protocols say the same.\n"


def test_new_makes_a_protocol_that_check_accepts_and_overwrites_nothing(tmp_path):
    file = tmp_path / "protocol.yaml"
    assert run("new", file).exit_code == 0
    assert run("check", file).exit_code == 0
    before = file.read_bytes()
    again = run("new", file)
    assert again.exit_code == 13
    assert file.read_bytes() == before


def test_rehearse_does_not_write_over_records(tmp_path):
    (tmp_path / "study" / "records").mkdir(parents=True)
    answer = run("rehearse", PROTOCOL, "--out", tmp_path / "study")
    assert answer.exit_code == 13
    assert "FD-R028" in answer.output


@pytest.mark.parametrize(
    "name", ["results.json", "results.parquet", "report.html", "report.pdf", "dose.html", "dose.pdf"]
)
def test_the_same_study_gives_the_same_bytes_twice(name, twice):
    one, other = twice
    assert (one / name).read_bytes() == (other / name).read_bytes()


@pytest.fixture(scope="module")
def twice(demonstrated, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    assert run("demo", "--out", again).exit_code == 0
    return demonstrated, again


def test_the_registration_is_printed_and_compared(tmp_path):
    record = tmp_path / "registered.xml"
    record.write_text(run("registry", PROTOCOL).output, encoding="utf-8")
    assert run("registry", PROTOCOL, "--against", record).exit_code == 0
    record.write_text(record.read_text(encoding="utf-8").replace(">psoriasis<", ">acne<"), encoding="utf-8")
    answer = run("registry", PROTOCOL, "--against", record)
    assert answer.exit_code == 13
    assert answer.output.startswith("hc_freetext: the protocol says 'psoriasis', the registry says 'acne'.")
