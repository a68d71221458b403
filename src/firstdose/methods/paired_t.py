"""Paired t: the mean change, its interval and its named effect sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import noncentral_t_cdf, root, t_cdfs, t_quantile
from firstdose.methods._kernel.noncentral import MOST_DF, noncentralities
from firstdose.methods._kernel.paired_many import answers, as_stack, p_values
from firstdose.methods._kernel.planning import detectable_dz
from firstdose.methods._kernel.results import (
    Draft,
    Floats,
    Pairs,
    about_p,
    as_rows,
    chosen,
    pairs_of,
    rows_of,
    unusable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

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
LIMITS = ("dz_low", "dz_high")
_TOP = ("estimate", "ci_low", "ci_high", "statistic", "p")
_SHOWN = _TOP[:3]  # on the scale of the variable
_MEANS = ("mean_before", "mean_after", "geometric_mean_before", "geometric_mean_after")
_DZ_LOW = FURTHER.index("dz_low")
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
    return _answers(pairs[None], level, alternative, decimals, scale).at(0)


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
    found = _answers(y, level, alternative, decimals, scale)
    now = {name: found.numbers[name] for name in OF_MANY if name in found.numbers}
    return answers(now, found.at, dict.fromkeys(LIMITS, lambda: found.limits))


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """The numbers of m sets of pairs, and how each becomes a Result."""

    stack: Stack
    level: float
    alternative: Alternative
    scale: str
    numbers: Mapping[str, Floats]

    def at(self, i: int) -> Result:
        """The i-th Result."""
        if not self.stack.usable[i]:
            pairs = self.stack.given[i]
            return self._draft.answer(caveats=unusable(pairs) or _no_logarithm(pairs, self.scale))
        estimate, low, high, t, p = self._tops[i]
        if p is None:
            return self._undefined(i, estimate)
        return Result(
            method=ENTRY.name,
            variant=self._draft.variant,
            estimate_name=self._draft.variant,
            estimate=estimate,
            ci_low=low,
            ci_high=high,
            level=self.level,
            attained_level=self.level,
            statistic_name="t",
            statistic=t,
            df=self._df,
            p=p,
            alternative=self.alternative,
            n_participants=self.stack.n,
            n_units=self.stack.n,
            more=self._more[i],
            caveats=self._caveats[self._more[i][_DZ_LOW][1] is None],
        )

    def _undefined(self, i: int, estimate: float | None) -> Result:
        """Why there is no t; what the subtraction of decimals leaves in the last digits is no variation."""
        n, mean = self.stack.n, float(self.numbers["mean"][i])
        told = say.too_few(n, 2) if n < 2 else say.constant(mean)
        means = {name: float(self.numbers[name][i]) for name in _MEANS if name in self.numbers}
        return self._draft.answer(means, (told,), estimate_name=self._draft.variant, estimate=estimate)

    @cached_property
    def limits(self) -> dict[str, Floats]:
        """The interval of dz."""
        dz = self.numbers.get("dz", np.full(self.stack.m, np.nan))
        return dict(zip(LIMITS, _dz_intervals(dz, self.stack.n, self.level), strict=True))

    @cached_property
    def _tops(self) -> list[tuple[float | None, ...]]:
        return rows_of([self.numbers[name] for name in _TOP], self.stack.m)

    @cached_property
    def _more(self) -> list[Pairs]:
        n = self.stack.n
        detectable = detectable_dz(n, 0.8, self.level, self.alternative)
        constants = {"hedges_j": _hedges_j(n - 1), "detectable_dz_80": detectable}
        known = {**self.numbers, **self.limits, **constants}
        return pairs_of({name: _or_nan(known.get(name)) for name in FURTHER}, self.stack.m)

    @cached_property
    def _caveats(self) -> tuple[tuple[Caveat, ...], tuple[Caveat, ...]]:
        """With an interval of dz, and without one."""
        always = about_p(self.alternative, self.level)
        return always, (*always, say.no_dz_interval())

    @cached_property
    def _df(self) -> tuple[float, ...]:
        return (float(self.stack.n - 1),)

    @cached_property
    def _draft(self) -> Draft:
        return Draft(
            method=ENTRY.name,
            n=self.stack.n,
            level=self.level,
            alternative=self.alternative,
            further=FURTHER,
            variant=ESTIMATES[self.scale],
        )


def _answers(
    y: npt.ArrayLike, level: float, alternative: Alternative, decimals: int | None, scale: str
) -> _Answers:
    chosen("scale", scale, ESTIMATES)
    stack = as_stack(y, positive=scale == "log")
    values = np.log(stack.pairs) if scale == "log" else stack.pairs
    numbers = _t_of_many(stack, values, level, alternative, decimals if scale == "difference" else None)
    if scale == "log":
        with np.errstate(over="ignore"):
            numbers |= {name: np.exp(numbers[name]) for name in _SHOWN if name in numbers}
    return _Answers(
        stack=stack,
        level=level,
        alternative=alternative,
        scale=scale,
        numbers={**numbers, **_means(stack, values, scale)},
    )


def _or_nan(value: npt.ArrayLike | None) -> npt.ArrayLike:
    return math.nan if value is None else value


def _no_logarithm(pairs: Floats, scale: str) -> tuple[Caveat, ...]:
    count = int((pairs <= 0).sum())
    return (say.not_positive(count),) if scale == "log" and count else ()


def _means(stack: Stack, values: Floats, scale: str) -> dict[str, Floats]:
    if not stack.n:
        return {}
    found = dict(zip(_MEANS[:2], stack.pairs.mean(axis=1).T, strict=True))
    return found | (
        dict(zip(_MEANS[2:], np.exp(values.mean(axis=1)).T, strict=True)) if scale == "log" else {}
    )


def _hedges_j(m: int) -> float | None:
    """The exact correction for m degrees of freedom; it is 0 for one, where nothing is left to correct."""
    if m < 2:
        return None
    return math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2)


# Differences that hardly vary: the noncentral t cannot be computed there in any useful time, or at all.
FARTHEST_T = 1000.0


def _dz_intervals(dz: Floats, n: int, level: float) -> Floats:
    """Limits of each dz, shape (2, m): noncentralities at which t is the upper and the lower quantile, over sqrt n."""
    tail, found = (1 - level) / 2, np.full((2, len(dz)), np.nan)
    near = np.flatnonzero(np.abs(dz * math.sqrt(n)) <= FARTHEST_T)
    if not len(near):
        return found
    t = dz[near] * math.sqrt(n)
    limits = np.array([_noncentralities(t, n - 1, p) for p in (1 - tail, tail)])
    found[:, near] = np.where(np.isnan(limits).any(axis=0), np.nan, limits) / math.sqrt(n)
    return found


def _noncentralities(t: Floats, df: int, p: float) -> Floats:
    """All at once for few degrees of freedom, one after the other where that finds none, or not within reach."""
    reach = 10 * (1 + np.abs(t))
    found = noncentralities(t, df, p) if df <= MOST_DF and 0 < p < 1 else np.full(len(t), np.nan)
    for i in np.flatnonzero(~(np.abs(found) <= reach)).tolist():
        found[i] = _noncentrality(float(t[i]), df, p, float(reach[i]))
    return found


def _noncentrality(t: float, df: int, p: float, reach: float) -> float:
    """By search; NaN where there is none within reach."""
    low, high = (noncentral_t_cdf(t, df, nc) - p for nc in (-reach, reach))
    return math.nan if low * high > 0 else root(lambda nc: noncentral_t_cdf(t, df, nc) - p, -reach, reach)


def _t_of_many(
    stack: Stack, values: Floats, level: float, alternative: Alternative, decimals: int | None
) -> dict[str, Floats]:
    n, df = stack.n, stack.n - 1
    before, after = values[:, :, 0], values[:, :, 1]
    d = after - before if decimals is None else np.round(after - before, decimals)
    noise = np.maximum(_SMALLEST, _ROUND_OFF * np.abs(values).max(axis=(1, 2), initial=0.0))
    if n < 2:
        nothing, mean = np.full(stack.m, np.nan), stack.or_none(d.sum(axis=1))
        return {**dict.fromkeys(OF_MANY, nothing), "estimate": mean, "mean": mean}
    vary = np.ptp(d, axis=1) > noise
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, sd = d.mean(axis=1), d.std(axis=1, ddof=1)
        t = mean / (sd / math.sqrt(n))
        half = t_quantile(1 - (1 - level) / 2, df) * sd / math.sqrt(n)
        p = p_values(t_cdfs(t, df), t_cdfs(-t, df), alternative)
        sizes = _effect_sizes(values, mean, sd)
    found = {"ci_low": mean - half, "ci_high": mean + half, "statistic": t, "p": p, "se": sd / math.sqrt(n)}
    numbers = {**found, "sd_difference": sd, **sizes}
    return {"estimate": stack.or_none(mean), "mean": stack.or_none(mean)} | {
        name: stack.or_none(each, vary) for name, each in numbers.items()
    }


def _effect_sizes(values: Floats, mean: Floats, sd: Floats) -> dict[str, Floats]:
    """dz = mean / sd of the differences; dav by the mean variance of both times; drm = dz sqrt(2 (1 - r))."""
    df = values.shape[1] - 1
    sds = values.std(axis=1, ddof=1)
    average, product = (sds**2).sum(axis=1) / 2, sds.prod(axis=1)
    # Pairs as they are, before rounding: their covariance from their means.
    centred = values - values.mean(axis=1, keepdims=True)
    r = centred.prod(axis=2).sum(axis=1) / df / product
    dz, dav = mean / sd, np.where(average > 0, mean / np.sqrt(average), np.nan)
    drm = np.where(product > 0, dz * np.sqrt(np.maximum(0.0, 2 * (1 - r))), np.nan)
    j = _hedges_j(df) or math.nan
    spreads = dict(zip(("sd_before", "sd_after"), sds.T, strict=True))
    return {**spreads, "dz": dz, "dav": dav, "drm": drm, "gz": j * mean / sd, "gav": j * dav}


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
