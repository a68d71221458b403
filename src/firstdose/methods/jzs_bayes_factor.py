"""JZS Bayes factor: how much better a change explains the values than none, with a Cauchy prior on mean / sd."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Effect, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_bayes as tell
from firstdose.methods._kernel.bayes import Jzs, jzs, moved, number, undefined
from firstdose.methods._kernel.results import Draft, Floats, as_rows, finite, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = ("t", "mean_change", "sd_difference", "dz", "log10_bf10", "bf01", "p_below_zero", "prior_r")
MEDIUM = math.sqrt(2.0) / 2
SHOWN = (0.5, MEDIUM, 1.0)
_WORTH_MENTION = 3.0


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    r: float | str = MEDIUM,
) -> Result:
    """Pairs (n, 2), before and after: BF10 of a mean change, and its posterior if there is one.

    `effects`: the same for the declared r and for .5, sqrt(2)/2 and 1.
    """
    pairs = as_rows(y, columns=2)
    scale = number("r", r)
    draft = Draft(
        method=ENTRY.name,
        n=len(pairs),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"prior: mean / sd Cauchy with scale {scale:.6g}, Jeffreys prior on the variance",
    )
    refused = () if scale > 0 else (tell.no_prior("r must be above 0"),)
    if reasons := (refused or unusable(pairs)):
        return draft.answer({"prior_r": scale}, reasons)
    d = pairs[:, 1] - pairs[:, 0]
    d = d if decimals is None else np.round(d, decimals)
    if reasons := _no_t(d, float(np.abs(pairs).max())):
        return draft.answer(
            {"prior_r": scale, "mean_change": float(d.mean())},
            reasons,
            estimate_name="mean change",
            estimate=float(d.mean()),
        )
    return _answered(draft, d, scale)


def _no_t(d: Floats, largest: float) -> tuple[Caveat, ...]:
    if len(d) < 2:
        return (say.too_few(len(d), 2),)
    return (say.constant(float(d.mean())),) if undefined(d, largest) else ()


def _answered(draft: Draft, d: Floats, scale: float) -> Result:
    others = [r for r in SHOWN if abs(r - scale) > 1e-9]
    fits = {r: jzs(d, r) for r in (scale, *others)}
    effects = tuple(_line(r, fit, draft.level) for r, fit in fits.items())
    first, found = effects[0], fits[scale]
    dz = float(d.mean() / d.std(ddof=1))
    close = 1 / _WORTH_MENTION < found.bf10 < _WORTH_MENTION
    return draft.answer(
        {
            "t": dz * math.sqrt(len(d)),
            "mean_change": float(d.mean()),
            "sd_difference": float(d.std(ddof=1)),
            "dz": dz,
            "log10_bf10": found.log_bf10 / math.log(10),
            "bf01": math.exp(-found.log_bf10) if found.log_bf10 > -700 else None,
            "p_below_zero": first.value("p_below_zero"),
            "prior_r": scale,
        },
        (*((tell.undecided(found.bf10),) if close else ()), *moved(effects, _for_a_change)),
        estimate_name="posterior median of the mean change, if there is one",
        estimate=first.estimate,
        ci_low=first.ci_low,
        ci_high=first.ci_high,
        attained_level=draft.level,
        statistic_name="BF10",
        statistic=first.statistic,
        effects=effects,
    )


def _line(r: float, found: Jzs, level: float) -> Effect:
    low, high = found.of_mean.interval(level)
    return Effect(
        name=f"r {r:.4g}",
        kind="contrast",
        estimate=found.of_mean.quantile(0.5),
        ci_low=low,
        ci_high=high,
        statistic_name="BF10",
        statistic=finite(found.bf10),
        more=(
            ("log10_bf10", found.log_bf10 / math.log(10)),
            ("p_below_zero", found.of_mean.cdf(0.0)),
        ),
    )


def _for_a_change(effect: Effect) -> bool:
    return (effect.value("log10_bf10") or 0.0) > 0


ENTRY = Method(
    name="jzs_bayes_factor",
    label="JZS Bayes factor of a mean change",
    source="Rouder et al. 2009; Jeffreys 1961",
    design="paired",
    estimate=estimate,
    summaries=("mean change",),
    need=Need(times=2, times_most=2, participants=2),
    tests=False,
    options=(
        Option(
            name="r",
            default=f"{MEDIUM!r}",
            meaning="scale of the Cauchy prior on mean change / standard deviation of the changes",
        ),
    ),
    refuses=("lesions as if they were participants: reduce them to one value a participant first",),
    sentence=(
        "BF10 says how many times more probable the changes are if the mean change divided by its standard deviation"
        " has the printed Cauchy prior than if it is 0; it is no p value. The interval is the equal-tailed credible"
        " interval of the mean change under that prior, and the same stands beside it for other scales of the prior."
    ),
    reference="tests/reference/methods/test_bayesian.py",
)
