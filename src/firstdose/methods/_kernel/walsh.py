"""Walsh averages, as whole sums of two differences, and the shifts that the signed rank test does not reject.

Between two neighbouring Walsh averages no shifted difference is zero, so the interval is the same for both
conventions; V+ of the shifted differences is there the number of Walsh averages above the shift.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.distributions import normal_quantile
from firstdose.methods._kernel.exact import common_step, convolved, doubled_ranks

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.methods._kernel.results import Floats, Ints

_SCANNED = 15_000_000  # probabilities written for one limit; 30 participants need fewer


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits in doubled whole units, and the level that they attain."""

    low: int
    high: int
    attained: float


def walsh_sums(whole: Ints) -> Ints:
    """Sums of all pairs, each difference with itself included: twice the Walsh averages, sorted."""
    first, second = np.triu_indices(len(whole))
    return np.sort(whole[first] + whole[second])


def walsh_at(ordered: Ints, rank: int) -> int:
    """The sum at this rank, from 0, among those of all pairs of ordered differences, which are not written down."""
    low, high = 2 * int(ordered[0]), 2 * int(ordered[-1])
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _walsh_up_to(ordered, middle) > rank else (middle + 1, high)
    return low


def _walsh_up_to(ordered: Ints, limit: int) -> int:
    """How many sums are at most `limit`: every pair was met twice, each difference with itself once."""
    twice = np.searchsorted(ordered, limit - ordered, side="right").sum()
    return int(twice + np.searchsorted(2 * ordered, limit, side="right")) // 2


def walsh_median(whole: Ints) -> float:
    """The median of all sums: twice the Hodges-Lehmann estimate."""
    ordered, pairs = np.sort(whole), len(whole) * (len(whole) + 1) // 2
    return (walsh_at(ordered, (pairs - 1) // 2) + walsh_at(ordered, pairs // 2)) / 2


def normal_interval(whole: Ints, level: float) -> Interval:
    """The shifts at which V+, with the ties of the differences, is no further out than the normal quantile."""
    ordered, n = np.sort(whole), len(whole)
    ties = np.unique(whole, return_counts=True)[1].astype(np.float64)
    pairs = n * (n + 1) // 2
    variance = pairs * (2 * n + 1) / 12 - float((ties**3 - ties).sum()) / 48
    reach = -normal_quantile((1.0 - level) / 2.0) * math.sqrt(variance)
    above = math.ceil(min(pairs / 2 + 0.5 + reach, pairs)) - 1  # sums above the lower limit, at most
    return Interval(walsh_at(ordered, pairs - 1 - above), walsh_at(ordered, above), level)


def exact_interval(whole: Ints, sums: Ints, level: float) -> Interval | None:
    """All shifts that the exact test does not reject at (1 - level)/2 on either side; None if unlimited.

    `sums`: those of all pairs, sorted; limits are among them.
    """
    alpha = (1.0 - level) / 2.0 + 1e-12
    steps = np.unique(sums)
    low = _first_kept(whole, steps, alpha)
    high = _first_kept(-whole, -steps[::-1], alpha)
    if low is None or high is None:
        return None
    return Interval(low[0], -high[0], 1.0 - low[1] - high[1])


def _first_kept(whole: Ints, steps: Ints, alpha: float) -> tuple[int, float] | None:
    """The lowest shift kept, in doubled units, and the largest one-sided p below it; None: nothing rejected.

    Shifts are tried half-way between neighbouring Walsh averages, hence in quarters of a unit: all of them from
    outside in where that is little work, else by halving, for p rises with the shift as V+ falls.
    """
    n, tails = len(whole), _remembered_tails()
    gaps = np.concatenate([steps[:1] - 1, steps]) + np.concatenate([steps[:1] - 1, steps[1:], steps[-1:] + 2])

    def p_in(gap: int) -> float:
        return _upper_p(whole, int(gaps[gap]), tails)

    if p_in(0) > alpha:
        return None
    search = _scanned if len(gaps) * n * n * (n + 1) <= _SCANNED else _halved
    first, rejected = search(p_in, len(gaps), alpha)
    return int(steps[first - 1]), rejected


def _scanned(p_in: Callable[[int], float], gaps: int, alpha: float) -> tuple[int, float]:
    """The first gap whose p lies above alpha, and the largest p before it."""
    rejected = 0.0
    for gap in range(gaps):
        if (p := p_in(gap)) > alpha:
            return gap, rejected
        rejected = max(rejected, p)
    raise AssertionError("above all differences p is 1")  # pragma: no cover - alpha is below 1


def _halved(p_in: Callable[[int], float], gaps: int, alpha: float) -> tuple[int, float]:
    """A gap whose p lies above alpha next to one whose p does not, which is given too."""
    low, high = 0, gaps - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if p_in(middle) > alpha else (middle, high)
    return high, p_in(low)


def _upper_p(whole: Ints, quarters: int, tails: Callable[[bytes], Floats]) -> float:
    """P(V+ >= observed) of the differences less a shift, itself in quarters of a unit."""
    moved = 4 * whole - quarters
    ranks = doubled_ranks(np.abs(moved))
    step = common_step(ranks)
    return float(tails(np.sort(ranks // step).tobytes())[ranks[moved > 0].sum() // step])


def _remembered_tails() -> Callable[[bytes], Floats]:
    """P(V+ >= v) for every v; it depends on the pattern of ties alone, and few patterns occur."""

    @lru_cache(maxsize=16)
    def tails(ranks: bytes) -> Floats:
        return np.cumsum(convolved(np.frombuffer(ranks, dtype=np.int64))[::-1])[::-1]

    return tails
