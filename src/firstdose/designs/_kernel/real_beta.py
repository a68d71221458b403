"""Beta probabilities with parameters that need not be whole: sums of scores and utilities, null rates as a prior."""

from __future__ import annotations

from functools import cache


@cache
def beta_below(a: float, b: float, rate: float) -> float:
    """Pr(p < rate) under Beta(a, b)."""
    from scipy import special

    return float(special.betainc(a, b, rate))


@cache
def beta_above(a: float, b: float, rate: float) -> float:
    """Pr(p > rate) under Beta(a, b)."""
    from scipy import special

    return float(special.betaincc(a, b, rate))
