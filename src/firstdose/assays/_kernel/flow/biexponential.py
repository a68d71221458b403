"""FlowJo's biexponential axis: a sum of two exponentials, tabulated and read between its points."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firstdose.readers.contents.flow import Biex

    Floats = NDArray[np.float64]

_CHANNELS = 4096


def biex_scale(x: Floats, scale: Biex) -> Floats:
    """x on the axis, 0 at its left end and 1 at its right; beyond either end the end itself."""
    values = _axis(scale)
    return np.interp(x, values, np.arange(_CHANNELS + 1) / _CHANNELS)


@lru_cache(maxsize=64)
def _axis(scale: Biex) -> Floats:
    """The value at each of the 4097 points of the axis.

    Right of zero it is e^(p t) - e^(-n (t - t0)) up to a factor, left of zero its mirror image; the width of the linear
    part sets n so that both exponentials meet with equal curvature.
    """
    half_width = math.log10(-scale.width) / 2.0 if scale.width < 0 else 0.0
    decades = scale.positive - half_width
    extra = max(scale.negative, 0.0) + half_width
    zero = min(int(extra * _CHANNELS / (extra + decades)), _CHANNELS // 2)
    if zero > 0:
        decades = extra * _CHANNELS / zero
    width = half_width / decades
    rise = math.log(10.0) * decades
    fall = _falling_rate(rise, width)
    t = np.arange(_CHANNELS + 1) / (_CHANNELS + 1)
    grows = np.exp(t * rise)
    shrinks = np.exp(-t * fall) * math.exp((rise + fall) * (width + extra / decades))
    curve = grows - shrinks
    values = (curve - curve[zero]) * (scale.most / math.exp(rise))
    values[:zero] = -values[2 * zero : zero : -1]
    return np.asarray(values)


def _falling_rate(rise: float, width: float) -> float:
    """n in (0, p] with 2 (ln n - ln p) + width (n + p) = 0."""
    if width == 0.0:
        return rise
    low, high = 0.0, rise
    for _ in range(200):
        rate = (low + high) / 2.0
        low, high = (
            (rate, high)
            if rate <= 0.0 or 2.0 * math.log(rate / rise) + width * (rate + rise) < 0.0
            else (low, rate)
        )
    return (low + high) / 2.0
