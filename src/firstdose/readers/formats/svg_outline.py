"""SVG: outlines drawn over a picture, with the physical size of the page."""

from __future__ import annotations

import re
from math import isfinite
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.outline import Cubic, Curve, Ellipse, Line, Outline, Ring
from firstdose.readers.paths import closed, elliptic, transformed
from firstdose.readers.plain_text import number_of
from firstdose.readers.reader import Reader, Reading, Source, refused
from firstdose.readers.svg_path import SAME, NotAPath, read_path, read_transform, times
from firstdose.readers.xml_tree import read_xml
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from firstdose.readers.contents.outline import Piece, Point, Shape
    from firstdose.readers.svg_path import Matrix
    from firstdose.values.issue import Issue

_CM = {"cm": 1.0, "mm": 0.1, "Q": 0.025, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6}
_LENGTH = re.compile(r"\s*([0-9.eE+-]+)\s*(cm|mm|Q|in|pt|pc)\s*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_NOT_DRAWN = {"defs", "clipPath", "mask", "marker", "pattern", "symbol", "metadata", "linearGradient"}
_NOT_FOLLOWED = {"use": "a copy made by <use>", "svg": "an <svg> inside another", "switch": "a <switch>"}
_DRAWN = {"path", "polygon", "polyline", "rect", "circle", "ellipse"}
_SAME_SCALE = 1e-3
_FARTHEST = 1e9
_CLOSED = "Trace the border as one closed path."
_SIZE = "Save the drawing with its width and height in mm or cm and a viewBox."
_HIDDEN = re.compile(r"(?:^|;)\s*display\s*:\s*none")


class _Broken(Exception):
    """Carries the Issue that says why there is no outline."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(issue.message)


def _recognises(source: Source) -> bool:
    start = source.start.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and re.search(rb"<(?:\w+:)?svg[\s>]", start) is not None


def _read(source: Source) -> Reading:
    root, issues = read_xml(source)
    if root is None:
        return refused(*issues)
    if root.tag != "svg":
        return refused(refusals.missing_part(source.place, ["svg"], "element"))
    drawing = _Drawing(source)
    try:
        scale = drawing.scale(root)
        outlines = tuple(drawing.outlines(root, SAME, scale))
    except _Broken as broken:
        return refused(broken.issue)
    if not outlines:
        return refused(refusals.impossible_outline(source.place, "it holds no closed path", _CLOSED))
    return Reading(contents=outlines, issues=tuple(drawing.issues), software=_software(root))


def _software(root: Element) -> str:
    named = next((value for key, value in root.attrib.items() if key == "version" and " " in value), "")
    return f"Inkscape {named}" if named else ""


class _Drawing:
    """Walks the elements and keeps the transform of the groups that they stand in."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.issues: list[Issue] = []
        self.count = 0

    def scale(self, root: Element) -> float:
        """cm of one user unit, the same in both directions."""
        page = [self._page(root, side) for side in ("width", "height")]
        if page == [None, None]:
            raise self._no_scale("width and height of the page are not in mm, cm, in, pt or pc")
        box = [number_of(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
        if len(box) != 4 or None in box:
            raise self._no_scale("there is no viewBox, so that it stays open how long one unit is")
        sizes = zip(page, box[2:], strict=True)
        scales = [length / size for length, size in sizes if length and size and size > 0]
        if not scales or not all(0 < each < _FARTHEST for each in scales):
            raise self._no_scale("the viewBox or the page has no size")
        if abs(scales[0] / scales[-1] - 1) > _SAME_SCALE:
            what = f"one unit is {scales[0]:.6g} cm across and {scales[-1]:.6g} cm down"
            raise _Broken(refusals.contradiction(self.source.place, what, _SIZE))
        return min(scales)

    def _page(self, root: Element, side: str) -> float | None:
        """cm of a side; None where it is not said. A side in pixels or percent says nothing physical."""
        told = root.get(side)
        if told is None:
            return None
        found = _LENGTH.fullmatch(told)
        number = number_of(found[1]) if found else None
        if found is None or number is None:
            raise self._no_scale(f"the {side} of the page is {quoted(told)}, which is no physical length")
        return number * _CM[found[2]]

    def _no_scale(self, what: str) -> _Broken:
        return _Broken(refusals.no_scale(self.source.place, what, _SIZE))

    def outlines(self, parent: Element, outer: Matrix, scale: float) -> Iterator[Outline]:
        for element in parent:
            tag = element.tag
            if (
                tag in _NOT_DRAWN
                or element.get("display") == "none"
                or _HIDDEN.search(element.get("style", ""))
            ):
                continue
            if tag in _NOT_FOLLOWED:
                why = "Draw the outline itself, without copies and nested drawings."
                raise _Broken(refusals.variant_not_read(self.source.place, _NOT_FOLLOWED[tag], why))
            if tag in {"g", "a"} or tag in _DRAWN:
                yield from self._drawn(element, outer, scale)

    def _drawn(self, element: Element, outer: Matrix, scale: float) -> Iterator[Outline]:
        try:
            inner = times(outer, read_transform(element.get("transform", "")))
        except NotAPath as why:
            raise _Broken(refusals.damaged(self.source.place, str(why))) from why
        if element.tag not in _DRAWN:
            yield from self.outlines(element, inner, scale)
            return
        self.count += 1
        name = element.get("label") or element.get("id") or f"path {self.count}"
        kind, shapes = self._shapes(element, name)
        moved = tuple(transformed(shape, inner) for shape in shapes)
        if not all(map(_is_in_a_picture, moved)):
            raise _Broken(refusals.damaged(self.source.place, f"{quoted(name)} lies out of every picture"))
        if name == "path 1" and self.count == 1:
            name = PurePath(self.source.name).stem
        yield Outline(
            name=name,
            kind=kind,
            shapes=moved,
            unit="px",
            cm_per_unit=scale,
            place=f"<{element.tag}> {self.count}",
        )

    def _shapes(self, element: Element, name: str) -> tuple[str, tuple[Shape, ...]]:
        try:
            if element.tag == "path":
                return "path", self._path(element, name)
            if element.tag in {"polygon", "polyline"}:
                return "polygon", (self._polygon(element, name),)
            if element.tag == "rect":
                return "rectangle", (self._rectangle(element, name),)
            return self._round(element, name)
        except NotAPath as why:
            raise _Broken(refusals.damaged(self.source.place, f"in {quoted(name)}, {why}")) from why

    def _path(self, element: Element, name: str) -> tuple[Shape, ...]:
        found: list[Shape] = []
        for part in read_path(element.get("d", "")):
            shape = part.shape
            if shape is None:
                raise self._no_area(name, f"a part of it has {len(part.pieces) + 1} corners")
            if not part.shut and part.end != part.start:
                self._closed(name)
            found.append(shape)
        if not found:
            raise self._no_area(name, "it is empty")
        return tuple(found)

    def _polygon(self, element: Element, name: str) -> Shape:
        told = element.get("points", "")
        numbers = [float(number) for number in _NUMBER.findall(told)]
        if _NUMBER.sub("", told).replace(",", "").strip() or len(numbers) % 2:
            raise NotAPath("its points are no pairs of numbers")
        corners: list[Point] = list(zip(numbers[::2], numbers[1::2], strict=True))
        shape = closed(corners[0], [Line(corner) for corner in corners[1:]]) if corners else None
        if shape is None:
            raise self._no_area(name, f"it has {len(corners)} corners")
        if element.tag == "polyline" and corners[0] != corners[-1]:
            self._closed(name)
        return shape

    def _rectangle(self, element: Element, name: str) -> Shape:
        x, y, width, height = (self._number(element, side) for side in ("x", "y", "width", "height"))
        if width <= 0 or height <= 0:
            raise self._no_area(name, f"it is {width:g} wide and {height:g} high")
        told = [side for side in ("rx", "ry") if element.get(side, "auto") != "auto"]
        if told:
            rx = min(self._number(element, told[0]), width / 2)
            ry = min(self._number(element, told[-1]), height / 2)
            if rx > 0 and ry > 0:
                return _rounded(x, y, width, height, (rx, ry))
        right, bottom = x + width, y + height
        return Ring(np.array([[x, y], [right, y], [right, bottom], [x, bottom]]))

    def _round(self, element: Element, name: str) -> tuple[str, tuple[Shape, ...]]:
        x, y = self._number(element, "cx"), self._number(element, "cy")
        sides = ("r", "r") if element.tag == "circle" else ("rx", "ry")
        rx, ry = (self._number(element, side) for side in sides)
        if rx <= 0 or ry <= 0:
            raise self._no_area(name, "its radius is 0")
        return "ellipse", (Ellipse((x, y), (rx, 0.0), (0.0, ry)),)

    def _number(self, element: Element, name: str) -> float:
        told = element.get(name, "0").strip()
        number = number_of(told.removesuffix("px"))
        if number is None:
            raise NotAPath(f"{name} is {quoted(told)}, which is no number of user units")
        return number

    def _closed(self, name: str) -> None:
        self.issues.append(
            refusals.closed_for_you(self.source.place, f"{quoted(name)} was open and has been closed")
        )

    def _no_area(self, name: str, what: str) -> _Broken:
        return _Broken(refusals.impossible_outline(self.source.place, f"of {quoted(name)}, {what}", _CLOSED))


def _rounded(x: float, y: float, width: float, height: float, radii: Point) -> Curve:
    rx, ry = radii
    right, bottom = x + width, y + height
    ends: tuple[tuple[Point, Point], ...] = (
        ((right - rx, y), (right, y + ry)),
        ((right, bottom - ry), (right - rx, bottom)),
        ((x + rx, bottom), (x, bottom - ry)),
        ((x, y + ry), (x + rx, y)),
    )
    pieces: list[Piece] = []
    for before, after in ends:
        pieces += [Line(before), elliptic(before, radii, 0.0, False, True, after)]
    return Curve((x + rx, y), tuple(pieces))


def _is_in_a_picture(shape: Shape) -> bool:
    """Whether all numbers are finite and of a size that pictures have."""
    if isinstance(shape, Ring):
        return bool(np.isfinite(shape.points).all() and np.abs(shape.points).max() < _FARTHEST)
    if isinstance(shape, Ellipse):
        numbers = [*shape.centre, *shape.first, *shape.second]
    else:
        numbers = [*shape.start, *(number for piece in shape.pieces for number in _numbers(piece))]
    return all(isfinite(number) and abs(number) < _FARTHEST for number in numbers)


def _numbers(piece: Piece) -> tuple[float, ...]:
    if isinstance(piece, Line):
        return piece.end
    if isinstance(piece, Cubic):
        return (*piece.first, *piece.second, *piece.end)
    return (*piece.end, *piece.ellipse.centre, *piece.ellipse.first, *piece.ellipse.second)


ENTRY = Reader(
    name="svg_outline",
    label="SVG outline",
    source="W3C, Scalable Vector Graphics 2: paths, basic shapes, viewBox, transforms",
    yields=("Outline",),
    extensions=("svg",),
    recognises=_recognises,
    read=_read,
)
