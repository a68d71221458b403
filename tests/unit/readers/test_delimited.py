from __future__ import annotations

import csv
import hashlib
import io

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstdose.readers import delimited
from firstdose.readers.delimited import read_delimited, recognise_delimiter, table_of
from firstdose.readers.issues import MOST_TOLD
from firstdose.readers.recognising import read_table
from firstdose.values.issue import Place

DELIMITERS = st.sampled_from([",", ";", "\t"])
cells = st.text(alphabet=st.sampled_from("ab 1.,;\t\"\n\r#'|µ"), max_size=6).filter(
    lambda c: "\r" not in c.replace("\r\n", "")
)
hostile = st.text(alphabet=st.sampled_from('ab,;\t"\n\r\0\x85 \ufeff'), max_size=40)


@st.composite
def tables(draw) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    header = [f"c{number}" for number in range(width)]
    return [header, *draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=5))]


def written(rows: list[list[str]], delimiter: str, **options) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, **options).writerows(rows)
    return text.getvalue()


def read(text: str | bytes):
    return table_of(text if isinstance(text, bytes) else text.encode(), "pasi.csv")


def codes(text: str | bytes) -> list[str]:
    table, issues = read(text)
    assert (table is None) == bool(issues)
    return [issue.code for issue in issues]


def rows_of(table) -> list[list[str]]:
    return [list(row) for row in table.frame.rows()]


@given(
    tables(), DELIMITERS, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
)
def test_what_a_csv_writer_wrote_is_read_back_cell_by_cell(rows, delimiter, end, quoting):
    table, issues = read(written(rows, delimiter, lineterminator=end, quoting=quoting))
    if len(rows[0]) == 1 and delimiter != ",":
        return
    assert issues == []
    assert table.columns == tuple(rows[0]) == tuple(table.frame.columns)
    assert rows_of(table) == rows[1:]
    assert set(table.frame.dtypes) == {pl.String}


@given(st.one_of(hostile, tables().map(lambda rows: written(rows, ",")), st.text()))
@example('a,b\n1,"2"x\n')
@example('a,b\n1,"2\n')
@example("a,b\n\n1,2\n")
@example("a\n\n\n")
@example('a,b\n""\n')
@example('"a\n",b\n1,2')
def test_any_text_becomes_a_table_or_issues_and_never_both(text):
    table, issues = read(text)
    assert (table is None) == bool(issues)
    assert all(
        issue.code.startswith("FD-R0") and issue.remedy and str(issue).isprintable() for issue in issues
    )
    if table is not None:
        assert not any(table.frame.null_count().row(0))
        assert len(set(table.columns)) == len(table.columns)


@given(st.binary(max_size=60))
@example(b"\xff\xfea\x00")
@example(b"a,b\n\xe4,1")
@example(b"")
def test_any_bytes_become_a_table_or_issues(content):
    table, issues = read(content)
    assert (table is None) == bool(issues)


@given(st.one_of(hostile, tables().map(lambda rows: written(rows, ",", lineterminator="\n"))))
def test_the_fast_way_and_the_careful_way_agree(text):
    delimiter = recognise_delimiter(text)
    fast = (
        delimited._plain_rows(text, delimiter)
        if text.strip() and "\r" not in text and "\0" not in text
        else None
    )
    if fast is not None:
        careful = delimited._quoted_rows(text, delimiter, "pasi.csv")
        assert isinstance(careful, delimited._Rows)
        assert (careful.names, careful.frame.rows(), careful.lines) == (fast.names, fast.frame.rows(), None)


@pytest.mark.parametrize(
    "cell", ["", " x ", "1_000", "NA", "null", "1,5", '5" deep', "=1+1", "007", "#", "\ufeff", "'"]
)
def test_a_cell_stays_as_typed(cell):
    table, issues = read(f"id;value\nP1;{cell}\n")
    assert issues == []
    assert table.frame["value"].to_list() == [cell]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\r\n", b"\n\n"])
def test_a_byte_order_mark_and_line_ends_make_no_difference(start, end, last):
    table, issues = read(start + end.join([b"id,area", b"P1,2", b"P2,"]) + last)
    assert issues == []
    assert table.columns == ("id", "area")
    assert rows_of(table) == [["P1", "2"], ["P2", ""]]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1;5,2\n", ","), ("a;b\n1,5;2\n", ";"), ("a\tb\n1,5\t2;3\n", "\t"), ('"a;b;c",d\n1;2;3,4\n', ","),
        ("Dose, cells;Area, cm2\n1,5;2,5\n", ";"), ("a,b,c;d\n1,2,3\n", ","), ("a,b;c,d", ","), ("a,b\n", ","), ("a\nb\tc\n", ","),
    ],
)  # fmt: skip
def test_the_delimiter_is_recognised_from_the_first_two_lines(text, delimiter):
    assert recognise_delimiter(text) == delimiter


