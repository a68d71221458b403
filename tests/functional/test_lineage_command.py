"""From a number of the report to the well of a plate, and what a study does with its folders of raw files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from firstdose.analysis.running import analyse
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from tests.functional.test_cli import SEED, run

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOL = read_protocol(SEED / "protocol.yaml").protocol
assert PROTOCOL is not None
PLATE = "serum_cytokines/plate_1.csv"
A4 = '"25(1,A4)",INV-001 BL,'


@pytest.fixture(scope="module", autouse=True)
def kept(tmp_path_factory):
    """Runs are kept for this module only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRSTDOSE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def results(demonstrated) -> Path:
    """The results.json of the seed's trial."""
    return demonstrated / "results.json"


@pytest.fixture(scope="module")
def before():
    return read_study(SEED, PROTOCOL)


@pytest.fixture
def study(tmp_path) -> Path:
    shutil.copytree(SEED, tmp_path / "study")
    return tmp_path / "study"


def id_of(results: Path, analysis: str, statistic: str = "", variable: str = "") -> str:
    rows = json.loads(results.read_text(encoding="utf-8"))["results"]
    return next(
        row["result"]
        for row in rows
        if row["analysis"] == analysis
        and statistic in {"", row["statistic"]}
        and row["variable"].endswith(variable)
    )


def lineage(study: Path, result: str, results: Path):
    return run("lineage", study, result, "--results", results)


def change(file: Path, old: str, new: str) -> None:
    content = file.read_bytes()
    assert content.count(old.encode()) >= 1
    file.write_bytes(content.replace(old.encode(), new.encode(), 1))


def higher(plate: Path) -> None:
    """IL-17A of the first serum in well A4 as if the instrument had counted 60 more: in all three of its sections."""
    for old, new in (("681.5", "741.5"), ("663.5", "723.5"), ("4.38184890082957", "4.8679")):
        change(plate, f"{A4}{old}", f"{A4}{new}")


# ------------------------------------------------------------------------------------------------------- the command


@pytest.mark.parametrize(
    ("analysis", "file", "place", "reader"),
    [
        ("E11", "records/serum_cytokines/plate_1.csv", "A4, B4", "xponent 1; multiplex 1"),
        ("E10", "records/blood_lymphocytes/INV-001_BL.fcs", "", "fcs 1; flow_cytometry 1"),
        ("E9", "records/skin_lymphocytes/BL.tsv", "", "qupath_annotations 1; digital_pathology 1"),
        ("E13", "records/blood_foxp3/plate_1.txt", "", "quantstudio 1; qpcr 1"),
    ],
)
def test_a_result_is_followed_to_file_digest_place_rules_and_software(results, analysis, file, place, reader):
    answer = lineage(SEED, id_of(results, analysis), results)
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert lines[0].startswith(f"{analysis}, ")
    assert "changed" not in answer.output
    told = "\n".join(lines[1:8])
    digest = hashlib.sha256((SEED / file).read_bytes()).hexdigest()
    assert lines[1].startswith("INV-001 BL")
    assert f"    file     {file}, {place}" in told
    assert f"    sha256   {digest}" in told
    assert re.search(r"    sample   .*, records/\w+/samples\.csv:2$", told, re.MULTILINE)
    assert re.search(r"    verdict  (pass|flag); rules: \w+", told)
    assert reader in told


def test_every_value_behind_a_result_is_told_once(results):
    """15 samples of serum: five participants at three visits; each of them and no other."""
    answer = lineage(SEED, id_of(results, "by_visit.value", variable="serum_cytokines.il17a"), results)
    heads = [line.split("  ")[0] for line in answer.output.splitlines() if "  il17a = " in line]
    assert heads
    assert len(heads) == len(set(heads))
    assert answer.output.count("    file     ") == len(heads)


def test_a_sample_that_never_came_is_told_with_its_reason(results):
    answer = lineage(SEED, id_of(results, "E11", variable="il23"), results)
    assert "INV-005 M3  il23 = ND: tube broken in transport" in answer.output


def test_a_result_without_values_of_instruments_says_so(results):
    answer = lineage(SEED, id_of(results, "flow"), results)
    assert answer.exit_code == 0
    assert answer.output.splitlines()[1:] == [
        "It rests on no value that was measured from an instrument's file."
    ]


