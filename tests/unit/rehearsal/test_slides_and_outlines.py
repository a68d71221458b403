"""Invented tables of QuPath and invented outlines are read back with the densities and areas asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.assays import digital_pathology, planimetry
from firstdose.catalogue import Request
from firstdose.readers.formats import geojson, imagej_roi, qupath_annotations, qupath_detections, svg_outline
from firstdose.readers.reader import Source
from firstdose.rehearsal.instrument_files.outlines import (
    INVENTED,
    invent_border,
    write_geojson,
    write_roi,
    write_svg,
)
from firstdose.rehearsal.instrument_files.qupath import InventedSlide, write_annotations, write_detections

SLIDES = [
    InventedSlide(image="INV-001 BL L1.tif", area_mm2=2.5, densities={"CD20": 40, "CD3": 320}, outside=7),
    InventedSlide(image="INV-001 M6 L1.tif", area_mm2=1.2, densities={"CD20": 25}),
]


def read(module, content, name):
    source = Source(name, content)
    assert module.ENTRY.recognises(source)
    reading = module.ENTRY.read(source)
    assert reading.issues == ()
    return replace(reading, file=name)


def test_invented_slides_have_the_densities_asked_for():
    annotations = read(qupath_annotations, write_annotations(SLIDES), "annotations.tsv")
    detections = read(qupath_detections, write_detections(SLIDES), "detections.tsv")
    run = digital_pathology.ENTRY.measure([annotations, detections], Request())
    assert {value.verdict for value in run.measured} == {"pass"}
    found = {
        (value.sample, value.analyte): value.value for value in run.measured if value.quantity == "density"
    }
    for slide in SLIDES:
        for name, density in slide.densities.items():
            assert found[slide.image, name] == pytest.approx(density, rel=0.02)
    assert found["INV-001 M6 L1.tif", "CD3"] == 0
    assert dict(run.facts)["detections outside every annotation, not counted"] == "7"
    assert INVENTED.encode() in write_annotations(SLIDES)
    assert INVENTED.encode() in write_detections(SLIDES)


@pytest.mark.parametrize("area", [12.5, 25, 64])
def test_invented_outlines_have_the_area_asked_for_in_three_formats(area):
    scale = 0.02
    border = invent_border(area / scale**2, seed=3) + 2000
    readings = [
        read(imagej_roi, write_roi(border, "L1"), "a.roi"),
        read(geojson, write_geojson(border, "L1"), "a.geojson"),
        read(svg_outline, write_svg(border, "L1", scale), "a.svg"),
    ]
    run = planimetry.ENTRY.measure(readings, Request(words={"cm_per_px": str(scale)}))
    areas = [value.value for value in run.measured if value.quantity == "plaque_area"]
    assert areas == pytest.approx([area] * 3, rel=1e-4)
    assert {value.verdict for value in run.measured} == {"pass"}
    assert INVENTED in readings[0].contents[0].name
    assert INVENTED.encode() in write_geojson(border, "L1")
    assert INVENTED.encode() in write_svg(border, "L1", scale)


def test_a_border_around_the_origin_is_moved_into_the_picture():
    (outline,) = read(imagej_roi, write_roi(invent_border(10_000), "L1"), "a.roi").contents
    assert outline.shapes[0].points.min() >= 0


def test_the_same_words_give_the_same_bytes_and_another_seed_another_plaque():
    assert write_detections(SLIDES, seed=5) == write_detections(SLIDES, seed=5)
    assert write_roi(invent_border(100, seed=5), "L1") == write_roi(invent_border(100, seed=5), "L1")
    assert write_roi(invent_border(100, seed=5), "L1") != write_roi(invent_border(100, seed=6), "L1")
