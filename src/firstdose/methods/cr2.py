"""Least squares over lesions with a cluster-robust variance that is right for few participants (CR2)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_lesions as tell
from firstdose.methods._kernel.clusters import (
    DOSES,
    Nest,
    answer_of,
    as_changes,
    as_nest,
    draft_of,
    lesion_values,
    lonely,
    many_of,
    noise,
    steps,
    t_limits,
    t_p,
    trend_weights,
    what_is_estimated,
)
from firstdose.methods._kernel.results import Floats, about_p
from firstdose.methods._kernel.sandwich import Sandwich, sandwich

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from firstdose.catalogue.many import Many

FURTHER = ("se",)
_SMALL_DF = 4  # Tipton 2015


def estimate(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    dose: str = "detected",
) -> Result:
    """Lesions (N, 1) or before and after (N, 2), with `units`: mean over lesions, CR2 standard error, t interval.

    With `groups` the difference between two doses, or the slope per step; within participants with a level for each
    participant. Effects: the mean at each dose, and each dose less the first.
    """
    rows = lesion_values(y)
    values = as_changes(rows, decimals)
    nest = as_nest(values, units, groups, dose)
    what, variant = what_is_estimated(nest, rows.shape[1])
    name = f"{what} over lesions"
    draft = draft_of(ENTRY.name, nest, level, alternative, further=FURTHER, variant=f"CR2, {variant}")
    if nest.refused or nest.n < 2:
        return answer_of(draft, nest, caveats=nest.refused or (say.too_few(nest.n, 2),))
    own, names = values[nest.kept], _names(nest, what)
    fit, lines = _lines(nest, own, names, level, alternative)
    head = lines[0]
    if alone := lonely(nest):
        return answer_of(draft, nest, caveats=alone, estimate_name=name, estimate=head.estimate)
    if head.se is None:
        flat = (say.no_variation(float(own[0])),)
        return answer_of(draft, nest, caveats=flat, estimate_name=name, estimate=head.estimate)
    df = float(fit.df[0])
    poor = (tell.small_df(df),) if df < _SMALL_DF and not _balanced(fit) else ()
    return answer_of(
        draft,
        nest,
        {"se": head.se},
        (*about_p(alternative, level), *poor),
        estimate_name=name,
        estimate=head.estimate,
        ci_low=head.ci_low,
        ci_high=head.ci_high,
        attained_level=level,
        statistic_name="t",
        statistic=head.statistic,
        df=head.df,
        p=head.p,
        effects=lines if nest.dose else (),
    )


def _names(nest: Nest, what: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of contrasts, the headline first, and of means."""
    first, *others = (f"dose {place}" for place in nest.declared) if nest.dose else ("",)
    if nest.dose != "between":
        return (what,), ()
    further = tuple(f"{other} - {first}" for other in others)
    return (further if len(others) == 1 else (what, *further)), (first, *others)


def _fit(nest: Nest) -> Sandwich:
    """Means of all lesions; of the doses; or within participants the slope, their levels taken out."""
    if nest.dose == "within":
        return sandwich(nest, steps(nest)[0][:, None], np.ones((1, 1)))
    if not nest.dose:
        return sandwich(nest, np.ones((nest.N, 1)), np.ones((1, 1)))
    assert nest.codes is not None
    g = len(nest.declared)
    contrasts = np.eye(g)[1:] - np.eye(g)[:1]
    trend = trend_weights(g)[None, :] if g > 2 else np.empty((0, g))
    return sandwich(nest, np.eye(g)[nest.codes], np.vstack([trend, contrasts, np.eye(g)]))


def _of(fit: Sandwich, own: Floats) -> tuple[Floats, Floats]:
    values = fit.nest.centred(own) if fit.nest.dose == "within" else own
    return fit.fitted(values)


