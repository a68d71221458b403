"""ImageJ's table of results: values with their lines, the unit left open."""

from __future__ import annotations

import pytest

from firstdose.readers.formats.imagej_results import ENTRY
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import RESULTS


def read(content):
    return ENTRY.read(Source("Results.csv", content))


def test_area_border_and_length_are_read_with_their_lines():
    assert ENTRY.recognises(Source("", RESULTS))
    first, second = read(RESULTS).contents[0].rows
    assert (first.label, first.area, first.perimeter, first.length, first.line) == (
        "plaque_a.tif",
        12.5,
        14.1,
        0,
        2,
    )
    assert (second.area, second.line) == (30, 3)


def test_without_labels_the_number_of_the_row_is_its_name():
    (row,) = read(b" \tArea\n1\t4\n\n").contents[0].rows
    assert (row.label, row.area, row.perimeter) == ("1", 4, None)


def test_a_cell_that_is_no_number_is_missing_and_told():
    reading = read(b" ,Area\n1,NaN\n")
    assert reading.contents[0].rows[0].area is None
    assert [(issue.code, issue.place.line, issue.weight) for issue in reading.issues] == [
        ("FD-L007", 2, "query")
    ]


@pytest.mark.parametrize(
    "content, code, line",
    [
        (b"a,b\n1,2\n", "FD-L004", 1),
        (b" ,Area\n", "FD-L004", 2),
        (b" ,Area,Area\n1,2,3\n", "FD-L013", 1),
        (b" ,Area\n1,2,3\n", "FD-L003", 2),
        (b" ,Area\n1," + b"x" * 200_000 + b"\n", "FD-L003", 0),
        (b" ,Area," + b"x" * 200_000 + b"\n1,2,3\n", "FD-L004", 1),
    ],
)
def test_what_is_no_table_of_results_is_refused_with_the_line(content, code, line):
    reading = read(content)
    assert reading.contents == ()
    assert [(issue.code, issue.place.line) for issue in reading.issues] == [(code, line)]


@pytest.mark.parametrize(
    "content", [b"lesion,Area\nx,1\n", b" ,Mean\n1,2\n", b"Area\n1\n", b"", b"\x00 ,Area"]
)
def test_other_tables_are_not_recognised(content):
    assert not ENTRY.recognises(Source("", content))
