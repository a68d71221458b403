"""Poisson arithmetic: exact limits of a rate, exact tails, and whether counts vary as one rate says.

Limits: Garwood 1936. Given the total, the counts of participants with one common rate are multinomial with their
shares of the exposure; the comparison of two rates is then binomial.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.binomial import clopper_pearson
from firstdose.methods._kernel.distributions import (
    beta_cdf,
    chi2_tail,
    gamma_cdf,
    gamma_quantile,
)

if TYPE_CHECKING:
    from firstdose.methods._kernel.results import Floats, Ints

_WRITTEN = 200_000  # ways to share the events among the participants


def garwood(events: int, exposure: float, tail: float) -> tuple[float, float]:
    """Exact limits of a rate: at each of them the probability of what was seen, or more extreme, is `tail`."""
    low = gamma_quantile(tail, events) if events else 0.0
    return low / exposure, gamma_quantile(1.0 - tail, events + 1) / exposure


def poisson_tails(events: int, mean: float) -> tuple[float, float]:
    """P(X <= events) and P(X >= events)."""
    return 1.0 - gamma_cdf(mean, events + 1), gamma_cdf(mean, events) if events else 1.0


def binomial_tails(events: int, n: int, rate: float) -> tuple[float, float]:
    """P(X <= events) and P(X >= events)."""
    less = beta_cdf(1.0 - rate, n - events, events + 1) if events < n else 1.0
    return less, beta_cdf(rate, events, n - events + 1) if events else 1.0


def ratio_limits(first: int, second: int, exposures: tuple[float, float], tail: float) -> tuple[float, float]:
    """Exact limits of the second rate over the first, given the total; infinite where nothing bounds them."""
    low, high = clopper_pearson(second, first + second, tail) if first + second else (0.0, 1.0)
    scale = exposures[0] / exposures[1]
    return tuple(scale * p / (1.0 - p) if p < 1.0 else math.inf for p in (low, high))  # type: ignore[return-value]


def dispersion(counts: Ints, exposure: Floats) -> tuple[float, float, bool] | None:
    """Variation of the counts over that of one Poisson rate, its p, and whether p is exact; None if undefined.

    The statistic is the sum of (count - expected)^2 / expected; p is exact given the total while the ways to share
    it are few, else from the chi-squared distribution.
    """
    total, n = int(counts.sum()), len(counts)
    if total == 0 or n < 2:
        return None
    shares = exposure / exposure.sum()
    observed = float(((counts - total * shares) ** 2 / (total * shares)).sum())
    ways = math.lgamma(total + n) - math.lgamma(n) - math.lgamma(total + 1)
    if ways > math.log(_WRITTEN):
        return observed / (n - 1), chi2_tail(observed, n - 1), False
    chances, statistics = _all_shares(total, shares)
    return observed / (n - 1), min(1.0, float(chances[statistics >= observed * (1 - 1e-12)].sum())), True


def _all_shares(total: int, shares: Floats) -> tuple[Floats, Floats]:
    """Chance and statistic of every way to share the events: participant by participant, as events are left."""
    left, logs, statistics = np.array([total]), np.array([math.lgamma(total + 1)]), np.zeros(1)
    factorials = np.array([math.lgamma(x + 1) for x in range(total + 1)])
    for i, share in enumerate(shares):
        last = i == len(shares) - 1
        where = np.arange(len(left)) if last else np.repeat(np.arange(len(left)), left + 1)
        starts = np.cumsum(left + 1) - (left + 1)
        own = left if last else np.arange(len(where)) - starts[where]
        left = left[where] - own
        logs = logs[where] + own * math.log(share) - factorials[own]
        statistics = statistics[where] + (own - total * share) ** 2 / (total * share)
    return np.exp(logs), statistics
