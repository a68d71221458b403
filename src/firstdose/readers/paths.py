"""Closed paths of straight and curved pieces, as several formats draw them."""

from __future__ import annotations

from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers.contents.outline import Arc, Cubic, Curve, Ellipse, Line, Ring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.readers.contents.outline import Piece, Point


def closed(start: Point, pieces: list[Piece]) -> Ring | Curve | None:
    """The closed path: straight ones as corners, the first not repeated; None where nothing can be enclosed."""
    if any(not isinstance(piece, Line) for piece in pieces):
        return Curve(start, tuple(pieces))
    corners = [start, *(piece.end for piece in pieces)]
    if len(corners) > 1 and corners[-1] == start:
        corners.pop()
    return Ring(np.array(corners, dtype=np.float64)) if len(corners) > 2 else None


def quadratic(start: Point, control: Point, end: Point) -> Cubic:
    """The same parabola as a cubic piece."""
    first = tuple(a + 2 / 3 * (b - a) for a, b in zip(start, control, strict=True))
    second = tuple(a + 2 / 3 * (b - a) for a, b in zip(end, control, strict=True))
    return Cubic((first[0], first[1]), (second[0], second[1]), end)


def elliptic(start: Point, radii: Point, degrees: float, large: bool, positive: bool, end: Point) -> Piece:  # noqa: FBT001
    """The arc between two points as SVG says it: radii too small are enlarged, a radius of 0 is a straight line.

    Source: W3C, Scalable Vector Graphics 2, appendix B.2.4 (end points to centre).
    """
    if 0.0 in radii or start == end:
        return Line(end)
    turn = radians(degrees)
    c, s = cos(turn), sin(turn)
    half = ((start[0] - end[0]) / 2, (start[1] - end[1]) / 2)
    x, y = c * half[0] + s * half[1], -s * half[0] + c * half[1]
    rx, ry = abs(radii[0]), abs(radii[1])
    grown = max(1.0, hypot(x / rx, y / ry))
    rx, ry = rx * grown, ry * grown
    away = (x / rx) ** 2 + (y / ry) ** 2
    factor = sqrt(max(0.0, 1 / away - 1)) * (-1 if large == positive else 1)
    u, v = factor * rx * y / ry, -factor * ry * x / rx
    centre = (c * u - s * v + (start[0] + end[0]) / 2, s * u + c * v + (start[1] + end[1]) / 2)
    first = atan2((y - v) / ry, (x - u) / rx)
    sweep = (atan2((-y - v) / ry, (-x - u) / rx) - first) % (2 * pi)
    ellipse = Ellipse(centre, (c * rx, s * rx), (-s * ry, c * ry))
    return Arc(ellipse, first, sweep if positive else sweep - 2 * pi, end)


def transformed(shape: Ring | Curve | Ellipse, matrix: Sequence[float]) -> Ring | Curve | Ellipse:
    """The shape under x' = a x + c y + e, y' = b x + d y + f; `matrix` is (a, b, c, d, e, f)."""
    a, b, c, d, e, f = matrix
    if isinstance(shape, Ring):
        return Ring(shape.points @ np.array([[a, b], [c, d]]) + (e, f))
    if isinstance(shape, Ellipse):
        return _ellipse(shape, matrix)

    def moved(point: Point) -> Point:
        return a * point[0] + c * point[1] + e, b * point[0] + d * point[1] + f

    pieces: list[Piece] = []
    for piece in shape.pieces:
        if isinstance(piece, Line):
            pieces.append(Line(moved(piece.end)))
        elif isinstance(piece, Cubic):
            pieces.append(Cubic(moved(piece.first), moved(piece.second), moved(piece.end)))
        else:
            pieces.append(Arc(_ellipse(piece.ellipse, matrix), piece.start, piece.sweep, moved(piece.end)))
    return Curve(moved(shape.start), tuple(pieces))


def _ellipse(ellipse: Ellipse, matrix: Sequence[float]) -> Ellipse:
    a, b, c, d, e, f = matrix
    (x, y), (p, q), (r, s) = ellipse.centre, ellipse.first, ellipse.second
    return Ellipse(
        (a * x + c * y + e, b * x + d * y + f), (a * p + c * q, b * p + d * q), (a * r + c * s, b * r + d * s)
    )
