"""ImageJ regions of interest as bytes: header of 64 bytes, corners, paths of a composite; big-endian throughout."""

from __future__ import annotations

import struct
from math import isfinite, pi
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.outline import Arc, Cubic, Curve, Ellipse, Line, Outline, Ring
from firstdose.readers.paths import closed, quadratic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.readers.contents.outline import Piece, Point, Shape
    from firstdose.values.issue import Issue, Place

MAGIC = b"Iout"
HEADER = 64
_POLYGON, _RECTANGLE, _OVAL, _FREEHAND, _TRACED = 0, 1, 2, 7, 8
_OPEN = {
    3: "a line",
    4: "a freehand line",
    5: "a segmented line",
    6: "no selection",
    9: "an angle",
    10: "points",
}
_TEXT, _ARROW, _ELLIPSE, _IMAGE, _ROTATED = 1, 2, 3, 4, 5
_SPLINE, _SUB_PIXEL = 1, 128
_SUB_PIXEL_SINCE, _SUB_PIXEL_BOX_SINCE = 222, 223
_NUMBERS_OF_STEP = {0.0: 2, 1.0: 2, 2.0: 4, 3.0: 6, 4.0: 0}  # move, line, parabola, cubic, close
_CLOSED = "Trace the border as a closed selection (polygon, freehand, oval or rectangle)."
_AGAIN = "Save the selection again from ImageJ."


