"""Posterior probabilities of a toxicity rate under a flat prior, the only door to scipy."""

from __future__ import annotations

from functools import cache


@cache
def tail(participants: int, dlts: int, rate: float) -> float:
    """Pr(p > rate) under Beta(1 + dlts, 1 + participants - dlts)."""
    from scipy import special

    return float(special.betaincc(1 + dlts, 1 + participants - dlts, rate))


@cache
def mass(participants: int, dlts: int, low: float, high: float) -> float:
    """Pr(low < p < high) under the same posterior."""
    from scipy import special

    a, b = 1 + dlts, 1 + participants - dlts
    return float(special.betainc(a, b, high) - special.betainc(a, b, low))
