"""Participant summary: the lesions of a participant become one number, and the numbers are compared by t."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.clusters import (
    DOSES,
    Nest,
    answer_of,
    as_changes,
    as_nest,
    by_dose,
    draft_of,
    lesion_values,
    lonely,
    many_of,
    noise,
    reduced,
    steps,
    t_limits,
    t_p,
    trend_weights,
    what_is_estimated,
)
from firstdose.methods._kernel.components import variance_weights
from firstdose.methods._kernel.planning import detectable_dz
from firstdose.methods._kernel.results import Floats, Ints, about_p, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from firstdose.catalogue.many import Many
    from firstdose.catalogue.result import Caveat

WEIGHTS = ("equal", "variance")
SPREADS = ("welch", "pooled")
FURTHER = ("se", "sd_participants", "dz")


@dataclass(frozen=True, slots=True, kw_only=True)
class _T:
    """An estimate with its standard error and df, one a data set; NaN where there is none."""

    estimate: Floats
    se: Floats
    df: Floats
    sd: Floats


def estimate(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    weights: str = "equal",
    spread: str = "welch",
    dose: str = "detected",
) -> Result:
    """Lesions (N, 1) or before and after (N, 2), with `units`: t test of the mean of participants' means.

    With `groups` the difference between two doses, or the slope per step over more: between participants from their
    means, within participants from each one's own difference. (N, 1) without groups is tested against zero.
    """
    rows = lesion_values(y)
    values = as_changes(rows, decimals)
    nest = as_nest(values, units, groups, dose)
    weights, spread = chosen("weights", weights, WEIGHTS), chosen("spread", spread, SPREADS)
    what, variant = _named(nest, rows.shape[1], weights, spread)
    draft = draft_of(ENTRY.name, nest, level, alternative, further=FURTHER, variant=variant)
    if nest.refused:
        return answer_of(draft, nest, caveats=nest.refused)
    own = values[nest.kept]
    numbers, codes = reduced(nest, own)
    t = _t(nest, own[None], weights, spread)
    found = {"sd_participants": float(t.sd[0]), **by_dose(nest, numbers, codes)}
    centre, se, df = float(t.estimate[0]), float(t.se[0]), float(t.df[0])
    if undefined := _undefined(nest, numbers, t, own):
        return answer_of(draft, nest, found, undefined, estimate_name=what, estimate=centre)
    half = float(t_limits(level, t.df)[0]) * se
    found |= {"se": se, "dz": centre / float(t.sd[0]) if codes is None else None}
    return answer_of(
        draft,
        nest,
        found,
        about_p(alternative, level),
        estimate_name=what,
        estimate=centre,
        ci_low=centre - half,
        ci_high=centre + half,
        attained_level=level,
        statistic_name="t",
        statistic=centre / se,
        df=(df,),
        p=float(t_p(t.estimate / t.se, t.df, alternative)[0]),
    )


def _named(nest: Nest, columns: int, weights: str, spread: str) -> tuple[str, str]:
    what, variant = what_is_estimated(nest, columns)
    if nest.dose == "between":
        variant += ", Welch" if spread == "welch" else ", pooled variance"
    return what, variant + (", participants weighted by precision" if weights == "variance" else "")


def _undefined(nest: Nest, numbers: Floats, t: _T, own: Floats) -> tuple[Caveat, ...]:
    """Why there is no t."""
    if not np.isfinite(t.se[0]):
        return lonely(nest) or (say.too_few(nest.n, 2),)
    # Below the noise of rounding, the standard error is nothing but that.
    return (say.no_variation(float(numbers[0])),) if t.se[0] <= noise(own) else ()


def _t(nest: Nest, own: Floats, weights: str, spread: str) -> _T:
    """For data sets (m, N)."""
    numbers, codes = reduced(nest, own)
    if weights == "equal":
        w = np.ones_like(numbers)
    elif nest.dose == "within":
        w = np.broadcast_to(steps(nest)[1], numbers.shape)
    else:
        w = variance_weights(nest, own)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _of_one(numbers, w) if codes is None else _of_doses(numbers, w, codes, spread)


def _of_one(x: Floats, w: Floats) -> _T:
    """The weighted mean; its variance comes from the participants, whatever the weights."""
    n, total = x.shape[-1], w.sum(axis=-1)
    centre = (w * x).sum(axis=-1) / total
    square = (w * (x - centre[..., None]) ** 2).sum(axis=-1) / (n - 1 if n > 1 else np.nan)
    df = np.full(centre.shape, n - 1.0)
    return _T(estimate=centre, se=np.sqrt(square / total), df=df, sd=np.sqrt(square * n / total))


def _of_doses(x: Floats, w: Floats, codes: Ints, spread: str) -> _T:
    """The contrast of the doses' means: each with its own variance (Welch 1947), or all with one."""
    c = trend_weights(int(codes.max()) + 1)
    each = [_of_one(x[..., codes == code], w[..., codes == code]) for code in range(len(c))]
    centre = np.sum([weight * own.estimate for weight, own in zip(c, each, strict=True)], axis=0)
    df = np.array([own.df for own in each])
    total = np.array([w[..., codes == code].sum(axis=-1) for code in range(len(c))])
    residual = np.nansum([own.se**2 * t * own.df for own, t in zip(each, total, strict=True)], axis=0)
    pooled = residual / np.where(df.sum(axis=0) > 0, df.sum(axis=0), np.nan)
    sd = np.sqrt(pooled * x.shape[-1] / total.sum(axis=0))
    if spread == "pooled":
        parts = (c[:, None] ** 2) * pooled / total
        return _T(estimate=centre, se=np.sqrt(parts.sum(axis=0)), df=df.sum(axis=0), sd=sd)
    used = c != 0
    parts = (c[used, None] ** 2) * np.array([own.se for own in each])[used] ** 2
    satterthwaite = parts.sum(axis=0) ** 2 / (parts**2 / df[used]).sum(axis=0)
    return _T(estimate=centre, se=np.sqrt(parts.sum(axis=0)), df=satterthwaite, sd=sd)


