"""What n participants can show with a t test, before the first one: power, detectable effect, zero events, effective n.

Effects are in standard deviations. Nothing here is computed from results: the power "observed" says no more than p
(Hoenig & Heisey 2001); what a trial of the n reached could have found is `detectable_dz` at that n.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from firstdose.methods._kernel.distributions import noncentral_t_cdf, root, t_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.catalogue.result import Alternative

LARGEST_EFFECT = 1e4
MOST = 1_000_000  # participants; a plan that needs more is none


def power_of_t(df: float, nc: float, level: float, alternative: Alternative) -> float:
    """The power of a t test with noncentrality nc."""
    if alternative == "two-sided":
        critical = t_quantile(1 - (1 - level) / 2, df)
        return 1 - noncentral_t_cdf(critical, df, nc) + noncentral_t_cdf(-critical, df, nc)
    critical = t_quantile(level, df)
    return 1 - noncentral_t_cdf(critical, df, nc if alternative == "greater" else -nc)


def smallest_effect(
    power_at: Callable[[float], float | None], power: float, largest: float = LARGEST_EFFECT
) -> float | None:
    """The smallest effect, from 0, with this power; None where none up to `largest` has it, or 0 has it already."""

    def short_of(effect: float) -> float:
        return (power_at(effect) or 0.0) - power

    high = 1.0
    while short_of(high) < 0 and high < largest:
        high *= 2
    return root(short_of, 0.0, high) if short_of(0.0) < 0 <= short_of(high) else None


def n_for_power(power_at: Callable[[int], float | None], power: float, most: int = MOST) -> int | None:
    """The smallest n with this power, where power rises with n; None above `most`.

    With exact tests of counts power falls a little here and there as n rises: then it is an n with this power whose
    predecessor lacks it.
    """

    def enough(n: int) -> bool:
        return (power_at(n) or 0.0) >= power

    return first_n(enough, most)


def first_n(enough: Callable[[int], bool], most: int) -> int | None:
    """The first n that is enough, by doubling and halving; None where `most` is not."""
    high = 1
    while not enough(high):
        if high >= most:
            return None
        high = min(2 * high, most)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def power_paired_t(
    n: int, dz: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the paired t test for a true dz with n participants; None below two.

    `level` is the confidence level: .95 is a test at .05.
    """
    return power_of_t(n - 1, dz * math.sqrt(n), level, alternative) if n >= 2 else None


def power_one_sample_t(
    n: int, d: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the one-sample t test; d: distance of the mean in standard deviations of the values."""
    return power_paired_t(n, d, level, alternative)


def power_two_sample_t(
    n1: int, n2: int, d: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The power of the t test of two groups with a common variance; d: second less first mean, in its root."""
    if n1 < 1 or n2 < 1 or n1 + n2 < 3:
        return None
    return power_of_t(n1 + n2 - 2, d * math.sqrt(n1 * n2 / (n1 + n2)), level, alternative)


@lru_cache(maxsize=1024)
def detectable_dz(
    n: int, power: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The smallest dz that the paired t test finds with this power; None below two participants."""
    if n < 2 or not 1 - level < power < 1:
        return None
    one_way: Alternative = "two-sided" if alternative == "two-sided" else "greater"
    found = smallest_effect(lambda dz: power_paired_t(n, dz, level, one_way), power)
    return -found if found is not None and alternative == "less" else found


def detectable_d(
    n1: int, n2: int, power: float, level: float = 0.95, alternative: Alternative = "two-sided"
) -> float | None:
    """The smallest standardised difference of two groups found with this power; None below three participants."""
    if n1 < 1 or n2 < 1 or n1 + n2 < 3 or not 1 - level < power < 1:
        return None
    one_way: Alternative = "two-sided" if alternative == "two-sided" else "greater"
    found = smallest_effect(lambda d: power_two_sample_t(n1, n2, d, level, one_way), power)
    return -found if found is not None and alternative == "less" else found


def upper_bound_zero(n: int, level: float = 0.95) -> float:
    """The one-sided upper bound of a rate with 0 events in n participants (Hanley & Lippman-Hand 1983).

    For the upper limit of a two-sided interval of 95%, ask at level .975.
    """
    return 1.0 - (1.0 - level) ** (1.0 / n) if n > 0 else 1.0


def effective_n(n: int, lesions: float, icc: float) -> float:
    """How many independent participants n with this many lesions each are worth (Donner & Klar 2000).

    `icc` is the intraclass correlation of lesions in a participant: 1 gives n, 0 gives n x lesions.
    """
    return n * lesions / (1.0 + (lesions - 1.0) * icc)
