"""Forms by hand: diameters, lines across the epidermis, scores, fields."""

from __future__ import annotations

import pytest

from firstdose.readers.formats import epidermis_lines, field_counts, plaque_diameters, slide_scores
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import DIAMETERS, FIELDS, LINES, SCORES

FORMS = {
    "plaque_diameters": (plaque_diameters.ENTRY, DIAMETERS),
    "epidermis_lines": (epidermis_lines.ENTRY, LINES),
    "slide_scores": (slide_scores.ENTRY, SCORES),
    "field_counts": (field_counts.ENTRY, FIELDS),
}
each_form = pytest.mark.parametrize("reader, content", FORMS.values(), ids=FORMS)


def rows(reader, content):
    return reader.read(Source("form.csv", content)).contents[0].rows


@each_form
def test_each_form_is_recognised_by_its_columns_and_by_no_other_reader(reader, content):
    assert [name for name, (each, _) in FORMS.items() if each.recognises(Source("", content))] == [
        reader.name
    ]
    assert reader.read(Source("", content)).issues == ()


@each_form
def test_a_form_without_columns_rows_or_cells_is_refused_with_the_line(reader, content):
    header, _, rest = content.partition(b"\n")
    for broken, code, line in (
        (b"a,b\n1,2\n", "FD-L004", 1),
        (header + b"\n\n", "FD-L004", 2),
        (header + b"," + header.split(b",")[0] + b"\n" + rest, "FD-L013", 1),
        (header + b"\n1,2\n", "FD-L003", 2),
        (b"x" * 200_000 + b"\n1\n", "FD-L004", 1),
        (header + b"\n" + b"x" * 200_000 + b"\n", "FD-L003", 0),
    ):
        reading = reader.read(Source("form.csv", broken))
        assert reading.contents == ()
        assert [(issue.code, issue.place.line) for issue in reading.issues] == [(code, line)]


def test_nothing_else_is_a_form():
    for reader, _ in FORMS.values():
        for content in (b"", b"\x00", b'"' + b"x" * 200_000):
            assert not reader.recognises(Source("", content))


def test_diameters_in_mm_become_cm():
    content = b"lesion;long_diameter_mm;short_diameter_mm\nL1;85,5;nd\n"
    (row,) = rows(plaque_diameters.ENTRY, content)
    assert (row.lesion, row.long, row.short, row.form, row.line) == ("L1", pytest.approx(8.55), None, "", 2)


def test_diameters_in_two_units_are_refused():
    content = b"lesion,long_diameter_mm,short_diameter_mm,long_diameter_cm,short_diameter_cm\nL1,1,1,1,1\n"
    reading = plaque_diameters.ENTRY.read(Source("", content))
    assert [issue.code for issue in reading.issues] == ["FD-L005"]


@pytest.mark.parametrize("cell", [b"abc", b"-3", b"300", b"1.5.2"])
def test_a_diameter_that_is_none_is_missing_and_told(cell):
    reading = plaque_diameters.ENTRY.read(Source("", DIAMETERS.replace(b",8,", b"," + cell + b",")))
    assert reading.contents[0].rows[0].long is None
    assert [(issue.code, issue.place.line) for issue in reading.issues] == [("FD-L007", 2)]


def test_a_point_among_decimal_commas_is_not_guessed():
    content = b"lesion;long_diameter_cm;short_diameter_cm\nL1;8,5;4.5\n"
    reading = plaque_diameters.ENTRY.read(Source("", content))
    assert (reading.contents[0].rows[0].long, reading.contents[0].rows[0].short) == (8.5, None)
    assert len(reading.issues) == 1


def test_scores_keep_reader_and_blinding():
    first, second = rows(slide_scores.ENTRY, SCORES)
    assert (first.slide, first.reader, first.blinded, first.total) == ("X7", "A", True, 11)
    assert first.points["granular_layer_absent"] == 2
    assert second.points["granular_layer_absent"] == 1
    (unsaid, *_) = rows(slide_scores.ENTRY, SCORES.replace(b"A,yes", b"A,"))
    assert unsaid.blinded is None
    reading = slide_scores.ENTRY.read(Source("", SCORES.replace(b"A,yes", b"A,perhaps")))
    assert reading.contents[0].rows[0].blinded is None
    assert len(reading.issues) == 1


def test_the_area_of_a_field_is_written_or_follows_from_the_field_number():
    """0.238 mm2 of a field number 22 at 40x: Renne, Pathologica 2023;115:302-307."""
    assert rows(field_counts.ENTRY, FIELDS)[0].area == pytest.approx(0.196, abs=5e-4)
    assert rows(field_counts.ENTRY, FIELDS.replace(b",20,40\n", b",22,40\n"))[0].area == pytest.approx(
        0.238, abs=5e-4
    )
    tube = FIELDS.replace(b"objective", b"objective,tube_factor").replace(b",40\n", b",40,1.25\n")
    assert rows(field_counts.ENTRY, tube)[0].area == pytest.approx(0.19635 / 1.25**2, abs=1e-5)
    written = FIELDS.replace(b"field_number,objective", b"field_area_mm2,x")
    assert rows(field_counts.ENTRY, written)[0].area == 20
    without = FIELDS.replace(b"objective", b"x")
    assert rows(field_counts.ENTRY, without)[0].area is None
