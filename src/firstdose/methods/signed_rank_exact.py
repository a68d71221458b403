"""Exact signed rank test, zeros dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel.exact import smallest_p_of_signs
from firstdose.methods._kernel.signed_rank import estimate_signed_rank

if TYPE_CHECKING:
    import numpy.typing as npt


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


def smallest_p(
    n: int,
    k: int = 2,  # noqa: ARG001
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """2 / 2**n, or half of it one-sided; every zero difference doubles it."""
    return smallest_p_of_signs(n, alternative)


ENTRY = Method(
    name="signed_rank_exact",
    label="Exact Wilcoxon signed rank test, zeros dropped",
    source="Wilcoxon 1945; Streitberg & Rohmel 1986",
    design="paired",
    estimate=estimate,
    summaries=("median change",),
    need=Need(times=2, times_most=2),
    exact=True,
    refuses=("lesions as if they were participants: reduce them to one value a participant first",),
    smallest_p=smallest_p,
    sentence=(
        "Differences were rounded to the declared precision, zeros were dropped, and the signed rank test was"
        " computed from its full null distribution given the ties, or from the normal distribution where it is"
        " marked as asymptotic; the estimate is the Hodges-Lehmann shift over all Walsh averages, its interval"
        " that of the shifts not rejected by the same test."
    ),
    reference="tests/reference/methods/test_exact_paired.py",
)
