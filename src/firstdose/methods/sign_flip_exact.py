"""Exact sign flip test of the mean: every difference might as well have had the other sign."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.drawing import affordable_signs, drawn_totals, sign_tables
from firstdose.methods._kernel.exact import (
    ENUMERATED,
    MEETING,
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
    complete = len(pairs) <= MEETING
    draft = Draft(
        method=ENTRY.name,
        n=len(pairs),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant="" if complete else "random signs; interval from the means of random subsets (Hartigan)",
    )
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    d = differences(pairs, decimals)
    asked, start = int(float(draws)), int(float(seed))
    m = affordable_signs(asked, len(pairs))
    test = (
        _complete(d.whole, level, alternative) if complete else _drawn(d.whole, level, alternative, m, start)
    )
    low, high, attained = test.interval or (None, None, None)
    return draft.answer(
        {
            "mean_before": float(pairs[:, 0].mean()),
            "mean_after": float(pairs[:, 1].mean()),
            "n_nonzero": int((d.whole != 0).sum()),
            "arrangements": power(2.0, len(pairs)),
            "smallest_p": test.smallest,
        },
        (
            *d.caveats,
            *(() if d.whole.any() else (say.all_zero(),)),
            *about_p(alternative, level, test.smallest),
            *(() if complete else (say.monte_carlo(m, start, asked),)),
            *(() if test.interval else (say.no_interval(level, len(pairs)),)),
        ),
        estimate_name="mean difference",
        estimate=d.scaled(float(d.whole.mean())),
        ci_low=None if low is None else d.scaled(low),
        ci_high=None if high is None else d.scaled(high),
        attained_level=attained,
        statistic_name="mean difference",
        statistic=d.scaled(float(d.whole.mean())),
        p=test.two_sided if alternative == "two-sided" else p_value(test.less, test.greater, alternative),
        exact=complete,
        seed=None if complete else start,
        draws=None if complete else m,
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
    one = partial(estimate, level=level, alternative=alternative, decimals=decimals, draws=draws, seed=seed)
    stack = as_stack(y)

    def at(i: int) -> Result:
        return one(stack.given[i])

    if stack.n > ENUMERATED:
        return answers(_one_by_one(stack, at), at)
    whole, units = whole_differences(stack, decimals)
    mean = stack.or_none(whole.sum(axis=1) / max(stack.n, 1) / units)
    p = stack.or_none(p_values(*flipped_tails(whole), alternative))
    return answers(
        {
            "estimate": mean,
            "statistic": mean,
            "p": p,
            "n_nonzero": stack.or_none(np.count_nonzero(whole, axis=1)),
        },
        at,
        dict.fromkeys(LIMITS, lambda: _limits(stack, whole, units, level)),
    )


def _one_by_one(stack: Stack, at: Callable[[int], Result]) -> dict[str, Floats]:
    def numbers(i: int) -> tuple[float | None, ...]:
        r = at(i)
        return r.estimate, r.statistic, r.p, r.value("n_nonzero"), r.ci_low, r.ci_high, r.attained_level

    return stack.each(numbers, ("estimate", "statistic", "p", "n_nonzero", *LIMITS))


def _limits(stack: Stack, whole: Ints, units: Floats, level: float) -> dict[str, Floats]:
    left_out = _left_out(stack.n, level)
    if left_out == 0:
        return dict.fromkeys(LIMITS, np.full(stack.m, np.nan))
    low, high = (stack.or_none(end / units) for end in subset_means_of_many(whole, left_out))
    attained = np.full(stack.m, 1.0 - 2.0 * left_out / 2.0**stack.n)
    return {"ci_low": low, "ci_high": high, "attained_level": stack.or_none(attained)}


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
