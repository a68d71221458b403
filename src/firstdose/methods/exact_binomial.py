"""Exact binomial interval of a proportion of participants (Clopper-Pearson), with its mid-p variant."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.binomial import clopper_pearson, estimate_proportion
from firstdose.methods._kernel.distributions import beta_cdf, root

if TYPE_CHECKING:
    import numpy.typing as npt

_COUNTED = 100  # participants; above 1,029 the number of ways to choose half of them is no float


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
    """Limits at which more extreme counts, and half of the observed one, have the probability `tail`."""
    low = 0.0 if events == 0 else root(lambda rate: _upper_mid_p(events, n, rate) - tail, 0.0, 1.0)
    high = 1.0 if events == n else root(lambda rate: _upper_mid_p(events, n, rate) - (1 - tail), 0.0, 1.0)
    return {"mid_p_low": low, "mid_p_high": high}


def _upper_mid_p(events: int, n: int, rate: float) -> float:
    """P(X > events) + P(X = events) / 2."""
    above = beta_cdf(rate, events + 1, n - events) if events < n else 0.0
    if n > _COUNTED:
        return (above + beta_cdf(rate, events, n - events + 1)) / 2.0 if events else (above + 1.0) / 2.0
    return above + math.comb(n, events) * rate**events * (1.0 - rate) ** (n - events) / 2.0


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
    refuses=("events, injections or lesions as if they were participants: 0 of 15 lesions is not 0 of 15",),
    sentence=(
        "The interval of the proportion is exact (Clopper-Pearson) and counts participants; with no event the"
        " one-sided upper bound says which rates are excluded."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
