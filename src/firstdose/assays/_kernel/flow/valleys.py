"""The cut between a negative and a positive population: the valley of a smoothed histogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]

_CELLS = 512
_WIDTH = 0.15  # of the smoothing kernel, on the scale of asinh(x / 150)
_LEAST_PEAK = 0.02  # of the highest: a lower hill is no population
_LEAST_DEPTH = 0.3  # a shallower valley is noise on one hill
_FLAT = 1.5  # the floor of a valley is what lies within this factor of its deepest point
LINEAR = 150.0


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a marker is cut, on the scale of `marker_scale`; `depth`: log of the lower hill over the valley's floor."""

    at: float
    depth: float


def marker_scale(x: Floats) -> Floats:
    """asinh(x / 150): linear near zero, logarithmic beyond."""
    return np.arcsinh(x / LINEAR)


def find_cut(values: Floats, width: float = _WIDTH) -> Cut:
    """The deepest valley of the values, the middle of its floor; infinite where no second population is seen.

    The same for any order of the values: it sees their histogram alone.
    """
    if values.size < 20:
        return Cut(float("inf"), 0.0)
    centres, height = _smoothed(values, width)
    hills = np.minimum(np.maximum.accumulate(height), np.maximum.accumulate(height[::-1])[::-1])
    depth = np.where(hills > _LEAST_PEAK * height.max(), np.log(hills / height), 0.0)
    deepest = int(np.argmax(depth))
    if depth[deepest] < _LEAST_DEPTH:
        return Cut(float("inf"), float(depth[deepest]))
    low = high = deepest
    bound = _FLAT * height[deepest] + 0.5
    while low > 0 and height[low - 1] <= bound:
        low -= 1
    while high < _CELLS - 1 and height[high + 1] <= bound:
        high += 1
    return Cut(float(centres[low] + centres[high]) / 2.0, float(depth[deepest]))


def _smoothed(values: Floats, width: float) -> tuple[Floats, Floats]:
    low, high = np.quantile(values, (0.0005, 0.9995))
    counts, edges = np.histogram(values, _CELLS, range=(low, high if high > low else low + 1.0))
    step = edges[1] - edges[0]
    reach = min(int(4.0 * width / step), _CELLS // 2 - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / width) ** 2)
    return (edges[1:] + edges[:-1]) / 2.0, np.convolve(counts, kernel / kernel.sum(), "same") + 0.5


def near_median(values: Floats, inside: Truths, times: float, *, above_only: bool = False) -> Truths:
    """Events within so many robust standard deviations of the median of those inside."""
    if not inside.any():
        return np.zeros(values.shape, dtype=np.bool_)
    middle = np.median(values[inside])
    spread = 1.4826 * np.median(np.abs(values[inside] - middle))
    apart = values - middle
    return np.asarray((apart if above_only else np.abs(apart)) <= times * spread)
