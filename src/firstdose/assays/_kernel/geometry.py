"""Plane geometry of outlines: exact areas by the even-odd rule, crossings, lengths, points inside.

Straight rings by the shoelace formula, curved pieces by Green's integral in closed form; only tests for crossing and
lengths follow curves in short straight steps, whose distance from the curve is at most `TOLERANCE` of its extent.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, ceil, cos, fsum, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers.contents.outline import Arc, Cubic, Ellipse, Line, Ring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from firstdose.readers.contents.outline import Curve, Piece, Point, Shape

    Points = NDArray[np.float64]

TOLERANCE = 1e-5
_STEPS_MOST = 512
_AT_ONCE = 1_000_000
_EPSILON = 16 * float(np.finfo(np.float64).eps)
_AGREE = 1e-9


@dataclass(frozen=True, slots=True)
class Traced:
    """An outline measured: area and border length in squares and lengths of its unit, or `why` it has no area.

    `widths`: the largest and the smallest distance between two parallel lines that hold it.
    """

    area: float
    perimeter: float
    widths: tuple[float, float]
    why: str = ""


def measure_outline(shapes: Sequence[Shape]) -> Traced:
    """The area inside by the even-odd rule over all paths; an outline that crosses itself has none."""
    rings = [flatten(shape) for shape in shapes]
    corners = np.concatenate(rings)
    perimeter = fsum(float(np.hypot(*(np.roll(ring, -1, 0) - ring).T).sum()) for ring in rings)
    widths = _widths(corners)
    if (at := find_crossing(rings)) is not None:
        return Traced(np.nan, perimeter, widths, f"the outline crosses itself near {at[0]:.6g}, {at[1]:.6g}")
    areas = [signed_area(shape) for shape in shapes]
    area = fsum(
        abs(one) if depth % 2 == 0 else -abs(one) for one, depth in zip(areas, _depths(rings), strict=True)
    )
    curved = any(not isinstance(shape, Ring) for shape in shapes)
    # steps inside a curve lose at most their distance from it times the length of the border
    allowed = _AGREE * max(map(abs, areas)) + (perimeter * TOLERANCE * widths[0] if curved else 0.0)
    if not abs(even_odd_area(rings) - area) <= allowed:
        return Traced(np.nan, perimeter, widths, "the outline runs over itself")
    if not area > 0:
        return Traced(np.nan, perimeter, widths, "the outline encloses nothing")
    return Traced(area, perimeter, widths)


def signed_area(shape: Shape) -> float:
    """Half of the integral of x dy - y dx around the shape: exact, positive where it runs from x to y."""
    if isinstance(shape, Ring):
        return _shoelace(shape.points)
    if isinstance(shape, Ellipse):
        return pi * _cross(shape.first, shape.second)
    parts: list[float] = []
    at = origin = shape.start
    for piece in shape.pieces:
        parts.append(_under(piece, at, origin))
        at = piece.end
    return fsum(parts) / 2


def _shoelace(points: Points) -> float:
    x, y = (points - points[0]).T
    return fsum((x[:-1] * y[1:] - x[1:] * y[:-1]).tolist()) / 2


def _under(piece: Piece, start: Point, origin: Point) -> float:
    """The integral of x dy - y dx along a piece, seen from the origin."""
    here, end = _less(start, origin), _less(piece.end, origin)
    if isinstance(piece, Line):
        return _cross(here, end)
    if isinstance(piece, Cubic):
        return _under_cubic(here, _less(piece.first, origin), _less(piece.second, origin), end)
    ellipse = piece.ellipse
    centre, moved = _less(ellipse.centre, origin), _less(end, here)
    return _cross(centre, moved) + _cross(ellipse.first, ellipse.second) * piece.sweep


def _under_cubic(p: Point, q: Point, r: Point, s: Point) -> float:
    terms = (
        6 * _cross(p, q), 3 * _cross(p, r), _cross(p, s), 3 * _cross(q, r), 3 * _cross(q, s), 6 * _cross(r, s),
    )  # fmt: skip
    return fsum(terms) / 10


def _less(a: Point, b: Point) -> Point:
    return a[0] - b[0], a[1] - b[1]


def _cross(a: Point, b: Point) -> float:
    return a[0] * b[1] - a[1] * b[0]


def flatten(shape: Shape) -> Points:
    """Corners of the shape, curves in short steps; none twice in a row. Shape (n, 2)."""
    if isinstance(shape, Ring):
        return _without_repeats(shape.points)
    if isinstance(shape, Ellipse):
        return _around(shape, 0.0, 2 * pi, TOLERANCE)[:-1]
    return _without_repeats(np.array(_steps(shape), dtype=np.float64))


def _steps(curve: Curve) -> list[Point]:
    extent = _extent(curve)
    found = [curve.start]
    at = curve.start
    for piece in curve.pieces:
        if isinstance(piece, Cubic):
            found += _along(at, piece, TOLERANCE * extent)
        elif isinstance(piece, Arc):
            inner = _around(piece.ellipse, piece.start, piece.sweep, TOLERANCE)
            found += [*map(tuple, inner[1:-1].tolist()), piece.end]
        else:
            found.append(piece.end)
        at = piece.end
    return found


def _extent(curve: Curve) -> float:
    ends = [curve.start, *(piece.end for piece in curve.pieces)]
    ends += [
        point for piece in curve.pieces if isinstance(piece, Cubic) for point in (piece.first, piece.second)
    ]
    low, high = np.min(ends, axis=0), np.max(ends, axis=0)
    return float(np.hypot(*(high - low))) or 1.0


def _along(start: Point, piece: Cubic, tolerance: float) -> list[Point]:
    controls = np.array([start, piece.first, piece.second, piece.end])
    bend = 6 * float(np.hypot(*np.diff(controls, 2, axis=0).T).max())
    count = min(_STEPS_MOST, max(1, ceil(sqrt(bend / (8 * tolerance)))))
    t = np.arange(1, count)[:, None] / count
    u = 1 - t
    inner = u**3 * controls[0] + 3 * u**2 * t * controls[1] + 3 * u * t**2 * controls[2] + t**3 * controls[3]
    return [*map(tuple, inner.tolist()), piece.end]


def _around(ellipse: Ellipse, start: float, sweep: float, tolerance: float) -> Points:
    """Points of an arc, both ends included; the step of a circle serves, for an ellipse is its image."""
    step = 2 * acos(1 - tolerance)
    angle = start + sweep * np.linspace(0, 1, max(2, ceil(abs(sweep) / step) + 1))[:, None]
    moved = np.cos(angle) * np.array(ellipse.first) + np.sin(angle) * np.array(ellipse.second)
    return np.asarray(np.array(ellipse.centre) + moved)


def _without_repeats(points: Points) -> Points:
    kept = (points != np.roll(points, 1, axis=0)).any(axis=1)
    return points[kept] if kept.any() else points[:1]


def find_crossing(rings: Sequence[Points]) -> Point | None:
    """Where two edges of the rings cross in their middle, or None. Edges that only touch do not cross."""
    a = np.concatenate(rings)
    b = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    axis = min((0, 1), key=lambda side: _overlaps(a[:, side], b[:, side]))
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.argsort(low[:, axis], kind="stable")
    a, b, low, high = a[order], b[order], low[order], high[order]
    active = np.arange(len(a))
    ahead = 0
    while active.size:
        ahead += 1
        active = active[active + ahead < len(a)]
        active = active[low[active + ahead, axis] <= high[active, axis]]
        other = active + ahead
        near = (low[other, 1 - axis] <= high[active, 1 - axis]) & (
            low[active, 1 - axis] <= high[other, 1 - axis]
        )
        one, two = active[near], other[near]
        crossing = _cross_in_the_middle(a[one], b[one], a[two], b[two])
        if crossing.any():
            first = int(np.argmax(crossing))
            return _meeting(a[one[first]], b[one[first]], a[two[first]], b[two[first]])
    return None


def _overlaps(start: Points, end: Points) -> int:
    """How many pairs of edges overlap on one axis."""
    low = np.sort(np.minimum(start, end))
    return int(np.searchsorted(low, np.maximum(start, end), side="right").sum())


def _cross_in_the_middle(a: Points, b: Points, c: Points, d: Points) -> NDArray[np.bool_]:
    """Whether the edges a-b and c-d, shape (n, 2), have a common inner point and different directions."""
    sides = [_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)]
    return np.asarray((sides[0] * sides[1] < 0) & (sides[2] * sides[3] < 0))


def _side(a: Points, b: Points, c: Points) -> Points:
    """1 and -1 for the sides of a-b on which c lies; 0 on it, as far as the numbers can tell."""
    u, v = b - a, c - a
    cross = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    size = np.maximum(np.abs(a).max(axis=1), np.maximum(np.abs(b).max(axis=1), np.abs(c).max(axis=1)))
    unsure = _EPSILON * size * (np.abs(u).sum(axis=1) + np.abs(v).sum(axis=1))
    return np.where(np.abs(cross) <= unsure, 0.0, np.sign(cross))


def _meeting(a: Points, b: Points, c: Points, d: Points) -> Point:
    u, v, w = b - a, d - c, c - a
    t = (w[0] * v[1] - w[1] * v[0]) / (u[0] * v[1] - u[1] * v[0])
    return float(a[0] + t * u[0]), float(a[1] + t * u[1])


def _depths(rings: Sequence[Points]) -> list[int]:
    """How many of the other rings each ring lies in; rings do not cross, and the smaller lies in the larger."""
    sizes = [abs(_shoelace(ring)) for ring in rings]
    inner = np.array([_inner_point(ring) for ring in rings])
    order = sorted(range(len(rings)), key=lambda i: (-sizes[i], i))
    depth = [0] * len(rings)
    for rank, i in enumerate(order):
        smaller = order[rank + 1 :]
        if smaller:
            for j, inside in zip(smaller, contains([rings[i]], inner[smaller]), strict=True):
                depth[j] += int(inside)
    return depth


def _inner_point(ring: Points) -> Point:
    """A point inside, far from the border: in the middle of the widest stretch at the height of the largest gap."""
    heights = np.unique(ring[:, 1])
    if len(heights) < 2:
        return float(ring[0, 0]), float(ring[0, 1])
    gap = int(np.argmax(np.diff(heights)))
    y = float(heights[gap] + heights[gap + 1]) / 2
    a, b = ring, np.roll(ring, -1, axis=0)
    cut = (a[:, 1] > y) != (b[:, 1] > y)
    p, q = a[cut], b[cut]
    x = np.sort(p[:, 0] + (y - p[:, 1]) / (q[:, 1] - p[:, 1]) * (q[:, 0] - p[:, 0]))
    widest = int(np.argmax(x[1::2] - x[::2]))
    return float(x[2 * widest] + x[2 * widest + 1]) / 2, y


def contains(rings: Sequence[Points], points: Points) -> NDArray[np.bool_]:
    """Whether each point, shape (n, 2), lies inside by the even-odd rule over all rings."""
    a = np.concatenate(rings)
    b = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    rising = a[:, 1] != b[:, 1]
    a, b = a[rising], b[rising]
    low, high = a.min(axis=0, initial=np.inf), a.max(axis=0, initial=-np.inf)
    inside = np.zeros(len(points), dtype=bool)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    for some in np.array_split(near, max(1, len(near) * len(a) // _AT_ONCE)):
        x, y = points[some, 0, None], points[some, 1, None]
        between = (a[:, 1] > y) != (b[:, 1] > y)
        left = x < a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
        inside[some] = (between & left).sum(axis=1) % 2 == 1
    return inside


def even_odd_area(rings: Sequence[Points]) -> float:
    """The area inside by the even-odd rule, cut into bands at the height of every corner; edges must not cross."""
    a = np.concatenate(rings)
    b = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    rising = a[:, 1] != b[:, 1]
    a, b = a[rising], b[rising]
    if not len(a):
        return 0.0
    a, b = np.where(a[:, 1:] < b[:, 1:], a, b), np.where(a[:, 1:] < b[:, 1:], b, a)
    heights = np.unique(np.concatenate([a[:, 1], b[:, 1]]))
    first, last = np.searchsorted(heights, a[:, 1]), np.searchsorted(heights, b[:, 1])
    slope = (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
    bands = max(1, _AT_ONCE // len(a))
    parts = []
    for start in range(0, len(heights) - 1, bands):
        end = min(start + bands, len(heights) - 1)
        here = np.flatnonzero((first < end) & (last > start))
        low, count = (
            np.maximum(first[here], start),
            np.minimum(last[here], end) - np.maximum(first[here], start),
        )
        edge = np.repeat(here, count)
        band = np.repeat(low - np.cumsum(count) + count, count) + np.arange(count.sum())
        middle = (heights[band] + heights[band + 1]) / 2
        x = a[edge, 0] + (middle - a[edge, 1]) * slope[edge]
        order = np.lexsort((x, band))
        x, tall = x[order], (heights[band + 1] - heights[band])[order][::2]
        parts.append(fsum(((x[1::2] - x[::2]) * tall).tolist()))
    return fsum(parts)


def _widths(points: Points) -> tuple[float, float]:
    """The largest and the smallest width over 180 directions."""
    angle = np.arange(180) * pi / 180
    axes = np.array([np.cos(angle), np.sin(angle)])
    span = [np.ptp(points @ axes[:, i]) for i in range(180)]
    return float(max(span)), float(min(span))


def tilted(area: float, degrees: float) -> float:
    """The area as it is where the camera stood `degrees` off the right angle: the picture shows area x cos."""
    return area / cos(degrees * pi / 180)


def diameter_ratio(widths: tuple[float, float]) -> float:
    """Longest over shortest diameter; infinite for a line."""
    return widths[0] / widths[1] if widths[1] > 0 else float("inf")
