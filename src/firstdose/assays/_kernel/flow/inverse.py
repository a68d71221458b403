"""Inverse of an increasing convex function by cubic pieces whose place is read from the number's own bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_PIECES = 7  # 2^7 pieces to each doubling: the cubic is then good to 1e-10 and better
_SHIFT = 52 - _PIECES
_BLOCK = 1 << 14
_STEPS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Cubics of t in [0, 1) on pieces of |x| + offset; the first begins at the bits `first`."""

    offset: float
    first: int
    cubic: tuple[Floats, Floats, Floats, Floats]


def solve_convex(
    value: Callable[[Floats], Floats], slope: Callable[[Floats], Floats], x: Floats, start: Floats
) -> Floats:
    """y with value(y) = x by Newton from the right, where an increasing convex function is never overshot."""
    y = start
    for _ in range(_STEPS):
        step = (value(y) - x) / slope(y)
        y = y - step
        if np.max(np.abs(step), initial=0.0) < 1e-15:
            break
    return y


def pieces_of(
    inverse: Callable[[Floats], Floats], slope: Callable[[Floats], Floats], offset: float, most: float
) -> Pieces:
    """Cubics (Hermite) of `inverse` on [0, most]; `slope(y)` is that of the function inverted."""
    first = int(np.float64(offset).view(np.int64) >> _SHIFT)
    last = int(np.float64(most + offset).view(np.int64) >> _SHIFT) + 2
    knots = (np.arange(first, last + 1, dtype=np.int64) << _SHIFT).view(np.float64)
    y = inverse(np.maximum(knots - offset, 0.0))
    y = y + np.minimum(knots - offset, 0.0) / slope(y)
    rise, width = 1.0 / slope(y), np.diff(knots)
    left, right, jump = rise[:-1] * width, rise[1:] * width, np.diff(y)
    return Pieces(offset, first, (y[:-1], left, 3 * jump - 2 * left - right, left + right - 2 * jump))


def evaluate_pieces(x: Floats, pieces: Pieces, centre: float) -> Floats:
    """centre + sign(x) (inverse(|x|) - centre), of x's shape; NaN stays NaN."""
    flat = np.ascontiguousarray(x).reshape(-1)
    out = np.empty_like(flat)
    for start in range(0, flat.size, _BLOCK):
        part = flat[start : start + _BLOCK]
        out[start : start + _BLOCK] = np.copysign(_evaluate(np.abs(part), pieces) - centre, part)
    out += centre
    return out.reshape(x.shape)


def _evaluate(magnitude: Floats, pieces: Pieces) -> Floats:
    shifted = magnitude + pieces.offset
    bits = shifted.view(np.int64)
    piece = (bits >> _SHIFT) - pieces.first
    t = (bits & ((1 << _SHIFT) - 1)).astype(np.float64)
    t *= 1.0 / (1 << _SHIFT)
    np.clip(piece, 0, len(pieces.cubic[0]) - 1, out=piece)
    zero, one, two, three = (part.take(piece) for part in pieces.cubic)
    three *= t
    three += two
    three *= t
    three += one
    three *= t
    three += zero
    three += magnitude * 0.0  # NaN in, NaN out
    return three
