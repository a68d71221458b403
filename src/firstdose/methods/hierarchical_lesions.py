"""Bayesian model of lesions in participants: the mean change, and how alike the lesions of one participant are."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_bayes as tell
from firstdose.methods._kernel.bayes import leaves_out_zero, moved, number
from firstdose.methods._kernel.hierarchical import Posterior, RatioPrior, Sums, posterior, summed
from firstdose.methods._kernel.results import LARGEST, Draft, Floats, chosen

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = (
    "mean_of_participants",
    "p_below_zero",
    "icc",
    "icc_low",
    "icc_high",
    "sd_participant",
    "sd_lesion",
    "lesions",
    "participants",
    "prior_df",
    "prior_scale",
)
SHAPES = ("half_t", "half_normal")


def estimate(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    shape: str = "half_t",
    df: float | str = 1,
    scale: float | str = 1,
) -> Result:
    """Rows (N, 2), a row a lesion, before and after (or (N, 1), the values themselves); `units`: participants.

    Posterior median of the mean change, credible interval, intraclass correlation. A lesion with a missing value is
    left out; its participant stays with the others. `effects`: the same under other priors, and the components.
    """
    changes, codes = _changes(y, units, decimals)
    prior = RatioPrior(
        math.inf if chosen("shape", shape, SHAPES) == "half_normal" else number("df", df),
        number("scale", scale),
    )
    known = ~np.isnan(changes)
    of = summed(np.clip(changes[known], -LARGEST, LARGEST), codes[known])
    draft = Draft(
        method=ENTRY.name,
        n=len(np.unique(codes)),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"prior: {prior.spelled()}",
    )
    refused = _refused(prior, of, changes[known])
    result = draft.answer(_of_prior(prior), refused) if refused else _answered(draft, of, prior)
    return replace(result, n_units=len(changes))


def _changes(
    y: npt.ArrayLike, units: npt.ArrayLike, decimals: int | None
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """One number a lesion.

    Raises:
        ValueError: another shape; the caller chose the wrong design.
    """
    values, codes = np.asarray(y, dtype=np.float64), np.asarray(units, dtype=np.int64)
    if values.ndim != 2 or values.shape[1] not in {1, 2} or codes.shape != (len(values),):
        raise ValueError(
            f"one row a lesion and a participant for each is needed; the shape is {values.shape}"
        )
    changes = values[:, 0] if values.shape[1] == 1 else values[:, 1] - values[:, 0]
    return (changes if decimals is None else np.round(changes, decimals)), codes


def _refused(prior: RatioPrior, of: Sums, changes: Floats) -> tuple[Caveat, ...]:
    if not (prior.df > 0 and prior.scale > 0):
        return (tell.no_prior("df and scale must be above 0"),)
    if of.n < 2:
        return (say.too_few(of.n, 2),)
    if strange := int((~(np.abs(changes) <= LARGEST)).sum()):
        return (say.not_finite(strange),)
    if of.flat:
        return (say.constant(float(of.means[0])),)
    return (say.no_error_variation(),) if of.constant else ()


def _of_prior(prior: RatioPrior) -> dict[str, float | None]:
    return {"prior_df": prior.df, "prior_scale": prior.scale}


def _answered(draft: Draft, of: Sums, prior: RatioPrior) -> Result:
    fits = {name: posterior(of, each) for name, each in _priors(prior).items()}
    lines = tuple(_line(name, fit, draft.level) for name, fit in fits.items())
    first, found = lines[0], fits["declared prior"]
    components = _components(found, draft.level)
    return draft.answer(
        {
            "mean_of_participants": float(of.means.mean()),
            "p_below_zero": first.value("p_below_zero"),
            "icc": components[2].estimate,
            "icc_low": components[2].ci_low,
            "icc_high": components[2].ci_high,
            "sd_participant": components[0].estimate,
            "sd_lesion": components[1].estimate,
            "lesions": of.lesions,
            "participants": of.n,
            **_of_prior(prior),
        },
        (*_from_prior(of), *moved(lines, leaves_out_zero)),
        estimate_name="posterior median of the mean",
        estimate=first.estimate,
        ci_low=first.ci_low,
        ci_high=first.ci_high,
        attained_level=draft.level,
        effects=(*lines, *components),
    )


def _priors(declared: RatioPrior) -> dict[str, RatioPrior]:
    other = RatioPrior(1.0 if math.isinf(declared.df) else math.inf, declared.scale)
    return {
        "declared prior": declared,
        "scale half as large": replace(declared, scale=declared.scale / 2),
        "scale twice as large": replace(declared, scale=declared.scale * 2),
        "half-t prior, 1 df" if math.isinf(declared.df) else "half-normal prior": other,
    }


def _line(name: str, found: Posterior, level: float) -> Effect:
    low, high = found.of_mean.interval(level)
    return Effect(
        name=name,
        kind="contrast",
        estimate=found.of_mean.quantile(0.5),
        ci_low=low,
        ci_high=high,
        more=(("p_below_zero", found.of_mean.cdf(0.0)), ("icc", found.of_icc(0.5))),
    )


def _components(found: Posterior, level: float) -> tuple[Effect, ...]:
    """Medians and equal-tailed intervals of both standard deviations and of the intraclass correlation."""
    named = (
        ("sd participant", found.of_participant_sd),
        ("sd lesion", found.of_lesion_sd),
        ("icc", found.of_icc),
    )
    low, high = (1 - level) / 2, (1 + level) / 2
    return tuple(
        Effect(name=name, kind="component", estimate=of(0.5), ci_low=of(low), ci_high=of(high))
        for name, of in named
    )


def _from_prior(of: Sums) -> tuple[Caveat, ...]:
    if of.lesions == of.n:
        return (tell.icc_from_prior("Every participant has one lesion"),)
    return (tell.icc_from_prior(f"There are {of.n} participants"),) if of.n < 4 else ()


ENTRY = Method(
    name="hierarchical_lesions",
    label="Bayesian model of lesions in participants",
    source="Gelman 2006",
    design="nested",
    estimate=estimate,
    summaries=("mean change",),
    units=("lesion in participant",),
    need=Need(times=2, times_most=2, participants=2),
    tests=False,
    takes=("units",),
    options=(
        Option(
            name="shape",
            values=SHAPES,
            default="half_t",
            meaning="prior of the standard deviation between participants, divided by that between lesions",
        ),
        Option(
            name="df", default="1", meaning="degrees of freedom of the half-t prior; 1 is the half-Cauchy"
        ),
        Option(name="scale", default="1", meaning="scale of that prior"),
    ),
    refuses=("a single participant, whose lesions say nothing of others",),
    sentence=(
        "Changes of lesions were modelled as normal around participants, and participants as normal around the mean"
        " change; the posterior was computed on a grid, without random numbers. Prior and equal-tailed credible"
        " intervals are printed, and the same numbers stand beside them for other scales and another shape of the prior."
    ),
    reference="tests/reference/methods/test_bayesian.py",
)
