"""What an interval for a toxicity rate is worth with few participants: its exact coverage, and what no event excludes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue import load
from firstdose.methods import upper_bound_zero

if TYPE_CHECKING:
    import numpy.typing as npt

INTERVALS = ("exact_binomial", "wilson", "jeffreys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often the interval of n participants holds the true rate. `low`, `high` (n + 1,): its ends for each count.

    `least`: the smallest coverage over all rates, approached at `at`; `mean`: the average over all rates.
    """

    method: str
    label: str
    n: int
    level: float
    low: np.ndarray
    high: np.ndarray
    least: float
    at: float
    mean: float

    def under(self, rate: float) -> float:
        """Probability that the interval holds this true rate."""
        return _held(self.n, rate, (self.low <= rate) & (rate <= self.high))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEvent:
    """Upper ends after no event in n participants; `three`: the rule of three, 3 / n, for comparison."""

    n: int
    one_sided: float
    two_sided: float
    wilson: float
    jeffreys: float
    three: float


def compute_coverage(method: str, n: int, level: float = 0.95) -> Coverage:
    """The coverage of an interval of the shelf, a finite sum over the n + 1 counts.

    Between two neighbouring ends of intervals the counts whose interval holds the rate are the same, and their
    probability has a single peak, so the smallest coverage lies at one of the ends: approached, perhaps not reached.
    """
    entry = load("methods")[method]
    low, high = np.zeros(n + 1), np.ones(n + 1)
    for x in range(n + 1):
        found = entry.estimate(np.repeat([1.0, 0.0], [x, n - x]), level=level)
        low[x], high[x] = found.ci_low, found.ci_high
    least, at = _least(n, low, high)
    return Coverage(
        method=method,
        label=entry.label,
        n=n,
        level=level,
        low=low,
        high=high,
        least=least,
        at=at,
        mean=_mean(n, low, high),
    )


def exclude_without_event(n: int, level: float = 0.95) -> NoEvent:
    """What 0 of n excludes, by each interval."""
    none = np.zeros(n)
    upper = {
        name: load("methods")[name].estimate(none, level=level).ci_high or 1.0
        for name in ("wilson", "jeffreys")
    }
    return NoEvent(
        n=n,
        one_sided=upper_bound_zero(n, level),
        two_sided=upper_bound_zero(n, (1 + level) / 2),
        wilson=upper["wilson"],
        jeffreys=upper["jeffreys"],
        three=min(1.0, 3 / n),
    )


def _least(n: int, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    ends = np.unique(np.concatenate([[0.0, 1.0], low, high]))
    pieces = []
    for left, right in itertools.pairwise(ends):
        middle = (left + right) / 2
        held = (low <= middle) & (middle <= high)
        pieces += [(_held(n, left, held), float(left)), (_held(n, right, held), float(right))]
    return min(pieces)


def _held(n: int, rate: float, held: npt.NDArray[np.bool_]) -> float:
    from scipy import special

    x = np.arange(n + 1)
    chance = special.binom(n, x) * float(rate) ** x * (1 - float(rate)) ** (n - x)
    return min(1.0, float(chance[held].sum()))


def _mean(n: int, low: np.ndarray, high: np.ndarray) -> float:
    """The integral over all rates: each count has the probability of a Beta distribution between its ends."""
    from scipy import special

    x = np.arange(n + 1)
    between = special.betainc(x + 1, n - x + 1, high) - special.betainc(x + 1, n - x + 1, low)
    return float(between.sum() / (n + 1))