def _lines(
    nest: Nest,
    own: Floats,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    level: float,
    alternative: Alternative,
) -> tuple[Sandwich, tuple[Effect, ...]]:
    """Contrasts, then means; without standard error where nothing varies."""
    fit = _fit(nest)
    b, se = _of(fit, own)
    se = np.where((se > noise(own)) & np.isfinite(fit.df), se, np.nan)
    numbers = np.column_stack([b, se, t_limits(level, fit.df) * se, fit.df, t_p(b / se, fit.df, alternative)])
    contrasts, means = names
    lines = zip((*contrasts, *means), numbers.tolist(), strict=True)
    return fit, tuple(_line(name, *found, is_mean=name in means) for name, found in lines)


def _line(name: str, b: float, se: float, half: float, df: float, p: float, *, is_mean: bool) -> Effect:
    kind: Literal["mean", "contrast"] = "mean" if is_mean else "contrast"
    if not math.isfinite(se):
        return Effect(name=name, kind=kind, estimate=b)
    line = Effect(name=name, kind=kind, estimate=b, se=se, ci_low=b - half, ci_high=b + half, df=(df,))
    return line if is_mean else replace(line, statistic_name="t", statistic=b / se, p=p)


def _balanced(fit: Sandwich) -> bool:
    """All participants weigh alike: then the df are those of the t test, and exact for normal values."""
    squares = np.add.reduceat(fit.weights[:, 0] ** 2, fit.nest.starts)
    return bool(np.ptp(squares) <= 1e-9 * squares.max())


def many(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    dose: str = "detected",
) -> Many:
    """The same on y (m, N, k) with the same units and doses; with gaps, one data set after the other."""
    named = {"units": units, "groups": groups, "decimals": decimals, "dose": dose}

    def one(i: int) -> Result:
        return estimate(np.asarray(y)[i], level=level, alternative=alternative, **named)  # type: ignore[arg-type]

    def arrays(nest: Nest, own: Floats) -> Mapping[str, Floats] | None:
        return None if nest.n < 2 or lonely(nest) else _arrays(nest, own, level, alternative)

    return many_of(y, one, arrays, units=units, groups=groups, decimals=decimals, dose=dose)


def _arrays(nest: Nest, own: Floats, level: float, alternative: Alternative) -> Mapping[str, Floats]:
    """Of the headline only."""
    fit = _fit(nest)
    b, se = (found[:, 0] for found in _of(fit, own))
    df = np.broadcast_to(fit.df[0], len(b))
    se = np.where(se > noise(own), se, np.nan)
    half = t_limits(level, df) * se
    return {
        "estimate": b,
        "p": t_p(b / se, df, alternative),
        "ci_low": b - half,
        "ci_high": b + half,
        "statistic": b / se,
        "se": se,
        "df": df,
    }


def cannot(n: int, times: int, groups: int, options: Mapping[str, str]) -> str:  # noqa: ARG001
    """One participant has no variation between participants."""
    if n < 2:
        return "A cluster-robust variance needs at least 2 participants, however many lesions they have."
    return ""


ENTRY = Method(
    name="cr2",
    label="Least squares over lesions, cluster-robust (CR2)",
    source="Bell & McCaffrey 2002; Pustejovsky & Tipton 2018; Tipton 2015",
    design="nested",
    estimate=estimate,
    summaries=("mean change", "mean", "difference between groups", "trend over groups"),
    units=("lesion in participant",),
    need=Need(times_most=2, participants=2),
    takes=("units",),
    options=(
        Option(
            name="dose",
            values=DOSES,
            default="detected",
            meaning="whether doses are compared between or within participants; mixed doses must say it",
        ),
    ),
    refuses=(
        "lesions as if they were participants: its degrees of freedom count participants",
        "a dose that only one participant got, where doses vary between participants",
    ),
    many=many,
    cannot=cannot,
    sentence=(
        "The mean over lesions was estimated by least squares, each lesion weighing alike; its standard error"
        " allows for any correlation within a participant (CR2), with Satterthwaite's degrees of freedom."
    ),
    reference="tests/reference/methods/test_nested_lesions.py",
)
