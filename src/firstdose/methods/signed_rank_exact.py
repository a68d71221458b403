"""Exact signed rank test, zeros dropped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.exact import smallest_p_of_pairs
from firstdose.methods._kernel.planning_ranks import detectable_signed_rank
from firstdose.methods._kernel.signed_rank import HOW, REFUSES, estimate_signed_rank, many_signed_rank

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.many import Many


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Result:
    """Pairs (n, 2), before and after: V+ of after - before, Hodges-Lehmann shift, exact p and interval."""
    return estimate_signed_rank(
        ENTRY.name, y, level=level, alternative=alternative, decimals=decimals, zeros="dropped"
    )


def many(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Many:
    """Sets of pairs (m, n, 2)."""
    one = partial(estimate, level=level, alternative=alternative, decimals=decimals)
    return many_signed_rank(
        y, one, ENTRY.name, level=level, alternative=alternative, decimals=decimals, zeros="dropped"
    )


ENTRY = Method(
    name="signed_rank_exact",
    label="Exact Wilcoxon signed rank test, zeros dropped",
    source="Wilcoxon 1945; Streitberg & Rohmel 1986",
    design="paired",
    estimate=estimate,
    summaries=("median change",),
    need=Need(times=2, times_most=2),
    exact=True,
    refuses=REFUSES,
    many=many,
    smallest_p=smallest_p_of_pairs,
    detectable=detectable_signed_rank,
    sentence=f"Differences were rounded to the declared precision and zeros were dropped; {HOW}",
    reference="tests/reference/methods/test_exact_paired.py",
)
