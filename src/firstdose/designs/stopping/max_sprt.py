"""MaxSPRT: the likelihood ratio against the most likely rate above the acceptable one."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from firstdose.catalogue import Option
from firstdose.catalogue.entries import StoppingRule
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.boundary import (
    Bounds,
    CountBoundary,
    at_rate,
    calibrated,
    halting,
    monotone,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def log_ratio(n: int, y: int, rate: float) -> float:
    """log likelihood ratio of y of n; 0 where the observed rate is not above the acceptable one."""
    if y <= n * rate:
        return 0.0
    rest = (n - y) * log((1 - y / n) / (1 - rate)) if y < n else 0.0
    return y * log(y / n / rate) + rest


def bounds_at(most: int, rate: float, threshold: float) -> Bounds:
    """b_n: smallest y whose log likelihood ratio reaches the threshold."""
    reached = [
        next((y for y in range(n + 1) if log_ratio(n, y, rate) >= threshold), None)
        for n in range(1, most + 1)
    ]
    return monotone([None, *reached])


def make(words: Mapping[str, str], most: int) -> CountBoundary:
    """The smallest threshold whose probability of stopping at the acceptable rate is at most alpha."""
    rate, alpha = declared.rates(words, "p0", "alpha")
    ratios = {log_ratio(n, y, rate) for n in range(1, most + 1) for y in range(1, n + 1)}
    levels = sorted((each for each in ratios if each > 0), reverse=True)
    found = calibrated(lambda c: bounds_at(most, rate, c), levels, rate, alpha)
    bounds = found[1] if found else (None,) * (most + 1)
    return halting(bounds, words["counts"], f"{at_rate(bounds, rate)}, at most {alpha:g} (MaxSPRT).")


ENTRY = StoppingRule(
    name="max_sprt",
    label="MaxSPRT",
    source="Kulldorff M et al. Sequential Analysis 2011;30:58-78",
    keys=(
        Option(name="p0", default="", meaning="acceptable event rate"),
        Option(
            name="alpha", default="0.10", meaning="probability of stopping at the acceptable rate, at most"
        ),
        Option(
            name="counts", values=("all", "each"), default="all", meaning="events over all levels, or at each"
        ),
    ),
    make=make,
)