def many(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    **options: str,
) -> Many:
    """The same on y (m, N, k) with the same units and doses; with gaps, one data set after the other."""
    weights, spread = options.get("weights", "equal"), options.get("spread", "welch")

    def one(i: int) -> Result:
        named = {"units": units, "groups": groups, "decimals": decimals, **options}
        return estimate(np.asarray(y)[i], level=level, alternative=alternative, **named)  # type: ignore[arg-type]

    def arrays(nest: Nest, own: Floats) -> Mapping[str, Floats]:
        return _arrays(_t(nest, own, weights, spread), noise(own), level, alternative)

    dose = options.get("dose", "detected")
    return many_of(y, one, arrays, units=units, groups=groups, decimals=decimals, dose=dose)


def _arrays(t: _T, least: Floats, level: float, alternative: Alternative) -> Mapping[str, Floats]:
    se = np.where(t.se > least, t.se, np.nan)
    half = t_limits(level, t.df) * se
    return {
        "estimate": t.estimate,
        "p": t_p(t.estimate / se, t.df, alternative),
        "ci_low": t.estimate - half,
        "ci_high": t.estimate + half,
        "statistic": t.estimate / se,
        "se": se,
        "df": t.df,
    }


def detectable(n: int, power: float, level: float = 0.95, k: int = 2) -> float | None:  # noqa: ARG001
    """The smallest standardised mean change of participants' means found with this power."""
    return detectable_dz(n, power, level, "two-sided")


def cannot(n: int, times: int, groups: int, options: Mapping[str, str]) -> str:  # noqa: ARG001
    """Without two participants there is no variance between them."""
    needed = groups + 1 if options.get("dose") == "between" else 2
    return f"It needs at least {needed} participants, however many lesions they have." if n < needed else ""


ENTRY = Method(
    name="participant_summary",
    label="t test of participants' means",
    source="Student 1908; Welch 1947; Donner & Klar 2000; Murray 1998",
    design="nested",
    estimate=estimate,
    summaries=("mean change", "mean", "difference between groups", "trend over groups"),
    units=("lesion in participant",),
    need=Need(times_most=2, participants=2),
    takes=("units",),
    options=(
        Option(
            name="weights",
            values=WEIGHTS,
            default="equal",
            meaning="variance: participants weigh by their number of lesions and the estimated intraclass correlation",
        ),
        Option(
            name="spread",
            values=SPREADS,
            default="welch",
            meaning="variance of participants' means at each dose, or one for all doses",
        ),
        Option(
            name="dose",
            values=DOSES,
            default="detected",
            meaning="whether doses are compared between or within participants; mixed doses must say it",
        ),
    ),
    refuses=(
        "lesions as if they were participants: it counts participants",
        "doses that vary within some participants and between others, unless the option dose says which is compared",
    ),
    many=many,
    detectable=detectable,
    cannot=cannot,
    sentence=(
        "The lesions of each participant were averaged, or where doses differ within participants their difference"
        " between doses was taken, and these numbers, one a participant, were analysed by the t test."
    ),
    reference="tests/reference/methods/test_nested_lesions.py",
)
