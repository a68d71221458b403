"""Jeffreys interval of a proportion of participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.binomial import REFUSES, estimate_proportion, jeffreys

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
    return estimate_proportion(ENTRY.name, y, jeffreys, level=level, alternative=alternative)


ENTRY = Method(
    name="jeffreys",
    label="Jeffreys interval",
    source="Brown, Cai & DasGupta 2001",
    design="proportion",
    estimate=estimate,
    summaries=("participant proportion",),
    need=Need(binary=True),
    tests=False,
    refuses=REFUSES,
    sentence=(
        "The interval of the proportion is the equal-tailed one under Jeffreys' prior, with the limit at no event"
        " set to 0 and at nothing but events to 1; it counts participants."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
