"""Melting curves: the negative derivative and its peaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

WIDTH = 2.0  # degrees over which the derivative is taken
SMALLEST = 0.2  # share of the highest peak below which a peak is noise
_MOST_STEPS = 2000


@dataclass(frozen=True, slots=True)
class Melting:
    """-dF/dT at evenly spaced temperatures, shapes (m,); peaks from the highest on: temperature, height, shapes (p,)."""

    temperature: NDArray[float64]
    derivative: NDArray[float64]
    peaks: NDArray[float64]
    heights: NDArray[float64]


def melting(temperature: NDArray[float64], fluorescence: NDArray[float64]) -> Melting | None:
    """The derivative by local parabolas over 2 degrees (Savitzky-Golay); None of fewer than 8 points or 4 degrees."""
    order = np.argsort(temperature)
    t, f = np.asarray(temperature, dtype=float)[order], np.asarray(fluorescence, dtype=float)[order]
    known = np.isfinite(f)
    t, f = t[known], f[known]
    if t.size < 8 or t[-1] - t[0] < 2 * WIDTH:
        return None
    steps = min(t.size - 1, _MOST_STEPS)
    even = np.linspace(t[0], t[-1], steps + 1)
    level = np.interp(even, t, f)
    half = max(1, min(round(WIDTH / 2 / (even[1] - even[0])), (steps - 1) // 2))
    x = np.arange(-half, half + 1, dtype=float)
    slope = np.correlate(level, x, mode="valid") / (x @ x) / (even[1] - even[0])
    inner = even[half : even.size - half]
    peaks, heights = _peaks(inner, -slope)
    return Melting(inner, -slope, peaks, heights)


def _peaks(t: NDArray[float64], y: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64]]:
    """Maxima above the noise, each at the top of the parabola through its three points."""
    inner = y[1:-1]
    limit = max(0.0, SMALLEST * float(y.max()))
    at = np.flatnonzero((inner > y[:-2]) & (inner >= y[2:]) & (inner > limit)) + 1
    curve = y[at - 1] - 2 * y[at] + y[at + 1]
    shift = 0.5 * (y[at - 1] - y[at + 1]) / curve
    temperatures = t[at] + shift * (t[1] - t[0])
    highest = np.argsort(-y[at], kind="stable")
    return temperatures[highest], y[at][highest]
