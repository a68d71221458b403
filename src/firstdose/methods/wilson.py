"""Wilson score interval of a proportion of participants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.binomial import Limits, estimate_proportion
from firstdose.methods._kernel.distributions import normal_quantile

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
    """Values 0 or 1, shape (n,): share of participants with the event, score interval.

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
    z2 = normal_quantile(tail) ** 2
    rate = events / n
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    low = 0.0 if events == 0 else max(0.0, centre - half)
    return low, 1.0 if events == n else min(1.0, centre + half)


ENTRY = Method(
    name="wilson",
    label="Wilson score interval",
    source="Wilson 1927; Brown, Cai & DasGupta 2001",
    design="proportion",
    estimate=estimate,
    summaries=("participant proportion",),
    need=Need(binary=True),
    tests=False,
    refuses=("events, injections or lesions as if they were participants: 0 of 15 lesions is not 0 of 15",),
    sentence=(
        "The interval of the proportion is Wilson's score interval and counts participants; it is narrower than"
        " the exact one and holds its level on average, not for every true rate."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
