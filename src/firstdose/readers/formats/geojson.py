"""GeoJSON: outlines in pixels, origin at the top left, as QuPath and others export them."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.outline import Ellipse, Outline, Ring
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.readers.contents.outline import Shape
    from firstdose.values.issue import Issue

_KINDS = ("FeatureCollection", "Feature", "Polygon", "MultiPolygon", "GeometryCollection")
_OPEN = {"Point", "MultiPoint", "LineString", "MultiLineString"}
_CLOSED = "Trace the border as a closed polygon."
_FARTHEST = 1e9


class _Broken(Exception):
    """Carries the Issue that says why there is no outline."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(issue.message)


def _recognises(source: Source) -> bool:
    """JSON that names a kind of GeoJSON: the types of other JSON formats are other words."""
    start = source.start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] not in {b"{", b"["} or not is_text(source):
        return False
    squeezed = start.translate(None, b" \t\r\n")
    kinds = any(f'"type":"{kind}"'.encode() in squeezed for kind in (*_KINDS, *_OPEN))
    return kinds and any(word in squeezed for word in (b'"coordinates"', b'"features"', b'"geometries"'))


def _read(source: Source) -> Reading:
    try:
        told = json.loads(text_of(source), parse_constant=_no_number)
    except json.JSONDecodeError as broken:
        what = f"the JSON ends or breaks at line {broken.lineno}"
        return refused(refusals.damaged(source.at(broken.lineno, broken.colno), what))
    except (ValueError, RecursionError) as broken:
        why = "it is nested too deep" if isinstance(broken, RecursionError) else str(broken)
        return refused(refusals.damaged(source.place, why))
    reading = _Collection(source)
    try:
        outlines = tuple(reading.outlines(told))
    except _Broken as broken:
        return refused(broken.issue)
    if not outlines:
        return refused(refusals.impossible_outline(source.place, "it holds no polygon", _CLOSED))
    return Reading(contents=outlines, issues=tuple(reading.issues), software=reading.software)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} stands where a number belongs")


class _Collection:
    """The features of one file, in their order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.issues: list[Issue] = []
        self.software = ""

    def outlines(self, told: Any) -> Iterator[Outline]:
        features = _features(told)
        for number, feature in enumerate(features, start=1):
            place = f"feature {number}"
            if not isinstance(feature, dict):
                raise self._damaged(f"{place} is no object")
            is_feature = feature.get("type") == "Feature"
            geometry = feature.get("geometry") if is_feature else feature
            properties = feature.get("properties") if is_feature else None
            alone = PurePath(self.source.name).stem if len(features) == 1 else place
            yield self._outline(geometry, properties if isinstance(properties, dict) else {}, place, alone)

    def _outline(self, geometry: Any, properties: dict[str, Any], place: str, fallback: str) -> Outline:
        if not isinstance(geometry, dict):
            raise self._damaged(f"{place} has no geometry")
        shapes: tuple[Shape, ...] = tuple(self._shapes(geometry, place))
        if "objectType" in properties:
            self.software = "QuPath"
        is_ellipse = geometry.get("isEllipse") is True
        if is_ellipse and len(shapes) == 1:
            shapes = (_ellipse_in(shapes[0], self._damaged(f"the ellipse of {place} has no width")),)
        return Outline(
            name=_text(properties.get("name")) or fallback,
            kind="ellipse" if is_ellipse else "polygon",
            shapes=shapes,
            classification=_class_name(properties.get("classification")),
            role=_text(properties.get("objectType") or properties.get("object_type")),
            place=place,
        )

    def _shapes(self, geometry: dict[str, Any], place: str) -> Iterator[Ring]:
        kind, coordinates = geometry.get("type"), geometry.get("coordinates")
        if kind == "GeometryCollection" and isinstance(geometry.get("geometries"), list):
            for each in geometry["geometries"]:
                if not isinstance(each, dict) or each.get("type") == "GeometryCollection":
                    raise self._damaged(f"{place} holds a geometry that is none")
                yield from self._shapes(each, place)
        elif kind in _OPEN:
            raise _Broken(refusals.impossible_outline(self.source.place, f"{place} is a {kind}", _CLOSED))
        elif kind == "Polygon":
            yield from self._rings(coordinates, place)
        elif kind == "MultiPolygon" and isinstance(coordinates, list):
            for part, polygon in enumerate(coordinates, start=1):
                yield from self._rings(polygon, f"{place}, part {part}")
        else:
            raise self._damaged(f"{place} is no polygon")

    def _rings(self, polygon: Any, place: str) -> Iterator[Ring]:
        if not isinstance(polygon, list) or not polygon:
            raise self._damaged(f"{place} has no ring")
        for number, ring in enumerate(polygon, start=1):
            yield self._ring(ring, f"{place}, ring {number}")

    def _ring(self, ring: Any, place: str) -> Ring:
        if not isinstance(ring, list) or not all(map(_is_corner, ring)):
            raise self._damaged(f"{place} holds a corner that is no pair of numbers")
        points = np.array([corner[:2] for corner in ring], dtype=np.float64).reshape(-1, 2)
        if len(points) > 1 and (points[0] == points[-1]).all():
            points = points[:-1]
        elif len(points) > 2:
            self.issues.append(
                refusals.closed_for_you(self.source.place, f"{place} was open and has been closed")
            )
        if len(points) < 3:
            what = f"{place} has {len(points)} corners"
            raise _Broken(refusals.impossible_outline(self.source.place, what, _CLOSED))
        return Ring(points)

    def _damaged(self, what: str) -> _Broken:
        return _Broken(refusals.damaged(self.source.place, what))


def _features(told: Any) -> list[Any]:
    if isinstance(told, dict) and told.get("type") == "FeatureCollection":
        features = told.get("features")
        return features if isinstance(features, list) else []
    return told if isinstance(told, list) else [told]


def _is_corner(corner: Any) -> bool:
    return (
        isinstance(corner, list)
        and len(corner) in {2, 3}
        and all(
            isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < _FARTHEST
            for number in corner[:2]
        )
        and isfinite(corner[0] + corner[1])
    )


def _ellipse_in(shape: Shape, otherwise: _Broken) -> Ellipse:
    """The ellipse in the bounds of the polygon that stands for it: its corners lie on its ends of both axes."""
    assert isinstance(shape, Ring)
    low, high = shape.points.min(axis=0), shape.points.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    if not half.all():
        raise otherwise
    return Ellipse((float(middle[0]), float(middle[1])), (float(half[0]), 0.0), (0.0, float(half[1])))


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _class_name(told: Any) -> str:
    """A class is a name, an object with a name, or an object with the names of a class and its parts."""
    if isinstance(told, dict):
        names = told.get("names")
        if isinstance(names, list):
            return ": ".join(map(str, names))
        return _text(told.get("name"))
    return _text(told)


ENTRY = Reader(
    name="geojson",
    label="GeoJSON outlines",
    source="IETF, RFC 7946 (GeoJSON); QuPath marks ellipses with `isEllipse` and writes pixels",
    yields=("Outline",),
    extensions=("geojson", "json"),
    recognises=_recognises,
    read=_read,
)
