"""How many participants a given precision needs, and the smallest p that any n leaves to an exact test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel.binomial import clopper_pearson
from firstdose.methods._kernel.distributions import binomial_chances, gamma_cdf, t_quantile
from firstdose.methods._kernel.planning import first_n

if TYPE_CHECKING:
    from firstdose.catalogue.result import Alternative

_MOST = 1_000_000
_MOST_COUNTED = 4_096  # participants in a proportion
_ROUNDING = 1e-9


def expected_half_width_t(n: int, level: float = 0.95) -> float | None:
    """The mean half-width of the t interval of one mean, in standard deviations; None below two participants."""
    if n < 2:
        return None
    c4 = math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
    return t_quantile(1 - (1 - level) / 2, n - 1) * c4 / math.sqrt(n)


def assurance_t(n: int, half_width: float, level: float = 0.95) -> float | None:
    """The probability that the t interval's half-width, in standard deviations, comes out at most so large."""
    if n < 2:
        return None
    t = t_quantile(1 - (1 - level) / 2, n - 1)
    return gamma_cdf((n - 1) * n * (half_width / t) ** 2 / 2, (n - 1) / 2)


def n_for_half_width_t(half_width: float, level: float = 0.95, assurance: float = 0.8) -> int | None:
    """The smallest n whose t interval is at most so wide on either side with that probability (Kupper & Hafner 1989).

    `half_width` is in standard deviations of the values, or of the changes where the change is estimated.
    """
    return first_n(lambda n: (assurance_t(n, half_width, level) or 0.0) >= assurance, _MOST)


def expected_half_width_binomial(n: int, rate: float, level: float = 0.95) -> float | None:
    """The mean half-width of the Clopper-Pearson interval where the true rate is `rate`."""
    if n < 1:
        return None
    limits = np.array([clopper_pearson(x, n, (1 - level) / 2) for x in range(n + 1)])
    return float(binomial_chances(n, rate) @ (limits[:, 1] - limits[:, 0])) / 2


def n_for_half_width_binomial(half_width: float, rate: float, level: float = 0.95) -> int | None:
    """The smallest n whose mean half-width of the Clopper-Pearson interval is at most so large; None above 4,096."""
    return first_n(
        lambda n: (expected_half_width_binomial(n, rate, level) or 1.0) <= half_width, _MOST_COUNTED
    )


def n_for_zero_events(rate: float, level: float = 0.95) -> int | None:
    """The smallest n in which no event excludes this rate, one-sided (Hanley & Lippman-Hand 1983)."""
    if not 0 < rate < 1:
        return None
    return max(1, math.ceil(math.log(1 - level) / math.log1p(-rate) - _ROUNDING))


def exposure_for_zero_events(rate: float, level: float = 0.95) -> float | None:
    """The smallest exposure in which no event excludes this Poisson rate, one-sided."""
    return -math.log(1 - level) / rate if rate > 0 else None


def attainable_p(
    method: str,
    n: int,
    k: int = 2,
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),
) -> float | None:
    """The smallest p that a method of the shelf can give; None where any p can be reached.

    Raises:
        LookupError: there is no such method.
    """
    from firstdose.catalogue.loading import load

    methods = load("methods")
    if method not in methods:
        raise LookupError(f"there is no method {method!r}")
    smallest = methods[method].smallest_p
    return smallest(n, k, alternative, sizes) if smallest else None
