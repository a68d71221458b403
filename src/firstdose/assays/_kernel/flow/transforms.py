"""Scales of flow cytometry by the formulas of Gating-ML 2.0; logicle after Moore and Parks 2012."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from firstdose.assays._kernel.flow.biexponential import biex_scale
from firstdose.assays._kernel.flow.inverse import Pieces, evaluate_pieces, pieces_of, solve_convex
from firstdose.readers.contents.flow import Asinh, Biex, Hyperlog, Linear, Log, Logicle

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from firstdose.readers.contents.flow import Ratio, Transform

    Floats = NDArray[np.float64]

_FEW = 2048
_LN10 = math.log(10.0)


def transform_scale(x: Floats, transform: Transform) -> Floats:
    """x on the transformed scale, same shape; NaN where the transform is not defined."""
    with np.errstate(invalid="ignore", divide="ignore"):
        match transform:
            case Linear(T, A):
                return (x + A) / (T + A)
            case Log(T, M):
                return np.asarray(np.log10(x / T) / M + 1.0)
            case Asinh(T, M, A):
                return np.asarray(
                    (np.arcsinh(x * (math.sinh(M * _LN10) / T)) + A * _LN10) / ((M + A) * _LN10)
                )
            case Logicle() | Hyperlog():
                return _inverted(x, transform)
            case Biex():
                return biex_scale(x, transform)


def ratio_of(above: Floats, below: Floats, ratio: Ratio) -> Floats:
    """A (x - B) / (y - C); infinite or NaN where y = C."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return ratio.A * (above - ratio.B) / (below - ratio.C)


class _Curve:
    """B(y) of a logicle or hyperlog and its slope, for y at or right of `centre`, where B is 0 and convex."""

    __slots__ = ("centre", "offset", "slope", "start", "value")

    def __init__(
        self,
        value: Callable[[Floats], Floats],
        slope: Callable[[Floats], Floats],
        start: Callable[[Floats], Floats],
        centre: float,
        offset: float,
    ) -> None:
        self.value, self.slope, self.start, self.centre, self.offset = value, slope, start, centre, offset

    def inverse(self, x: Floats) -> Floats:
        return solve_convex(self.value, self.slope, x, np.maximum(self.start(x), self.centre))


def _inverted(x: Floats, transform: Logicle | Hyperlog) -> Floats:
    """The scale of negative values is that of positive ones, reflected below the centre."""
    curve = _curve(transform)
    if x.size <= _FEW:
        inside = np.isfinite(x)
        magnitude = curve.inverse(np.abs(np.where(inside, x, 0.0)))
        return np.where(inside, curve.centre + np.copysign(magnitude - curve.centre, x), np.nan)
    finite = np.abs(x[np.isfinite(x)])
    most = float(np.max(finite, initial=transform.T))
    return evaluate_pieces(x, _pieces(transform, 2.0 ** math.ceil(math.log2(most))), curve.centre)


@lru_cache(maxsize=64)
def _pieces(transform: Logicle | Hyperlog, most: float) -> Pieces:
    curve = _curve(transform)
    return pieces_of(curve.inverse, curve.slope, curve.offset, most)


@lru_cache(maxsize=64)
def _curve(transform: Logicle | Hyperlog) -> _Curve:
    return _logicle(transform) if isinstance(transform, Logicle) else _hyperlog(transform)


def _logicle(scale: Logicle) -> _Curve:
    total = scale.M + scale.A
    w, x2, b = scale.W / total, scale.A / total, total * _LN10
    x1, x0 = x2 + w, x2 + 2.0 * w
    d = _negative_slope(b, w)
    ratio = math.exp(x0 * (b + d))
    middle = math.exp(b * x1) - ratio * math.exp(-d * x1)
    a = scale.T / (math.exp(b) - middle - ratio * math.exp(-d))
    c, f = ratio * a, -middle * a

    def value(y: Floats) -> Floats:
        return np.asarray(a * np.exp(b * y) - c * np.exp(-d * y) + f)

    def slope(y: Floats) -> Floats:
        return np.asarray(a * b * np.exp(b * y) + c * d * np.exp(-d * y))

    def start(x: Floats) -> Floats:
        return np.asarray(np.log((x - f + c * math.exp(-d * x1)) / a) / b)

    return _Curve(value, slope, start, x1, float(slope(np.array(x1))) / (16.0 * b))


def _negative_slope(b: float, w: float) -> float:
    """d in (0, b] with 2 (ln d - ln b) + w (d + b) = 0, by halving: its left side increases in d."""
    if w == 0.0:
        return b
    low, high = 0.0, b
    for _ in range(200):
        d = (low + high) / 2.0
        low, high = (d, high) if d <= 0.0 or 2.0 * math.log(d / b) + w * (d + b) < 0.0 else (low, d)
    return (low + high) / 2.0


def _hyperlog(scale: Hyperlog) -> _Curve:
    total = scale.M + scale.A
    w, x2, b = scale.W / total, scale.A / total, total * _LN10
    x1, x0 = x2 + w, x2 + 2.0 * w
    k = math.exp(b * x0) / w
    h = math.exp(b * x1) + k * x1
    a = scale.T / (math.exp(b) + k - h)

    def value(y: Floats) -> Floats:
        return np.asarray(a * np.exp(b * y) + a * k * y - a * h)

    def slope(y: Floats) -> Floats:
        return np.asarray(a * b * np.exp(b * y) + a * k)

    def start(x: Floats) -> Floats:
        return np.asarray(np.log((x + a * h - a * k * x1) / a) / b)

    return _Curve(value, slope, start, x1, float(slope(np.array(x1))) / (16.0 * b))
