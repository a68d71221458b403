"""Beta-binomial boundary: halt where the posterior probability of a rate above the acceptable one is too high."""

from __future__ import annotations

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


def posterior(most: int, rate: float, a: float, b: float) -> list[list[float]]:
    """Row n, column y: Pr(p > rate) after y of n under a Beta(a, b) prior."""
    from scipy import special

    return [[float(special.betaincc(a + y, b + n - y, rate)) for y in range(n + 1)] for n in range(most + 1)]


def bounds_at(above: list[list[float]], tau: float, least: int) -> Bounds:
    """b_n: smallest y whose posterior probability exceeds tau, from `least` participants on."""
    rows = enumerate(above)
    return monotone(
        [
            None if n < max(least, 1) else next((y for y, p in enumerate(row) if p > tau), None)
            for n, row in rows
        ]
    )


def make(words: Mapping[str, str], most: int) -> CountBoundary:
    """With the cut-off as said, or the loosest that stops with at most alpha under the acceptable rate."""
    rate, tau = declared.rates(words, "p0", "tau")
    a, b = (declared.number(words, name, 0.001, declared.MOST) for name in ("a", "b"))
    alpha, least = declared.number(words, "alpha", 0, 0.999), declared.whole(words, "from", 1)
    above = posterior(most, rate, a, b)
    if alpha:
        levels = sorted({p for row in above[1:] for p in row}, reverse=True)
        found = calibrated(lambda level: bounds_at(above, level, least), levels, rate, alpha)
        tau, bounds = found or (1.0, (None,) * (most + 1))
    else:
        bounds = bounds_at(above, tau, least)
    return halting(
        bounds,
        words["counts"],
        f"It is reached where a rate above {rate:g} has a posterior probability above {tau:.4g} under a Beta({a:g}, {b:g})"
        f" prior. {at_rate(bounds, rate)}.",
    )


ENTRY = StoppingRule(
    name="beta_binomial",
    label="beta-binomial stopping boundary",
    source="Thall PF, Simon R. Biometrics 1994;50:337-349; Geller NL et al. 2003",
    keys=(
        Option(name="p0", default="", meaning="acceptable event rate"),
        Option(name="tau", default="0.90", meaning="posterior probability that halts, where alpha is 0"),
        Option(
            name="alpha",
            default="0",
            meaning="calibrate tau to this probability of stopping at p0; 0: as said",
        ),
        Option(name="a", default="1", meaning="prior events; a flat prior is not weak in five participants"),
        Option(name="b", default="1", meaning="prior non-events"),
        Option(name="from", default="1", meaning="participants before the first look"),
        Option(
            name="counts", values=("all", "each"), default="all", meaning="events over all levels, or at each"
        ),
    ),
    make=make,
)
