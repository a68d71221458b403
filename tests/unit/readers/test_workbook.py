from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from firstdose.readers import workbook
from firstdose.readers.recognising import read_table
from firstdose.readers.workbook import cell_text, read_workbook
from firstdose.values.number import NotANumber, read_number


@pytest.fixture
def save(tmp_path):
    def save_rows(*rows, sheets=()):
        book = Workbook()
        book.active.title = "PASI"
        for row in rows:
            book.active.append(row)
        for name in sheets:
            book.create_sheet(name)
        path = tmp_path / "pasi.xlsx"
        book.save(path)
        return path

    return save_rows


def rewritten(path, member, change):
    """The workbook with one of its XML parts changed, as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert change(parts[member]) != parts[member]
    parts[member] = change(parts[member])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def only_issue(path, sheet=None):
    table, issues = read_workbook(path, sheet, name="pasi.xlsx")
    assert table is None
    assert len(issues) == 1
    return str(issues[0])


def test_cells_become_the_text_that_the_program_would_save(save):
    path = save(
        ["id", "area", "when", "done", "note"],
        ["P1", 1e6, dt.date(2023, 4, 15), True, " as typed "],
        ["P2", 8.2, dt.datetime(2023, 4, 15, 10, 30), False, None],  # noqa: DTZ001  (a sheet knows no zone)
        [3, -0.5, None, None, "007"],
    )
    table, issues = read_workbook(path, name="pasi.xlsx")
    assert issues == []
    assert table.frame.rows() == [
        ("P1", "1000000", "2023-04-15", "TRUE", " as typed "),
        ("P2", "8.2", "2023-04-15T10:30:00", "FALSE", ""),
        ("3", "-0.5", "", "", "007"),
    ]
    assert (table.file, table.sheet, table.line(0), table.notes) == ("pasi.xlsx[PASI]", "PASI", 2, ())
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_workbook_is_recognised_by_its_content(save, tmp_path):
    misnamed = tmp_path / "pasi.csv"
    misnamed.write_bytes(save(["id"], ["P1"]).read_bytes())
    assert read_table(misnamed)[0].frame.rows() == [("P1",)]


@given(st.floats(1e-12, 1e14) | st.floats(-1e14, -1e-12) | st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_number_of_a_cell_is_read_as_a_number_that_keeps_fifteen_digits(number):
    text = cell_text(number)
    try:
        read = read_number(text)
    except NotANumber:
        pytest.fail(f"{number!r} became {text!r}")
    assert float(read) == pytest.approx(number, rel=1e-14)
    assert float(read) == float(f"{number:.15g}")


def test_binary_dust_of_a_computed_number_is_noted(save):
    table, issues = read_workbook(save(["x"], [1 / 3]))
    assert issues == []
    assert table.frame["x"].to_list() == ["0.333333333333333"]
    assert table.notes == (
        "1 computed numbers were read with 15 digits, as the workbook's program keeps them.",
    )


def test_empty_rows_and_columns_at_the_end_are_left_out_and_those_between_are_kept(save):
    table, issues = read_workbook(
        save(["id", "x", None], ["P1", 1, None], [None, None], ["P2", None, ""], [None], [""])
    )
    assert issues == []
    assert table.frame.rows() == [("P1", "1"), ("", ""), ("P2", "")]
    assert table.line(2) == 4


def test_a_wrong_size_in_the_file_neither_hides_cells_nor_invents_them(save):
    path = save(["id", "x"], ["P1", 1])
    for size in (b'ref="A1"', b'ref="A1:XFD1048576"'):
        rewritten(
            path,
            "xl/worksheets/sheet1.xml",
            lambda xml, size=size: re.sub(rb'ref="A1[^"]*"', size, xml, count=1),
        )
        assert read_workbook(path)[0].frame.rows() == [("P1", "1")]


def test_the_sheet_is_named_where_there_are_several(save):
    path = save(["id"], ["P1"], sheets=["notes"])
    assert only_issue(path) == (
        "pasi.xlsx  FD-R007  The workbook has 2 sheets ('PASI', 'notes'), and none is named. Name the sheet in the mapping."
    )
    assert read_workbook(path, "PASI")[0].frame.rows() == [("P1",)]


def test_a_sheet_that_does_not_exist_is_told_with_the_closest_name(save):
    said = only_issue(save(["id"], ["P1"]), "PSAI")
    assert said == "pasi.xlsx  FD-R007  There is no sheet 'PSAI'. The file has 'PASI'. Did you mean 'PASI'?"


def test_an_empty_sheet_is_told(save):
    assert only_issue(save(["id"], sheets=["notes"]), "notes").startswith("pasi.xlsx[notes]  FD-R005")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["id", None, "x"], [1, 2, 3]], "pasi.xlsx[PASI]:1:2  FD-R003  Column 2 has no name."),
        ([["id", "id"], [1, 2]], "pasi.xlsx[PASI]:1:2  FD-R003  Column 'id' stands here for the second time"),
        ([["id", "x"], [1, "#REF!"]], "pasi.xlsx[PASI]:2:2  FD-R008  Cell B2 shows the error #REF!."),
        ([["id", "x"], [1, "=A2*2"]], "pasi.xlsx[PASI]:2:2  FD-R009  Cell B2 holds a formula and no result."),
        ([["id", "x"], [1, 2], [3, None], [4, "=A2"]], "pasi.xlsx[PASI]:4:2  FD-R009"),
        (
            [["id", "x"], [1, "a\u2028b"]],
            "pasi.xlsx[PASI]:2:2  FD-R004  There is a control character here (U+2028).",
        ),
    ],
)
def test_what_a_sheet_cannot_say_is_told_with_its_cell(save, rows, said):
    assert only_issue(save(*rows)).startswith(said)


def test_a_formula_gives_its_saved_result(save):
    path = save(["id", "x"], [1, "=A2*2"])
    rewritten(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"),
    )
    table, issues = read_workbook(path)
    assert issues == []
    assert table.frame.rows() == [("1", "2")]


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(save, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED_BYTES", 100)
    assert "FD-R006" in only_issue(save(["id"], ["P1"]))


@settings(max_examples=60)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255), length=st.integers(0, 10**6))
def test_a_damaged_workbook_gives_a_table_or_issues(tmp_path_factory, place, byte, length):
    book = Workbook()
    book.active.append(["id", "x"])
    book.active.append(["P1", 2])
    saved = io.BytesIO()
    book.save(saved)
    content = bytearray(saved.getvalue())
    content[place % len(content)] = byte
    del content[max(length, 4) % (2 * len(content)) :]
    path = tmp_path_factory.mktemp("damaged") / "pasi.xlsx"
    path.write_bytes(content)
    table, issues = read_workbook(path)
    assert (table is None) == bool(issues)


@pytest.mark.parametrize(
    "member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize(
    "content", [b"", b"<", b"<a/>", b"\xff\xfe", b"<worksheet><sheetData><row r='x'><c r='1'/></row>"]
)
def test_a_workbook_with_a_broken_part_gives_a_table_or_issues(save, member, content):
    path = rewritten(save(["id"], ["P1"]), member, lambda _: content)
    table, issues = read_workbook(path)
    assert (table is None) == bool(issues)


def test_a_workbook_that_is_not_there_is_told_with_its_name(tmp_path):
    assert only_issue(tmp_path / "nowhere.xlsx").startswith("pasi.xlsx")


def test_a_time_of_day_becomes_its_iso_text():
    assert cell_text(dt.time(10, 30)) == "10:30:00"
