"""Friedman's test with its exact distribution, given the ties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.anova import chi2_tails
from firstdose.methods._kernel.anova_orders import (
    friedman_tails,
    ranks_of_many,
    usable_of_many,
    whole_of_many,
)
from firstdose.methods._kernel.arrangements import friedman_tail, ranks_within, smallest_p_of_orders
from firstdose.methods._kernel.distributions import chi2_tail
from firstdose.methods._kernel.exact import whole_numbers
from firstdose.methods._kernel.results import (
    Draft,
    Floats,
    Ints,
    about_p,
    as_rows,
    finite,
    unusable,
    without_direction,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = ("chi2", "df", "p_exact", "p_asymptotic", "kendalls_w", "smallest_p")
ARRAYS = ("estimate", "statistic", "p")


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Result:
    """Rows (n, k), one column a time: chi2 corrected for ties, exact p; asymptotic where that is too large."""
    rows = as_rows(y)
    if reasons := unusable(rows):
        return _draft(len(rows), level).answer(caveats=reasons)
    whole, undeclared = whole_numbers(rows, decimals)
    ranks = ranks_within(whole)
    return _answer(ranks, friedman_tail(ranks), undeclared, alternative, level)


def _draft(n: int, level: float) -> Draft:
    return Draft(method=ENTRY.name, n=n, level=level, further=FURTHER, variant="ties corrected")


def _answer(
    ranks: Ints, exact: float | None, undeclared: tuple[Caveat, ...], alternative: Alternative, level: float
) -> Result:
    """`exact`: P(chi2 >= observed) given the ties; None where it is too large to compute."""
    n, k = ranks.shape
    means = {f"mean_rank_{time}": float(mean) / 2 for time, mean in enumerate(ranks.mean(axis=0), start=1)}
    chi2 = tie_corrected_chi2(ranks)
    if chi2 is None:
        nothing = (*undeclared, say.no_comparison("every participant has the same value at all times"))
        return _draft(n, level).answer({"p_exact": 1.0, **means}, nothing, p=1.0, exact=True)
    large, w, smallest = chi2_tail(chi2, k - 1), chi2 / (n * (k - 1)), smallest_p_of_orders(n, k)
    found = {"chi2": chi2, "df": k - 1, "p_exact": exact, "p_asymptotic": large, "kendalls_w": w}
    too_many = () if exact is not None else (say.asymptotic("the exact distribution is too large here"),)
    return _draft(n, level).answer(
        {**found, "smallest_p": smallest, **means},
        (*undeclared, *without_direction(alternative), *about_p("two-sided", level, smallest), *too_many),
        estimate_name="Kendall's W",
        estimate=w,
        statistic_name="chi2",
        statistic=chi2,
        df=(float(k - 1),),
        p=large if exact is None else exact,
        exact=exact is not None,
    )


def many(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Many:
    """The same of each data set (m, n, k); those with the same pattern of ties share one exact distribution."""
    given = np.asarray(y, dtype=np.float64)
    rows, usable = usable_of_many(given)
    if not usable.any():
        nothing = np.full(len(rows), np.nan)
        return Many(dict.fromkeys((*ARRAYS, *FURTHER), nothing), _refused(given, level))
    whole, places = whole_of_many(rows, decimals)
    ranks = ranks_of_many(whole)
    tails = friedman_tails(ranks)

    def at(i: int) -> Result:
        if not usable[i]:
            return _refused(given, level)(i)
        undeclared = () if decimals is not None else (say.precision_undeclared(int(places[i])),)
        return _answer(ranks[i], finite(tails[i]), undeclared, alternative, level)

    found = _numbers_of_many(ranks, tails)
    return Many({name: np.where(usable, values, np.nan) for name, values in found.items()}, at)


def _refused(given: Floats, level: float) -> Callable[[int], Result]:
    return lambda i: _draft(given.shape[1], level).answer(caveats=unusable(given[i]))


def _numbers_of_many(ranks: Ints, tails: Floats) -> dict[str, Floats]:
    """All numbers, (m,); chi2 is NaN where everything is tied, and p is then 1."""
    _, n, k = ranks.shape
    centred = ranks - (k + 1)
    within = (centred**2).sum(axis=(1, 2)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        chi2 = (k - 1) * (centred.sum(axis=1) ** 2).sum(axis=1) / np.where(within > 0, within, np.nan)
    varies = within > 0
    exact, large = np.where(varies, tails, 1.0), chi2_tails(chi2, k - 1)
    w, shared = chi2 / (n * (k - 1)), np.where(varies, 1.0, np.nan)
    return {
        "estimate": w,
        "statistic": chi2,
        "p": np.where(np.isnan(exact), large, exact),
        "chi2": chi2,
        "df": shared * (k - 1),
        "p_exact": exact,
        "p_asymptotic": large,
        "kendalls_w": w,
        "smallest_p": shared * smallest_p_of_orders(n, k),
    }


def tie_corrected_chi2(doubled: Ints) -> float | None:
    """Variation of the rank sums over that within participants; None where everything is tied."""
    k = doubled.shape[1]
    centred = doubled - (k + 1)  # twice the ranks, twice their mean
    within = int((centred**2).sum())
    if within == 0:
        return None
    return float((k - 1) * np.square(centred.sum(axis=0)).sum() / within)


def smallest_p(
    n: int,
    k: int = 3,
    alternative: Alternative = "two-sided",  # noqa: ARG001
    sizes: tuple[int, ...] = (),  # noqa: ARG001
) -> float:
    """(k!)**-(n - 1): all participants in the same order."""
    return smallest_p_of_orders(n, k)


ENTRY = Method(
    name="friedman_exact",
    label="Exact Friedman test",
    source="Friedman 1937; Hollander & Wolfe 1973",
    design="within",
    estimate=estimate,
    many=many,
    summaries=("median change", "mean difference over time"),
    need=Need(times=3),
    exact=True,
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "a participant with a missing visit, who is left out and named",
    ),
    smallest_p=smallest_p,
    sentence=(
        "Times were ranked within each participant after rounding to the declared precision; Friedman's"
        " chi-squared is corrected for ties, and p is exact given these ties unless marked as asymptotic."
    ),
    reference="tests/reference/methods/test_exact_within.py",
)
