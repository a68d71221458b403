"""Sign test: how many rose, how many fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.binomial import fair_tails, median_limits
from firstdose.methods._kernel.exact import differences, smallest_p_of_signs
from firstdose.methods._kernel.results import Draft, about_p, as_rows, p_value, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = ("n_positive", "n_negative", "n_nonzero", "smallest_p")


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Result:
    """Pairs (n, 2), before and after: median of after - before, exact binomial p, interval of order statistics."""
    pairs = as_rows(y, columns=2)
    draft = Draft(method=ENTRY.name, n=len(pairs), level=level, alternative=alternative, further=FURTHER)
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    d = differences(pairs, decimals)
    positive, nonzero = int((d.whole > 0).sum()), int((d.whole != 0).sum())
    smallest = smallest_p_of_signs(nonzero, alternative)
    low, high, attained = median_limits(d.whole, level)
    return draft.answer(
        {
            "n_positive": positive,
            "n_negative": nonzero - positive,
            "n_nonzero": nonzero,
            "smallest_p": smallest,
        },
        (
            *d.caveats,
            *(() if nonzero else (say.all_zero(),)),
            *about_p(alternative, level, smallest),
            *(() if low is not None else (say.no_interval(level, len(pairs)),)),
        ),
        estimate_name="median difference",
        estimate=d.scaled(float(np.median(d.whole))),
        ci_low=None if low is None else d.scaled(low),
        ci_high=None if high is None else d.scaled(high),
        attained_level=attained,
        statistic_name="positive differences",
        statistic=float(positive),
        p=p_value(*fair_tails(positive, nonzero), alternative),
        exact=True,
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
    name="sign_test",
    label="Sign test",
    source="Dixon & Mood 1946",
    design="paired",
    estimate=estimate,
    summaries=("median change",),
    need=Need(times=2, times_most=2),
    exact=True,
    refuses=("lesions as if they were participants: reduce them to one value a participant first",),
    smallest_p=smallest_p,
    sentence=(
        "The number of participants whose value rose was compared with an even chance, zeros left out; the"
        " interval of the median difference lies between two ordered differences."
    ),
    reference="tests/reference/methods/test_exact_paired.py",
)
