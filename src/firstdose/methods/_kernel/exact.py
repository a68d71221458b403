"""Exact null distributions of paired tests: every participant's difference keeps or changes its sign.

Differences are whole multiples of the declared precision, so ties are ties and every comparison is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import caveats as say

if TYPE_CHECKING:
    from firstdose.catalogue.result import Alternative, Caveat
    from firstdose.methods._kernel.results import Floats, Ints

ENUMERATED = 20
MEETING = 30
MOST_PLACES = 10
FEWEST_DIGITS = -100
DIGITS = 14  # of the 15 to 16 that a float holds: what a subtraction leaves right


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences in whole units of 10**-places; `caveats` say where the precision was not declared."""

    whole: Ints
    places: int
    caveats: tuple[Caveat, ...]

    def scaled(self, whole: float) -> float:
        """A number in whole units on the scale of the variable."""
        return float(whole / 10.0**self.places)


def differences(pairs: Floats, decimals: int | None) -> Differences:
    """After - before, rounded to the declared precision."""
    whole, places = on_grid(pairs[:, 1] - pairs[:, 0], decimals, _largest(pairs))
    caveats = () if decimals is not None else (say.precision_undeclared(places),)
    return Differences(whole, places, caveats)


def whole_numbers(rows: Floats, decimals: int | None) -> tuple[Ints, tuple[Caveat, ...]]:
    """The values themselves in whole units, for ranks within a participant or over groups."""
    whole, places = on_grid(rows, decimals, _largest(rows))
    return whole, () if decimals is not None else (say.precision_undeclared(places),)


def on_grid(values: Floats, decimals: int | None, largest: float) -> tuple[Ints, int]:
    """Whole multiples of 10**-places, places as declared or as many as the floats can answer for."""
    digits = max(FEWEST_DIGITS, math.ceil(math.log10(largest))) if largest > 0 else 0
    bearable = min(MOST_PLACES - min(digits, 0), DIGITS - digits)
    places = bearable if decimals is None else min(decimals, bearable)
    return np.rint(values * 10.0**places).astype(np.int64), places


def _largest(values: Floats) -> float:
    return float(np.abs(values).max(initial=0.0))


def doubled_ranks(whole: Ints) -> Ints:
    """Twice the mid-ranks, so that ties stay whole."""
    _, where, counts = np.unique(whole, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    return (2 * below + counts + 1)[where.reshape(whole.shape)]


def smallest_p_of_signs(n: int, alternative: Alternative = "two-sided") -> float:
    """The smallest p when n signs are all that can change."""
    return min(1.0, math.ldexp(2.0 if alternative == "two-sided" else 1.0, -n))


def smallest_p_of_pairs(
    n: int,
    k: int = 2,  # noqa: ARG001, the same call for every method
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """2 / 2**n, or half of it one-sided; where zero differences count for nothing, each of them doubles it."""
    return smallest_p_of_signs(n, alternative)


def convolved(weights: Ints) -> Floats:
    """P(S = 0), P(S = 1), ... of the sum S of a random half of the weights (whole, >= 0)."""
    chance = np.zeros(int(weights.sum()) + 1)
    chance[0], reached = 1.0, 1
    for weight in map(int, np.sort(weights)):  # the short sums first
        half = chance[:reached] / 2.0
        chance[:reached] = half
        chance[weight : weight + reached] += half
        reached += weight
    return chance


def convolved_tails(weights: Ints, observed: int) -> tuple[float, float]:
    """P(S <= observed) and P(S >= observed)."""
    step = common_step(weights)
    chance = convolved(weights // step)
    return float(chance[: observed // step + 1].sum()), float(chance[-(-observed // step) :].sum())


def common_step(weights: Ints) -> int:
    """The largest whole number that divides every weight; 1 without any."""
    return max(1, int(np.gcd.reduce(weights)))


def work_of_convolving(weights: Ints) -> int:
    """How many probabilities `convolved_tails` writes, at most."""
    return len(weights) * (int(weights.sum()) // common_step(weights))


def subset_sums(weights: Ints) -> Ints:
    """The sums of all subsets, 2**n of them, the empty one first."""
    sums = np.zeros(1, dtype=np.int64)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    return sums


def enumerated_tails(weights: Ints, observed: int) -> tuple[float, float]:
    """The same two tails by writing down every subset."""
    sums = subset_sums(weights)
    return float((sums <= observed).mean()), float((sums >= observed).mean())


def meeting_tails(weights: Ints, observed: int) -> tuple[float, float]:
    """The same two tails from the subsets of two halves, which meet in the middle."""
    half = len(weights) // 2
    first, second = subset_sums(weights[:half]), np.sort(subset_sums(weights[half:]))
    most = np.searchsorted(second, observed - first, side="right").sum()
    least = (len(second) - np.searchsorted(second, observed - first, side="left")).sum()
    return float(most / 2.0 ** len(weights)), float(least / 2.0 ** len(weights))


def subset_mean(whole: Ints, rank: int) -> float:
    """The mean at this rank, from 1, among those of all non-empty subsets (Hartigan 1969)."""
    if len(whole) <= ENUMERATED:
        sums, sizes = subset_sums(whole)[1:], subset_sums(np.ones_like(whole))[1:]
        return float(np.partition(sums / sizes, rank - 1)[rank - 1])
    return _subset_mean_by_halving(whole, rank)


def _subset_mean_by_halving(whole: Ints, rank: int) -> float:
    """The smallest float with that many subset means at or below it."""
    low, high = float(whole.min()), float(whole.max())
    if _means_up_to(whole, low) >= rank:
        return low
    while (middle := (low + high) / 2) not in {low, high}:
        if _means_up_to(whole, middle) >= rank:
            high = middle
        else:
            low = middle
    return high


def _means_up_to(whole: Ints, limit: float) -> int:
    half = len(whole) // 2
    first, second = (_centred_sums(part, limit) for part in (whole[:half], whole[half:]))
    return int(np.searchsorted(np.sort(second), -first, side="right").sum()) - 1  # without the empty subset


def _centred_sums(whole: Ints, limit: float) -> Floats:
    return subset_sums(whole) - limit * subset_sums(np.ones_like(whole))