def test_an_unknown_result_is_told(results):
    answer = lineage(SEED, "nobody", results)
    assert answer.exit_code == 11
    assert f"{results}  FD-R029  There is no result 'nobody'" in answer.output


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'"text"',
        b'{"results": [[]]}',
        b'{"results": [{"result": []}]}',
        b'{"results": [{"result": "x"}]}',
        b'{"results": [{"result": "x", "sources": ["gone"]}], "sources": {}}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_holds_no_results_is_told(tmp_path, content):
    (tmp_path / "results.json").write_bytes(content)
    answer = lineage(SEED, "x", tmp_path / "results.json")
    assert answer.exit_code == 11
    assert "FD-R029  This file holds no results of firstdose." in answer.output


def test_a_results_file_that_is_not_there_is_told(tmp_path):
    answer = lineage(SEED, "x", tmp_path / "nowhere.json")
    assert answer.exit_code == 11
    assert "FD-R029" in answer.output


def test_a_changed_byte_of_a_raw_file_is_noticed(results, study):
    """One digit of one well: 681.5 becomes 881.5, which the file itself contradicts, so nothing of it counts."""
    plate = study / "records" / PLATE
    change(plate, f"{A4}681.5", f"{A4}881.5")
    answer = lineage(study, id_of(results, "E11"), results)
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[1] == "The records have changed since this report was made."
    assert hashlib.sha256(plate.read_bytes()).hexdigest() in answer.output
    assert hashlib.sha256((SEED / "records" / PLATE).read_bytes()).hexdigest() not in answer.output
    assert "INV-001 BL  il17a = ND: file refused" in answer.output
    assert ("records/serum_cytokines/plate_1.csv", "FD-L005") in issues_of(study)


def test_a_change_that_leaves_the_record_as_it_is_shows_in_the_digest_of_the_file(results, study):
    plate = study / "records" / PLATE
    change(plate, "Operator,rehearsal", "Operator,rehearser")
    answer = lineage(study, id_of(results, "E11"), results)
    assert "The records have changed" not in answer.output
    assert hashlib.sha256(plate.read_bytes()).hexdigest() in answer.output


def test_records_that_were_typed_have_no_lineage(results, study):
    """The same result on a study whose laboratory values stand in tables."""
    for path in (study / "records").iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    answer = lineage(study, id_of(results, "E11"), results)
    assert answer.exit_code == 0
    assert answer.output.splitlines()[-1].startswith("It rests on no value")


# --------------------------------------------------------------------------------------------------------- the study


def issues_of(study: Path) -> list[tuple[str, str]]:
    return [(issue.place.file, issue.code) for issue in read_study(study, PROTOCOL).issues]


def test_an_activity_has_a_folder_or_a_table_never_both(study, before):
    text = "participant,visit,date,il17a,il23,tnf,il10\nINV-001,BL,2024-02-04,99,99,99,99\n"
    (study / "records" / "serum_cytokines.csv").write_text(text, encoding="utf-8")
    reading = read_study(study, PROTOCOL)
    told = [issue for issue in reading.issues if issue.code == "FD-R013"]
    assert [issue.place.file for issue in told] == ["records/serum_cytokines"]
    assert reading.snapshot.tables["serum_cytokines"].height == 1
    assert "serum_cytokines" not in reading.snapshot.laboratory["activity"].to_list()
    assert before.snapshot.laboratory.height > reading.snapshot.laboratory.height


@pytest.mark.parametrize("name", ["serum_cytokine", "photographs", "visits.csv.old", "DLQI.xlsx"])
def test_a_folder_that_is_no_activity_is_told_and_nothing_taken_from_it(study, before, name):
    (study / "records" / name).mkdir()
    (study / "records" / name / "samples.csv").write_text("file\n", encoding="utf-8")
    reading = read_study(study, PROTOCOL)
    new = {issue.place.file for issue in reading.issues} - {issue.place.file for issue in before.issues}
    assert new == {f"records/{name}"}
    assert reading.snapshot.digest == before.snapshot.digest


