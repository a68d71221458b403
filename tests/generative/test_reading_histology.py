"""Outlines, QuPath tables and forms, damaged in every way: a Reading with well-formed Issues, never an exception."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.assays import digital_pathology, planimetry
from firstdose.catalogue import Request
from firstdose.readers.formats import (
    epidermis_lines,
    field_counts,
    geojson,
    imagej_results,
    imagej_roi,
    imagej_roiset,
    plaque_diameters,
    qupath_annotations,
    qupath_detections,
    slide_scores,
    svg_outline,
)
from firstdose.readers.reader import Source
from tests.unit.readers import making_outlines as made

SVG = made.path(
    "M5 0a5 3 20 0 1 -5 3c1 1 2 2 3 5q1 1 2-1t5 5s1 2 3 4z m1 1h2v2z", 'transform="rotate(3 1 2) scale(2,3)"'
)
FILES = {
    "roi": (imagej_roi.ENTRY, made.SQUARE),
    "roi composite": (imagej_roi.ENTRY, made.composite([*made.SQUARE_STEPS, *made.HOLE_STEPS])),
    "roi ellipse": (
        imagej_roi.ENTRY,
        made.roi(7, fields=[(18, "4f", 0, 0, 6, 8), (48, "h", 3), (52, "f", 0.5)]),
    ),
    "roiset": (imagej_roiset.ENTRY, made.roiset(a_roi=made.SQUARE, b_roi=made.roi(2))),
    "results": (imagej_results.ENTRY, made.RESULTS),
    "geojson": (geojson.ENTRY, made.GEOJSON),
    "svg": (svg_outline.ENTRY, SVG),
    "annotations": (qupath_annotations.ENTRY, made.ANNOTATIONS),
    "detections": (qupath_detections.ENTRY, made.DETECTIONS),
    "diameters": (plaque_diameters.ENTRY, made.DIAMETERS),
    "lines": (epidermis_lines.ENTRY, made.LINES),
    "scores": (slide_scores.ENTRY, made.SCORES),
    "fields": (field_counts.ENTRY, made.FIELDS),
}
READERS = {entry.name: entry for entry, _ in FILES.values()}
each_file = pytest.mark.parametrize("name", FILES)
LEAST_MEMORY, TIMES_THE_FILE = 3_000_000, 60


def check(entry, content):
    """The three endings: contents, contents with Issues, or Issues alone; and the assays take whatever is read."""
    source = Source("damaged", content)
    entry.recognises(source)
    reading = entry.read(source)
    refused = [issue for issue in reading.issues if issue.weight == "error"]
    assert bool(refused) != bool(reading.contents)
    for issue in reading.issues:
        assert issue.code.startswith("FD-L")
        assert issue.message
        assert issue.message.isprintable()
        assert issue.remedy
        assert issue.place.file.startswith("damaged")
    words = {"cm_per_px": "0.1", "pixel_size": "0.5", "results_unit": "mm"}
    for assay in (planimetry.ENTRY, digital_pathology.ENTRY):
        for value in assay.measure([reading], Request(words=words)).measured:
            assert (value.comparator == "=") == (value.value == value.value)
            assert value.comparator or value.reason


@each_file
def test_the_good_files_are_read(name):
    entry, content = FILES[name]
    assert [each.name for each in READERS.values() if each.recognises(Source("", content))] == [entry.name]
    assert entry.read(Source("", content)).contents
    check(entry, content)


@each_file
@settings(max_examples=40, deadline=None)
@given(draw=st.data())
def test_cut_anywhere(name, draw):
    entry, content = FILES[name]
    check(entry, content[: draw.draw(st.integers(0, len(content)))])


@each_file
@settings(max_examples=60, deadline=None)
@given(draw=st.data())
def test_bytes_flipped(name, draw):
    entry, content = FILES[name]
    flipped = bytearray(content)
    for _ in range(draw.draw(st.integers(1, 6))):
        flipped[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    check(entry, bytes(flipped))


@each_file
@settings(max_examples=30, deadline=None)
@given(draw=st.data())
def test_lines_repeated_and_shuffled(name, draw):
    entry, content = FILES[name]
    mark = b" " if name == "svg" else b"\n"
    lines = content.split(mark)
    check(entry, mark.join(draw.draw(st.lists(st.sampled_from(lines), max_size=3 * len(lines)))))
    check(entry, mark.join(draw.draw(st.permutations(lines))))


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=300), start=st.booleans(), draw=st.data())
def test_arbitrary_bytes(name, content, start, draw):
    entry = READERS[name]
    good = next(bytes_of for each, bytes_of in FILES.values() if each.name == name)
    head = good[: draw.draw(st.integers(0, min(80, len(good))))] if start else b""
    check(entry, head + content)


PATH = st.lists(
    st.one_of(
        st.sampled_from("MmLlHhVvCcSsQqTtAaZz"),
        st.integers(-9, 9).map(str),
        st.sampled_from(["1", "0", ".5", "-3e2"]),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(
    words=PATH,
    transform=st.lists(
        st.sampled_from(["rotate(", "scale(", "skewX(", "2", " 3", ")", ",", "x"]), max_size=8
    ),
)
def test_words_of_a_path_in_any_order(words, transform):
    check(svg_outline.ENTRY, made.path(" ".join(words), f'transform="{"".join(transform)}"'))


@pytest.mark.parametrize("announced", [1, 65_000, 2_000_000_000, -1])
def test_what_a_header_announces_is_not_believed(announced):
    tracemalloc.start()
    check(imagej_roi.ENTRY, made.roi(1, fields=[(36, "i", announced)]))
    check(imagej_roi.ENTRY, made.roi(0, fields=[(18, "i", announced)]))
    check(imagej_roi.ENTRY, made.roi(0, count=announced & 0xFFFF))
    assert tracemalloc.get_traced_memory()[1] < LEAST_MEMORY
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["annotations", "detections", "fields", "results", "geojson"])
def test_memory_grows_no_faster_than_the_file(name):
    entry, content = FILES[name]
    if name == "geojson":
        corners = b",".join([b"[0,0]", b"[10,0]"] * 50_000)
        content = content.replace(b"[10,0]", corners, 1)
    else:
        first, row, *_ = content.split(b"\n")
        content = first + b"\n" + (row + b"\n") * 10_000
    tracemalloc.start()
    entry.read(Source("large", content))
    assert tracemalloc.get_traced_memory()[1] < TIMES_THE_FILE * len(content)
    tracemalloc.stop()
