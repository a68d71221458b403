"""Exact sign flip test of the mean: every difference might as well have had the other sign."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.drawing import affordable_signs, drawn_totals, sign_tables
from firstdose.methods._kernel.exact import (
    ENUMERATED,
    MEETING,
    Differences,
    differences,
    enumerated_tails,
    meeting_tails,
    smallest_p_of_pairs,
    smallest_p_of_signs,
    subset_mean,
)
from firstdose.methods._kernel.paired_many import (
    answers,
    as_stack,
    flipped_tails,
    p_values,
    subset_means_of_many,
    whole_differences,
)
from firstdose.methods._kernel.planning_ranks import detectable_sign_flip
from firstdose.methods._kernel.results import Draft, Ints, about_p, as_rows, p_value, power, unusable

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from firstdose.catalogue.many import Many
    from firstdose.methods._kernel.paired_many import Stack
    from firstdose.methods._kernel.results import Floats

FURTHER = ("mean_before", "mean_after", "n_nonzero", "arrangements", "smallest_p")
LIMITS = ("ci_low", "ci_high", "attained_level")


@dataclass(frozen=True, slots=True)
class _Test:
    """Tail probabilities, and the interval in whole units with the level it attains."""

    less: float
    greater: float
    two_sided: float
    interval: tuple[float, float, float] | None
    smallest: float

    def p(self, alternative: Alternative) -> float:
        """In the declared direction."""
        if alternative == "two-sided":
            return self.two_sided
        return p_value(self.less, self.greater, alternative)


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Result:
    """Pairs (n, 2), before and after: mean of after - before, exact p to n = 30, interval by inversion.

    Above 30 participants `draws` random arrangements are drawn from `seed`, fewer for thousands of participants.
    """
    pairs = as_rows(y, columns=2)
    draft = _draft(len(pairs), level, alternative)
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    d = differences(pairs, decimals)
    if len(pairs) <= MEETING:
        return _answer(draft, pairs, d, _complete(d.whole, level, alternative))
    asked, start = int(float(draws)), int(float(seed))
    m = affordable_signs(asked, len(pairs))
    return _answer(draft, pairs, d, _drawn(d.whole, level, alternative, m, start), (m, start, asked))


def _draft(n: int, level: float, alternative: Alternative) -> Draft:
    return Draft(
        method=ENTRY.name,
        n=n,
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant="" if n <= MEETING else "random signs; interval from the means of random subsets (Hartigan)",
    )


def _answer(
    draft: Draft, pairs: Floats, d: Differences, test: _Test, drawn: tuple[int, int, int] | None = None
) -> Result:
    """`drawn`: random arrangements, their seed and how many were asked for; None: all were counted."""
    low, high, attained = test.interval or (None, None, None)
    mean, n = d.scaled(float(d.whole.mean())), draft.n
    return draft.answer(
        {
            "mean_before": float(pairs[:, 0].mean()),
            "mean_after": float(pairs[:, 1].mean()),
            "n_nonzero": int((d.whole != 0).sum()),
            "arrangements": power(2.0, n),
            "smallest_p": test.smallest,
        },
        (
            *d.caveats,
            *(() if d.whole.any() else (say.all_zero(),)),
            *about_p(draft.alternative, draft.level, test.smallest),
            *((say.monte_carlo(*drawn),) if drawn else ()),
            *(() if test.interval else (say.no_interval(draft.level, n),)),
        ),
        estimate_name="mean difference",
        estimate=mean,
        ci_low=None if low is None else d.scaled(low),
        ci_high=None if high is None else d.scaled(high),
        attained_level=attained,
        statistic_name="mean difference",
        statistic=mean,
        p=test.p(draft.alternative),
        exact=drawn is None,
        seed=drawn[1] if drawn else None,
        draws=drawn[0] if drawn else None,
    )


def _complete(whole: Ints, level: float, alternative: Alternative) -> _Test:
    """From all 2**n arrangements; the sum of the positive differences stands for the mean."""
    tails = enumerated_tails if len(whole) <= ENUMERATED else meeting_tails
    less, greater = tails(np.abs(whole), int(whole[whole > 0].sum()))
    smallest = smallest_p_of_signs(int((whole != 0).sum()), alternative)
    return _Test(less, greater, p_value(less, greater, "two-sided"), _interval(whole, level), smallest)


def _interval(whole: Ints, level: float) -> tuple[float, float, float] | None:
    """Subset means cut the line into 2**n equally likely pieces (Hartigan 1969).

    As many of them are left out on either side as the level allows; with too few participants, none.
    """
    left_out = _left_out(len(whole), level)
    if left_out == 0:
        return None
    low, high = subset_mean(whole, left_out), -subset_mean(-whole, left_out)
    return low, high, 1.0 - 2.0 * left_out / 2.0 ** len(whole)


def _left_out(n: int, level: float) -> int:
    """Pieces of the line left out on either side."""
    return math.floor(2.0**n * (1.0 - level) / 2.0 + 1e-9)


def _drawn(whole: Ints, level: float, alternative: Alternative, m: int, seed: int) -> _Test:
    """From m random arrangements, the observed one counted among them (Phipson & Smyth 2010).

    The means of the differences whose sign was kept are random subset means: their ordered values are limits.
    """
    observed = int(whole.sum())
    kept, sizes = drawn_totals(sign_tables(whole), m, seed)
    sums, means = 2 * kept - observed, np.sort(kept[sizes > 0] / sizes[sizes > 0])
    less, greater, two = (
        (int(hits.sum()) + 1) / (m + 1)
        for hits in (sums <= observed, sums >= observed, np.abs(sums) >= abs(observed))
    )
    left_out = math.floor((m + 1) * (1.0 - level) / 2.0 + 1e-9)
    interval = None
    if 0 < left_out <= len(means):
        attained = 1.0 - 2.0 * left_out / (m + 1)
        interval = (float(means[left_out - 1]), float(means[-left_out]), attained)
    return _Test(less, greater, two, interval, (2.0 if alternative == "two-sided" else 1.0) / (m + 1))


def many(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    draws: float | str = 99_999,
    seed: float | str = 1,
) -> Many:
    """Sets of pairs (m, n, 2); intervals are computed when asked for. Above 20 participants one set after the other."""
    stack = as_stack(y)
    if stack.n > ENUMERATED:
        one = partial(
            estimate, level=level, alternative=alternative, decimals=decimals, draws=draws, seed=seed
        )

        def at(i: int) -> Result:
            return one(stack.given[i])

        return answers(_one_by_one(stack, at), at)
    whole, units = whole_differences(stack, decimals)
    found = _Answers(
        stack=stack,
        whole=whole,
        decimals=decimals,
        draft=_draft(stack.n, level, alternative),
        tails=flipped_tails(whole),
    )
    mean = stack.or_none(whole.sum(axis=1) / max(stack.n, 1) / units)
    return answers(
        {
            "estimate": mean,
            "statistic": mean,
            "p": stack.or_none(p_values(*found.tails, alternative)),
            "n_nonzero": stack.or_none(np.count_nonzero(whole, axis=1)),
        },
        found.at,
        dict.fromkeys(LIMITS, lambda: found.limits(units)),
    )


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """The tests of m sets of pairs, all arrangements counted, and how each becomes a Result."""

    stack: Stack
    whole: Ints
    decimals: int | None
    draft: Draft
    tails: tuple[Floats, Floats]

    def at(self, i: int) -> Result:
        """The i-th Result."""
        pairs, draft = self.stack.given[i], self.draft
        if not self.stack.usable[i]:
            return draft.answer(caveats=unusable(pairs))
        d = differences(pairs, self.decimals)
        less, greater = (float(tail[i]) for tail in self.tails)
        smallest = smallest_p_of_signs(int(np.count_nonzero(d.whole)), draft.alternative)
        interval = None
        if self._ends is not None:
            low, high, attained = self._ends
            interval = float(low[i]), float(high[i]), attained
        both = p_value(less, greater, "two-sided")
        return _answer(draft, pairs, d, _Test(less, greater, both, interval, smallest))

    @cached_property
    def _ends(self) -> tuple[Floats, Floats, float] | None:
        """The intervals in whole units, and the level that they attain."""
        n = self.stack.n
        left_out = _left_out(n, self.draft.level)
        if left_out == 0:
            return None
        return *subset_means_of_many(self.whole, left_out), 1.0 - 2.0 * left_out / 2.0**n

    def limits(self, units: Floats) -> dict[str, Floats]:
        """The intervals in units of the variable."""
        if self._ends is None:
            return dict.fromkeys(LIMITS, np.full(self.stack.m, np.nan))
        low, high, attained = self._ends
        ends = (low / units, high / units, np.full(self.stack.m, attained))
        return dict(zip(LIMITS, map(self.stack.or_none, ends), strict=True))


def _one_by_one(stack: Stack, at: Callable[[int], Result]) -> dict[str, Floats]:
    def numbers(i: int) -> tuple[float | None, ...]:
        r = at(i)
        return r.estimate, r.statistic, r.p, r.value("n_nonzero"), r.ci_low, r.ci_high, r.attained_level

    return stack.each(numbers, ("estimate", "statistic", "p", "n_nonzero", *LIMITS))


ENTRY = Method(
    name="sign_flip_exact",
    label="Exact sign flip test of the mean difference",
    source="Fisher 1935; Hartigan 1969; Phipson & Smyth 2010",
    design="paired",
    estimate=estimate,
    summaries=("mean change",),
    need=Need(times=2, times_most=2),
    exact=True,
    options=(
        Option(
            name="draws",
            default="99999",
            meaning="random arrangements above 30 participants; for thousands fewer, and the result says so",
        ),
        Option(name="seed", default="1", meaning="start of the random numbers above 30 participants"),
    ),
    refuses=("lesions as if they were participants: reduce them to one value a participant first",),
    many=many,
    smallest_p=smallest_p_of_pairs,
    detectable=detectable_sign_flip,
    sentence=(
        "Differences were rounded to the declared precision; p is the share of all arrangements of their signs,"
        " or of random ones where it is marked so, whose mean is at least as extreme, and the interval holds the"
        " shifts that the same test does not reject."
    ),
    reference="tests/reference/methods/test_exact_paired.py",
)
