"""A folder of raw files becomes the table of its activity, and every value keeps its origin."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from firstdose.catalogue import Finding, Item, Run
from firstdose.laboratory import activity
from firstdose.laboratory.activity import ActivityReading, read_activity
from firstdose.laboratory.exporting import run_as_json
from firstdose.laboratory.keeping import cache_folder, keep, recall
from firstdose.laboratory.reportable import frame_of
from firstdose.protocol.model import Protocol, Trial
from firstdose.protocol.model_of_laboratory import LimitOfRule, MeasuredItem, PlannedAssay
from firstdose.protocol.names import Form
from tests.unit.laboratory.conftest import ASSAY

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.laboratory.reportable import Reportable

PLANNED = PlannedAssay(
    activity="cytokines",
    assay="small_assay",
    quantities=(
        MeasuredItem(item="il17", quantity="amount", analyte="IL-17"),
        MeasuredItem(item="tnf", quantity="amount", analyte="TNF"),
    ),
)
FORM = Form(
    name="cytokines",
    label="cytokines",
    per="participant",
    items=(
        Item(name="il17", label="IL-17", kind="quantity", unit="pg/mL", decimals=0),
        Item(name="tnf", label="TNF", kind="quantity", unit="ng/mL", decimals=1),
        Item(name="reader", label="read by", kind="text", required=False),
    ),
)
HEAD = "file,sample,participant,visit,date,run,repeat_of,reason,role,dilution,reader"


def protocol_of(planned: PlannedAssay = PLANNED) -> Protocol:
    trial = Trial(id="T", version="1", title="T", phase="I", participants=3)
    return Protocol(trial=trial, laboratory=(planned,))


def write(folder: Path, files: dict[str, str], rows: list[str], head: str = HEAD) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode())
    (folder / "samples.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return folder


def read(folder: Path, protocol: Protocol | None = None) -> ActivityReading:
    return read_activity(folder, "records/cytokines", protocol or protocol_of(), FORM)


def table_of(reading: ActivityReading) -> list[dict[str, str]]:
    assert reading.table is not None
    return reading.table.frame.to_dicts()


def codes(reading: ActivityReading) -> list[str]:
    return [issue.code for issue in reading.issues]


def value(reading: ActivityReading, item: str = "il17", run: str = "") -> Reportable:
    return next(each for each in reading.values if each.item == item and (not run or each.run == run))


GOOD = "SMALL\nS1 IL-17 0.0123 5\nS1 TNF <1 5\nS2 IL-17 2 5\nS2 TNF 2.25 5\n"


def test_values_become_cells_in_the_items_unit_and_precision(tmp_path):
    rows = ["a.small,S1,P1,BL,2024-01-02,,,,,,Anna", "a.small,S2,P1,M3,2024-04-02,,,,,,Bert"]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows))
    assert table_of(reading) == [
        {
            "participant": "P1",
            "visit": "BL",
            "date": "2024-01-02",
            "il17": "12",
            "tnf": "<1.0",
            "reader": "Anna",
        },
        {
            "participant": "P1",
            "visit": "M3",
            "date": "2024-04-02",
            "il17": "2000",
            "tnf": "2.3",
            "reader": "Bert",
        },
    ]
    assert reading.table is not None
    assert [reading.table.line(row) for row in range(2)] == [2, 3]
    assert reading.issues == ()


def test_a_reportable_value_keeps_file_digest_place_rules_and_software(tmp_path):
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"]))
    one = value(reading)
    assert (one.file, one.place, one.rules, one.verdict) == (
        "records/cytokines/a.small",
        "well S1",
        "blank spread",
        "pass",
    )
    assert (one.reader, one.instrument, one.software) == ("small 1", "Small One", "1.0")
    assert (one.value, one.unit, one.text, one.reported) == (0.0123, "ng/mL", "12", True)
    assert len(one.sha256) == 64
    assert frame_of(reading.values).height == 2
    assert ("records/cytokines/a.small", one.sha256, 0) in reading.files


def test_a_rejected_value_is_missing_with_its_rule_and_stays_on_record(tmp_path):
    text = GOOD.replace("S1 IL-17 0.0123 5", "S1 IL-17 0.0123 25")
    reading = read(write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert table_of(reading)[0]["il17"] == "ND: quality control: spread"
    assert value(reading).value == 0.0123
    assert codes(reading) == ["FD-L113"]


def test_the_protocol_can_relax_a_limit_in_writing(tmp_path):
    text = GOOD.replace("S1 IL-17 0.0123 5", "S1 IL-17 0.0123 25")
    planned = replace(PLANNED, limits=(LimitOfRule(rule="spread", limits=(Decimal(0), Decimal(30))),))
    folder = write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"])
    assert table_of(read(folder, protocol_of(planned)))[0]["il17"] == "12"


def test_a_flag_on_the_run_is_told_and_the_value_kept(tmp_path):
    text = GOOD + "blank IL-17 0 0\nblank TNF 0 0\n"
    reading = read(write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert codes(reading) == ["FD-L114"]
    assert table_of(reading)[0]["il17"] == "12"


def test_a_value_that_the_assay_could_not_measure_is_missing_with_its_reason(tmp_path):
    text = GOOD.replace("S1 IL-17 0.0123", "S1 IL-17 lost")
    reading = read(write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert table_of(reading)[0]["il17"] == "ND: tube lost"


def test_a_repeat_replaces_its_run_and_both_stay_on_record(tmp_path):
    rows = ["a.small,S1,P1,BL,,one,,,,,", "b.small,S1,P1,BL,,two,one,clot in the tube,,,"]
    files = {"a.small": GOOD, "b.small": GOOD.replace("0.0123", "0.0456")}
    reading = read(write(tmp_path / "raw", files, rows))
    assert table_of(reading)[0]["il17"] == "46"
    assert [each.reported for each in reading.values if each.item == "il17"] == [False, True]
    assert value(reading, run="two").repeat_reason == "clot in the tube"


def test_a_repeat_of_a_repeat_counts_alone(tmp_path):
    rows = [
        "a.small,S1,P1,BL,,one,,,,,",
        "a.small,S1,P1,BL,,two,one,clot,,,",
        "a.small,S1,P1,BL,,three,two,clot,,,",
    ]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows))
    assert [each.run for each in reading.values if each.reported and each.item == "il17"] == ["three"]


def test_two_values_without_a_declared_repeat_are_not_chosen_between(tmp_path):
    rows = ["a.small,S1,P1,BL,,one,,,,,", "a.small,S1,P1,BL,,two,,,,,"]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows))
    assert table_of(reading) == []
    assert codes(reading) == ["FD-L106", "FD-L106"]


def test_runs_that_repeat_each_other_yield_nothing_and_are_told(tmp_path):
    rows = ["a.small,S1,P1,BL,,one,two,clot,,,", "a.small,S1,P1,BL,,two,one,clot,,,"]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows))
    assert table_of(reading) == []
    assert set(codes(reading)) == {"FD-L106"}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["a.small,S1,P1,BL,,two,one,,,,"], ["FD-L107", "FD-L108"]),
        (["a.small,S9,P1,BL,,,,,,,"], ["FD-L104"]),
        (["b.small,S1,P1,BL,,,,,,,"], ["FD-L102", "FD-L103"]),
        (["a.small,S1,,BL,,,,,,,"], ["FD-L109"]),
        (["a.small,S1,P1,BL,,,,,,much,"], ["FD-L116"]),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else each,
)
def test_what_is_wrong_with_the_list_of_samples_is_told_at_its_line(tmp_path, rows, code):
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows))
    assert sorted(codes(reading)) == code
    assert all(issue.place.file.startswith("records/cytokines") for issue in reading.issues)


def test_a_sample_that_is_nobodys_by_its_role_yields_no_record(tmp_path):
    rows = ["a.small,S1,P1,BL,,,,,,,", "a.small,S2,,,,,,,standard,,"]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows))
    assert [row["participant"] for row in table_of(reading)] == ["P1"]
    assert reading.issues == ()


def test_a_file_that_cannot_be_read_leaves_its_values_missing(tmp_path):
    reading = read(write(tmp_path / "raw", {"a.small": "SMALL\nbroken\n"}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert codes(reading) == ["FD-L003"]
    assert table_of(reading)[0]["il17"] == "ND: file refused"


def test_an_analyte_that_the_run_lacks_is_told_with_those_it_holds(tmp_path):
    text = "SMALL\nS1 IL-17 0.0123 5\n"
    reading = read(write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert codes(reading) == ["FD-L105"]
    assert "'IL-17'" not in table_of(reading)[0]["tnf"]
    assert table_of(reading)[0]["tnf"] == "ND: analyte not in the run"


def test_units_that_do_not_fit_are_told_and_the_value_is_missing(tmp_path):
    form = replace(FORM, items=(Item(name="il17", label="IL-17", kind="quantity", unit="mm"),))
    planned = replace(PLANNED, quantities=PLANNED.quantities[:1])
    folder = write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"])
    reading = read_activity(folder, "records/cytokines", protocol_of(planned), form)
    assert codes(reading) == ["FD-L111"]
    assert table_of(reading)[0]["il17"] == "ND: units do not fit"


def test_a_folder_without_a_list_of_samples_or_without_an_assay_is_told(tmp_path):
    (tmp_path / "raw").mkdir()
    assert codes(read(tmp_path / "raw")) == ["FD-L101"]
    bare = Protocol(trial=protocol_of().trial)
    assert codes(read(tmp_path / "raw", bare)) == ["FD-L110"]


def test_a_list_without_a_column_of_files_is_told(tmp_path):
    folder = write(tmp_path / "raw", {}, ["S1,P1"], head="sample,participant")
    reading = read(folder)
    assert codes(reading) == ["FD-L112"]
    assert reading.table is None


def test_a_list_that_is_no_table_is_told(tmp_path):
    folder = write(tmp_path / "raw", {}, ["a,b,c"], head="file,file")
    assert codes(read(folder)) == ["FD-R003"] or "FD-R002" in codes(read(folder))


def test_a_file_that_nobody_listed_is_told_and_nothing_taken_from_it(tmp_path):
    rows = ["a.small,S1,P1,BL,,,,,,,"]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD, "more/b.small": GOOD}, rows))
    assert [(issue.code, issue.place.file) for issue in reading.issues] == [
        ("FD-L102", "records/cytokines/more/b.small")
    ]


def test_progress_is_told_up_to_the_whole(tmp_path):
    shares: list[float] = []
    rows = ["a.small,S1,P1,BL,,one,,,,,", "a.small,S2,P1,M3,,two,,,,,"]
    folder = write(tmp_path / "raw", {"a.small": GOOD}, rows)
    read_activity(folder, "records/cytokines", protocol_of(), FORM, progress=shares.append)
    assert shares == [0.5, 1.0]


def test_a_second_reading_comes_from_what_was_kept_and_says_the_same(tmp_path, monkeypatch):
    rows = ["a.small,S1,P1,BL,,,,,,,", "a.small,S2,P1,M3,,,,,,,"]
    folder = write(tmp_path / "raw", {"a.small": GOOD}, rows)
    first = read(folder)

    def fail(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr("firstdose.laboratory.measuring._measure", fail)
    second = read(folder)
    assert first.values == second.values
    assert first.table is not None
    assert second.table is not None
    assert first.table.frame.equals(second.table.frame)
    assert [panel.title for run in second.runs for panel in run.run.panels] == ["Line"]


def test_a_kept_run_that_was_tampered_with_is_measured_again(tmp_path):
    folder = write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"])
    read(folder)
    kept = next(cache_folder().rglob("*.json"))
    kept.write_text(kept.read_text("utf-8").replace("0.0123", "0.0999"), encoding="utf-8")
    assert table_of(read(folder))[0]["il17"] == "12"


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FIRSTDOSE_CACHE", str(tmp_path / "file"))
    folder = write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"])
    assert table_of(read(folder))[0]["il17"] == "12"


def test_contents_that_the_assay_does_not_use_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(activity, "load", lambda _: {"small_assay": replace(ASSAY, takes=("Others",))})
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert codes(reading) == ["FD-L115"]


def test_an_item_that_the_form_lacks_takes_no_value(tmp_path):
    """The checks of the protocol have told it; the rest of the run is read all the same."""
    form = replace(FORM, items=FORM.items[:1])
    folder = write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"])
    reading = read_activity(folder, "records/cytokines", protocol_of(), form)
    assert {each.item for each in reading.values} == {"il17"}


def test_a_run_is_exported_with_files_findings_and_no_nan(tmp_path):
    text = GOOD.replace("S1 IL-17 0.0123", "S1 IL-17 lost")
    reading = read(write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"]))
    told = json.loads(json.dumps(run_as_json(ASSAY, reading.runs[0]), allow_nan=False))
    assert told["verdict"] == "pass"
    assert told["values"][0]["value"] is None
    assert told["values"][0]["reason"] == "tube lost"
    assert told["files"]["records/cytokines/a.small"]["instrument"] == "Small One"


def test_numbers_of_an_assay_are_kept_as_plain_numbers(tmp_path):
    run = Run(
        measured=(),
        findings=(
            Finding(
                rule="r",
                verdict="pass",
                message="m",
                value=np.int64(2),  # type: ignore[arg-type]
            ),
        ),
    )
    keep("k", run, ())
    kept = recall("k")
    assert kept is not None
    assert kept[0].findings[0].value == 2


def test_what_was_told_of_a_run_is_told_again_from_what_was_kept(tmp_path):
    folder = write(tmp_path / "raw", {"a.small": "SMALL\nbroken\n"}, ["a.small,S1,P1,BL,,,,,,,"])
    assert read(folder).issues == read(folder).issues


def test_a_run_that_holds_a_sample_twice_yields_none_of_the_two(tmp_path):
    text = GOOD + "S1 IL-17 0.9 5\n"
    reading = read(write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert table_of(reading)[0]["il17"] == "ND: several values"
    assert codes(reading) == ["FD-L106"]


def test_a_sample_that_never_came_to_the_instrument_is_missing_with_its_reason(tmp_path):
    rows = ["a.small,S1,P1,BL,,,,,,,", ",,P1,M3,,,,tube broken,,,"]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows))
    assert [row["il17"] for row in table_of(reading)] == ["12", "ND: tube broken"]
    assert reading.issues == ()


def test_a_sample_without_file_and_reason_is_told(tmp_path):
    reading = read(write(tmp_path / "raw", {}, [",,P1,M3,,,,,,,"]))
    assert codes(reading) == ["FD-L118"]


def test_one_item_can_be_missing_with_a_typed_reason_and_never_typed_as_a_value(tmp_path):
    rows = ["a.small,S1,P1,BL,,,,,,,,UNK: label lost", "a.small,S2,P1,M3,,,,,,,,7"]
    reading = read(write(tmp_path / "raw", {"a.small": GOOD}, rows, head=f"{HEAD},tnf"))
    assert [row["tnf"] for row in table_of(reading)] == ["UNK: label lost", "2.3"]
    assert codes(reading) == ["FD-L117"]


@pytest.mark.parametrize(("printed", "told"), [("<1.23", "<1.3"), ("<1.20", "<1.2"), (">1.28", ">1.2")])
def test_a_limit_is_rounded_to_the_side_on_which_it_stays_true(tmp_path, printed, told):
    text = GOOD.replace("S1 TNF <1", f"S1 TNF {printed}")
    reading = read(write(tmp_path / "raw", {"a.small": text}, ["a.small,S1,P1,BL,,,,,,,"]))
    assert table_of(reading)[0]["tnf"] == told


def test_an_item_without_declared_decimals_keeps_every_digit(tmp_path):
    form = replace(FORM, items=(Item(name="il17", label="IL-17", kind="quantity", unit="ng/mL"),))
    folder = write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"])
    reading = read_activity(folder, "records/cytokines", protocol_of(), form)
    assert table_of(reading)[0]["il17"] == "0.0123"


def test_another_word_of_the_protocol_is_another_run(tmp_path):
    folder = write(tmp_path / "raw", {"a.small": GOOD}, ["a.small,S1,P1,BL,,,,,,,"])
    plain = read(folder)
    odd = read(folder, protocol_of(replace(PLANNED, options=(("mode", "odd"),))))
    assert [fact for run in (*plain.runs, *odd.runs) for fact in run.run.facts] == [
        ("asked", "{}"),
        ("asked", "{'mode': 'odd'}"),
    ]


def test_where_the_form_has_an_item_role_the_samples_role_stands_in_a_column_of_its_own(tmp_path):
    item = Item(name="role", label="role in the trial", kind="text")
    form = replace(FORM, items=(*FORM.items, item))
    head = "file,sample,sample_role,participant,visit,role"
    rows = ["a.small,S1,,P1,BL,treated", "a.small,S2,standard,,,", "a.small,S2,sample,P2,BL,control"]
    folder = write(tmp_path / "raw", {"a.small": GOOD}, rows, head)
    reading = read_activity(folder, "records/cytokines", protocol_of(), form)
    assert [(row["participant"], row["role"]) for row in table_of(reading)] == [
        ("P1", "treated"),
        ("P2", "control"),
    ]
    assert reading.issues == ()
