"""What n participants can show, before the first one: power, detectable effect, zero-event bound, effective n."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose.methods._kernel.distributions import noncentral_t_cdf, root, t_quantile

if TYPE_CHECKING:
    from firstdose.catalogue.result import Alternative

_LARGEST_DZ = 1e4


def power_paired_t(n: int, dz: float, level: float, alternative: Alternative) -> float | None:
    """See `firstdose.methods.power_paired_t`."""
    if n < 2:
        return None
    df, nc = n - 1, dz * math.sqrt(n)
    if alternative == "two-sided":
        critical = t_quantile(1 - (1 - level) / 2, df)
        return 1 - noncentral_t_cdf(critical, df, nc) + noncentral_t_cdf(-critical, df, nc)
    critical = t_quantile(level, df)
    return 1 - noncentral_t_cdf(critical, df, nc if alternative == "greater" else -nc)


def detectable_dz(n: int, power: float, level: float, alternative: Alternative) -> float | None:
    """See `firstdose.methods.detectable_dz`."""
    if n < 2 or not 1 - level < power < 1:
        return None
    one_way: Alternative = "two-sided" if alternative == "two-sided" else "greater"

    def short_of(dz: float) -> float:
        return (power_paired_t(n, dz, level, one_way) or 0.0) - power

    high = 1.0
    while short_of(high) < 0 and high < _LARGEST_DZ:
        high *= 2
    found = root(short_of, 0.0, high)
    return -found if alternative == "less" else found


def upper_bound_zero(n: int, level: float) -> float:
    """See `firstdose.methods.upper_bound_zero`."""
    return 1.0 - (1.0 - level) ** (1.0 / n) if n > 0 else 1.0


def effective_n(n: int, lesions: float, icc: float) -> float:
    """See `firstdose.methods.effective_n`."""
    return n * lesions / (1.0 + (lesions - 1.0) * icc)
