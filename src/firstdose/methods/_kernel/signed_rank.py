"""The exact signed rank test in both conventions for zeros; Wilcoxon 1945, Pratt 1959, Streitberg & Rohmel 1986.

The interval is that of the shifts which the same test does not reject. Both are exact up to 200 participants;
above, p and interval come from the normal distribution.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import normal_cdf
from firstdose.methods._kernel.exact import (
    Differences,
    common_step,
    convolved,
    convolved_tails,
    differences,
    doubled_ranks,
    smallest_p_of_signs,
    work_of_convolving,
)
from firstdose.methods._kernel.paired_many import (
    answers,
    as_stack,
    by_pattern,
    p_values,
    signed_ranks_of_many,
    walsh_medians,
    whole_differences,
)
from firstdose.methods._kernel.results import Draft, Floats, Ints, about_p, as_rows, p_value, unusable
from firstdose.methods._kernel.walsh import (
    Interval,
    exact_interval,
    normal_interval,
    walsh_median,
    walsh_sums,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from firstdose.catalogue.many import Many
    from firstdose.catalogue.result import Alternative, Result

FURTHER = ("v_plus", "v_minus", "n_nonzero", "n_zero", "hodges_lehmann", "smallest_p")
EXACT = 200  # participants with an exact interval, and differences other than zero with an exact p
REFUSES = ("lesions as if they were participants: reduce them to one value a participant first",)
HOW = (
    "p comes from the full null distribution of the signed ranks given the ties, or from the normal distribution"
    " where it is marked as asymptotic; the estimate is the Hodges-Lehmann shift over all Walsh averages, its"
    " interval that of the shifts not rejected by the same test."
)
_NORMAL = "V+ against the normal distribution, with the variance that ties and zeros leave"
_WORK = 900_000_000  # probabilities written for one p: 200 differences, and 10,000 zeros ranked before them


def estimate_signed_rank(
    method: str,
    y: npt.ArrayLike,
    *,
    level: float,
    alternative: Alternative,
    decimals: int | None,
    zeros: str,
) -> Result:
    """The test, the Hodges-Lehmann estimate and its interval; `zeros`: dropped or pratt."""
    pairs = as_rows(y, columns=2)
    draft = Draft(
        method=method,
        n=len(pairs),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=_variant(zeros, len(pairs)),
    )
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    d = differences(pairs, decimals)
    weights, positive = signed_ranks(d.whole, pratt=zeros != "dropped")
    v_plus = int(weights[positive].sum())
    less, greater, exact = tails_of(weights, v_plus)
    smallest = smallest_p_of_signs(len(weights), alternative)
    doubled, interval = _shift(d.whole, level)
    centre = d.scaled(doubled / 2)
    return draft.answer(
        {
            "v_plus": v_plus / 2,
            "v_minus": int(weights.sum()) / 2 - v_plus / 2,
            "n_nonzero": len(weights),
            "n_zero": len(d.whole) - len(weights),
            "hodges_lehmann": centre,
            "smallest_p": smallest,
        },
        (
            *d.caveats,
            *(() if len(weights) else (say.all_zero(),)),
            *about_p(alternative, level, smallest),
            *(() if exact else (say.asymptotic(_NORMAL),)),
            *(() if interval else (say.no_interval(level, len(pairs)),)),
        ),
        estimate_name="Hodges-Lehmann shift",
        estimate=centre,
        **_limits(d, interval),
        statistic_name="V+",
        statistic=v_plus / 2,
        p=p_value(less, greater, alternative),
        exact=exact,
    )


def _variant(zeros: str, n: int) -> str:
    convention = f"zeros {zeros}" if zeros == "dropped" else "zeros ranked, then dropped (Pratt)"
    return convention if n <= EXACT else f"{convention}; interval from the normal distribution"


def _shift(whole: Ints, level: float) -> tuple[float, Interval | None]:
    """The Hodges-Lehmann estimate, in doubled units, and its interval."""
    if len(whole) > EXACT:
        return walsh_median(whole), normal_interval(whole, level)
    sums = walsh_sums(whole)
    return float(np.median(sums)), exact_interval(whole, sums, level)


def _limits(d: Differences, interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {"ci_low": None, "ci_high": None, "attained_level": None}
    return {
        "ci_low": d.scaled(interval.low / 2),
        "ci_high": d.scaled(interval.high / 2),
        "attained_level": interval.attained,
    }


def signed_ranks(whole: Ints, *, pratt: bool) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Doubled mid-ranks of the non-zero differences, and which of these are positive."""
    kept = whole[whole != 0]
    ranks = doubled_ranks(np.abs(whole))[whole != 0] if pratt else doubled_ranks(np.abs(kept))
    return ranks, kept > 0


def tails_of(weights: Ints, v_plus: int) -> tuple[float, float, bool]:
    """P(V+ <= observed), P(V+ >= observed), doubled ranks given, and whether they are exact."""
    if len(weights) <= EXACT and work_of_convolving(weights) <= _WORK:
        return *convolved_tails(weights, v_plus), True
    return *normal_tails(weights, v_plus), False


def normal_tails(weights: Ints, v_plus: int) -> tuple[float, float]:
    """The same two tails from the normal distribution, with half a step of V+ for continuity."""
    sd = math.sqrt(float((weights.astype(np.float64) ** 2).sum())) / 2
    beyond, half = v_plus - float(weights.sum()) / 2, common_step(weights) / 2
    return normal_cdf((beyond + half) / sd), normal_cdf((half - beyond) / sd)


def many_signed_rank(
    y: npt.ArrayLike,
    estimate: Callable[[Floats], Result],
    alternative: Alternative,
    decimals: int | None,
    zeros: str,
) -> Many:
    """Sets of pairs (m, n, 2); `estimate` answers for one of them. Intervals are computed when asked for."""
    stack = as_stack(y)
    limits = ("ci_low", "ci_high", "attained_level")

    def of_one(i: int) -> tuple[float | None, ...]:
        r = estimate(stack.given[i])
        return r.estimate, r.p, r.statistic, r.ci_low, r.ci_high, r.attained_level

    if stack.n > EXACT:
        found = stack.each(of_one, ("estimate", "p", "statistic", *limits))
        return answers({**found, "v_plus": found["statistic"]}, lambda i: estimate(stack.given[i]))
    whole, units = whole_differences(stack, decimals)
    weights, v_plus = signed_ranks_of_many(whole, pratt=zeros != "dropped")
    less, greater = by_pattern(weights, v_plus, _tails_of_every_sum)
    statistic = stack.or_none(v_plus / 2)
    return answers(
        {
            "estimate": stack.or_none(walsh_medians(whole) / units),
            "p": stack.or_none(p_values(less, greater, alternative)),
            "statistic": statistic,
            "v_plus": statistic,
            "n_nonzero": stack.or_none(np.count_nonzero(whole, axis=1)),
        },
        lambda i: estimate(stack.given[i]),
        dict.fromkeys(limits, lambda: stack.each(lambda i: of_one(i)[3:], limits)),
    )


def _tails_of_every_sum(weights: Ints) -> tuple[Floats, Floats]:
    """P(V+ <= v) and P(V+ >= v), doubled ranks given, for every v that a choice of signs can give."""
    step = common_step(weights)
    chance = convolved(weights // step)
    return np.repeat(np.cumsum(chance), step), np.repeat(np.cumsum(chance[::-1])[::-1], step)
