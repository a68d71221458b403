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
    if unlimited(len(whole), level):
        return None
    alpha = left_out(level)
    if len(np.unique(whole)) == len(whole):
        return _without_ties(sums, len(whole), alpha)
    steps = np.unique(sums)
    low, below = _first_kept(whole, steps, alpha)
    high, above = _first_kept(-whole, -steps[::-1], alpha)
    return Interval(low, -high, 1.0 - below - above)


def unlimited(n: int, level: float) -> bool:
    """Whether no shift is rejected, however far out: all signs are alike there."""
    return 0.5**n > left_out(level)


def left_out(level: float) -> float:
    """The largest one-sided p that is rejected."""
    return (1.0 - level) / 2.0 + 1e-12


def _without_ties(sums: Ints, n: int, alpha: float) -> Interval:
    both = np.stack([sums, -sums[::-1]])
    (low, high), (below, above) = (each.tolist() for each in first_kept_without_ties(both, n, alpha))
    return Interval(low, -high, 1.0 - below - above)


def first_kept_without_ties(sums: Ints, n: int, alpha: float) -> tuple[Ints, Floats]:
    """The lowest shift kept, doubled, and the largest one-sided p below it, of rows of sorted sums (m, pairs).

    Where all n differences differ, the null distribution is the same at every shift: limits are order statistics.
    """
    tails = _tails_without_ties(n)
    limits = sums[:, shifts_left_out(n, alpha)]
    above = np.count_nonzero(sums >= limits[:, None], axis=1)
    return limits, tails[above]


def shifts_left_out(n: int, alpha: float) -> int:
    """How many Walsh averages lie below the lowest shift kept, where all n differences and all averages differ."""
    tails = _tails_without_ties(n)
    return len(tails) - 1 - int(np.count_nonzero(tails > alpha))


@lru_cache(maxsize=256)
def _tails_without_ties(n: int) -> Floats:
    """P(V+ >= v) for every v; not to be written to."""
    return np.cumsum(convolved(np.arange(1, n + 1))[::-1])[::-1]


def _first_kept(whole: Ints, steps: Ints, alpha: float) -> tuple[int, float]:
    """The lowest shift kept, in doubled units, and the largest one-sided p below it.

    Shifts are tried half-way between neighbouring Walsh averages, hence in quarters of a unit: all of them from
    outside in where that is little work, else by halving, for p rises with the shift as V+ falls.
    """
    n, tails = len(whole), _remembered_tails()
    gaps = np.concatenate([steps[:1] - 1, steps]) + np.concatenate([steps[:1] - 1, steps[1:], steps[-1:] + 2])

    def p_in(gap: int) -> float:
        return _upper_p(whole, int(gaps[gap]), tails)

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
