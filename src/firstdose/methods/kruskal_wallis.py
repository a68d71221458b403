"""Kruskal-Wallis test between groups of participants: exact while all groupings can be written down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import chi2_tail
from firstdose.methods._kernel.exact import doubled_ranks, whole_numbers
from firstdose.methods._kernel.groups import (
    Groups,
    as_groups,
    by_group,
    even_sizes,
    labelled,
    orders_alike,
    reasons_against,
    share_of_labellings,
)
from firstdose.methods._kernel.results import Draft, Ints, about_p, without_direction

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = ("h", "df", "p_exact", "p_asymptotic", "epsilon_squared", "smallest_p")


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Result:
    """Values (n,) and group codes (n,): H corrected for ties; p exact up to 200,000 groupings, else chi-squared."""
    of = as_groups(y, groups)
    n = len(of.values)
    draft = Draft(method=ENTRY.name, n=n, level=level, further=FURTHER, variant="ties corrected")
    if reasons := reasons_against(of):
        return draft.answer(caveats=reasons)
    whole, undeclared = whole_numbers(of.values, decimals)
    ranks = doubled_ranks(whole)
    h = tie_corrected_h(ranks, of)
    if h is None:
        nothing = (*undeclared, say.no_comparison("all values are equal"))
        return draft.answer({"p_exact": 1.0, **by_group(of)}, nothing, p=1.0, exact=True)
    _, exact = labelled(of, lambda labels: _between(ranks, of.sizes, labels))
    large, smallest = chi2_tail(h, of.g - 1), smallest_p(n, of.g, sizes=of.sizes)
    too_many = () if exact is not None else (say.asymptotic(f"H against chi-squared, df {of.g - 1}"),)
    return draft.answer(
        {
            "h": h,
            "df": of.g - 1,
            "p_exact": exact,
            "p_asymptotic": large,
            "epsilon_squared": h / (n - 1),
            "smallest_p": smallest,
            **by_group(of),
        },
        (*undeclared, *without_direction(alternative), *about_p("two-sided", level, smallest), *too_many),
        estimate_name="epsilon squared of ranks",
        estimate=h / (n - 1),
        statistic_name="H",
        statistic=h,
        df=(float(of.g - 1),),
        p=large if exact is None else exact,
        exact=exact is not None,
    )


def tie_corrected_h(doubled: Ints, of: Groups) -> float | None:
    """Variation of ranks between groups over all of it; None where all values are equal."""
    n = len(doubled)
    centred = doubled - (n + 1)  # twice the ranks, twice their mean
    every = int((centred**2).sum())
    if every == 0:
        return None
    between = sum(int(centred[of.codes == group].sum()) ** 2 / size for group, size in enumerate(of.sizes))
    return (n - 1) * between / every


def _between(ranks: Ints, sizes: tuple[int, ...], labels: npt.NDArray[np.int8]) -> Ints:
    """Sum of squared rank sums over group sizes, made whole: H rises with it."""
    common = math.lcm(*sizes)
    parts = [((labels == group) @ ranks) ** 2 * (common // size) for group, size in enumerate(sizes)]
    return np.asarray(np.sum(parts, axis=0), dtype=np.int64)


def smallest_p(
    n: int,
    k: int = 2,
    alternative: Alternative = "two-sided",  # noqa: ARG001
    sizes: tuple[int, ...] = (),
) -> float:
    """At best: complete separation and those like it, among all ways to form the groups."""
    sizes = sizes or even_sizes(n, k)
    return share_of_labellings(orders_alike(sizes), sizes)


ENTRY = Method(
    name="kruskal_wallis",
    label="Kruskal-Wallis test",
    source="Kruskal & Wallis 1952",
    design="between",
    estimate=estimate,
    summaries=("difference between groups",),
    need=Need(groups=2, participants=2),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "doses given to different lesions of one participant: these are compared within participants",
    ),
    smallest_p=smallest_p,
    sentence=(
        "Groups were compared by the Kruskal-Wallis test, corrected for ties after rounding to the declared"
        " precision; p is exact over all ways to form the groups, or from the chi-squared distribution where it"
        " is marked as asymptotic."
    ),
    reference="tests/reference/methods/test_between_groups.py",
)