def test_one_well_changes_the_numbers_of_its_sample_and_no_others(study, before):
    higher(study / "records" / PLATE)
    after = read_study(study, PROTOCOL)
    own = ("activity", "participant", "visit", "item")
    changed = {
        tuple(old[key] for key in own)
        for old, new in zip(
            before.snapshot.laboratory.iter_rows(named=True),
            after.snapshot.laboratory.iter_rows(named=True),
            strict=True,
        )
        if (old["text"], old["value"]) != (new["text"], new["value"])
    }
    assert changed == {("serum_cytokines", "INV-001", "BL", "il17a")}
    tables = [
        name
        for name, table in before.snapshot.tables.items()
        if not table.equals(after.snapshot.tables[name])
    ]
    assert tables == ["serum_cytokines"]


def test_the_results_that_one_well_changes_all_rest_on_it(study, before):
    higher(study / "records" / PLATE)
    old = {row.result: row for row in analyse(PROTOCOL, before.snapshot).rows}
    new = {row.result: row for row in analyse(PROTOCOL, read_study(study, PROTOCOL).snapshot).rows}
    assert set(old) == set(new)
    changed = [one for name, one in old.items() if (one.text, one.value) != (new[name].text, new[name].value)]
    assert changed
    for row in changed:
        assert any("il17a" in source.items for source in row.sources), row


def with_repeat(study: Path, **more: str) -> None:
    """A second plate that repeats the first serum, on which its well reads higher."""
    folder = study / "records" / "serum_cytokines"
    shutil.copy(folder / "plate_1.csv", folder / "plate_2.csv")
    higher(folder / "plate_2.csv")
    rows = list(csv.DictReader(io.StringIO((folder / "samples.csv").read_text(encoding="utf-8"))))
    rows.append(rows[0] | {"file": "plate_2.csv"} | more)
    text = io.StringIO()
    writer = csv.DictWriter(text, [*rows[0], "repeat_of", "reason"], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "samples.csv").write_text(text.getvalue(), encoding="utf-8")


def test_a_repeat_with_its_reason_counts_and_both_are_told(study, results, before):
    with_repeat(study, repeat_of="plate_1.csv", reason="clot in the tube")
    answer = lineage(study, id_of(results, "E11"), results)
    told = [line for line in answer.output.splitlines() if line.startswith("INV-001 BL  il17a")]
    assert len(told) == 2
    assert "(not reported: it was repeated)" in told[0]
    assert "(repeats plate_1.csv: clot in the tube)" in told[1]
    old = before.snapshot.tables["serum_cytokines"].row(0, named=True)["il17a"]
    new = read_study(study, PROTOCOL).snapshot.tables["serum_cytokines"].row(0, named=True)["il17a"]
    assert new > old


def test_two_runs_without_a_declared_repeat_are_not_chosen_between(study, results):
    with_repeat(study)
    assert ("records/serum_cytokines/samples.csv", "FD-L106") in issues_of(study)
    answer = lineage(study, id_of(results, "E11"), results)
    told = [line for line in answer.output.splitlines() if line.startswith("INV-001 BL  il17a")]
    assert len(told) == 2
    assert all("there are several, and no repeat was declared" in line for line in told)


def test_a_sample_that_has_no_file_is_told_as_such_and_without_a_verdict(study, results):
    samples = study / "records" / "serum_cytokines" / "samples.csv"
    head, first, *rest = samples.read_text(encoding="utf-8").splitlines()
    assert first.startswith("plate_1.csv,INV-001 BL,INV-001,")
    lost = f"{first.replace('plate_1.csv,INV-001 BL,', ',,')},tube lost"
    lines = [f"{head},reason", lost, *(f"{line}," for line in rest)]
    samples.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = lineage(study, id_of(results, "E11"), results).output.splitlines()
    at = told.index("INV-001 BL  il17a = ND: tube lost")
    assert told[at + 1] == (
        "    file     none: it never came to an instrument, records/serum_cytokines/samples.csv:2"
    )
    assert told[at + 2].startswith("INV-001 M3  ")


def test_a_repeat_without_a_reason_is_told(study):
    with_repeat(study, repeat_of="plate_1.csv")
    assert ("records/serum_cytokines/samples.csv", "FD-L107") in issues_of(study)
