"""Conjugate normal model of the changes: prior and data in, posterior of the mean change out, in closed form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats_of_bayes as say
from firstdose.methods._kernel.bayes import NormalInverseGamma, leaves_out_zero, moved, number
from firstdose.methods._kernel.results import Draft, Floats, as_rows, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = (
    "mean_before",
    "mean_after",
    "mean_change",
    "sd_difference",
    "p_below_zero",
    "prior_m0",
    "prior_k0",
    "prior_a0",
    "prior_b0",
    "posterior_k",
    "posterior_a",
    "posterior_b",
)
DEFAULT = NormalInverseGamma(0.0, 0.1, 0.5, 0.5)
REFERENCE = NormalInverseGamma(0.0, 0.0, -0.5, 0.0)


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    m0: float | str = DEFAULT.m0,
    k0: float | str = DEFAULT.k0,
    a0: float | str = DEFAULT.a0,
    b0: float | str = DEFAULT.b0,
) -> Result:
    """Pairs (n, 2), before and after: posterior mean of the mean change, credible interval, P(mean change < 0).

    `effects`: the same under the declared prior, under wider and narrower ones, and under the reference prior.
    """
    pairs = as_rows(y, columns=2)
    prior = NormalInverseGamma(
        *(number(name, x) for name, x in (("m0", m0), ("k0", k0), ("a0", a0), ("b0", b0)))
    )
    draft = Draft(
        method=ENTRY.name,
        n=len(pairs),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"prior: {prior.spelled()}",
    )
    if reasons := (prior.refused() or unusable(pairs)):
        return draft.answer(_of_prior(prior), reasons)
    d = pairs[:, 1] - pairs[:, 0]
    d = d if decimals is None else np.round(d, decimals)
    effects = tuple(_line(name, each, d, level) for name, each in _priors(prior).items())
    first, after = effects[0], prior.posterior(d)
    return draft.answer(
        {
            "mean_before": float(pairs[:, 0].mean()),
            "mean_after": float(pairs[:, 1].mean()),
            "mean_change": float(d.mean()),
            "sd_difference": float(d.std(ddof=1)) if len(d) > 1 else None,
            "p_below_zero": first.value("p_below_zero"),
            **_of_prior(prior),
            "posterior_k": after.k0,
            "posterior_a": after.a0,
            "posterior_b": after.b0,
        },
        (
            *((say.default_prior(prior.spelled()),) if prior == DEFAULT else ()),
            *moved(effects, leaves_out_zero),
        ),
        estimate_name="posterior mean of the mean change",
        estimate=first.estimate,
        ci_low=first.ci_low,
        ci_high=first.ci_high,
        attained_level=level,
        effects=effects,
    )


def _of_prior(prior: NormalInverseGamma) -> dict[str, float | None]:
    return {"prior_m0": prior.m0, "prior_k0": prior.k0, "prior_a0": prior.a0, "prior_b0": prior.b0}


def _priors(declared: NormalInverseGamma) -> dict[str, NormalInverseGamma]:
    """A scale halved or doubled is a variance of a quarter or of four times."""
    return {
        "declared prior": declared,
        "mean half as wide": replace(declared, k0=4 * declared.k0),
        "mean twice as wide": replace(declared, k0=declared.k0 / 4),
        "standard deviation half as large": replace(declared, b0=declared.b0 / 4),
        "standard deviation twice as large": replace(declared, b0=4 * declared.b0),
        "reference prior": REFERENCE,
    }


def _line(name: str, prior: NormalInverseGamma, d: Floats, level: float) -> Effect:
    found = prior.posterior(d).of_mean()
    if found is None:
        return Effect(name=name, kind="contrast", more=(("p_below_zero", None),))
    low, high = found.interval(level)
    return Effect(
        name=name,
        kind="contrast",
        estimate=float(found.centres[0]),
        ci_low=low,
        ci_high=high,
        df=(found.df,),
        more=(("p_below_zero", found.cdf(0.0)),),
    )


ENTRY = Method(
    name="normal_inverse_gamma",
    label="Posterior of the mean change, conjugate normal model",
    source="Raiffa & Schlaifer 1961; Gelman et al. 2013",
    design="paired",
    estimate=estimate,
    summaries=("mean change",),
    need=Need(times=2, times_most=2),
    tests=False,
    options=(
        Option(name="m0", default="0", meaning="the change expected beforehand, in the unit of the variable"),
        Option(name="k0", default="0.1", meaning="how many participants that expectation is worth"),
        Option(
            name="a0",
            default="0.5",
            meaning="half the degrees of freedom that the prior variance of the changes is worth",
        ),
        Option(
            name="b0",
            default="0.5",
            meaning="a0 times the prior variance of the changes, in the squared unit of the variable",
        ),
    ),
    refuses=(
        "lesions as if they were participants: reduce them to one value a participant first",
        "a prior that is none: k0, a0 and b0 above 0",
    ),
    sentence=(
        "The posterior of the mean change follows from the printed normal inverse gamma prior in closed form; the"
        " interval is an equal-tailed credible interval, and the same numbers stand beside it for priors half and"
        " twice as wide and for the reference prior, whose interval is that of t."
    ),
    reference="tests/reference/methods/test_bayesian.py",
)
