"""Flipping the signs of participants' numbers, each with the size by which it weighs in the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.choices import Tails, affordable, all_sums, tails_of_draws, tails_of_sum
from firstdose.methods._kernel.drawing import drawn_totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue.result import Alternative
    from firstdose.methods._kernel.results import Floats, Ints

MEETING = 30  # participants up to whom every arrangement counts
VECTORISED = 12  # and up to whom those of many data sets are written down together
_WRITTEN = 20
_TOGETHER = 8
_CHUNK = 8_000_000
_SLACK = 1e-11

Interval = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """Sum of numbers over sum of sizes, its tails and its interval with the level it attains."""

    numbers: Floats
    estimate: float
    tails: Tails
    interval: Interval | None


def rounded(values: Floats, rows: Floats, decimals: int | None) -> tuple[Floats, Ints]:
    """At the declared precision, or as many places as the floats can answer for: (..., N), places (...)."""
    largest = np.where(np.isfinite(rows), np.abs(rows), 0.0).max(axis=(-2, -1), initial=0.0)
    digits = np.ceil(np.log10(np.where(largest > 0, largest, 1.0))).astype(np.int64)
    places = np.minimum(10 - np.minimum(digits, 0), 14 - digits)
    if decimals is not None:
        places = np.minimum(places, decimals)
    scale = 10.0 ** places[..., None]
    return np.rint(values * scale) / scale, places


def flip(numbers: Floats, sizes: Floats, level: float, draws: int, seed: int) -> Flipped:
    """Every participant's number might as well have had the other sign."""
    total = float(sizes.sum())
    if len(numbers) > MEETING:
        return _drawn(numbers, sizes, level, draws, seed)
    tails = tails_of_sum([np.array([-x, x]) for x in numbers], float(numbers.sum()), draws, seed)
    found = interval_of(numbers, sizes, level)
    return Flipped(numbers=numbers, estimate=float(numbers.sum()) / total, tails=tails, interval=found)


def left_out(arrangements: float, level: float) -> int:
    """So many of the ordered subset means lie outside on either side."""
    return math.floor(arrangements * (1.0 - level) / 2.0 + 1e-9)


def interval_of(numbers: Floats, sizes: Floats, level: float) -> Interval | None:
    """Shifts that the test keeps: between ordered means of all subsets of participants (Hartigan 1969)."""
    n = len(numbers)
    out = left_out(2.0**n, level)
    if out == 0:
        return None
    low, high = _subset_mean(numbers, sizes, out), -_subset_mean(-numbers, sizes, out)
    return low, high, 1.0 - 2.0 * out / 2.0**n


def _subsets(values: Floats) -> Floats:
    return all_sums([np.array([0.0, x]) for x in values])


def _subset_mean(numbers: Floats, sizes: Floats, rank: int) -> float:
    """The one at this rank, from 1, among those of all non-empty subsets."""
    if len(numbers) <= _WRITTEN:
        means = _subsets(numbers)[1:] / _subsets(sizes)[1:]
        return float(np.partition(means, rank - 1)[rank - 1])
    low, high = float((numbers / sizes).min()), float((numbers / sizes).max())
    if _means_up_to(numbers, sizes, low) >= rank:
        return low
    while (middle := (low + high) / 2) not in {low, high}:
        low, high = (low, middle) if _means_up_to(numbers, sizes, middle) >= rank else (middle, high)
    return high


def _means_up_to(numbers: Floats, sizes: Floats, limit: float) -> int:
    """How many non-empty subsets have a mean of at most the limit."""
    gaps, half = numbers - limit * sizes, len(numbers) // 2
    first, second = np.sort(_subsets(gaps[:half])), np.sort(_subsets(gaps[half:]))
    return int(np.searchsorted(second, -first, side="right").sum()) - 1


def _drawn(numbers: Floats, sizes: Floats, level: float, draws: int, seed: int) -> Flipped:
    m, observed = affordable(draws, len(numbers)), float(numbers.sum())
    kept, weight = drawn_totals(_tables(numbers, sizes), m, seed)
    slack = _SLACK * float(np.abs(numbers).sum())
    tails = tails_of_draws(2 * kept - observed, observed, slack, seed, draws)
    means, out = np.sort(kept[weight > 0] / weight[weight > 0]), left_out(m + 1, level)
    interval = None
    if 0 < out <= len(means):
        interval = (float(means[out - 1]), float(means[-out]), 1.0 - 2.0 * out / (m + 1))
    centre = observed / float(sizes.sum())
    return Flipped(numbers=numbers, estimate=centre, tails=tails, interval=interval)


def _tables(numbers: Floats, sizes: Floats) -> Iterator[Floats]:
    """Sum of those that keep their sign, and of their sizes, for some people at a time."""
    for start in range(0, len(numbers), _TOGETHER):
        some = slice(start, start + _TOGETHER)
        yield np.stack([_subsets(numbers[some]), _subsets(sizes[some])])


def flip_all(numbers: Floats, sizes: Floats, level: float, alternative: Alternative) -> Mapping[str, Floats]:
    """`flip` of data sets (m, n), for few participants: estimate, p and limits of all."""
    m, n = numbers.shape
    subsets = np.array(list(product((0.0, 1.0), repeat=n)))
    step = max(1, _CHUNK // len(subsets))
    parts = [
        _flipped_together(numbers[start : start + step], sizes, subsets, level, alternative)
        for start in range(0, m, step)
    ]
    estimate = numbers.sum(axis=1) / sizes.sum()
    p, low, high = (np.concatenate(each) for each in zip(*parts, strict=True))
    return {"estimate": estimate, "p": p, "ci_low": low, "ci_high": high, "statistic": estimate}


def _flipped_together(
    numbers: Floats, sizes: Floats, subsets: Floats, level: float, alternative: Alternative
) -> tuple[Floats, Floats, Floats]:
    kept, observed = subsets @ numbers.T, numbers.sum(axis=1)
    sums, slack = 2 * kept - observed, _SLACK * np.abs(numbers).sum(axis=1)
    hits = {
        "less": lambda: sums <= observed + slack,
        "greater": lambda: sums >= observed - slack,
        "two-sided": lambda: np.abs(sums) >= np.abs(observed) - slack,
    }
    p = hits[alternative]().mean(axis=0)
    out = left_out(float(len(subsets)), level)
    if out == 0:
        nothing = np.full(len(numbers), np.nan)
        return p, nothing, nothing
    means = kept[1:] / (subsets[1:] @ sizes)[:, None]
    ordered = np.partition(means, (out - 1, len(means) - out), axis=0)
    return p, ordered[out - 1], ordered[len(means) - out]
