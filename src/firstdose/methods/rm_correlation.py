"""Correlation within participants: do both quantities rise together in the same person?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.many import Many
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_association as tell
from firstdose.methods._kernel.clusters import t_p
from firstdose.methods._kernel.correlation import as_pairs, fisher_limits, numbers_of_pairs, t_of, within
from firstdose.methods._kernel.results import Draft, Floats, about_p, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.correlation import Within

FURTHER = ("slope", "r_squared", "pairs", "fewest_pairs", "most_pairs")


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
) -> Result:
    """Pairs (n, t, 2), NaN where missing: correlation with a level for each participant, df = N - n - 1.

    `slope`: of the second quantity on the first, common to all participants.
    """
    pairs = as_pairs(y)
    counts = numbers_of_pairs(pairs)
    used, few = counts > 1, int((counts <= 1).sum())
    draft = Draft(
        method=ENTRY.name,
        n=int(used.sum()),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant="analysis of covariance with participants as factor",
    )
    told = (tell.one_pair_only(few),) if few else ()
    own = pairs[used]
    if reasons := unusable(own[~np.isnan(own)]):
        return draft.answer(caveats=(*told, *reasons))
    found = within(own)
    numbers = {
        "pairs": int(counts[used].sum()),
        "fewest_pairs": counts[used].min(),
        "most_pairs": counts.max(),
    }
    if not found.varies:
        return draft.answer(numbers, (*told, tell.nothing_varies("within participants")))
    numbers |= {"slope": float(found.xy / found.xx), "r_squared": float(found.r) ** 2}
    return _answer(draft, numbers, found, told)


def _answer(
    draft: Draft, numbers: dict[str, float | None], found: Within, told: tuple[Caveat, ...]
) -> Result:
    r, df, t = float(found.r), float(found.df), float(t_of(found.r, found.df))
    name = "correlation within participants"
    if not np.isfinite(t):
        why = say.too_few(draft.n, 2) if df < 1 else tell.perfect(r)
        return draft.answer(numbers, (*told, why), estimate_name=name, estimate=r)
    low, high = (float(limit) for limit in fisher_limits(found.r, found.df, draft.level))
    shown = (low, high) if df > 1 else (None, None)
    none = () if df > 1 else (tell.no_correlation_interval(df),)
    return draft.answer(
        numbers,
        (*told, *about_p(draft.alternative, draft.level), *none),
        estimate_name=name,
        estimate=r,
        ci_low=shown[0],
        ci_high=shown[1],
        statistic_name="t",
        statistic=t,
        df=(df,),
        p=float(t_p(np.array(t), found.df, draft.alternative)),
    )


def many(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
) -> Many:
    """The same on y (m, n, t, 2), with gaps wherever they are."""
    pairs = as_pairs(y, axes=4)

    def one(i: int) -> Result:
        return estimate(pairs[i], level=level, alternative=alternative, decimals=decimals)

    found = within(pairs)
    low, high = fisher_limits(found.r, found.df, level)
    t = t_of(found.r, found.df)
    arrays: dict[str, Floats] = {
        "estimate": found.r,
        "p": t_p(t, found.df, alternative),
        "ci_low": low,
        "ci_high": high,
        "statistic": t,
        "df": found.df,
    }
    return Many(arrays, one)


ENTRY = Method(
    name="rm_correlation",
    label="Repeated-measures correlation (within participants)",
    source="Bland & Altman 1995; Bakdash & Marusich 2017",
    design="association",
    estimate=estimate,
    summaries=("correlation within participants",),
    need=Need(times=2, participants=2),
    refuses=("all visits of all participants as if they were as many participants",),
    many=many,
    sentence=(
        "The correlation within participants was estimated by analysis of covariance with the participant as a"
        " factor: differences between participants are taken out, and its degrees of freedom are pairs less"
        " participants less one. It takes the slope as common to all participants and visits as independent given the"
        " participant's level."
    ),
    reference="tests/reference/methods/test_association.py",
)
