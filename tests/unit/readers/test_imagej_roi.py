"""ImageJ selections: every closed kind with its exact shape, everything else refused with its place."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from firstdose.assays._kernel.geometry import measure_outline
from firstdose.readers.formats.imagej_roi import ENTRY
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import (
    FREEHAND,
    HOLE_STEPS,
    LINE,
    OVAL,
    POLYGON,
    RECTANGLE,
    SQUARE,
    SQUARE_STEPS,
    composite,
    polygon,
    roi,
)

SUB_PIXEL = (50, "h", 128)


def read(content):
    return ENTRY.read(Source("plaque.roi", content))


def area(content):
    (outline,) = read(content).contents
    return measure_outline(outline.shapes).area


def refusal(content):
    reading = read(content)
    assert reading.contents == ()
    (issue,) = reading.issues
    assert issue.weight == "error"
    assert issue.place.file == "plaque.roi"
    return issue


def test_a_square_of_whole_pixels_is_read_with_its_name():
    assert ENTRY.recognises(Source("anything", SQUARE))
    (outline,) = read(SQUARE).contents
    assert (outline.name, outline.kind, outline.unit, outline.cm_per_unit) == (
        "square",
        "polygon",
        "px",
        None,
    )
    assert area(SQUARE) == 100


def test_a_selection_without_a_name_is_called_after_its_file():
    (outline,) = read(polygon([(0, 0), (4, 0), (0, 3)])).contents
    assert outline.name == "plaque"


def test_corners_stand_relative_to_the_bounds():
    (outline,) = read(polygon([(0, 0), (4, 0), (0, 3)], box=(-7, 20, 0, 30))).contents
    assert outline.shapes[0].points.tolist() == [[-7, 20], [-3, 20], [-7, 23]]


def test_parts_of_pixels_are_read_behind_the_whole_ones():
    body = struct.pack(">6h", 0, 4, 0, 0, 0, 3) + struct.pack(">6f", 0.5, 4.5, 0.5, 0.25, 0.25, 3.25)
    content = roi(POLYGON, count=3, body=body, fields=[SUB_PIXEL])
    (outline,) = read(content).contents
    assert outline.shapes[0].points.tolist() == [[0.5, 0.25], [4.5, 0.25], [0.5, 3.25]]


def test_an_older_version_has_no_parts_of_pixels():
    assert area(polygon([(0, 0), (4, 0), (0, 3)], fields=[SUB_PIXEL], version=221)) == 6


def test_more_corners_than_a_short_number_holds_are_counted_elsewhere():
    content = bytearray(polygon([(0, 0), (4, 0), (0, 3)], kind=FREEHAND))
    struct.pack_into(">H", content, 16, 0)
    struct.pack_into(">i", content, 18, 3)
    assert area(bytes(content)) == 6


def test_an_oval_is_exact_in_whole_pixels_and_in_parts():
    assert area(roi(OVAL, box=(97, 58, 131, 95))) == pytest.approx(np.pi / 4 * 34 * 37, rel=1e-15)
    parts = roi(OVAL, fields=[SUB_PIXEL, (18, "4f", 1.5, 2.5, 3.5, 4.5)])
    assert area(parts) == pytest.approx(np.pi / 4 * 3.5 * 4.5, rel=1e-15)


def test_a_rectangle_with_round_corners_loses_them():
    whole, rounded = area(roi(RECTANGLE)), area(roi(RECTANGLE, fields=[(54, "h", 4)]))
    assert whole == 100
    assert rounded == pytest.approx(100 - (4 - np.pi) * 2**2, rel=1e-14)
    circle = area(roi(RECTANGLE, fields=[(54, "h", 50)]))
    assert circle == pytest.approx(np.pi * 5**2, rel=1e-14)


def test_a_turned_ellipse_is_exact():
    content = roi(FREEHAND, fields=[(18, "4f", 0, 0, 6, 8), (48, "h", 3), (52, "f", 0.5)])
    assert area(content) == pytest.approx(np.pi / 4 * 10**2 * 0.5, rel=1e-15)


def test_a_turned_rectangle_is_length_times_width():
    content = roi(FREEHAND, fields=[(18, "4f", 0, 0, 6, 8), (48, "h", 5), (52, "f", 3)])
    assert area(content) == pytest.approx(30, rel=1e-12)


def test_a_composite_is_counted_by_the_even_odd_rule():
    assert area(composite([*SQUARE_STEPS, *HOLE_STEPS])) == 96
    assert area(composite([*SQUARE_STEPS, 0, 0, 0])) == 100  # a move at the end draws nothing


def test_bent_steps_of_a_composite_are_exact():
    # a parabola over a chord of 6 with its control point 4 above: two thirds of 6 x 2
    assert area(composite([0, 0, 0, 2, 3, 4, 6, 0, 4])) == pytest.approx(8, rel=1e-14)
    # the same as a cubic
    assert area(composite([0, 0, 0, 3, 2, 8 / 3, 4, 8 / 3, 6, 0, 4])) == pytest.approx(8, rel=1e-6)


@pytest.mark.parametrize(
    "content, words",
    [
        (roi(LINE), "a line"),
        (roi(9), "an angle"),
        (roi(10), "points"),
        (roi(RECTANGLE, fields=[(48, "h", 1)]), "a text"),
        (polygon([(0, 0), (4, 0)]), "2 corners"),
        (roi(POLYGON, fields=[(18, "i", -5)]), "0 corners"),
        (roi(OVAL, box=(0, 0, 0, 5)), "0 wide and 5 high"),
        (roi(FREEHAND, fields=[(18, "4f", 1, 1, 1, 1), (48, "h", 3), (52, "f", 0.5)]), "axis"),
        (composite([0, 0, 0, 1, 1, 1]), "three corners"),
    ],
)
def test_what_encloses_nothing_is_refused(content, words):
    issue = refusal(content)
    assert issue.code == "FD-L008"
    assert words in issue.message


@pytest.mark.parametrize(
    "content, words",
    [
        (b"Iout" + bytes(36), "40 bytes"),
        (bytes(64), "does not begin with 'Iout'"),
        (roi(11), "byte 6 names the kind 11"),
        (SQUARE[:70], "end at byte 80, and it has 70 bytes"),
        (polygon([(0, 0), (4, 0), (0, 3)], fields=[SUB_PIXEL]), "end at byte 100"),
        (roi(POLYGON, fields=[(18, "i", 2_000_000_000)]), "2000000000 corners"),
        (polygon([(0, 0), (4, 0), (-1, 3)]), "left of or above the bounds"),
        (composite([0, 0, 0, 1, 5]), "breaks off at byte 76"),
        (composite([1, 5, 5]), "breaks off at byte 64"),
        (composite([7.0, 1, 1]), "breaks off at byte 64"),
        (composite([0, float("nan"), 0]), "no place in a picture"),
        (roi(RECTANGLE, fields=[(36, "i", 100)]), "100 numbers of a composite"),
        (roi(RECTANGLE, fields=[(36, "i", -1)]), "-1 numbers"),
        (roi(OVAL, fields=[(36, "i", 3)], body=bytes(12)), "3 numbers"),
        (roi(OVAL, fields=[SUB_PIXEL, (18, "f", float("inf"))]), "numbers at byte 18"),
    ],
)
def test_bytes_that_contradict_themselves_are_refused_with_the_place(content, words):
    issue = refusal(content)
    assert issue.code == "FD-L003"
    assert words in issue.message


def test_corners_that_are_no_numbers_are_refused():
    body = struct.pack(">6h", 0, 4, 0, 0, 0, 3) + struct.pack(">6f", 0, 4, 0, 0, float("nan"), 3)
    assert "no place in a picture" in refusal(roi(POLYGON, count=3, body=body, fields=[SUB_PIXEL])).message


def test_a_polygon_with_a_spline_is_a_variant_that_is_not_read():
    assert refusal(polygon([(0, 0), (4, 0), (0, 3)], fields=[(50, "h", 1)])).code == "FD-L006"


def test_an_empty_file_is_refused():
    assert refusal(b"").code == "FD-L002"


def test_a_name_that_is_not_in_the_file_or_cannot_be_shown_is_left_out():
    content = bytearray(SQUARE)
    struct.pack_into(">i", content, 80 + 20, 900)  # a length beyond the end
    (outline,) = read(bytes(content)).contents
    assert outline.name == "plaque"
    (outline,) = read(polygon([(0, 0), (4, 0), (0, 3)], name="a\nb")).contents
    assert outline.name == "plaque"