class _Broken(Exception):
    """Carries the Issue that says why the bytes are no outline."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(issue.message)


def read_roi(content: bytes, place: Place, fallback: str) -> Outline | Issue:
    """The outline that the bytes hold, or why they hold none. `fallback`: its name where it bears none."""
    try:
        return _Roi(content, place).outline(fallback)
    except _Broken as broken:
        return broken.issue


class _Roi:
    """The header's fields, and the shapes that they and the bytes behind them describe."""

    def __init__(self, content: bytes, place: Place) -> None:
        self.content, self.place = content, place
        if len(content) < HEADER:
            raise self._damaged(f"it has {len(content)} bytes, the header alone has {HEADER}")
        if not content.startswith(MAGIC):
            raise self._damaged("it does not begin with 'Iout' (byte 0)")
        self.version, self.kind = struct.unpack_from(">hB", content, 4)
        self.top, self.left, self.bottom, self.right, count = struct.unpack_from(">hhhhH", content, 8)
        self.subtype, self.options = struct.unpack_from(">hh", content, 48)
        (large,) = struct.unpack_from(">i", content, 18)
        self.count = count or (large if self.kind in {_POLYGON, _FREEHAND, _TRACED} else 0)
        (self.composite,) = struct.unpack_from(">i", content, 36)
        self.sub_pixel = bool(self.options & _SUB_PIXEL) and self.version >= _SUB_PIXEL_SINCE

    def outline(self, fallback: str) -> Outline:
        kind, shapes = self._shapes()
        return Outline(name=self._name() or fallback, kind=kind, shapes=shapes, place=self.place.file)

    def _shapes(self) -> tuple[str, tuple[Shape, ...]]:
        if self.subtype in {_TEXT, _ARROW, _IMAGE}:
            raise self._no_area("a text, arrow or picture")
        if self.kind in _OPEN:
            raise self._no_area(_OPEN[self.kind])
        if self.composite:
            return "composite", tuple(self._paths())
        if self.subtype == _ELLIPSE:
            return "ellipse", (self._ellipse(),)
        if self.subtype == _ROTATED:
            return "rectangle", (self._rotated(),)
        if self.kind == _OVAL:
            return "oval", (self._oval(),)
        if self.kind == _RECTANGLE:
            return "rectangle", (self._rectangle(),)
        if self.kind in {_POLYGON, _FREEHAND, _TRACED}:
            return "polygon" if self.kind == _POLYGON else "freehand", (self._polygon(),)
        raise self._damaged(f"byte 6 names the kind {self.kind}, which ImageJ does not have")

    def _box(self) -> tuple[float, float, float, float]:
        """left, top, width, height, all above nothing."""
        if self.sub_pixel and self.version >= _SUB_PIXEL_BOX_SINCE:
            left, top, width, height = self._floats(18, 4)
        else:
            left, top = float(self.left), float(self.top)
            width, height = float(self.right - self.left), float(self.bottom - self.top)
        if width <= 0 or height <= 0:
            raise self._no_area(f"it is {width:g} wide and {height:g} high")
        return left, top, width, height

    def _oval(self) -> Ellipse:
        left, top, width, height = self._box()
        return Ellipse((left + width / 2, top + height / 2), (width / 2, 0.0), (0.0, height / 2))

    def _rectangle(self) -> Ring | Curve:
        left, top, width, height = self._box()
        (rounding,) = struct.unpack_from(">h", self.content, 54)
        if rounding > 0:
            return _rounded(left, top, width, height, min(rounding, width, height) / 2)
        right, bottom = left + width, top + height
        return Ring(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]))

    def _axis(self) -> tuple[float, float, float, float, float]:
        x1, y1, x2, y2 = self._floats(18, 4)
        (other,) = self._floats(52, 1)
        if (x1, y1) == (x2, y2) or other <= 0:
            raise self._no_area("its axis or its width is 0")
        return x1, y1, x2, y2, other

    def _ellipse(self) -> Ellipse:
        x1, y1, x2, y2, aspect = self._axis()
        first = ((x2 - x1) / 2, (y2 - y1) / 2)
        second = (-first[1] * aspect, first[0] * aspect)
        return Ellipse(((x1 + x2) / 2, (y1 + y2) / 2), first, second)

    def _rotated(self) -> Ring:
        x1, y1, x2, y2, width = self._axis()
        start, end = np.array([x1, y1]), np.array([x2, y2])
        along = (end - start) / np.hypot(*(end - start))
        across = np.array([-along[1], along[0]]) * width / 2
        return Ring(np.array([start - across, end - across, end + across, start + across]))

    def _polygon(self) -> Ring:
        if self.options & _SPLINE:
            what = "a polygon with a spline fitted to it"
            raise _Broken(
                refusals.variant_not_read(
                    self.place, what, "Save it after Edit > Selection > Interpolate in ImageJ."
                )
            )
        if self.count < 3:
            raise self._no_area(f"it has {max(self.count, 0)} corners")
        self._reaches(HEADER + 4 * self.count * (3 if self.sub_pixel else 1), f"{self.count} corners")
        if self.sub_pixel:
            flat = np.frombuffer(self.content, ">f4", 2 * self.count, HEADER + 4 * self.count)
            points = flat.astype(np.float64).reshape(2, -1).T
        else:
            whole = np.frombuffer(self.content, ">i2", 2 * self.count, HEADER)
            if (whole < 0).any():
                raise self._damaged("a corner lies left of or above the bounds at bytes 8 to 11")
            points = whole.astype(np.float64).reshape(2, -1).T + np.array([self.left, self.top])
        if not np.isfinite(points).all() or np.abs(points).max() > 1e9:
            raise self._damaged("a corner is no place in a picture")
        return Ring(points.copy())

    def _paths(self) -> Iterator[Ring | Curve]:
        if self.kind != _RECTANGLE or self.composite < 0:
            raise self._damaged(f"bytes 36 to 39 announce {self.composite} numbers of a composite")
        self._reaches(HEADER + 4 * self.composite, f"{self.composite} numbers of a composite")
        numbers = np.frombuffer(self.content, ">f4", self.composite, HEADER).astype(np.float64)
        if not np.isfinite(numbers).all() or np.abs(numbers).max() > 1e9:
            raise self._damaged("a number of the composite is no place in a picture")
        found = [shape for start, pieces in self._steps(numbers.tolist()) if (shape := closed(start, pieces))]
        if not found:
            raise self._no_area("none of its paths has three corners")
        yield from found

    def _steps(self, numbers: list[float]) -> Iterator[tuple[Point, list[Piece]]]:
        start: Point | None = None
        pieces: list[Piece] = []
        at = 0
        while at < len(numbers):
            step = numbers[at]
            size = _NUMBERS_OF_STEP.get(step)
            if size is None or at + size >= len(numbers) or (start is None and step):
                raise self._damaged(f"the path breaks off at byte {HEADER + 4 * at}")
            told = numbers[at + 1 : at + 1 + size]
            at += 1 + size
            if step == 0:
                if start is not None:
                    yield start, pieces
                start, pieces = (told[0], told[1]), []
            elif step != 4 and start is not None:
                pieces.append(_piece(pieces[-1].end if pieces else start, told))
        assert start is not None  # the first step is a move, and there is one
        yield start, pieces

    def _name(self) -> str:
        """The name behind the second header, '' where there is none or its place is not in the file."""
        (second,) = struct.unpack_from(">i", self.content, 60)
        if second < HEADER or second + 24 > len(self.content):
            return ""
        start, length = struct.unpack_from(">ii", self.content, second + 16)
        if start < HEADER or not 0 < length <= 1000 or start + 2 * length > len(self.content):
            return ""
        name = self.content[start : start + 2 * length].decode("utf-16-be", errors="replace")
        return name if name.isprintable() else ""

    def _floats(self, at: int, count: int) -> tuple[float, ...]:
        found = struct.unpack_from(f">{count}f", self.content, at)
        if not all(isfinite(each) and abs(each) < 1e9 for each in found):
            raise self._damaged(f"the numbers at byte {at} are no places in a picture")
        return found

    def _reaches(self, end: int, what: str) -> None:
        if end > len(self.content):
            raise self._damaged(
                f"the header announces {what}, which end at byte {end}, and it has {len(self.content)} bytes"
            )

    def _damaged(self, what: str) -> _Broken:
        return _Broken(refusals.damaged(self.place, what, _AGAIN))

    def _no_area(self, what: str) -> _Broken:
        return _Broken(refusals.impossible_outline(self.place, what, _CLOSED))


def _piece(start: Point, told: list[float]) -> Piece:
    ends = [(told[i], told[i + 1]) for i in range(0, len(told), 2)]
    if len(ends) == 1:
        return Line(ends[0])
    return quadratic(start, ends[0], ends[1]) if len(ends) == 2 else Cubic(*ends)


def _rounded(left: float, top: float, width: float, height: float, radius: float) -> Curve:
    right, bottom = left + width, top + height
    corners = (
        ((right - radius, top + radius), -pi / 2, (right, top + radius), (right - radius, top)),
        ((right - radius, bottom - radius), 0.0, (right - radius, bottom), (right, bottom - radius)),
        ((left + radius, bottom - radius), pi / 2, (left, bottom - radius), (left + radius, bottom)),
        ((left + radius, top + radius), pi, (left + radius, top), (left, top + radius)),
    )
    pieces: list[Piece] = []
    for centre, start, end, before in corners:
        pieces += [Line(before), Arc(Ellipse(centre, (radius, 0.0), (0.0, radius)), start, pi / 2, end)]
    return Curve((left + radius, top), tuple(pieces))
