"""Pocock-type boundary: halt where so many events would be surprising at the acceptable rate, equally at every look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import Option
from firstdose.catalogue.entries import StoppingRule
from firstdose.designs._kernel import declared
from firstdose.designs._kernel.boundary import (
    Bounds,
    CountBoundary,
    at_rate,
    binomial_tail,
    calibrated,
    halting,
    monotone,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def bounds_at(most: int, rate: float, level: float) -> Bounds:
    """b_n: smallest y with Pr(Bin(n, rate) >= y) <= level."""
    tails = [[binomial_tail(n, rate, y) for y in range(n + 2)] for n in range(most + 1)]
    found = [next(y for y, p in enumerate(row) if p <= level) for row in tails]
    return monotone([None, *found[1:]])


def make(words: Mapping[str, str], most: int) -> CountBoundary:
    """The boundary with the loosest level whose probability of stopping at the acceptable rate is at most alpha."""
    rate, alpha = declared.rates(words, "p0", "alpha")
    levels = sorted({binomial_tail(n, rate, y) for n in range(1, most + 1) for y in range(1, n + 1)})
    found = calibrated(lambda level: bounds_at(most, rate, level), levels, rate, alpha)
    bounds = found[1] if found else (None,) * (most + 1)
    return halting(
        bounds,
        words["counts"],
        f"{at_rate(bounds, rate)}, at most {alpha:g} (Pocock type: equal surprise at every look).",
    )


ENTRY = StoppingRule(
    name="pocock",
    label="Pocock-type stopping boundary",
    source="Ivanova A, Qaqish BF, Schell MJ. Biometrics 2005;61:540-545",
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
