"""Exact binomial interval of a proportion of participants (Clopper-Pearson), with its mid-p variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.binomial import REFUSES, clopper_pearson, estimate_proportion, mid_p

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
    """Values 0 or 1, shape (n,): share of participants with the event, exact limits, mid-p limits.

    `upper_one_sided` and `lower_one_sided` have the whole of 1 - level on their side.
    """
    return estimate_proportion(
        ENTRY.name,
        y,
        clopper_pearson,
        level=level,
        alternative=alternative,
        more=_mid_p,
        attained_level=level,
        exact=True,
    )


def _mid_p(events: int, n: int, tail: float) -> dict[str, float]:
    return dict(zip(("mid_p_low", "mid_p_high"), mid_p(events, n, tail), strict=True))


ENTRY = Method(
    name="exact_binomial",
    label="Exact binomial interval (Clopper-Pearson)",
    source="Clopper & Pearson 1934; Hanley & Lippman-Hand 1983",
    design="proportion",
    estimate=estimate,
    summaries=("participant proportion",),
    need=Need(binary=True),
    tests=False,
    exact=True,
    refuses=REFUSES,
    sentence=(
        "The interval of the proportion is exact (Clopper-Pearson) and counts participants; with no event the"
        " one-sided upper bound says which rates are excluded."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
