"""GeoJSON: polygons with holes, classes and roles; what is no outline is refused with the feature's number."""

from __future__ import annotations

import json

import numpy as np
import pytest

from firstdose.assays._kernel.geometry import measure_outline
from firstdose.readers.formats.geojson import ENTRY
from firstdose.readers.reader import Source
from tests.unit.readers.making_outlines import GEOJSON

RING = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]


def read(told):
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    return ENTRY.read(Source("trace.geojson", content))


def of(coordinates, kind="Polygon", **more):
    return {"type": kind, "coordinates": coordinates, **more}


def test_a_feature_has_name_class_and_role():
    assert ENTRY.recognises(Source("", GEOJSON))
    reading = read(GEOJSON)
    (outline,) = reading.contents
    assert (outline.name, outline.classification, outline.role) == ("dermis", "Dermis", "annotation")
    assert (outline.unit, outline.place, reading.software) == ("px", "feature 1", "QuPath")
    assert measure_outline(outline.shapes).area == 96


@pytest.mark.parametrize(
    "told, name",
    [("Dermis", "Dermis"), ({"names": ["CD3", "Positive"]}, "CD3: Positive"), ({"name": 3}, ""), (None, "")],
)
def test_a_class_is_said_in_several_ways(told, name):
    feature = {"type": "Feature", "geometry": of([RING]), "properties": {"classification": told}}
    assert read(feature).contents[0].classification == name


def test_a_bare_geometry_is_named_after_its_file_and_several_after_their_number():
    assert read(of([RING])).contents[0].name == "trace"
    assert [each.name for each in read([of([RING]), of([RING])]).contents] == ["feature 1", "feature 2"]


def test_parts_and_collections_belong_to_one_outline():
    far = [[20, 0], [30, 0], [30, 10], [20, 0]]
    assert len(read(of([[RING], [far]], "MultiPolygon")).contents[0].shapes) == 2
    assert (
        len(read({"type": "GeometryCollection", "geometries": [of([RING]), of([far])]}).contents[0].shapes)
        == 2
    )


def test_an_ellipse_that_is_marked_as_one_is_exact():
    angle = np.linspace(0, 2 * np.pi, 41)
    ring = np.column_stack([50 + 8 * np.cos(angle), 40 + 5 * np.sin(angle)])
    ring[-1] = ring[0]
    (outline,) = read(of([ring.tolist()], isEllipse=True)).contents
    assert outline.kind == "ellipse"
    assert measure_outline(outline.shapes).area == pytest.approx(np.pi * 40, rel=1e-12)


def test_a_third_coordinate_is_left_out():
    assert measure_outline(read(of([[[*corner, 7] for corner in RING]])).contents[0].shapes).area == 100


def test_an_open_ring_is_closed_and_said():
    reading = read(of([RING[:-1]]))
    assert [(issue.code, issue.weight) for issue in reading.issues] == [("FD-L010", "warning")]
    assert "feature 1, ring 1" in reading.issues[0].message


@pytest.mark.parametrize(
    "told, code, words",
    [
        (of([[0, 0], [1, 1]], "LineString"), "FD-L008", "feature 1 is a LineString"),
        (of([RING[:2]]), "FD-L008", "has 2 corners"),
        ({"type": "FeatureCollection", "features": []}, "FD-L008", "no polygon"),
        ({"type": "FeatureCollection", "features": "x"}, "FD-L008", "no polygon"),
        ([7], "FD-L003", "feature 1 is no object"),
        ({"type": "Feature", "geometry": None}, "FD-L003", "feature 1 has no geometry"),
        (of([]), "FD-L003", "has no ring"),
        (of([[["a", 0]]]), "FD-L003", "no pair of numbers"),
        (of([[[True, 0], [1, 0], [1, 1]]]), "FD-L003", "no pair of numbers"),
        (of([[[1e12, 0], [1, 0], [1, 1]]]), "FD-L003", "no pair of numbers"),
        (of([[[1, 0, 2, 3], [1, 0], [1, 1]]]), "FD-L003", "no pair of numbers"),
        (of(7, "MultiPolygon"), "FD-L003", "no polygon"),
        ({"type": "GeometryCollection", "geometries": [3]}, "FD-L003", "a geometry that is none"),
        (of([[[0, 0], [1, 0], [2, 0], [0, 0]]], isEllipse=True), "FD-L003", "no width"),
        (b'{"type": "Polygon", "coordinates": [[[NaN, 0]]]}', "FD-L003", "NaN stands where a number belongs"),
        (b'{"type": "Polygon", "coordinates": ' + b"[" * 100_000, "FD-L003", "nested too deep"),
    ],
)
def test_what_is_no_outline_is_refused(told, code, words):
    reading = read(told)
    assert reading.contents == ()
    (issue,) = reading.issues
    assert (issue.code, issue.weight) == (code, "error")
    assert words in issue.message


def test_json_that_breaks_off_is_refused_with_its_line():
    reading = read(GEOJSON[:150])
    assert [(issue.code, issue.place.line) for issue in reading.issues] == [("FD-L003", 2)]


@pytest.mark.parametrize(
    "content", [b'{"type": "Polygon"}', b'{"names": []}', b"x", b"", b'{"type":"Points","coordinates":[]}']
)
def test_other_json_is_not_recognised(content):
    assert not ENTRY.recognises(Source("", content))
