"""The bootstrap of participants: all multisets with their multinomial weights, or random ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.methods._kernel.results import Floats, Ints

_CHUNK = 4_000_000
_SAME = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Participants of one group: their sums and sizes; the estimate is the ratio times the weight."""

    numbers: Floats
    sizes: Floats
    weight: float = 1.0

    def mean(self) -> float:
        """Sum over size."""
        return float(self.numbers.sum() / self.sizes.sum())

    def influence(self) -> Floats:
        """Of each participant by leaving it out, n - 1 times over n; zero where nobody else is left."""
        n = len(self.numbers)
        if n < 2:
            return np.zeros(n)
        without = (self.numbers.sum() - self.numbers) / (self.sizes.sum() - self.sizes)
        return np.asarray((n - 1) / n * (without.mean() - without), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Atoms:
    """Values of the estimate in rising order with their weights."""

    values: Floats
    weights: Floats

    def share_below(self, value: float) -> float:
        """P(t < value) + P(t = value) / 2."""
        near = _SAME * max(abs(value), float(np.ptp(self.values)))
        below, up_to = (float(self.weights[self.values < value + gap].sum()) for gap in (-near, near))
        return (below + up_to) / 2 / float(self.weights.sum())

    def quantile(self, level: float) -> float:
        """The smallest value that has at least this weight up to it."""
        reached = np.cumsum(self.weights) / self.weights.sum()
        place = int(np.searchsorted(reached, level - _SAME, side="left"))
        return float(self.values[min(place, len(self.values) - 1)])

    def sd(self) -> float:
        """Of the resampled estimates: the bootstrap standard error."""
        share = self.weights / self.weights.sum()
        return math.sqrt(float(share @ (self.values - share @ self.values) ** 2))


def number_of_multisets(n: int) -> int:
    """In how many ways n can be drawn from n when order does not count."""
    return math.comb(2 * n - 1, n)


def complete(strata: Sequence[Stratum]) -> Atoms:
    """Every multiset of each group with every one of the others."""
    values, weights = np.zeros(1), np.ones(1)
    for each in strata:
        counts = compositions(len(each.numbers))
        own = each.weight * (counts @ each.numbers) / (counts @ each.sizes)
        ways = _multinomial(counts)
        values = (values[:, None] + own[None, :]).ravel()
        weights = (weights[:, None] * ways[None, :]).ravel()
    return _sorted(values, weights)


def drawn(strata: Sequence[Stratum], draws: int, seed: int) -> Atoms:
    """Random multisets."""
    generator, values = np.random.default_rng(seed), np.zeros(draws)
    for each in strata:
        n = len(each.numbers)
        step = max(1, _CHUNK // n)
        for start in range(0, draws, step):
            who = generator.integers(0, n, size=(min(step, draws - start), n))
            own = each.numbers[who].sum(axis=1) / each.sizes[who].sum(axis=1)
            values[start : start + len(who)] += each.weight * own
    return _sorted(values, np.ones(draws))


def compositions(n: int) -> Ints:
    """How often each of n is drawn: every row of n whole numbers that add up to n."""
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([n])
    for place in range(n):
        times = left + 1 if place < n - 1 else np.ones_like(left)
        before = np.repeat(np.arange(len(rows)), times)
        number = np.arange(len(before)) - np.repeat(np.cumsum(times) - times, times)
        number = number if place < n - 1 else left[before]
        rows = np.column_stack([rows[before], number])
        left = left[before] - number
    return rows


def _multinomial(counts: Ints) -> Floats:
    n = counts.shape[1]
    factorials = np.array([math.factorial(i) for i in range(n + 1)], dtype=np.float64)
    return np.asarray(np.rint(factorials[n] / factorials[counts].prod(axis=1)), dtype=np.float64)


def _sorted(values: Floats, weights: Floats) -> Atoms:
    order = np.argsort(values, kind="stable")
    return Atoms(values[order], weights[order])
