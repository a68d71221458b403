"""Correlation between participants: do those with a high mean of one quantity have a high mean of the other?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_association as tell
from firstdose.methods._kernel.clusters import t_p
from firstdose.methods._kernel.correlation import (
    as_pairs,
    doubled_midranks,
    fisher_limits,
    means_of_pairs,
    numbers_of_pairs,
    sums_of_products,
    t_of,
    weighted_correlation,
)
from firstdose.methods._kernel.results import Draft, Floats, about_p, chosen, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

KINDS = ("pearson", "spearman")
WEIGHTS = ("equal", "observations")
FURTHER = ("r_squared", "pairs", "fewest_pairs", "most_pairs", "smallest_p")
_EXACT = 10  # participants: 10! orders are below 5 million
_PLACES = 12  # significant digits in which means are told apart


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
    kind: str = "pearson",
    weights: str = "equal",
) -> Result:
    """Pairs (n, t, 2), NaN where missing: correlation of participants' means over their complete pairs.

    Spearman is exact to 10 participants. `weights` observations: participants with more pairs weigh more.
    """
    pairs = as_pairs(y)
    counts = numbers_of_pairs(pairs)
    used, gone = counts > 0, int((counts == 0).sum())
    n, kind = int(used.sum()), chosen("kind", kind, KINDS)
    weighted = chosen("weights", weights, WEIGHTS) == "observations"
    draft = Draft(
        method=ENTRY.name,
        n=n,
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"{kind}{', weighted by the number of pairs' if weighted else ''}",
    )
    told = (tell.pairs_left_out(gone),) if gone else ()
    if reasons := (unusable(pairs[~np.isnan(pairs)]) or _too_few(n)):
        return draft.answer(caveats=(*told, *reasons))
    own = _told_apart(means_of_pairs(pairs[used]))
    x, v = (doubled_midranks(each).astype(np.float64) if kind == "spearman" else each for each in own.T)
    w = counts[used].astype(np.float64) if weighted else np.ones(n)
    numbers = {"pairs": int(counts.sum()), "fewest_pairs": counts[used].min(), "most_pairs": counts.max()}
    r = weighted_correlation(x, v, w)
    if r is None:
        return draft.answer(numbers, (*told, tell.nothing_varies("between participants")))
    exact = _exact_p(x, v, alternative) if kind == "spearman" and not weighted and n <= _EXACT else None
    return _answer(draft, numbers | {"r_squared": r * r}, r, exact, told, ranked=kind == "spearman")


def _too_few(n: int) -> tuple[Caveat, ...]:
    return (say.too_few(n, 3),) if n < 3 else ()


def _told_apart(means: Floats) -> Floats:
    """Means that differ only by the order of adding up are ties."""
    largest = np.abs(means).max(axis=0)
    digits = np.where(largest > 0, np.ceil(np.log10(np.where(largest > 0, largest, 1.0))), 0.0)
    scale = 10.0 ** (_PLACES - digits)
    return np.asarray(np.rint(means * scale) / scale, dtype=np.float64)


def _exact_p(x: Floats, y: Floats, alternative: Alternative) -> tuple[float, float]:
    """p over all orders of one of the two, and the smallest there can be; two-sided as far from no correlation."""
    a, b = (np.rint(each - each.min()).astype(np.int64) for each in (x, y))
    step = max(1, int(np.gcd.reduce(a))), max(1, int(np.gcd.reduce(b)))
    a, b = a // step[0], b // step[1]
    sums, chance = sums_of_products(a, b)
    observed, centre = int(a @ b), float(a.sum() * b.sum()) / len(a)
    tails = {
        "less": sums <= observed,
        "greater": sums >= observed,
        "two-sided": np.abs(sums - centre) >= abs(observed - centre) - 1e-9,
    }
    alike = 2 if alternative == "two-sided" else 1
    return min(1.0, float(chance[tails[alternative]].sum())), min(1.0, alike / math.factorial(len(a)))


def _answer(
    draft: Draft,
    numbers: dict[str, float | None],
    r: float,
    exact: tuple[float, float] | None,
    told: tuple[Caveat, ...],
    *,
    ranked: bool,
) -> Result:
    df, name = draft.n - 2.0, "correlation of participants' means"
    t = float(t_of(np.array(r), np.array(df)))
    # Ranks make the variance of Fisher's z larger (Bonett & Wright 2000).
    inflation = 1 + r * r / 2 if ranked else 1.0
    low, high = (float(limit) for limit in fisher_limits(np.array(r), np.array(df), draft.level, inflation))
    has_interval = np.isfinite(low)
    none = () if has_interval else (tell.perfect(r) if df > 1 else tell.no_correlation_interval(df),)
    if exact is None and not np.isfinite(t):
        return draft.answer(numbers, (*told, tell.perfect(r)), estimate_name=name, estimate=r)
    p, smallest = exact or (float(t_p(np.array(t), np.array(df), draft.alternative)), None)
    approximate = (say.asymptotic("Spearman's correlation by t"),) if ranked and exact is None else ()
    return draft.answer(
        numbers | {"smallest_p": smallest},
        (*told, *about_p(draft.alternative, draft.level, smallest), *approximate, *none),
        estimate_name=name,
        estimate=r,
        ci_low=low if has_interval else None,
        ci_high=high if has_interval else None,
        statistic_name="r" if exact else "t",
        statistic=r if exact else t,
        df=() if exact else (df,),
        p=p,
        exact=exact is not None,
    )


ENTRY = Method(
    name="participant_mean_correlation",
    label="Correlation of participants' means",
    source="Bland & Altman 1995; Bonett & Wright 2000",
    design="association",
    estimate=estimate,
    summaries=("correlation between participants",),
    need=Need(times=1, participants=3),
    options=(
        Option(
            name="kind",
            values=KINDS,
            default="pearson",
            meaning="spearman: of the ranks of the means, exact to 10 participants",
        ),
        Option(
            name="weights",
            values=WEIGHTS,
            default="equal",
            meaning="observations: participants weigh by their number of complete pairs",
        ),
    ),
    refuses=("all visits of all participants as if they were as many participants",),
    sentence=(
        "Each participant's values were averaged and the means correlated, one point a participant; whether"
        " both quantities change together within a person is another question."
    ),
    reference="tests/reference/methods/test_association.py",
)
