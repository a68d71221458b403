"""Points inside polygons and ellipsoids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]


def all_of(parts: Iterable[Truths]) -> Truths:
    """True where every part is, (n,); at least one part."""
    first, *others = parts
    joined = first.copy()
    for part in others:
        joined &= part
    return joined


def inside_polygon(x: Floats, y: Floats, vertices: Floats) -> Truths:
    """Even-odd rule, (n,): a ray to the right crosses the outline an odd number of times; the outline itself is inside."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    near = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
    places = np.flatnonzero(near)
    odd = _crossings_odd(x[places], y[places], vertices)
    near[places] = odd
    return np.asarray(near)


def _crossings_odd(x: Floats, y: Floats, vertices: Floats) -> Truths:
    odd, edge = np.zeros(x.shape, dtype=np.bool_), np.zeros(x.shape, dtype=np.bool_)
    following = np.roll(vertices, -1, axis=0)
    for (x1, y1), (x2, y2) in zip(vertices.tolist(), following.tolist(), strict=True):
        side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        touches = (side == 0.0) & (y >= min(y1, y2)) & (y <= max(y1, y2))
        if touches.any():
            edge |= touches & (x >= min(x1, x2)) & (x <= max(x1, x2))
        if y1 != y2:
            spans = (y1 > y) != (y2 > y)
            odd ^= spans & ((side > 0.0) == (y2 > y1))
    return odd | edge


def inside_ellipsoid(
    points: Sequence[Floats], mean: Floats, covariance: Floats, distance_square: float
) -> Truths:
    """(p - mean)' C^-1 (p - mean) <= distance_square, (n,); points as one array a dimension."""
    inverse = np.linalg.inv(covariance)
    apart = [column - centre for column, centre in zip(points, mean, strict=True)]
    total = np.zeros(points[0].shape)
    for i, one in enumerate(apart):
        for j, other in enumerate(apart):
            total += inverse[i, j] * one * other
    return np.asarray(total <= distance_square)
