"""Proportional odds model of ordinal scores over groups: refused for few participants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_association as tell
from firstdose.methods._kernel.distributions import normal_cdf, normal_quantile
from firstdose.methods._kernel.flips import rounded
from firstdose.methods._kernel.groups import as_groups, reasons_against
from firstdose.methods._kernel.ordinal import Odds, count_table, fit_odds, is_separated, profile_limits
from firstdose.methods._kernel.results import Draft, Floats, about_p, chosen, p_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

INTERVALS = ("profile", "wald")
FURTHER = (
    "se",
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "z",
    "likelihood_ratio",
    "log_likelihood",
    "categories",
    "score_norm",
)
NEEDED = 20
MOST = 15  # categories


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    interval: str = "profile",
) -> Result:
    """Scores (n,) and group codes (n,): log odds ratio of a higher score, second against first group, or per step.

    Maximum likelihood. `profile`: interval and p from the likelihood ratio; `wald`: from the standard error.
    """
    of = as_groups(y, groups)
    n, preferred = len(of.values), chosen("interval", interval, INTERVALS)
    step = "" if of.g <= 2 else f" per group, linear trend over {of.g} groups"
    draft = Draft(
        method=ENTRY.name,
        n=n,
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"{preferred} interval{step and ','}{step}",
    )
    if reasons := (reasons_against(of) or _too_few(n)):
        return draft.answer(caveats=reasons)
    scores, places = rounded(of.values, of.values[:, None], decimals)
    told = () if decimals is not None else (say.precision_undeclared(int(places)),)
    levels, categories = np.unique(scores, return_inverse=True)
    table = count_table(of.codes, categories.astype(np.int64).reshape(n))
    if reasons := _impossible(table):
        return draft.answer(caveats=(*told, *reasons))
    fit = fit_odds(table)
    null = fit_odds(table, 0.0)
    if fit is None or null is None:
        return draft.answer(caveats=(*told, tell.separated()))
    found = _numbers(table, fit, null, level, preferred)
    root = math.copysign(math.sqrt(_likelihood_ratio(fit, null)), fit.slope)
    z = fit.slope / fit.se if preferred == "wald" else root
    return draft.answer(
        found,
        (*told, *about_p(alternative, level)),
        estimate_name="log odds ratio" if of.g == 2 else "log odds ratio per group",
        estimate=fit.slope,
        ci_low=_logarithm(found["odds_ratio_low"]),
        ci_high=_logarithm(found["odds_ratio_high"]),
        statistic_name="z",
        statistic=z,
        p=p_value(normal_cdf(z), normal_cdf(-z), alternative),
        effects=_thresholds(fit, levels),
    )


def _too_few(n: int) -> tuple[Caveat, ...]:
    return (tell.too_few_for_odds(n, NEEDED),) if n < NEEDED else ()


def _impossible(table: Floats) -> tuple[Caveat, ...]:
    if table.shape[1] < 2:
        return (say.no_comparison("all scores are equal"),)
    if table.shape[1] > MOST:
        return (tell.too_many_categories(table.shape[1], MOST),)
    return (tell.separated(),) if is_separated(table) else ()


def _numbers(table: Floats, fit: Odds, null: Odds, level: float, interval: str) -> dict[str, float | None]:
    low, high = _wald(fit, level) if interval == "wald" else profile_limits(table, fit, level)
    return {
        "se": fit.se,
        "odds_ratio": math.exp(fit.slope),
        "odds_ratio_low": None if low is None else math.exp(low),
        "odds_ratio_high": None if high is None else math.exp(high),
        "z": fit.slope / fit.se,
        "likelihood_ratio": _likelihood_ratio(fit, null),
        "log_likelihood": fit.loglik,
        "categories": table.shape[1],
        "score_norm": fit.score_norm,
    }


def _wald(fit: Odds, level: float) -> tuple[float, float]:
    half = normal_quantile(1 - (1 - level) / 2) * fit.se
    return fit.slope - half, fit.slope + half


def _likelihood_ratio(fit: Odds, null: Odds) -> float:
    return max(0.0, 2 * (fit.loglik - null.loglik))


def _logarithm(value: float | None) -> float | None:
    return None if value is None else math.log(value)


def _thresholds(fit: Odds, levels: Floats) -> tuple[Effect, ...]:
    """The log odds of a score up to each but the highest, in the first group."""
    se = np.sqrt(np.diag(fit.covariance))
    return tuple(
        Effect(name=f"threshold {score:.6g}", kind="component", estimate=float(at), se=float(error))
        for score, at, error in zip(levels[:-1], fit.thresholds, se, strict=False)
    )


def cannot(n: int, times: int, groups: int, options: Mapping[str, str]) -> str:  # noqa: ARG001
    """Refused below 20 participants."""
    if n < NEEDED:
        return f"A proportional odds model is not fitted below {NEEDED} participants; use an exact test of ranks."
    return ""


ENTRY = Method(
    name="cumulative_link",
    label="Proportional odds model of ordinal scores",
    source="McCullagh 1980; Agresti 2010",
    design="between",
    estimate=estimate,
    summaries=("difference between groups", "trend over groups"),
    need=Need(groups=2, participants=NEEDED),
    options=(
        Option(
            name="interval",
            values=INTERVALS,
            default="profile",
            meaning="interval and p from the likelihood ratio, or from the standard error",
        ),
    ),
    refuses=(
        "fewer than 20 participants",
        "groups whose scores do not overlap, where the odds ratio is infinite",
        "lesions as if they were participants: reduce them to one score a participant first",
    ),
    cannot=cannot,
    sentence=(
        "The odds of a higher score were compared between groups by a proportional odds model, which takes the odds"
        " ratio as the same at every cut of the score and fits at maximum likelihood; that assumption was not tested."
    ),
    reference="tests/reference/methods/test_ordinal.py",
)
