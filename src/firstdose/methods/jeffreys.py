"""Jeffreys interval of a proportion of participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.binomial import Limits, estimate_proportion
from firstdose.methods._kernel.distributions import beta_quantile

if TYPE_CHECKING:
    import numpy.typing as npt


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
) -> Result:
    """Values 0 or 1, shape (n,): share of participants with the event, Jeffreys interval.

    `upper_one_sided` and `lower_one_sided` have the whole of 1 - level on their side.
    """
    return estimate_proportion(
        ENTRY.name,
        y,
        _limits,
        level=level,
        alternative=alternative,
    )


def _limits(events: int, n: int, tail: float) -> Limits:
    a, b = events + 0.5, n - events + 0.5
    low = beta_quantile(tail, a, b) if events > 0 else 0.0
    return low, beta_quantile(1.0 - tail, a, b) if events < n else 1.0


ENTRY = Method(
    name="jeffreys",
    label="Jeffreys interval",
    source="Brown, Cai & DasGupta 2001",
    design="proportion",
    estimate=estimate,
    summaries=("participant proportion",),
    need=Need(binary=True),
    tests=False,
    refuses=("events, injections or lesions as if they were participants: 0 of 15 lesions is not 0 of 15",),
    sentence=(
        "The interval of the proportion is the equal-tailed one under Jeffreys' prior, with the limit at no event"
        " set to 0 and at nothing but events to 1; it counts participants."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
