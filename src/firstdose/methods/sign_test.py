"""Sign test: how many rose, how many fell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.binomial import fair_tails, median_limits
from firstdose.methods._kernel.exact import differences, smallest_p_of_pairs, smallest_p_of_signs
from firstdose.methods._kernel.paired_many import answers, as_stack, p_values, whole_differences
from firstdose.methods._kernel.planning_ranks import detectable_sign_test
from firstdose.methods._kernel.results import Draft, about_p, as_rows, p_value, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.many import Many
    from firstdose.methods._kernel.results import Floats, Ints

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
    stack = as_stack(y)
    whole, units = whole_differences(stack, decimals)
    positive, nonzero = (np.count_nonzero(kept, axis=1) for kept in (whole > 0, whole != 0))
    p = p_values(*_tails(positive, nonzero), alternative)
    ordered = np.sort(whole, axis=1)
    low, high, attained = median_limits(np.arange(stack.n), level)
    ends = [np.nan if place is None else ordered[:, int(place)] / units for place in (low, high)]
    return answers(
        {
            "estimate": stack.or_none(np.median(whole, axis=1) / units if stack.n else np.nan),
            "p": stack.or_none(p),
            "statistic": stack.or_none(positive),
            "n_nonzero": stack.or_none(nonzero),
            "ci_low": stack.or_none(ends[0]),
            "ci_high": stack.or_none(ends[1]),
            "attained_level": stack.or_none(np.nan if attained is None else attained),
        },
        lambda i: one(stack.given[i]),
    )


def _tails(positive: Ints, nonzero: Ints) -> tuple[Floats, Floats]:
    """Both tails for every pair of counts; each pair that occurs is computed once."""
    pairs, which = np.unique(np.stack([positive, nonzero]), axis=1, return_inverse=True)
    tails = np.array([fair_tails(int(heads), int(tosses)) for heads, tosses in pairs.T]).reshape(-1, 2)
    found = tails[which.reshape(len(positive))]
    return found[:, 0], found[:, 1]


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
    many=many,
    smallest_p=smallest_p_of_pairs,
    detectable=detectable_sign_test,
    sentence=(
        "The number of participants whose value rose was compared with an even chance, zeros left out; the"
        " interval of the median difference lies between two ordered differences."
    ),
    reference="tests/reference/methods/test_exact_paired.py",
)
