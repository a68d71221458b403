"""Counts inside annotations against real QuPath exports; sources in histology_qupath/SOURCE.md."""

from __future__ import annotations

import json

import pytest

from firstdose.assays.digital_pathology import ENTRY
from firstdose.catalogue import Request
from firstdose.readers.formats import qupath_annotations, qupath_detections
from firstdose.readers.reader import source_of
from tests.shared import shared_data

MARKER = "marker+"


def _read(reader, *path):
    from dataclasses import replace

    source = source_of(shared_data("assays", *path))
    reading = reader.ENTRY.read(source)
    assert reading.issues == ()
    return replace(reading, file=source.name)


@pytest.fixture(scope="module")
def expected():
    return json.loads(shared_data("assays", "histology_qupath", "expected.json").read_text())[
        "root_annotation"
    ]


@pytest.fixture(scope="module")
def annotations():
    return _read(qupath_annotations, "histology_qupath", "cells_measurements_annotations.tsv")


@pytest.fixture(scope="module")
def detections():
    return _read(qupath_detections, "histology_qupath", "cells_measurements_detections_6_images.tsv")


def test_every_image_has_its_published_counts_density_and_share(expected, annotations):
    """20 images, cuisto (github.com/TeamNCMC/cuisto): 6 decimals of expected.json."""
    run = ENTRY.measure([annotations], Request())
    found = {(each.sample, each.quantity, each.analyte): each for each in run.measured}
    assert len({each.sample for each in run.measured}) == len(expected) == 20
    for image, values in expected.items():
        assert found[image, "cell_count", "all detections"].value == values["detections_inside"]
        assert found[image, "cell_count", "Cells: marker+"].value == values["positive"]
        density = found[image, "density", "Cells: marker+"]
        assert density.value == pytest.approx(values["positive_per_mm2"], abs=5e-7)
        share = found[image, "positive_percent", "Cells: marker"].value
        assert share == pytest.approx(values["positive_percent"], abs=5e-7)
        assert density.verdict == "pass"


def test_cells_outside_every_annotation_are_not_counted(expected, annotations, detections):
    """The trap: image 030 has 2506 rows, 2441 of them inside; 168 positive rows, 136 inside."""
    run = ENTRY.measure([annotations, detections], Request())
    agreement = [
        finding for value in run.measured for finding in value.findings if finding.rule == "counts_agree"
    ]
    assert {finding.verdict for finding in agreement} == {"pass"}
    assert {finding.place for finding in agreement} == {
        image for image, values in expected.items() if "detection_rows" in values
    }
    assert dict(run.facts)["detections outside every annotation, not counted"] == str(
        sum(
            each["detection_rows"] - each["detections_inside"]
            for each in expected.values()
            if "detection_rows" in each
        )
    )


def test_a_list_of_detections_alone_yields_counts_inside_and_no_density(expected, detections):
    run = ENTRY.measure([detections], Request(analytes=(MARKER,)))
    found = {(each.sample, each.quantity): each for each in run.measured}
    for image, values in expected.items():
        if "positive_rows" in values:
            assert found[image, "cell_count"].value == values["positive"] < values["positive_rows"]
            assert found[image, "density"].comparator == ""
            assert "no area" in found[image, "density"].reason


def test_areas_in_pixels_yield_counts_and_no_density():
    """bad_inputs/manifest.json, qupath_no_pixel_size.tsv: reject densities, counts may be read."""
    reading = _read(qupath_annotations, "bad_inputs", "qupath_no_pixel_size.tsv")
    found = {each.quantity: each for each in ENTRY.measure([reading], Request(analytes=(MARKER,))).measured}
    assert found["cell_count"].value == 136
    assert found["cell_count"].verdict == "pass"
    assert (found["density"].comparator, found["density"].verdict) == ("", "reject")
    assert "pixel size" in found["density"].reason


@pytest.mark.parametrize("example", ENTRY.examples, ids=lambda example: example.given)
def test_the_entry_computes_its_examples(example):
    assert abs(example.compute() - example.value) <= example.tolerance