def test_a_file_of_one_column_keeps_its_empty_cells():
    table, issues = read("id\nP1\n\nP3\n")
    assert issues == []
    assert rows_of(table) == [["P1"], [""], ["P3"]]


def test_a_header_without_rows_is_an_empty_table():
    table, issues = read("id,area\n")
    assert issues == []
    assert (table.height, table.columns, table.frame.dtypes) == (0, ("id", "area"), [pl.String] * 2)


def test_lines_are_physical_lines_also_after_a_quoted_line_end():
    table, _ = read('id,note\nP1,"two\nlines"\nP2,\n')
    assert [table.line(row) for row in range(2)] == [2, 4]
    assert table.place(1, "note") == Place("pasi.csv", 4, 2)
    plain, _ = read("id,note\nP1,\nP2,\n")
    assert (plain.lines, plain.line(1), plain.header_place("note")) == (None, 3, Place("pasi.csv", 1, 2))


def test_the_digest_is_that_of_the_original_bytes():
    content = b"\xef\xbb\xbfid,area\r\nP1,2\r\n"
    assert read(content)[0].sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"id,area\nP1,\xe4\n", "pasi.csv:2:4  FD-R001  This file is not UTF-8 text: byte 12 is 0xe4."),
        ("id,area\n".encode("utf-16"), "pasi.csv  FD-R001  This file is not UTF-8 text: it is UTF-16."),
        ("id,area\nP1\n", "pasi.csv:2:1  FD-R002  This row has 1 cell, the header has 2."),
        ("id,area\nP1,2\nP2,1,5\n", "pasi.csv:3:1  FD-R002  This row has 3 cells, the header has 2."),
        ("id,area\n\nP1,2\n", "pasi.csv:2:1  FD-R002  This line is blank."),
        ('id,area\nP1,"2\nP2,3\n', "pasi.csv:2:1  FD-R002  The double quotes of this row do not close"),
        ('id,area\n"P1"x,2\n', "pasi.csv:2:1  FD-R002  The double quotes of this row do not close"),
        ("id,,area\n1,2,3\n", "pasi.csv:1:2  FD-R003  Column 2 has no name."),
        ("id,area,id\n1,2,3\n", "pasi.csv:1:3  FD-R003  Column 'id' stands here for the second time (first as column 1)."),
        ("id,area\nP1,\0\n", "pasi.csv:2:4  FD-R004  There is a control character here (U+0000)."),
        ("id,area\nP1,2\u2028\n", "pasi.csv:2:5  FD-R004  There is a control character here (U+2028)."),
        ("id,area\rP1,2\r", "pasi.csv:1:8  FD-R004  There is a control character here (U+000D)."),
        ("", "pasi.csv  FD-R005  There is no table here: it is empty."),
        ("\n \n", "pasi.csv  FD-R005  There is no table here: it is empty."),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told_with_its_place(text, said):
    table, issues = read(text)
    assert table is None
    assert str(issues[0]).startswith(said)


def test_all_mistakes_of_a_kind_are_told_at_once_and_very_many_are_counted():
    assert codes("id,area\n1\n2,3\n4\n") == ["FD-R002", "FD-R002"]
    _, issues = read("id,area\n" + "1\n" * 100)
    assert len(issues) == MOST_TOLD + 1
    assert issues[-1].message == "80 more of the same kind follow."


def test_a_file_is_recognised_by_its_content_and_not_by_its_name(tmp_path):
    misnamed = tmp_path / "pasi.xlsx"
    misnamed.write_text("id,area\nP1,2\n")
    table, issues = read_table(misnamed, name="records/pasi.xlsx")
    assert issues == []
    assert (table.file, table.sheet, table.height) == ("records/pasi.xlsx", None, 1)
    assert table.frame.equals(read_delimited(misnamed)[0].frame)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1", b"\x89PNG\r\n", b"\x1f\x8b\x08", b"PK\x03\x04no"]
)
def test_what_is_no_table_file_is_refused(tmp_path, content):
    path = tmp_path / "pasi.csv"
    path.write_bytes(content)
    table, issues = read_table(path)
    assert table is None
    assert [issue.code for issue in issues] == ["FD-R006"]


def test_a_file_that_is_not_there_or_is_a_folder_is_an_issue(tmp_path):
    for path in (tmp_path / "absent.csv", tmp_path):
        for reader in (read_table, read_delimited):
            table, issues = reader(path)
            assert table is None
            assert [issue.code for issue in issues] == ["FD-R006"]


def test_a_sheet_of_a_text_file_does_not_exist(tmp_path):
    path = tmp_path / "pasi.csv"
    path.write_text("id,area\n")
    _, issues = read_table(path, "first")
    assert [issue.code for issue in issues] == ["FD-R007"]
