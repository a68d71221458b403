"""Amplification curves analysed one by one: baseline, efficiency from the exponential phase, and TD0.

After Ruijter et al., Nucleic Acids Res 2009;37:e45, and Untergasser, Ruijter, Benes and van den Hoff, BMC
Bioinformatics 2021;22:398, with the steps that RDML-Tools 3 takes (rdmlpython 3.0.1): the phase ends before TD0, where the smoothed second
difference of the raw curve has its last maximum; the baseline is the constant that makes the two halves of the phase
equally steep on a logarithmic scale; the efficiency is that slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy import bool_, float64, int64
    from numpy.typing import NDArray

LONGEST, SHORTEST = 9, 4  # cycles of the exponential phase that are fitted
_ENOUGH = 1.4  # amplification base below which nothing is amplified
_STEPS, _EQUAL = 50, 1e-5
_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Amplification:
    """One entry a curve, shapes (n,). NaN where there is no such number.

    `td0`: cycle of the largest smoothed second difference, between cycles; `base`: amplification base of the curve;
    `mean_base`: mean over the target's good curves; `stop`, `included`: last cycle and number of cycles fitted;
    `amplified`: it rises for four cycles before TD0 with a base above 1.4; `plateau`: it levels off;
    `outlier`: its base was left out of the mean; `corrected`: (n, cycles) without baseline.
    """

    td0: NDArray[float64]
    base: NDArray[float64]
    mean_base: NDArray[float64]
    baseline: NDArray[float64]
    r2: NDArray[float64]
    stop: NDArray[int64]
    included: NDArray[int64]
    amplified: NDArray[bool_]
    plateau: NDArray[bool_]
    outlier: NDArray[bool_]
    corrected: NDArray[float64]


def analyse(
    fluorescence: NDArray[float64], targets: NDArray[int64], left_out: NDArray[bool_] | None = None
) -> Amplification:
    """All curves of a run. (n, cycles) raw fluorescence, a code of its target a curve, curves not for the mean.

    At least 8 cycles; gaps are filled by straight lines. Curves below zero are lifted by a constant.
    """
    with np.errstate(all="ignore"):
        return _analyse(fluorescence, targets, left_out)


def _analyse(
    fluorescence: NDArray[float64], targets: NDArray[int64], left_out: NDArray[bool_] | None
) -> Amplification:
    raw = _filled(np.asarray(fluorescence, dtype=float))
    td0, first, four = _turning_points(raw)
    positive, lift = _lifted(raw)
    fit = _fit(positive, td0, first)
    base = np.where(fit.found, 10.0**fit.slope, np.nan)
    rising = np.where(fit.found, base, 1.0)
    amplified = (td0 > 2) & four & (rising > _ENOUGH)
    corrected = positive - fit.baseline[:, None]
    expected = 10.0 ** (fit.intercept + fit.line * raw.shape[1])
    plateau = ~(fit.found & (rising > 1.1) & (expected / corrected[:, -1] < 5))
    usable = amplified & plateau if left_out is None else amplified & plateau & ~left_out
    mean_base, outlier = _mean_bases(np.where(usable, base, np.nan), targets)
    return Amplification(
        td0=td0,
        base=base,
        mean_base=mean_base,
        baseline=fit.baseline - lift,
        r2=fit.r2,
        stop=fit.stop,
        included=fit.included,
        amplified=amplified,
        plateau=plateau,
        outlier=outlier,
        corrected=corrected,
    )


def _filled(raw: NDArray[float64]) -> NDArray[float64]:
    """Gaps inside a curve by straight lines, at its ends by the next value; a curve without values is flat."""
    known = np.isfinite(raw)
    if known.all():
        return raw
    whole, cycles = raw.copy(), np.arange(raw.shape[1])
    for row in np.flatnonzero(~known.all(axis=1)):
        has = known[row]
        whole[row] = np.interp(cycles, cycles[has], raw[row, has]) if has.any() else 1.0
    return whole


def _turning_points(raw: NDArray[float64]) -> tuple[NDArray[float64], NDArray[int64], NDArray[bool_]]:
    """TD0 (NaN: none), the first cycle of the steady rise before it, and whether that rise has four cycles."""
    n, count = raw.shape
    second = np.full((n, count), np.nan)
    second[:, 1:-1] = np.diff(raw, 2, axis=1)
    smooth = np.full((n, count), np.nan)
    smooth[:, 1:-1] = (second[:, :-2] + second[:, 1:-1] + second[:, 2:]) / 3
    third = np.diff(smooth, axis=1)
    td0, first = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    steepest = np.argmax(np.diff(raw, axis=1), axis=1) + 1
    for row in range(n):
        peak = _peak(raw[row], smooth[row], int(steepest[row]))
        first[row] = _start_of_rise(raw[row], peak)
        td0[row] = _last_zero(third[row], int(first[row]), _end_of_rise(raw[row], peak, count))
    whole = np.where(np.isnan(td0), -1, td0).astype(np.int64)
    return td0, first, whole - first + 1 > 3


def _peak(curve: NDArray[float64], smooth: NDArray[float64], steepest: int) -> int:
    """The cycle of the largest smoothed second difference before the steepest step; the last cycle where there is none."""
    count = curve.size
    if steepest > count - 2:
        steepest = count
    elif curve[steepest + 1] > curve[steepest] > curve[steepest - 1]:
        steepest += 2
    window = smooth[2 : steepest - 1]
    if not np.any(window > 0):
        return count
    peak = int(np.nanargmax(window)) + 3
    return count if peak + 2 >= count else peak


def _start_of_rise(curve: NDArray[float64], peak: int) -> int:
    start = peak
    while start > 3 and curve[start - 2] < curve[start - 1]:
        start -= 1
    return start


def _end_of_rise(curve: NDArray[float64], peak: int, count: int) -> int:
    end = peak + 1 if peak < count and curve[peak - 1] < curve[peak] else peak
    return min(count - 1, peak + 2, end - 1)


def _last_zero(third: NDArray[float64], first: int, end: int) -> float:
    """Where the third difference last falls through zero, in cycles from 1; NaN where it never does."""
    for at in range(end - 1, first - 1, -1):
        if at + 1 < third.size and third[at] >= 0 and third[at + 1] < 0:
            return float(at + 1.5 + third[at] / (third[at] - third[at + 1]))
    return float("nan")


def _lifted(raw: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64]]:
    """Curves above zero, and by how much each was lifted."""
    least = raw.min(axis=1)
    lift = np.where(least < 1e-8, (raw.max() - least) / 100 - least, 0.0)
    return raw + lift[:, None], lift


@dataclass(slots=True)
class _Fit:
    """Of each curve: baseline, slope of the upper half, line through all of the phase, and whether it was found."""

    baseline: NDArray[float64]
    slope: NDArray[float64]
    line: NDArray[float64]
    intercept: NDArray[float64]
    r2: NDArray[float64]
    stop: NDArray[int64]
    included: NDArray[int64]
    found: NDArray[bool_]


def _fit(positive: NDArray[float64], td0: NDArray[float64], first: NDArray[int64]) -> _Fit:
    """The baseline by halving: too much taken off makes the lower half steeper, too little the upper."""
    n = len(positive)
    stop = np.where(td0 >= 3, np.nan_to_num(td0) - 0.5, -1).astype(np.int64)
    start = np.maximum(first + 1, stop - LONGEST + 1)
    included = stop - start + 1
    rows = np.flatnonzero((td0 >= 3) & (included >= SHORTEST))
    fit = _Fit(
        positive.min(axis=1) * 0.99, np.zeros(n), np.zeros(n), np.full(n, -np.inf), np.full(n, np.nan),
        np.where(included >= 1, stop, -1), np.where(included >= 1, included, -1), np.zeros(n, dtype=bool),
    )  # fmt: skip
    for length in np.unique(included[rows]):
        group = rows[included[rows] == length]
        columns = start[group][:, None] - 1 + np.arange(length)
        _fit_group(positive[group[:, None], columns], group, start[group], fit)
    return fit


def _fit_group(phase: NDArray[float64], group: NDArray[int64], start: NDArray[int64], fit: _Fit) -> None:
    """Curves whose phases have one length, all at once. The halves share the middle cycle of an odd number."""
    length = phase.shape[1]
    low, high = _weights(length)
    begin = phase[:, 0]
    flat = np.log10(phase)
    almost_all = np.log10(phase - begin[:, None] + 1e-8)
    open_ = (flat @ low <= flat @ high) & (almost_all @ low >= almost_all @ high)
    taken, step, done = begin * 0.5, begin * 0.25, np.zeros(len(group), dtype=bool)
    for _ in range(_STEPS):
        logs = np.log10(phase - taken[:, None])
        difference = logs @ low - logs @ high
        done |= np.abs(difference) < _EQUAL
        taken = np.where(done, taken, taken + np.where(difference > 0, -step, step))
        step = step * 0.5
    logs = np.log10(phase - taken[:, None])
    good = done & open_
    _keep(fit, group[good], (logs[good], taken[good], start[good]), high)


def _keep(
    fit: _Fit,
    rows: NDArray[int64],
    found: tuple[NDArray[float64], NDArray[float64], NDArray[int64]],
    high: NDArray[float64],
) -> None:
    logs, taken, start = found
    cycles = np.arange(logs.shape[1], dtype=float)
    x = cycles - cycles.mean()
    y = logs - logs.mean(axis=1, keepdims=True)
    line = y @ x / (x @ x)
    fit.baseline[rows], fit.slope[rows], fit.line[rows] = taken, logs @ high, line
    fit.intercept[rows] = logs.mean(axis=1) - line * (start + cycles.mean())
    fit.r2[rows] = line**2 * (x @ x) / (y**2).sum(axis=1)
    fit.found[rows] = True


def _weights(length: int) -> tuple[NDArray[float64], NDArray[float64]]:
    """What the logarithms of a phase are multiplied with to give the slope of its lower and of its upper half."""
    half = (length + 1) // 2
    x = np.arange(half) - (half - 1) / 2
    own = x / (x @ x)
    low, high = np.zeros(length), np.zeros(length)
    low[:half], high[length - half :] = own, own
    return low, high


def _mean_bases(base: NDArray[float64], targets: NDArray[int64]) -> tuple[NDArray[float64], NDArray[bool_]]:
    """Mean of each target's usable curves without outliers, and which were outliers."""
    mean, outlier = np.full(base.size, np.nan), np.zeros(base.size, dtype=bool)
    for target in np.unique(targets):
        own = np.flatnonzero(targets == target)
        known = own[np.isfinite(base[own])]
        gone = _outliers(base[known])
        outlier[known[gone]] = True
        if (~gone).any():
            mean[own] = base[known[~gone]].mean()
    return mean, outlier


def _outliers(values: NDArray[float64]) -> NDArray[bool_]:
    """Grubbs' test, one value at a time, as long as the rest is skewed."""
    from scipy.special import ndtr, stdtrit

    gone = np.zeros(values.size, dtype=bool)
    while (n := int((~gone).sum())) >= 3:
        left = np.where(gone, np.nan, values)
        rest = values[~gone] - values[~gone].mean()
        spread = float(np.sqrt(rest @ rest / n))
        if spread == 0:
            break
        skewness = float((rest**3).mean()) / spread**3 * np.sqrt(n * (n - 1)) / (n - 2)
        error = np.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
        if 2 * float(ndtr(-abs(skewness) / error)) >= _ALPHA / 2:
            break
        at = int(np.nanargmax(left) if skewness > 0 else np.nanargmin(left))
        t2 = float(stdtrit(n - 2, 1 - _ALPHA / n / 2)) ** 2
        limit = (n - 1) / np.sqrt(n) * np.sqrt(t2 / (n - 2 + t2))
        if abs(values[at] - values[~gone].mean()) / (spread * np.sqrt(n / (n - 1))) <= limit:
            break
        gone[at] = True
    return gone
