"""Mid-p binomial interval of a proportion of participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.binomial import REFUSES, estimate_proportion, mid_p

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
    """Values 0 or 1, shape (n,): share of participants with the event, mid-p interval.

    `upper_one_sided` and `lower_one_sided` have the whole of 1 - level on their side.
    """
    return estimate_proportion(ENTRY.name, y, mid_p, level=level, alternative=alternative)


ENTRY = Method(
    name="mid_p",
    label="Mid-p binomial interval",
    source="Lancaster 1961; Berry & Armitage 1995",
    design="proportion",
    estimate=estimate,
    summaries=("participant proportion",),
    need=Need(binary=True),
    tests=False,
    refuses=REFUSES,
    sentence=(
        "The interval of the proportion is the mid-p one, in which the observed count weighs half; it counts"
        " participants, is narrower than the exact interval and holds its level on average, not for every true"
        " rate. Without any event its upper limit is the exact one-sided bound."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
