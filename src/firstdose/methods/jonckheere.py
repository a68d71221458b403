"""Jonckheere-Terpstra test for a trend over ordered groups: exact while all groupings can be written down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import normal_cdf
from firstdose.methods._kernel.exact import whole_numbers
from firstdose.methods._kernel.groups import (
    Groups,
    as_groups,
    by_group,
    even_sizes,
    labelled,
    reasons_against,
    share_of_labellings,
)
from firstdose.methods._kernel.results import Draft, Ints, about_p, p_value

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = ("j", "j_mean", "j_variance", "z", "p_exact", "p_asymptotic", "concordance", "smallest_p")


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Result:
    """Values (n,) and group codes (n,) in declared order: J, the pairs in order (ties half), and its p.

    `greater`: values rise with the group. The estimate is J over all pairs between groups; .5 is no trend.
    """
    of = as_groups(y, groups)
    n = len(of.values)
    draft = Draft(method=ENTRY.name, n=n, level=level, alternative=alternative, further=FURTHER)
    if reasons := reasons_against(of):
        return draft.answer(caveats=reasons)
    whole, undeclared = whole_numbers(of.values, decimals)
    j = counted_j(whole, of) / 2
    mean, variance = moments(whole, of)
    if variance <= 0:
        nothing = (*undeclared, say.no_comparison("all values are equal"))
        return draft.answer(
            {"j": j, "j_mean": mean, "p_exact": 1.0, **by_group(of)}, nothing, p=1.0, exact=True
        )
    z = (j - mean) / math.sqrt(variance)
    large = p_value(normal_cdf(z), normal_cdf(-z), alternative)
    exact = _exact(whole, of, alternative)
    smallest = smallest_p(n, of.g, alternative, of.sizes)
    too_many = () if exact is not None else (say.asymptotic("J against the normal distribution"),)
    return draft.answer(
        {
            "j": j,
            "j_mean": mean,
            "j_variance": variance,
            "z": z,
            "p_exact": exact,
            "p_asymptotic": large,
            "concordance": j / (2 * mean),
            "smallest_p": smallest,
            **by_group(of),
        },
        (*undeclared, *about_p(alternative, level, smallest), *too_many),
        estimate_name="share of pairs in order",
        estimate=j / (2 * mean),
        statistic_name="J",
        statistic=j,
        p=large if exact is None else exact,
        exact=exact is not None,
    )


def _exact(whole: Ints, of: Groups, alternative: Alternative) -> float | None:
    less, greater = labelled(of, lambda labels: doubled_j(whole, labels))
    return None if less is None or greater is None else p_value(less, greater, alternative)


def counted_j(whole: Ints, of: Groups) -> int:
    """Twice J of the groups as they are: each of them against all values of those before it."""
    before, total = np.sort(whole[of.codes == 0]), 0
    for group in range(1, of.g):
        own = whole[of.codes == group]
        total += int(sum(np.searchsorted(before, own, side=side).sum() for side in ("left", "right")))
        before = np.sort(np.concatenate([before, own]), kind="stable")
    return total


def doubled_j(whole: Ints, labels: npt.NDArray[np.integer]) -> Ints:
    """Twice J for every row of labels: 2 a pair in order, 1 a tie."""
    total = np.zeros(len(labels), dtype=np.int64)
    for one in range(len(whole)):
        for other in np.flatnonzero(whole >= whole[one]):
            score = 2 if whole[other] > whole[one] else 1
            total += score * (labels[:, one] < labels[:, other])
    return total


def moments(whole: Ints, of: Groups) -> tuple[float, float]:
    """Mean and variance of J under no difference, given the ties (Kendall's form)."""
    n, sizes = len(whole), np.array(of.sizes, dtype=np.float64)
    ties = np.unique(whole, return_counts=True)[1].astype(np.float64)
    mean = (n**2 - float((sizes**2).sum())) / 4

    def powers(counts: npt.NDArray[np.float64]) -> tuple[float, float, float]:
        pairs = counts * (counts - 1)
        return (
            float((pairs * (2 * counts + 5)).sum()),
            float((pairs * (counts - 2)).sum()),
            float(pairs.sum()),
        )

    (a, b, c), (d, e, f) = powers(sizes), powers(ties)
    variance = (n * (n - 1) * (2 * n + 5) - a - d) / 72 + c * f / (8 * n * (n - 1))
    if n > 2:
        variance += b * e / (36 * n * (n - 1) * (n - 2))
    return mean, variance if variance > 1e-9 else 0.0


def smallest_p(
    n: int,
    k: int = 2,
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),
) -> float:
    """Complete order, among all ways to form the groups; two-sided it counts twice."""
    return share_of_labellings(2 if alternative == "two-sided" else 1, sizes or even_sizes(n, k))


ENTRY = Method(
    name="jonckheere",
    label="Jonckheere-Terpstra trend test",
    source="Terpstra 1952; Jonckheere 1954",
    design="between",
    estimate=estimate,
    summaries=("trend over groups",),
    need=Need(groups=2, participants=2),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "doses given to different lesions of one participant: these are compared within participants",
        "groups without a declared order",
    ),
    smallest_p=smallest_p,
    sentence=(
        "The trend over the groups in their declared order was tested by Jonckheere and Terpstra's count of pairs"
        " in order, ties counting half; p is exact over all ways to form the groups, or from the normal"
        " distribution with the variance corrected for ties where it is marked as asymptotic."
    ),
    reference="tests/reference/methods/test_between_groups.py",
)
