"""Power before the trial of tests over times, of proportions, rates and tables; exact tests by adding up every outcome."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.binomial import fair_tails
from firstdose.methods._kernel.distributions import (
    binomial_chances,
    f_quantile,
    noncentral_f_cdf,
    poisson_chances,
)
from firstdose.methods._kernel.planning import smallest_effect
from firstdose.methods._kernel.poisson import binomial_tails, poisson_tails
from firstdose.methods._kernel.results import p_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.catalogue.result import Alternative

_ROUNDING = 1e-12
_ALL_BUT = 12.0  # standard deviations of a Poisson count; beyond lies less than 1e-15


def power_rm_anova(
    n: int, k: int, f: float, correlation: float = 0.5, epsilon: float = 1.0, level: float = 0.95
) -> float | None:
    """The power of the effect of k times in n participants; None below two of either.

    f: standard deviation of the k means over that of the values at one time (Cohen 1988). `correlation`: between two
    times. Noncentral F with n k f^2 epsilon / (1 - correlation) and degrees of freedom times epsilon.

    Raises:
        ValueError: the correlation is not below 1, or epsilon not between 1/(k - 1) and 1.
    """
    if n < 2 or k < 2:
        return None
    if correlation >= 1 or not 1 / (k - 1) - _ROUNDING <= epsilon <= 1:
        raise ValueError("correlation is below 1, epsilon between 1/(k - 1) and 1")
    df1, df2 = epsilon * (k - 1), epsilon * (k - 1) * (n - 1)
    critical = f_quantile(level, df1, df2)
    return 1.0 - noncentral_f_cdf(critical, df1, df2, n * k * f**2 * epsilon / (1.0 - correlation))


def detectable_f(
    n: int, k: int, power: float, correlation: float = 0.5, epsilon: float = 1.0, level: float = 0.95
) -> float | None:
    """The smallest f over k times found with this power; None below two participants."""
    if n < 2 or k < 2 or not 1 - level < power < 1:
        return None
    return smallest_effect(lambda f: power_rm_anova(n, k, f, correlation, epsilon, level), power)


def power_binomial(
    n: int, rate0: float, rate: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the exact binomial test of rate0 where the true rate is `rate`; p is twice the smaller tail."""
    if n < 1:
        return None
    rejected = _rejects(lambda x: binomial_tails(x, n, rate0), n, level, alternative)
    return float(binomial_chances(n, rate)[rejected].sum())


def power_poisson(
    exposure: float, rate0: float, rate: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the exact Poisson test of rate0 in this exposure where the true rate is `rate`."""
    if exposure <= 0 or rate0 <= 0:
        return None
    mean = exposure * max(rate, rate0)
    most = math.ceil(mean + _ALL_BUT * math.sqrt(mean) + _ALL_BUT)
    rejected = _rejects(lambda x: poisson_tails(x, rate0 * exposure), most, level, alternative)
    return float(poisson_chances(most, rate * exposure)[rejected].sum())


def power_mcnemar(
    n: int, only_before: float, only_after: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the exact McNemar test; the two probabilities that a participant's answer changes."""
    changing = only_before + only_after
    if n < 1 or not 0 < changing <= 1:
        return None
    chances = binomial_chances(n, changing)
    share, power = only_after / changing, 0.0
    for discordant in range(1, n + 1):
        rejected = _rejects(lambda x, d=discordant: fair_tails(x, d), discordant, level, alternative)  # type: ignore[misc]
        power += float(chances[discordant]) * float(binomial_chances(discordant, share)[rejected].sum())
    return power


def power_fisher(
    n1: int, n2: int, rate1: float, rate2: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of Fisher's exact test for two true rates, over every pair of counts."""
    if n1 < 1 or n2 < 1:
        return None
    first, second = binomial_chances(n1, rate1), binomial_chances(n2, rate2)
    return float(first @ _fisher_rejects(n1, n2, level, alternative) @ second)


def _fisher_rejects(
    n1: int, n2: int, level: float, alternative: Alternative
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """1 where the test rejects, by events of the first and of the second group."""
    found = np.zeros((n1 + 1, n2 + 1))
    for events in range(n1 + n2 + 1):
        counts = range(max(0, events - n1), min(events, n2) + 1)
        ways = [math.comb(n2, x) * math.comb(n1, events - x) for x in counts]
        every, total = math.comb(n1 + n2, events), 0
        order = {
            "two-sided": sorted(range(len(ways)), key=ways.__getitem__),
            "less": list(range(len(ways))),
            "greater": list(reversed(range(len(ways)))),
        }[alternative]
        for at in order:
            alike = [way for way in ways if way <= ways[at]] if alternative == "two-sided" else None
            total = sum(alike) if alike is not None else total + ways[at]
            if total / every > 1.0 - level + _ROUNDING:
                break
            found[events - counts[at], counts[at]] = 1.0
    return found


def _rejects(
    tails: Callable[[int], tuple[float, float]], most: int, level: float, alternative: Alternative
) -> list[int]:
    """The counts up to `most` at which the exact test rejects."""
    alpha = 1.0 - level + _ROUNDING
    return [x for x in range(most + 1) if p_value(*tails(x), alternative) <= alpha]
