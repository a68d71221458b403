"""Paired t: the mean change, its interval and its named effect sizes."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import noncentral_t_cdf, root, t_cdf, t_cdfs, t_quantile
from firstdose.methods._kernel.paired_many import answers, as_stack, p_values
from firstdose.methods._kernel.planning import detectable_dz
from firstdose.methods._kernel.results import Draft, Floats, about_p, as_rows, chosen, p_value, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.many import Many
    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.paired_many import Stack

FURTHER = (
    "mean_before",
    "mean_after",
    "sd_before",
    "sd_after",
    "sd_difference",
    "se",
    "dz",
    "dz_low",
    "dz_high",
    "dav",
    "drm",
    "hedges_j",
    "gz",
    "gav",
    "detectable_dz_80",
    "geometric_mean_before",
    "geometric_mean_after",
)
OF_MANY = (
    "estimate",
    "ci_low",
    "ci_high",
    "statistic",
    "p",
    "se",
    "sd_difference",
    "dz",
    "dav",
    "drm",
    "gz",
    "gav",
)
ESTIMATES = {"difference": "mean difference", "log": "ratio of geometric means"}
_ROUND_OFF = 1e-12
_SMALLEST = 1e-150  # its square is still a number


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    scale: str = "difference",
) -> Result:
    """Pairs (n, 2), before and after: mean of after - before, or the ratio of geometric means after : before.

    On the log scale the standard deviations and effect sizes are those of natural logarithms.
    """
    pairs = as_rows(y, columns=2)
    name = ESTIMATES[chosen("scale", scale, ESTIMATES)]
    draft = Draft(
        method=ENTRY.name, n=len(pairs), level=level, alternative=alternative, further=FURTHER, variant=name
    )
    if reasons := (unusable(pairs) or _no_logarithm(pairs, scale)):
        return draft.answer(caveats=reasons)
    found = _means(pairs, scale)
    values = pairs if scale == "difference" else np.log(pairs)
    d = _differences(values, decimals if scale == "difference" else None)
    shown = _identity if scale == "difference" else math.exp
    centre = float(d.mean())
    if undefined := _undefined(d, values):
        return draft.answer(found, undefined, estimate_name=name, estimate=shown(centre))
    df, sd = len(d) - 1, float(d.std(ddof=1))
    t = centre / (sd / math.sqrt(len(d)))
    half = t_quantile(1 - (1 - level) / 2, df) * sd / math.sqrt(len(d))
    sizes = _effect_sizes(values, d, level)
    no_dz = () if sizes["dz_low"] is not None else (say.no_dz_interval(),)
    return draft.answer(
        {
            **found,
            "sd_difference": sd,
            "se": sd / math.sqrt(len(d)),
            **sizes,
            "detectable_dz_80": detectable_dz(len(d), 0.8, level, alternative),
        },
        (*about_p(alternative, level), *no_dz),
        estimate_name=name,
        estimate=shown(centre),
        ci_low=shown(centre - half),
        ci_high=shown(centre + half),
        attained_level=level,
        statistic_name="t",
        statistic=t,
        df=(float(df),),
        p=p_value(t_cdf(t, df), t_cdf(-t, df), alternative),
    )


def _identity(x: float) -> float:
    return x


def _no_logarithm(pairs: Floats, scale: str) -> tuple[Caveat, ...]:
    count = int((pairs <= 0).sum())
    return (say.not_positive(count),) if scale == "log" and count else ()


def _differences(values: Floats, decimals: int | None) -> Floats:
    d = values[:, 1] - values[:, 0]
    return d if decimals is None else np.round(d, decimals)


def _undefined(d: Floats, values: Floats) -> tuple[Caveat, ...]:
    """Why there is no t; what the subtraction of decimals leaves in the last digits is no variation."""
    if len(d) < 2:
        return (say.too_few(len(d), 2),)
    noise = max(_SMALLEST, _ROUND_OFF * float(np.abs(values).max()))
    return (say.constant(float(d.mean())),) if float(np.ptp(d)) <= noise else ()


def _means(pairs: Floats, scale: str) -> dict[str, float]:
    means = dict(zip(("mean_before", "mean_after"), map(float, pairs.mean(axis=0)), strict=True))
    if scale == "log":
        before, after = map(float, np.exp(np.log(pairs).mean(axis=0)))
        means |= {"geometric_mean_before": before, "geometric_mean_after": after}
    return means


def _effect_sizes(values: Floats, d: Floats, level: float) -> dict[str, float | None]:
    """dz = mean / sd of the differences; dav by the mean variance of both times; drm = dz sqrt(2 (1 - r))."""
    sd_before, sd_after = map(float, values.std(axis=0, ddof=1))
    mean, sd, n = float(d.mean()), float(d.std(ddof=1)), len(d)
    average, product = (sd_before**2 + sd_after**2) / 2, sd_before * sd_after
    low, high = _dz_interval(mean / sd, n, level)
    j = _hedges_j(n - 1)
    dav = mean / math.sqrt(average) if average > 0 else None
    r = float(np.cov(values.T)[0, 1]) / product if product > 0 else None
    return {
        "sd_before": sd_before,
        "sd_after": sd_after,
        "dz": mean / sd,
        "dz_low": low,
        "dz_high": high,
        "dav": dav,
        "drm": None if r is None else mean / sd * math.sqrt(max(0.0, 2 * (1 - r))),
        "hedges_j": j,
        "gz": None if j is None else j * mean / sd,
        "gav": None if j is None or dav is None else j * dav,
    }


def _hedges_j(m: int) -> float | None:
    """The exact correction for m degrees of freedom; it is 0 for one, where nothing is left to correct."""
    if m < 2:
        return None
    return math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2)


# Differences that hardly vary: the noncentral t cannot be computed there in any useful time, or at all.
FARTHEST_T = 1000.0


def _dz_interval(dz: float, n: int, level: float) -> tuple[float, float] | tuple[None, None]:
    """The noncentralities at which t is the upper and the lower quantile, over sqrt n."""
    t, df, tail = dz * math.sqrt(n), n - 1, (1 - level) / 2
    if abs(t) > FARTHEST_T:
        return None, None
    reach = 10 * (1 + abs(t))

    def crossing(p: float) -> float | None:
        low, high = (noncentral_t_cdf(t, df, nc) - p for nc in (-reach, reach))
        if low * high > 0:
            return None
        return root(lambda nc: noncentral_t_cdf(t, df, nc) - p, -reach, reach)

    low, high = crossing(1 - tail), crossing(tail)
    if low is None or high is None:
        return None, None
    return low / math.sqrt(n), high / math.sqrt(n)


def many(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    scale: str = "difference",
) -> Many:
    """Sets of pairs (m, n, 2); the interval of dz is computed when asked for."""
    chosen("scale", scale, ESTIMATES)
    one = partial(estimate, level=level, alternative=alternative, decimals=decimals, scale=scale)
    stack = as_stack(y, positive=scale == "log")
    values = np.log(stack.pairs) if scale == "log" else stack.pairs
    found = _t_of_many(stack, values, level, alternative, decimals if scale == "difference" else None)
    if scale == "log":
        found |= {name: np.exp(found[name]) for name in ("estimate", "ci_low", "ci_high")}
    limits = ("dz_low", "dz_high")

    def interval(i: int) -> tuple[float | None, ...]:
        return _dz_interval(found["dz"][i], stack.n, level) if np.isfinite(found["dz"][i]) else (None, None)

    return answers(
        found, lambda i: one(stack.given[i]), dict.fromkeys(limits, lambda: stack.each(interval, limits))
    )


def _t_of_many(
    stack: Stack, values: Floats, level: float, alternative: Alternative, decimals: int | None
) -> dict[str, Floats]:
    n, df = stack.n, stack.n - 1
    before, after = values[:, :, 0], values[:, :, 1]
    d = after - before if decimals is None else np.round(after - before, decimals)
    noise = np.maximum(_SMALLEST, _ROUND_OFF * np.abs(values).max(axis=(1, 2), initial=0.0))
    if n < 2:
        nothing = np.full(stack.m, np.nan)
        return {**dict.fromkeys(OF_MANY, nothing), "estimate": stack.or_none(d.sum(axis=1))}
    vary = np.ptp(d, axis=1) > noise
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, sd = d.mean(axis=1), d.std(axis=1, ddof=1)
        se = sd / math.sqrt(n)
        t = mean / se
        half = t_quantile(1 - (1 - level) / 2, df) * se
        p = p_values(t_cdfs(t, df), t_cdfs(-t, df), alternative)
        variances = values.var(axis=1, ddof=1)
        average, product = variances.mean(axis=1), variances.prod(axis=1)
        # Pairs as they are, before rounding: their covariance from their means.
        centred = values - values.mean(axis=1, keepdims=True)
        r = centred.prod(axis=2).sum(axis=1) / df / np.sqrt(product)
        dav = np.where(average > 0, mean / np.sqrt(average), np.nan)
        drm = np.where(product > 0, mean / sd * np.sqrt(np.maximum(0.0, 2 * (1 - r))), np.nan)
    j = _hedges_j(df) or math.nan
    found = {"ci_low": mean - half, "ci_high": mean + half, "statistic": t, "p": p, "se": se}
    sizes = {"sd_difference": sd, "dz": t / math.sqrt(n), "dav": dav, "drm": drm}
    corrected = {"gz": j * t / math.sqrt(n), "gav": j * dav}
    numbers = {**found, **sizes, **corrected}
    return {"estimate": stack.or_none(mean)} | {
        name: stack.or_none(numbers[name], vary) for name in OF_MANY if name in numbers
    }


def detectable(n: int, power: float, level: float = 0.95, k: int = 2) -> float | None:  # noqa: ARG001
    """The smallest dz found with this power in a two-sided test at 1 - level."""
    return detectable_dz(n, power, level, "two-sided")


ENTRY = Method(
    name="paired_t",
    label="Paired t test",
    source="Student 1908; Hedges 1981; Lakens 2013; Goulet-Pelletier & Cousineau 2018",
    design="paired",
    estimate=estimate,
    summaries=("mean change", "geometric mean ratio"),
    need=Need(times=2, times_most=2, participants=2),
    options=(
        Option(
            name="scale",
            values=tuple(ESTIMATES),
            default="difference",
            meaning="log: ratio of geometric means; refused where a value is zero or negative",
        ),
    ),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "ratios where a value is zero or negative",
    ),
    many=many,
    detectable=detectable,
    sentence=(
        "The mean change within participants, or on the log scale the ratio of geometric means, was estimated with"
        " its t interval. dz divides it by the standard"
        " deviation of the changes (interval from the noncentral t), dav by the root of the mean variance of"
        " both times, drm corrects dz for their correlation, gz and gav correct dz and dav for small"
        " samples. detectable_dz_80 is the dz that this test finds with 80% power at the n that was reached. A"
        " change from baseline without a comparison group contains regression to the mean and the natural course."
    ),
    reference="tests/reference/methods/test_paired_t.py",
)
