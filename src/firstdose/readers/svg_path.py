"""The words of SVG paths and transforms: commands with their numbers, absolute and relative."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import cos, radians, sin, tan
from typing import TYPE_CHECKING

from firstdose.readers.contents.outline import Cubic, Line
from firstdose.readers.paths import closed, elliptic, quadratic
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from firstdose.readers.contents.outline import Curve, Piece, Point, Ring

Matrix = tuple[float, float, float, float, float, float]
SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_BLANK = re.compile(r"[\s,]*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_FLAGS = {3, 4}  # of an arc: one digit each, often without a blank behind it
_FARTHEST = 1e9
_TRANSFORM = re.compile(r"\s*,?\s*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)")


class NotAPath(ValueError):
    """A path or transform that breaks off; the message is one clause."""


@dataclass(slots=True)
class Subpath:
    """One part of a path from a move to the next; `shut` where it is closed by a command or ends where it began."""

    start: Point
    pieces: list[Piece] = field(default_factory=list)
    shut: bool = False

    @property
    def end(self) -> Point:
        return self.pieces[-1].end if self.pieces else self.start

    @property
    def shape(self) -> Ring | Curve | None:
        """The closed shape, None where nothing can be enclosed."""
        return closed(self.start, self.pieces)


def read_path(text: str) -> list[Subpath]:
    """The parts of a `d` attribute.

    Raises:
        NotAPath: a command or number that the format does not have there.
    """
    pen = _Pen()
    at = _skip(text, 0)
    command = ""
    while at < len(text):
        if text[at].isalpha():
            command = text[at]
            at = _skip(text, at + 1)
            if command.upper() not in _NUMBERS:
                raise NotAPath(f"{quoted(command)} at character {at} is no command of a path")
        elif not command or command in "Zz":
            raise NotAPath(f"there is no command at character {at + 1}")
        numbers, at = _take(text, at, command.upper())
        pen.draw(command, numbers)
        command = {"M": "L", "m": "l"}.get(command, command)
    return pen.parts


def _take(text: str, at: int, command: str) -> tuple[list[float], int]:
    numbers: list[float] = []
    for place in range(_NUMBERS[command]):
        if command == "A" and place in _FLAGS:
            if text[at : at + 1] not in {"0", "1"}:
                raise NotAPath(f"the flag of an arc is missing at character {at + 1}")
            numbers.append(float(text[at]))
            at = _skip(text, at + 1)
            continue
        found = _NUMBER.match(text, at)
        if found is None:
            raise NotAPath(f"{command} lacks a number at character {at + 1}")
        numbers.append(_bounded(float(found[0]), at))
        at = _skip(text, found.end())
    return numbers, at


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _bounded(number: float, at: int) -> float:
    if not abs(number) < _FARTHEST:
        raise NotAPath(f"the number at character {at + 1} is out of every picture")
    return number


@dataclass(slots=True)
class _Pen:
    """Where the pen is, and the control point that a smooth command continues."""

    parts: list[Subpath] = field(default_factory=list)
    at: Point = (0.0, 0.0)
    control: Point | None = None
    smooth: str = ""

    def draw(self, command: str, numbers: list[float]) -> None:
        kind = command.upper()
        if kind == "M":
            self.at = self._absolute(numbers, relative=command == "m")[0]
            self.parts.append(Subpath(self.at))
        elif not self.parts:
            raise NotAPath("it does not begin with a move")
        elif kind == "Z":
            self._close()
        else:
            if self.parts[-1].shut:
                self.parts.append(Subpath(self.at))
            self._add(kind, numbers, relative=command.islower())

    def _close(self) -> None:
        self.parts[-1].shut = True
        self.at = self.parts[-1].start
        self.smooth = ""

    def _absolute(self, numbers: list[float], *, relative: bool) -> list[Point]:
        x, y = self.at if relative else (0.0, 0.0)
        return [(numbers[i] + x, numbers[i + 1] + y) for i in range(0, len(numbers), 2)]

    def _add(self, kind: str, numbers: list[float], *, relative: bool) -> None:
        if kind in "HV":
            piece: Piece = Line(self._level(kind, numbers[0], relative=relative))
        elif kind == "A":
            end = self._absolute(numbers[5:], relative=relative)[0]
            rx, ry, degrees, large, positive = numbers[:5]
            piece = elliptic(self.at, (rx, ry), degrees, bool(large), bool(positive), end)
        else:
            piece = self._straight_or_bent(kind, self._absolute(numbers, relative=relative))
        if kind not in "CSQT":
            self.smooth = ""
        self.at = piece.end
        self.parts[-1].pieces.append(piece)

    def _level(self, kind: str, number: float, *, relative: bool) -> Point:
        x, y = self.at
        if kind == "H":
            return (number + x if relative else number), y
        return x, (number + y if relative else number)

    def _straight_or_bent(self, kind: str, points: list[Point]) -> Piece:
        if kind == "L":
            return Line(points[0])
        if kind in "ST":
            points = [self._mirrored("C" if kind == "S" else "Q"), *points]
        self.control, self.smooth = points[-2], "C" if kind in "CS" else "Q"
        return Cubic(*points) if self.smooth == "C" else quadratic(self.at, points[0], points[1])

    def _mirrored(self, smooth: str) -> Point:
        if self.smooth != smooth or self.control is None:
            return self.at
        return 2 * self.at[0] - self.control[0], 2 * self.at[1] - self.control[1]


def read_transform(text: str) -> Matrix:
    """The matrix of a `transform` attribute.

    Raises:
        NotAPath: a transform that the format does not have.
    """
    matrix, at = SAME, 0
    while text[at:].strip():
        found = _TRANSFORM.match(text, at)
        if found is None:
            raise NotAPath(f"the transform breaks off at character {at + 1}")
        numbers = [float(number) for number in _NUMBER.findall(found[2])]
        if _NUMBER.sub("", found[2]).replace(",", "").strip() or not all(abs(n) < _FARTHEST for n in numbers):
            raise NotAPath(f"{found[1]} of a transform holds something that is no number")
        matrix = times(matrix, _matrix(found[1], numbers))
        at = found.end()
    return matrix


def _matrix(kind: str, numbers: list[float]) -> Matrix:
    match kind, numbers:
        case "matrix", [a, b, c, d, e, f]:
            return a, b, c, d, e, f
        case "translate", [x, *rest] if len(rest) < 2:
            return 1.0, 0.0, 0.0, 1.0, x, rest[0] if rest else 0.0
        case "scale", [x, *rest] if len(rest) < 2:
            return x, 0.0, 0.0, rest[0] if rest else x, 0.0, 0.0
        case "rotate", [degrees]:
            return _turned(degrees)
        case "rotate", [degrees, x, y]:
            return times(times((1.0, 0.0, 0.0, 1.0, x, y), _turned(degrees)), (1.0, 0.0, 0.0, 1.0, -x, -y))
        case "skewX", [degrees]:
            return 1.0, 0.0, tan(radians(degrees)), 1.0, 0.0, 0.0
        case "skewY", [degrees]:
            return 1.0, tan(radians(degrees)), 0.0, 1.0, 0.0, 0.0
    raise NotAPath(f"{kind} of a transform has {len(numbers)} numbers")


def _turned(degrees: float) -> Matrix:
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return c, s, -s, c, 0.0, 0.0


def times(outer: Matrix, inner: Matrix) -> Matrix:
    """The matrix that applies `inner` first."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return (
        a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f,
    )  # fmt: skip
