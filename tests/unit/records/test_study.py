"""A folder becomes a Snapshot: nothing is dropped, whatever cannot be read is named."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct

import polars as pl
import pytest
from openpyxl import Workbook

from firstdose.protocol.names import forms
from firstdose.records.freezing import compute_digest, freeze
from firstdose.records.snapshot import ORIGIN
from firstdose.records.study import read_study
from firstdose.records.tables import GAP_COLUMNS, table_schema
from tests.unit.records.invented import clean_study, day, read, seed_protocol, write_study


def codes(reading):
    return [(issue.code, str(issue.place)) for issue in reading.issues]


def test_every_record_is_in_the_snapshot_with_its_line(tmp_path):
    study = clean_study()
    snapshot = read(tmp_path, study).snapshot
    for activity, rows in study.items():
        table = snapshot.table(activity)
        assert table is not None
        assert table.height == len(rows)
        if activity != "participants":
            assert sorted(table["_row"]) == list(range(2, len(rows) + 2))
            assert set(table["_file"]) == {f"records/{activity}.csv"}
    assert snapshot.participants == ("P1", "P2", "P3")


def test_tables_have_the_columns_of_their_form_in_order(tmp_path):
    snapshot = read(tmp_path, clean_study()).snapshot
    for activity, form in forms(seed_protocol()).items():
        table = snapshot.table(activity)
        assert dict(table.schema) == {name: kind() for name, kind in table_schema(form).items()}


def test_rows_follow_participant_then_visit_of_the_plan_then_lesion(tmp_path):
    study = clean_study(12)
    study["plaque_severity"].reverse()
    table = read(tmp_path, study).snapshot.table("plaque_severity")
    assert table["participant"].unique(maintain_order=True).to_list() == [f"P{n}" for n in range(1, 13)]
    own = table.filter(pl.col("participant") == "P10")
    plan = [visit.visit for visit in seed_protocol().visits]
    assert own["visit"].to_list() == sorted(own["visit"].to_list(), key=plan.index)
    assert own["lesion"].to_list() == ["L1", "L2"] * 10


def test_a_record_without_a_date_has_that_of_its_visit(tmp_path):
    table = read(tmp_path, clean_study()).snapshot.table("skin_thickness")
    by_visit = dict(table.select("visit", "date").unique().iter_rows())
    assert by_visit == {
        name: dt.date.fromisoformat(day(n)) for name, n in (("BL", -3), ("M3", 90), ("M6", 180))
    }


def test_values_of_each_kind_have_their_type(tmp_path):
    study = clean_study()
    study["serum_cytokines"][0]["il17a"] = "<0.5"
    study["serum_cytokines"][1]["il17a"] = "UNK: tube broken"
    snapshot = read(tmp_path, study).snapshot
    cytokines, histology = snapshot.table("serum_cytokines"), snapshot.table("histology")
    assert cytokines["il17a"].to_list()[:2] == [0.5, None]
    assert cytokines["il17a__comparator"].to_list()[:3] == ["<", None, None]
    assert histology["blinded"].dtype == pl.Boolean
    assert histology["slide_id"].dtype == pl.String
    gap = snapshot.gaps.filter(pl.col("item") == "il17a").row(0, named=True)
    assert gap == {
        "activity": "serum_cytokines", "participant": "P1", "visit": "M3", "lesion": None, "item": "il17a",
        "reason": "UNK", "detail": "tube broken", "_file": "records/serum_cytokines.csv", "_row": 3,
    }  # fmt: skip


def test_a_column_of_a_required_item_that_is_missing_is_told_once_and_its_values_are_gaps(tmp_path):
    study = clean_study()
    for row in study["plaque_score"]:
        del row["induration"]
    reading = read(tmp_path, study)
    assert codes(reading) == [("FD-R012", "records/plaque_score.csv:1:1")]
    gaps = reading.snapshot.gaps.filter(pl.col("item") == "induration")
    assert gaps.height == len(study["plaque_score"])
    assert set(gaps["reason"]) == {"no column"}


def test_an_unknown_column_is_told_with_its_likeliest_meaning(tmp_path):
    study = clean_study()
    study["demographics"][0] |= {"ethnicty": "", "remark": "asked twice"}
    reading = read(tmp_path, study)
    assert codes(reading) == [("FD-R011", "records/demographics.csv:1:5")]
    assert reading.issues[0].remedy == "Did you mean 'ethnicity'?"


def test_a_record_of_nobody_is_a_gap_as_a_whole(tmp_path):
    study = clean_study()
    study["plaque_score"][3]["lesion"] = ""
    reading = read(tmp_path, study)
    assert codes(reading)[0] == ("FD-R043", "records/plaque_score.csv:5:3")
    lost = reading.snapshot.gaps.filter((pl.col("_row") == 5) & (pl.col("activity") == "plaque_score"))
    assert lost.select("item", "reason", "detail").row(0) == (None, "unreadable", "a key is missing")
    assert reading.snapshot.table("plaque_score").height == len(study["plaque_score"]) - 1


@pytest.mark.parametrize("name", ["PASI.csv", "histologie.csv", "notes.docx", "histology.xlsx"])
def test_a_file_that_is_no_table_of_the_schedule_is_told(tmp_path, name):
    write_study(tmp_path, clean_study())
    (tmp_path / "records" / name).write_text("participant,visit\n", encoding="utf-8")
    reading = read_study(tmp_path, seed_protocol())
    assert codes(reading) == [("FD-R013" if name == "histology.xlsx" else "FD-R010", f"records/{name}")]


def test_a_damaged_file_is_told_and_the_others_are_read(tmp_path):
    write_study(tmp_path, clean_study())
    (tmp_path / "records" / "DLQI.csv").write_bytes(b"participant,visit\nP1,\xff\n")
    reading = read_study(tmp_path, seed_protocol())
    assert "FD-R001" in {issue.code for issue in reading.issues}
    assert reading.snapshot.table("DLQI") is None
    assert reading.snapshot.table("histology").height == 12
    assert reading.snapshot.gaps.filter(pl.col("activity") == "DLQI")["reason"].to_list() == ["no record"] * 9


def test_a_study_without_records_says_so(tmp_path):
    reading = read_study(tmp_path, seed_protocol())
    assert [issue.code for issue in reading.issues] == ["FD-R014"]
    assert reading.snapshot.participants == ()
    assert reading.snapshot.tables["visits"].height == 0


def test_invented_records_are_marked_by_a_file(tmp_path):
    write_study(tmp_path, clean_study())
    assert not read_study(tmp_path, seed_protocol()).snapshot.invented
    (tmp_path / "records" / "INVENTED.txt").write_text("invented\n", encoding="utf-8")
    assert read_study(tmp_path, seed_protocol()).snapshot.invented


def test_without_a_table_of_visits_they_are_those_of_the_records(tmp_path):
    study = clean_study()
    del study["visits"], study["participants"]
    snapshot = read(tmp_path, study).snapshot
    assert snapshot.participants == ("P1", "P2", "P3")
    assert set(snapshot.tables["visits"]["visit"]) == {visit.visit for visit in seed_protocol().visits}
    assert set(snapshot.tables["visits"]["status"]) == {"done"}


def test_the_only_visit_of_an_activity_need_not_be_written(tmp_path):
    study = clean_study()
    for row in study["screening"]:
        del row["visit"]
    reading = read(tmp_path, study)
    assert reading.issues == ()
    assert set(reading.snapshot.table("screening")["visit"]) == {"SCR"}


def test_the_digest_does_not_depend_on_the_order_of_rows_or_the_kind_of_file(tmp_path):
    study = clean_study()
    study["adverse_events"] = [
        row | {"term": term} for row in study["adverse_events"] for term in ("rash", "fever")
    ]
    one = read(tmp_path / "one", study).snapshot
    for rows in study.values():
        rows.reverse()
    events = study.pop("adverse_events")
    folder = write_study(tmp_path / "two", study)
    book = Workbook()
    book.active.append(list(events[0]))
    for row in events:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row.values()])
    book.save(folder / "records" / "adverse_events.xlsx")
    two = read_study(folder, seed_protocol())
    assert two.issues == ()
    assert two.snapshot.digest == one.digest
    for name, table in one.tables.items():
        if name != "participants":
            same = [column for column in table.columns if column not in ORIGIN]
            assert table.select(same).sort(same).equals(two.snapshot.tables[name].select(same).sort(same))


@pytest.mark.parametrize(("activity", "name", "cell"), [
    ("plaque_score", "erythema", "3"), ("serum_cytokines", "tnf", "<0.7"), ("visits", "date", "2023-02-16"),
    ("adverse_events", "term", "words "), ("histology", "blinded", "yes"), ("DLQI", "item_1", "ND: refused"),
    ("DLQI", "item_1", "ND"), ("participants", "participant", "P4"),
])  # fmt: skip
def test_one_changed_cell_changes_the_digest(tmp_path, activity, name, cell):
    study = clean_study()
    before = read(tmp_path / "a", study).snapshot.digest
    study[activity][0][name] = cell
    assert read(tmp_path / "b", study).snapshot.digest != before


def test_the_digest_is_sha_256_over_plain_bytes_that_anything_can_make_again():
    """Format, identity; of each table name, size and, by name, columns: which are missing, type, values."""
    visits = pl.DataFrame(
        {
            "participant": ["P1", "P2"],
            "visit": ["BL", None],
            "date": [dt.date(2023, 4, 15), None],
            "score": [1.5, None],
            "_file": ["visits.csv"] * 2,
            "_row": [2, 3],
            "lesion": [None, None],
        },
        schema_overrides={"lesion": pl.String},
    )
    gaps = pl.DataFrame(schema=GAP_COLUMNS)
    snapshot = freeze(seed_protocol(), {"visits": visits}, gaps, protocol_identity="0abc")
    none_missing, second, both = b"all\0", b"\0\1", b"\1\1"
    plain = [
        b"firstdose snapshot 1\n0abc", b"visits\0", b"2\0", b"5\0",
        b"date\0", second, b"whole\0", struct.pack("<2q", 19462, 0),
        b"lesion\0", both, b"text\0", struct.pack("<2q", 0, 0),
        b"participant\0", none_missing, b"text\0", struct.pack("<2q", 2, 2), b"P1P2",
        b"score\0", second, b"number\0", struct.pack("<2d", 1.5, 0.0),
        b"visit\0", second, b"text\0", struct.pack("<2q", 2, 0), b"BL",
        b"gaps\0", b"0\0", b"7\0",
        *(name + b"\0all\0text\0" for name in GAP_NAMES),
    ]  # fmt: skip
    assert snapshot.digest == hashlib.sha256(b"".join(plain)).hexdigest()
    assert compute_digest(seed_protocol(), snapshot) == snapshot.digest


GAP_NAMES = (b"activity", b"detail", b"item", b"lesion", b"participant", b"reason", b"visit")


def test_files_travel_with_their_own_digest(tmp_path):
    folder = write_study(tmp_path, clean_study())
    files = {file.name: file for file in read_study(folder, seed_protocol()).snapshot.files}
    assert len(files) == 21
    raw = (folder / "records" / "DLQI.csv").read_bytes()
    assert files["records/DLQI.csv"].sha256 == hashlib.sha256(raw).hexdigest()
    assert files["records/DLQI.csv"].rows == 9
