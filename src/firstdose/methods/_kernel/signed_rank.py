"""The exact signed rank test in both conventions for zeros; Wilcoxon 1945, Pratt 1959, Streitberg & Rohmel 1986.

The interval is that of the shifts which the same test does not reject. Both are exact up to 200 participants;
above, p and interval come from the normal distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.result import Result
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
    decimal_places,
    p_values,
    signed_ranks_of_many,
    walsh_medians,
    whole_differences,
)
from firstdose.methods._kernel.results import (
    Draft,
    Floats,
    Ints,
    Pairs,
    about_p,
    as_rows,
    p_value,
    pairs_of,
    rows_of,
    unusable,
)
from firstdose.methods._kernel.walsh import (
    Interval,
    exact_interval,
    normal_interval,
    unlimited,
    walsh_median,
    walsh_sums,
)
from firstdose.methods._kernel.walsh_many import MOST, exact_intervals

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from firstdose.catalogue.many import Many
    from firstdose.catalogue.result import Alternative, Caveat
    from firstdose.methods._kernel.paired_many import Stack

FURTHER = ("v_plus", "v_minus", "n_nonzero", "n_zero", "hodges_lehmann", "smallest_p")
LIMITS = ("ci_low", "ci_high", "attained_level")
_SHIFT = FURTHER.index("hodges_lehmann")
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
    draft = _draft(method, len(pairs), level, alternative, zeros)
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    d = differences(pairs, decimals)
    weights, positive = signed_ranks(d.whole, pratt=zeros != "dropped")
    v_plus = int(weights[positive].sum())
    less, greater, exact = tails_of(weights, v_plus)
    doubled, interval = _shift(d.whole, level)
    n_nonzero = len(weights)
    numbers = (
        v_plus / 2,
        int(weights.sum()) / 2 - v_plus / 2,
        float(n_nonzero),
        float(len(d.whole) - n_nonzero),
        d.scaled(doubled / 2),
        smallest_p_of_signs(n_nonzero, alternative),
    )
    told = (
        *d.caveats,
        *_about(draft, n_nonzero),
        *(() if exact else (say.asymptotic(_NORMAL),)),
        *(() if interval else (say.no_interval(level, len(pairs)),)),
    )
    more = tuple(zip(FURTHER, numbers, strict=True))
    p = p_value(less, greater, alternative)
    return _result(draft, more, (*_limits(d, interval), p), told, exact=exact)


def _draft(method: str, n: int, level: float, alternative: Alternative, zeros: str) -> Draft:
    return Draft(
        method=method,
        n=n,
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=_variant(zeros, n),
    )


def _about(draft: Draft, n_nonzero: int) -> tuple[Caveat, ...]:
    smallest = smallest_p_of_signs(n_nonzero, draft.alternative)
    nothing = () if n_nonzero else (say.all_zero(),)
    return (*nothing, *about_p(draft.alternative, draft.level, smallest))


def _result(
    draft: Draft, more: Pairs, top: tuple[float | None, ...], told: tuple[Caveat, ...], *, exact: bool
) -> Result:
    """`top`: limits, the level that they attain, and p."""
    low, high, attained, p = top
    return Result(
        method=draft.method,
        variant=draft.variant,
        estimate_name="Hodges-Lehmann shift",
        estimate=more[_SHIFT][1],
        ci_low=low,
        ci_high=high,
        level=draft.level,
        attained_level=attained,
        statistic_name="V+",
        statistic=more[0][1],
        p=p,
        alternative=draft.alternative,
        exact=exact,
        n_participants=draft.n,
        n_units=draft.n,
        more=more,
        caveats=told,
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


def _limits(
    d: Differences, interval: Interval | None
) -> tuple[float, float, float] | tuple[None, None, None]:
    if interval is None:
        return None, None, None
    return d.scaled(interval.low / 2), d.scaled(interval.high / 2), interval.attained


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
    method: str,
    *,
    level: float,
    alternative: Alternative,
    decimals: int | None,
    zeros: str,
) -> Many:
    """Sets of pairs (m, n, 2); `estimate` answers for one of them. Intervals are computed when asked for."""
    stack = as_stack(y)

    def of_one(i: int) -> tuple[float | None, ...]:
        r = estimate(stack.given[i])
        return r.estimate, r.p, r.statistic, r.ci_low, r.ci_high, r.attained_level

    def alone(i: int) -> Result:
        return estimate(stack.given[i])

    if stack.n > EXACT:
        every = stack.each(of_one, ("estimate", "p", "statistic", *LIMITS))
        return answers({**every, "v_plus": every["statistic"]}, alone)
    draft = _draft(method, stack.n, level, alternative, zeros)
    found = _Answers(stack=stack, draft=draft, decimals=decimals, pratt=zeros != "dropped")
    arrays = found.arrays()
    if stack.n > MOST:
        limits = dict.fromkeys(LIMITS, lambda: stack.each(lambda i: of_one(i)[3:], LIMITS))
        return answers(arrays, alone, limits)
    return answers(arrays, found.at, dict.fromkeys(LIMITS, lambda: found.limits))


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """The tests of m sets of pairs, and how each becomes a Result."""

    stack: Stack
    draft: Draft
    decimals: int | None
    pratt: bool

    def at(self, i: int) -> Result:
        """The i-th Result."""
        if not self.stack.usable[i]:
            return self.draft.answer(caveats=unusable(self.stack.given[i]))
        return _result(self.draft, self._more[i], self._tops[i], self._told[i], exact=True)

    def arrays(self) -> dict[str, Floats]:
        """All but the limits."""
        numbers, or_none = self._numbers, self.stack.or_none
        names = {"estimate": "hodges_lehmann", "statistic": "v_plus", "v_plus": "v_plus"}
        return {
            "p": or_none(self._p),
            "n_nonzero": or_none(numbers["n_nonzero"]),
            **{name: or_none(numbers[of]) for name, of in names.items()},
        }

    @cached_property
    def limits(self) -> dict[str, Floats]:
        """The intervals, and the level that they attain."""
        whole, units = self._whole
        found = exact_intervals(whole, self.draft.level)
        if found is None:
            return dict.fromkeys(LIMITS, np.full(self.stack.m, np.nan))
        low, high, attained = found
        ends = (low / 2 / units, high / 2 / units, attained)
        return dict(zip(LIMITS, map(self.stack.or_none, ends), strict=True))

    @cached_property
    def _whole(self) -> tuple[Ints, Floats]:
        return whole_differences(self.stack, self.decimals)

    @cached_property
    def _ranks(self) -> tuple[Ints, Ints]:
        return signed_ranks_of_many(self._whole[0], pratt=self.pratt)

    @cached_property
    def _p(self) -> Floats:
        return p_values(*by_pattern(*self._ranks, _tails_of_every_sum), self.draft.alternative)

    @cached_property
    def _numbers(self) -> dict[str, Floats]:
        """Those of FURTHER."""
        (whole, units), (weights, v_plus) = self._whole, self._ranks
        n_nonzero = np.count_nonzero(whole, axis=1)
        sides = 2.0 if self.draft.alternative == "two-sided" else 1.0
        numbers = (
            v_plus / 2,
            weights.sum(axis=1) / 2 - v_plus / 2,
            n_nonzero,
            self.stack.n - n_nonzero,
            walsh_medians(whole) / units,
            np.minimum(1.0, np.ldexp(sides, -n_nonzero)),
        )
        return dict(zip(FURTHER, numbers, strict=True))

    @cached_property
    def _more(self) -> list[Pairs]:
        return pairs_of(self._numbers, self.stack.m)

    @cached_property
    def _tops(self) -> list[tuple[float | None, ...]]:
        return rows_of([*self.limits.values(), self._p], self.stack.m)

    @cached_property
    def _told(self) -> list[tuple[Caveat, ...]]:
        """Few combinations of decimal places and differences other than zero occur."""
        draft = self.draft
        without = unlimited(draft.n, draft.level)
        no_interval = (say.no_interval(draft.level, draft.n),) if without else ()
        rows = rows_of([decimal_places(self.stack, self.decimals), self._numbers["n_nonzero"]], self.stack.m)
        known = {
            (places, nonzero): (
                *(() if self.decimals is not None else (say.precision_undeclared(int(places or 0)),)),
                *_about(draft, int(nonzero or 0)),
                *no_interval,
            )
            for places, nonzero in set(rows)
        }
        return [known[places, nonzero] for places, nonzero in rows]


def _tails_of_every_sum(weights: Ints) -> tuple[Floats, Floats]:
    """P(V+ <= v) and P(V+ >= v), doubled ranks given, for every v that a choice of signs can give."""
    step = common_step(weights)
    chance = convolved(weights // step)
    return np.repeat(np.cumsum(chance), step), np.repeat(np.cumsum(chance[::-1])[::-1], step)
