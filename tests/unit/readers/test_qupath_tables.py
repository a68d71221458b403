"""QuPath's two tables: told apart by what they hold, units taken from the header, bad cells missing with their line."""

from __future__ import annotations

import pytest

from firstdose.readers.formats import qupath_annotations, qupath_detections
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import ANNOTATIONS, DETECTIONS

BOTH = (qupath_annotations.ENTRY, qupath_detections.ENTRY)


def read(content, reader=qupath_annotations.ENTRY):
    return reader.read(Source("slides.tsv", content))


def who(content):
    return [reader.name for reader in BOTH if reader.recognises(Source("", content))]


def test_annotations_are_read_with_counts_units_and_printed_columns():
    assert who(ANNOTATIONS) == ["qupath_annotations"]
    (table,) = read(ANNOTATIONS).contents
    dermis, field = table.rows
    assert (table.area_unit, table.length_unit) == ("um2", "um")
    assert (dermis.image, dermis.name, dermis.parent, dermis.line) == (
        "s1.tif",
        "Dermis",
        "Root object (Image)",
        2,
    )
    assert (dermis.detections, dermis.area, dermis.perimeter, dermis.length) == (1000, 2_000_000, 6000, None)
    assert dict(dermis.counts) == {"CD3: Positive": 600, "CD3: Negative": 390, "CD20": 10}
    assert dict(dermis.printed) == {"CD3: Positive %": 60.606, "Num CD20 per mm^2": 5}
    assert (field.parent, field.line) == ("Dermis", 3)


@pytest.mark.parametrize(
    "sign, unit", [("µm^2", "um2"), ("\u03bcm^2", "um2"), ("um^2", "um2"), ("px^2", "px2"), ("mm^2", "mm2")]
)
def test_the_unit_of_the_area_is_that_of_the_header(sign, unit):
    content = f"Image,Name,Class,Parent,ROI,Num Detections,Area {sign}\na,b,c,Image,Polygon,3,4\n".encode()
    assert who(content) == ["qupath_annotations"]
    (table,) = read(content).contents
    assert (table.area_unit, table.length_unit, table.rows[0].classification) == (unit, "", "c")


def test_a_micro_sign_of_windows_is_read():
    assert read(ANNOTATIONS.decode().encode("cp1252")).contents[0].area_unit == "um2"


def test_detections_are_coded_and_outside_ones_are_marked():
    assert who(DETECTIONS) == ["qupath_detections"]
    (table,) = read(DETECTIONS, qupath_detections.ENTRY).contents
    assert (table.images, table.classes) == (("s1.tif",), ("CD3: Positive", "CD20"))
    assert (table.parents, table.outside) == (("Dermis", "Root object (Image)"), (False, True))
    assert table.classification.tolist() == table.parent.tolist() == [0, 1]


def test_tables_of_old_versions_are_told_apart_by_their_counts():
    old = b"Image,Name,Class,Parent,ROI,Nucleus: Area\na,,c,Image,Polygon,3\n"
    assert who(old) == ["qupath_detections"]
    (table,) = read(old, qupath_detections.ENTRY).contents
    assert (table.classes, table.outside) == (("c",), (True,))
    assert who(b"Image,Object type,Name,Class,Parent,ROI\n") == ["qupath_detections"]
    assert who(b"Image,Object type,Name,Class,Parent,ROI\na\n") == ["qupath_detections"]


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"Image,Parent\n", b"Image,Parent,ROI\n", b'"' + b"x" * 200_000]
)
def test_other_tables_are_not_recognised(content):
    assert who(content) == []


@pytest.mark.parametrize(
    "cell, wanted", [("12,5", None), ("-1", None), ("many", None), ("", None), ("NaN", None), ("7.5", None)]
)
def test_a_count_that_is_none_is_missing_and_told_with_its_line(cell, wanted):
    content = ANNOTATIONS.replace(b"\t1000\t", f"\t{cell}\t".encode())
    reading = read(content)
    assert reading.contents[0].rows[0].detections is wanted
    told = [(issue.code, issue.place.line, issue.weight) for issue in reading.issues]
    assert told == ([] if cell in {"", "NaN"} else [("FD-L007", 2, "query")])


def test_many_bad_cells_are_counted():
    lines = ANNOTATIONS.split(b"\n")
    content = b"\n".join([lines[0], *[lines[2].replace(b"\t100000\t", b"\tx\t")] * 50])
    issues = read(content).issues
    assert len(issues) == 21
    assert issues[-1].message == "30 more of the same kind follow."
    assert {issue.weight for issue in issues} == {"query"}


@pytest.mark.parametrize(
    "change, code, line, words",
    [
        ((b"Perimeter \xc2\xb5m", b"Perimeter px"), "FD-L005", 1, "different units"),
        ((b"Length \xc2\xb5m", b"Area px^2"), "FD-L005", 1, "Area um^2 and Area px^2"),
        ((b"\tName\t", b"\tROI\t"), "FD-L013", 1, "'ROI'"),
        ((b"\tROI\t", b"\tX\t"), "FD-L004", 1, "'ROI'"),
        ((b"\tROI\t", b"\t" + b"x" * 200_000 + b"\t"), "FD-L004", 1, "'Image', 'Parent', 'ROI'"),
        ((b"\t1300\t\n", b"\t1300\n"), "FD-L003", 3, "line 3 has 14 cells, the header has 15"),
        (
            (b"s1.tif\tAnnotation\tField", b"s1.tif\tDetection\tField"),
            "FD-L005",
            3,
            "line 3 is of the type 'Detection'",
        ),
        ((b"\t1300\t\n", b"\t1300\t" + b"x" * 200_000 + b"\n"), "FD-L003", 3, "longer than a table can hold"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_the_line(change, code, line, words):
    reading = read(ANNOTATIONS.replace(*change))
    assert reading.contents == ()
    (issue,) = reading.issues
    assert (issue.code, issue.place.line) == (code, line)
    assert words in issue.message


def test_a_table_without_rows_is_refused():
    for reader, content in zip(BOTH, (ANNOTATIONS, DETECTIONS), strict=True):
        reading = read(content.split(b"\n")[0] + b"\n\n", reader)
        assert [(issue.code, issue.place.line) for issue in reading.issues] == [("FD-L004", 2)]
