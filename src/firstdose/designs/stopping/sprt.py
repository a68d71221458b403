"""Truncated sequential probability ratio test of an acceptable against an unacceptable rate."""

from __future__ import annotations

from math import ceil, log
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

_ROUND_OFF = 1e-9


def bounds_at(most: int, p0: float, p1: float, threshold: float) -> Bounds:
    """b_n: smallest y with (threshold - n log((1 - p1) / (1 - p0))) / log(p1 (1 - p0) / (p0 (1 - p1))) <= y."""
    step, slope = log((1 - p1) / (1 - p0)), log(p1 * (1 - p0) / (p0 * (1 - p1)))
    edges = [(threshold - n * step) / slope for n in range(1, most + 1)]
    return monotone([None, *(max(1, ceil(edge - _ROUND_OFF)) for edge in edges)])


def make(words: Mapping[str, str], most: int) -> CountBoundary:
    """The smallest threshold whose probability of stopping at p0 is at most alpha."""
    p0, p1, alpha = declared.rates(words, "p0", "p1", "alpha")
    if p0 >= p1:
        raise ValueError("p0 is below p1, both and alpha lie between 0 and 1.")
    step, slope = log((1 - p1) / (1 - p0)), log(p1 * (1 - p0) / (p0 * (1 - p1)))
    levels = sorted({y * slope + n * step for n in range(1, most + 1) for y in range(1, n + 1)}, reverse=True)
    found = calibrated(lambda c: bounds_at(most, p0, p1, c), levels, p0, alpha)
    bounds = found[1] if found else (None,) * (most + 1)
    return halting(
        bounds,
        words["counts"],
        f"{at_rate(bounds, p0)}, at most {alpha:g} (truncated SPRT against a rate of {p1:g}).",
    )


ENTRY = StoppingRule(
    name="sprt",
    label="truncated SPRT",
    source="Goldman AI. 1987; Goldman AI, Hannan PJ. Stat Med 2001;20:1575-1589",
    keys=(
        Option(name="p0", default="", meaning="acceptable event rate"),
        Option(name="p1", default="", meaning="unacceptable event rate"),
        Option(
            name="alpha", default="0.10", meaning="probability of stopping at the acceptable rate, at most"
        ),
        Option(
            name="counts", values=("all", "each"), default="all", meaning="events over all levels, or at each"
        ),
    ),
    make=make,
)
