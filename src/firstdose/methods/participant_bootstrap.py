"""Bootstrap of participants: each is drawn with all lesions; complete where the multisets can be written down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_lesions as tell
from firstdose.methods._kernel.clusters import (
    DOSES,
    Nest,
    answer_of,
    as_changes,
    as_nest,
    by_dose,
    draft_of,
    lesion_values,
    noise,
    reduced,
    trend_weights,
    what_is_estimated,
)
from firstdose.methods._kernel.distributions import normal_cdf, normal_quantile
from firstdose.methods._kernel.resampling import Atoms, Stratum, complete, drawn, number_of_multisets
from firstdose.methods._kernel.results import Floats, chosen

if TYPE_CHECKING:
    import numpy.typing as npt

WEIGHTS = ("participants", "lesions")
INTERVALS = ("bca", "percentile")
FURTHER = (
    "se",
    "bca_low",
    "bca_high",
    "percentile_low",
    "percentile_high",
    "bias_correction",
    "acceleration",
    "resamples",
)
_WRITTEN = 100_000  # multisets


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """What the BCa interval is made of; None where it does not exist."""

    z0: float | None
    acceleration: float
    bca: tuple[float, float] | tuple[None, None]
    percentile: tuple[float, float]

    def told(self) -> dict[str, float | None]:
        """Under the names of the further results."""
        return {
            "bca_low": self.bca[0],
            "bca_high": self.bca[1],
            "percentile_low": self.percentile[0],
            "percentile_high": self.percentile[1],
            "bias_correction": self.z0,
            "acceleration": self.acceleration,
        }


def estimate(
    y: npt.ArrayLike,
    *,
    units: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,
    weights: str = "participants",
    interval: str = "bca",
    dose: str = "detected",
    draws: float | str = 9_999,
    seed: float | str = 1,
) -> Result:
    """Lesions (N, 1) or before and after (N, 2), with `units`: mean and bootstrap intervals over participants.

    Ideal, without a seed, up to 100,000 multisets of participants (10 in one group). With `groups` the difference
    between two doses, or the slope, participants drawn within their dose or with all of their doses.
    """
    rows = lesion_values(y)
    values = as_changes(rows, decimals)
    nest = as_nest(values, units, groups, dose)
    over = chosen("weights", weights, WEIGHTS) == "lesions" and nest.dose != "within"
    preferred = chosen("interval", interval, INTERVALS)
    what, variant = what_is_estimated(nest, rows.shape[1])
    draft = draft_of(ENTRY.name, nest, level, alternative, further=FURTHER, variant=f"{preferred}, {variant}")
    reasons = nest.refused or (() if nest.n > 1 else (say.too_few(nest.n, 2),))
    if reasons:
        return answer_of(draft, nest, caveats=reasons)
    own = values[nest.kept]
    strata = _strata(nest, own, over=over)
    number = math.prod(number_of_multisets(len(each.numbers)) for each in strata)
    exact, asked, start = number <= _WRITTEN, int(float(draws)), int(float(seed))
    atoms = complete(strata) if exact else drawn(strata, asked, start)
    centre = float(sum(each.weight * each.mean() for each in strata))
    means, codes = reduced(nest, own)
    found = {"resamples": float(number) if exact else asked, **by_dose(nest, means, codes)}
    flat = () if float(np.ptp(atoms.values)) > noise(own) else (say.no_variation(centre),)
    told = (*flat, tell.bootstrap_of_few(nest.n))
    name = f"{what} over lesions" if over else what
    seeded = {} if exact else {"seed": start, "draws": asked}
    if flat:
        return answer_of(draft, nest, found, told, estimate_name=name, estimate=centre, exact=exact, **seeded)
    limits = _limits(atoms, strata, centre, level)
    low, high = limits.bca if preferred == "bca" else limits.percentile
    return answer_of(
        draft,
        nest,
        {**found, "se": atoms.sd(), **limits.told()},
        told,
        estimate_name=name,
        estimate=centre,
        ci_low=low,
        ci_high=high,
        exact=exact,
        **seeded,
    )


def _strata(nest: Nest, own: Floats, *, over: bool) -> list[Stratum]:
    """One, or one for each dose that participants differ in, with its weight in the contrast."""
    means, codes = reduced(nest, own)
    sizes = nest.lesions.astype(np.float64) if over else np.ones(nest.n)
    if codes is None:
        return [Stratum(numbers=means * sizes, sizes=sizes)]
    c = trend_weights(len(nest.declared))
    return [
        Stratum(numbers=(means * sizes)[codes == code], sizes=sizes[codes == code], weight=float(weight))
        for code, weight in enumerate(c)
    ]


def _limits(atoms: Atoms, strata: list[Stratum], centre: float, level: float) -> _Limits:
    """Percentile limits, and those corrected for bias and acceleration (Efron 1987)."""
    tail = (1 - level) / 2
    percentile = atoms.quantile(tail), atoms.quantile(1 - tail)
    acceleration, below = _acceleration(strata), atoms.share_below(centre)
    if not 0 < below < 1:
        return _Limits(z0=None, acceleration=acceleration, bca=(None, None), percentile=percentile)
    z0 = normal_quantile(below)
    low, high = (
        atoms.quantile(normal_cdf(z0 + (z0 + z) / (1 - acceleration * (z0 + z))))
        for z in (normal_quantile(tail), normal_quantile(1 - tail))
    )
    return _Limits(z0=z0, acceleration=acceleration, bca=(low, high), percentile=percentile)


def _acceleration(strata: list[Stratum]) -> float:
    """From leaving out one participant at a time, within each group."""
    cubes = squares = 0.0
    for each in strata:
        influence = each.weight * each.influence()
        cubes, squares = cubes + float((influence**3).sum()), squares + float((influence**2).sum())
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0


ENTRY = Method(
    name="participant_bootstrap",
    label="Bootstrap of participants with their lesions",
    source="Efron 1987; Fisher & Hall 1991; Davison & Hinkley 1997",
    design="nested",
    estimate=estimate,
    summaries=("mean change", "mean", "difference between groups", "trend over groups"),
    units=("lesion in participant",),
    need=Need(times_most=2, participants=2),
    tests=False,
    takes=("units",),
    options=(
        Option(
            name="weights",
            values=WEIGHTS,
            default="participants",
            meaning="lesions: the mean over lesions, participants with more of them weighing more",
        ),
        Option(
            name="interval",
            values=INTERVALS,
            default="bca",
            meaning="corrected for bias and acceleration, or percentiles",
        ),
        Option(
            name="dose",
            values=DOSES,
            default="detected",
            meaning="whether doses are compared between or within participants; mixed doses must say it",
        ),
        Option(name="draws", default="9999", meaning="random resamples where all multisets are too many"),
        Option(name="seed", default="1", meaning="start of the random numbers where all are too many"),
    ),
    refuses=("lesions as if they were participants: participants are drawn, with all of their lesions",),
    sentence=(
        "Participants were drawn anew with all of their lesions, in every way possible or, where it is marked so, at"
        " random; intervals of so few participants are narrower than their level says and are shown as a description."
    ),
    reference="tests/reference/methods/test_nested_lesions.py",
)
