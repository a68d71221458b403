"""Areas of outlines against published regions of interest and damaged files; sources in each folder's SOURCE.md."""

from __future__ import annotations

import json
from math import isnan, nan

import pytest

from firstdose.assays._kernel.geometry import measure_outline
from firstdose.assays.planimetry import ENTRY
from firstdose.catalogue import Request
from firstdose.readers.formats import geojson, imagej_roi, svg_outline
from firstdose.readers.reader import source_of
from tests.shared import shared_data

ROI = (
    "composite-brush-donut", "composite-oval-in-rect", "composite-two-ellipses", "ellipse", "ellipse-top", "freeline",
    "line2", "oval", "oval-top", "polygon", "polygon-top", "rectangle",
)  # fmt: skip


@pytest.mark.parametrize("name", ROI)
def test_an_imagej_selection_has_its_published_area_or_is_refused(name):
    """12 files of read-roi (github.com/hadim/read-roi); areas in roi_imagej/expected.json, to 1e-9."""
    expected = json.loads(shared_data("assays", "roi_imagej", "expected.json").read_text())
    assert tuple(sorted(expected)) == ROI
    reading = imagej_roi.ENTRY.read(source_of(shared_data("assays", "roi_imagej", f"{name}.roi")))
    wanted = expected[name]["area_px2"]
    if wanted is None:
        assert [issue.code for issue in reading.issues] == ["FD-L008"]
        assert reading.contents == ()
        return
    (outline,) = reading.contents
    assert len(outline.shapes) == expected[name].get("paths", 1)
    assert measure_outline(outline.shapes).area == pytest.approx(wanted, rel=1e-9)


def test_the_coordinates_of_a_polygon_are_those_of_another_reader():
    """polygon.json as read-roi publishes it."""
    published = json.loads(shared_data("assays", "roi_imagej", "polygon.json").read_text())["polygon"]
    (outline,) = imagej_roi.ENTRY.read(source_of(shared_data("assays", "roi_imagej", "polygon.roi"))).contents
    assert outline.name == "polygon"
    assert outline.shapes[0].points.tolist() == [
        list(map(float, each)) for each in zip(published["x"], published["y"], strict=True)
    ]


def test_a_geometry_with_26_holes_has_the_area_and_the_border_of_an_oracle():
    """histology_qupath/expected.json: 54694789.602 px2 and 129201.59 px by shapely 2, three parts, 26 holes."""
    expected = json.loads(shared_data("assays", "histology_qupath", "expected.json").read_text())[
        "polygon.geojson"
    ]
    (outline,) = geojson.ENTRY.read(
        source_of(shared_data("assays", "histology_qupath", "polygon.geojson"))
    ).contents
    traced = measure_outline(outline.shapes)
    assert len(outline.shapes) == expected["parts"] + expected["holes"]
    assert traced.area == pytest.approx(expected["area_px2"], rel=1e-12)
    assert traced.perimeter == pytest.approx(expected["perimeter_px"], rel=1e-12)


def test_a_drawing_of_a_page_of_10_cm_has_64_cm2():
    """bad_inputs/manifest.json, scale_cm.svg: 10 cm page, 100 user units."""
    reading = svg_outline.ENTRY.read(source_of(shared_data("assays", "bad_inputs", "scale_cm.svg")))
    area, _ = ENTRY.measure([reading], Request()).measured
    assert area.value == pytest.approx(64, rel=1e-12)
    assert (area.quantity, area.unit, area.comparator) == ("plaque_area", "cm2", "=")


def test_a_drawing_without_physical_size_is_refused():
    """bad_inputs/manifest.json, no_scale.svg: reject, no scale."""
    reading = svg_outline.ENTRY.read(source_of(shared_data("assays", "bad_inputs", "no_scale.svg")))
    assert reading.contents == ()
    assert [issue.code for issue in reading.issues] == ["FD-L009"]


def test_an_outline_that_crosses_itself_is_rejected_with_its_place():
    """bad_inputs/manifest.json, selfcrossing.geojson: the shoelace of the bow tie gives 0."""
    reading = geojson.ENTRY.read(source_of(shared_data("assays", "bad_inputs", "selfcrossing.geojson")))
    area, _ = ENTRY.measure([reading], Request(words={"cm_per_px": "0.1"})).measured
    assert (area.comparator, area.verdict) == ("", "reject")
    assert isnan(area.value)
    assert area.reason == "the outline crosses itself near 5, 5"
    assert area.findings[0].rule == "simple_outline"


def test_an_open_ring_is_closed_with_a_warning_and_has_its_100_px2():
    """bad_inputs/manifest.json, open_ring.geojson."""
    reading = geojson.ENTRY.read(source_of(shared_data("assays", "bad_inputs", "open_ring.geojson")))
    assert [(issue.code, issue.weight) for issue in reading.issues] == [("FD-L010", "warning")]
    found = {each.quantity: each for each in ENTRY.measure([reading], Request()).measured}
    assert found["outline_area"].value == 100
    assert found["plaque_area"].comparator == ""
    assert found["plaque_area"].reason == "no scale: how many cm a pixel is was not said"


def test_40_bytes_are_no_selection():
    """bad_inputs/manifest.json, truncated.roi: shorter than the 64-byte header."""
    reading = imagej_roi.ENTRY.read(source_of(shared_data("assays", "bad_inputs", "truncated.roi")))
    assert reading.contents == ()
    (issue,) = reading.issues
    assert issue.code == "FD-L003"
    assert "40 bytes, the header alone has 64" in issue.message


@pytest.mark.parametrize("example", ENTRY.examples, ids=lambda example: example.given)
def test_the_entry_computes_its_examples(example):
    assert example.compute() == pytest.approx(example.value, abs=example.tolerance or nan, rel=0)
