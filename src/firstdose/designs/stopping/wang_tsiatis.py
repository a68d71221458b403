"""Wang-Tsiatis boundary: the level of surprise asked for changes with the share of participants seen."""

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

_GRID = 2000


def bounds_at(most: int, rate: float, z: float, shape: float) -> Bounds:
    """b_n: smallest y with Pr(Bin(n, rate) >= y) <= 1 - Phi(z (N / n)^shape)."""
    from scipy import special

    found: list[int | None] = [None]
    for n in range(1, most + 1):
        level = float(special.ndtr(-z * (most / n) ** shape))
        found.append(next((y for y in range(n + 1) if binomial_tail(n, rate, y) <= level), None))
    return monotone(found)


def make(words: Mapping[str, str], most: int) -> CountBoundary:
    """The loosest boundary of this shape whose probability of stopping at the acceptable rate is at most alpha."""
    rate, alpha = declared.rates(words, "p0", "alpha")
    shape = declared.number(words, "shape", 0, 0.5)
    levels = [6.0 * (1 - i / _GRID) for i in range(_GRID)]
    found = calibrated(lambda z: bounds_at(most, rate, z, shape), levels, rate, alpha)
    bounds = found[1] if found else (None,) * (most + 1)
    return halting(
        bounds, words["counts"], f"{at_rate(bounds, rate)}, at most {alpha:g} (Wang-Tsiatis shape {shape:g})."
    )


ENTRY = StoppingRule(
    name="wang_tsiatis",
    label="Wang-Tsiatis stopping boundary",
    source="Wang SK, Tsiatis AA. Biometrics 1987;43:193-199",
    keys=(
        Option(name="p0", default="", meaning="acceptable event rate"),
        Option(
            name="alpha", default="0.10", meaning="probability of stopping at the acceptable rate, at most"
        ),
        Option(name="shape", default="0.5", meaning="0: Pocock, 0.5: O'Brien-Fleming"),
        Option(
            name="counts", values=("all", "each"), default="all", meaning="events over all levels, or at each"
        ),
    ),
    make=make,
)
