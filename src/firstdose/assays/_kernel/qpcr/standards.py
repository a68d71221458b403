"""Dilution series: quantification cycle against the logarithm of the amount; and what several runs share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy import float64
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardCurve:
    """cq = intercept + slope * log10(amount). `base`: amplification base; `low`, `high`: its interval.

    `points`: different amounts, `wells`: all that were fitted, `decades`: log10 of largest over smallest amount,
    `last`: the fitted cycle of the smallest amount.
    """

    slope: float
    intercept: float
    r2: float
    base: float
    low: float
    high: float
    points: int
    wells: int
    decades: float
    last: float

    @property
    def percent(self) -> float:
        """Efficiency: 100 % is a doubling a cycle."""
        return 100 * (self.base - 1)

    def amount(self, cq: float) -> float:
        """The amount that a cycle stands for."""
        return float(10 ** ((cq - self.intercept) / self.slope))


def standard_curve(amounts: ArrayLike, cq: ArrayLike, level: float = 0.95) -> StandardCurve | None:
    """The straight line through all wells, shapes (n,); None without a falling line through two amounts."""
    x, y = np.log10(np.asarray(amounts, dtype=float)), np.asarray(cq, dtype=float)
    points = np.unique(x).size
    if points < 2:
        return None
    dx, dy = x - x.mean(), y - y.mean()
    sxx, sxy, syy = float(dx @ dx), float(dx @ dy), float(dy @ dy)
    slope = sxy / sxx
    if slope >= 0:
        return None
    intercept = float(y.mean() - slope * x.mean())
    low, high = _interval(slope, sxx, float(((dy - slope * dx) ** 2).sum()), (x.size, level))
    return StandardCurve(
        slope=slope,
        intercept=intercept,
        r2=sxy**2 / (sxx * syy),
        base=10 ** (-1 / slope),
        low=low,
        high=high,
        points=points,
        wells=x.size,
        decades=float(x.max() - x.min()),
        last=intercept + slope * float(x.min()),
    )


def _interval(slope: float, sxx: float, residual: float, of: tuple[int, float]) -> tuple[float, float]:
    """Amplification base at both ends of the slope's t interval; NaN where nothing is left to judge by."""
    n, level = of
    if n < 3:
        return math.nan, math.nan
    from scipy.special import stdtrit

    half = float(stdtrit(n - 2, (1 + level) / 2)) * math.sqrt(residual / (n - 2) / sxx)
    steep, flat = slope - half, slope + half
    return 10 ** (-1 / steep), 10 ** (-1 / flat) if flat < 0 else math.inf


def run_factors(
    runs: Sequence[Mapping[Hashable, Sequence[float]]], weight: Literal["calibrator", "pair"] = "calibrator"
) -> NDArray[float64]:
    """By what the quantities of each run are too large, from what several runs measured: divide by it. Shape (runs,).

    `runs`: calibrator > its quantities in that run. "calibrator": quantity in the run over the geometric mean over the
    runs, geometric mean over calibrators that all runs have (Hellemans et al., Genome Biol 2007;8:R19). "pair": every
    well of one run against every well of the other (Ruijter et al., Biomol Detect Quantif 2015;5:10-14). NaN: nothing in common.
    """
    logs = [{key: np.log(np.asarray(each, dtype=float)) for key, each in run.items()} for run in runs]
    if weight == "pair":
        table = np.array([[_ratio(one, other) for other in logs] for one in logs])
        return np.asarray(np.exp(table.mean(axis=1)))
    shared = [key for key in logs[0] if all(key in run for run in logs)]
    if not shared:
        return np.full(len(runs), math.nan)
    means = np.array([[float(run[key].mean()) for key in shared] for run in logs])
    return np.asarray(np.exp((means - means.mean(axis=0)).mean(axis=1)))


def _ratio(one: Mapping[Hashable, NDArray[float64]], other: Mapping[Hashable, NDArray[float64]]) -> float:
    """Mean log ratio over all pairs of wells of the same calibrator."""
    pairs = [(one[key], other[key]) for key in one if key in other]
    count = sum(a.size * b.size for a, b in pairs)
    total = sum(float(a.sum()) * b.size - float(b.sum()) * a.size for a, b in pairs)
    return total / count if count else math.nan
