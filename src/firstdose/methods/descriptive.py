"""Descriptive statistics, each with its definition in its name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.binomial import median_limits
from firstdose.methods._kernel.distributions import t_quantile
from firstdose.methods._kernel.results import Draft, Floats, as_values, chosen, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = (
    "n",
    "mean",
    "sd",
    "sd_population",
    "se",
    "median",
    "q1",
    "q3",
    "min",
    "max",
    "geometric_mean",
    "cv",
)
SUMMARIES = ("mean", "median")

_Interval = tuple[float | None, float | None, float | None]


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",  # noqa: ARG001
    decimals: int | None = None,  # noqa: ARG001
    summary: str = "mean",
) -> Result:
    """Values (n,): the usual numbers; the estimate is the mean with its t interval, or the median with ordered
    values as limits.

    `sd` has divisor n - 1, `sd_population` n; `cv` is sd / mean; quartiles are SAS definition 5.
    """
    values = as_values(y)
    chosen("summary", summary, SUMMARIES)
    draft = Draft(method=ENTRY.name, n=len(values), level=level, further=FURTHER)
    if reasons := unusable(values):
        return draft.answer({"n": len(values)}, caveats=reasons)
    found = {**_places(values), **_moments(values)}
    low, high, attained = _mean_interval(values, level) if summary == "mean" else median_limits(values, level)
    return draft.answer(
        found,
        _caveats(values, level, summary, exists=low is not None),
        estimate_name=summary,
        estimate=found[summary],
        ci_low=low,
        ci_high=high,
        attained_level=attained,
        exact=summary == "median",
    )


def _caveats(values: Floats, level: float, summary: str, *, exists: bool) -> tuple[Caveat, ...]:
    n = len(values)
    if n == 1:
        return (say.too_few(1, 2),)
    if exists:
        return ()
    return (say.no_variation(float(values[0])) if summary == "mean" else say.no_interval(level, n),)


def _places(values: Floats) -> dict[str, float | None]:
    quartiles = np.quantile(values, (0.25, 0.5, 0.75), method="averaged_inverted_cdf")
    names = ("q1", "median", "q3")
    return {
        "n": len(values),
        "min": float(values.min()),
        "max": float(values.max()),
        **dict(zip(names, map(float, quartiles), strict=True)),
    }


def _moments(values: Floats) -> dict[str, float | None]:
    mean, n = float(values.mean()), len(values)
    sd = float(values.std(ddof=1)) if n > 1 else None
    positive = bool((values > 0).all())
    return {
        "mean": mean,
        "sd": sd,
        "sd_population": float(values.std()),
        "se": None if sd is None else sd / math.sqrt(n),
        "geometric_mean": math.exp(float(np.log(values).mean())) if positive else None,
        "cv": None if sd is None or mean <= 0 else sd / mean,
    }


def _mean_interval(values: Floats, level: float) -> _Interval:
    n = len(values)
    if n < 2 or np.ptp(values) == 0:
        return None, None, None
    half = t_quantile(1 - (1 - level) / 2, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    return float(values.mean()) - half, float(values.mean()) + half, level


ENTRY = Method(
    name="descriptive",
    label="Descriptive statistics",
    source="Hyndman & Fan 1996, type 2 (quartiles)",
    design="summary",
    estimate=estimate,
    summaries=SUMMARIES,
    need=Need(participants=1),
    tests=False,
    options=(
        Option(name="summary", values=SUMMARIES, default="mean", meaning="the number given as estimate"),
    ),
    refuses=("lesions as if they were participants: reduce them to one value a participant first",),
    sentence=(
        "The standard deviation has divisor n - 1 and does not exist for one participant; quartiles are those of"
        " the averaged inverted distribution function (SAS definition 5); the interval of the mean is a t"
        " interval, that of the median lies between two ordered values."
    ),
    reference="tests/reference/methods/test_descriptive.py",
)
