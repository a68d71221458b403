"""Exact Poisson rate of events: counts and exposure of each participant, in one group or two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats_of_counts as say
from firstdose.methods._kernel.poisson import (
    binomial_tails,
    dispersion,
    garwood,
    poisson_tails,
    ratio_limits,
)
from firstdose.methods._kernel.results import Draft, Floats, about_p, as_values, chosen, p_value, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.results import Ints

FURTHER = (
    "events",
    "exposure",
    "participants_with_events",
    "rate",
    "rate_low",
    "rate_high",
    "lower_one_sided",
    "upper_one_sided",
    "dispersion_index",
    "dispersion_p",
    "rate_ratio",
    "ratio_low",
    "ratio_high",
    "smallest_p",
)
PER = (
    "unit_of_exposure",
    "participant",
    "participant_month",
    "participant_year",
    "injection",
    "lesion",
)
_INSIDE = {"injection", "lesion"}  # several of them in one participant


@dataclass(frozen=True, slots=True)
class _Group:
    """Events and exposure of some participants."""

    counts: Ints
    exposure: Floats

    @property
    def events(self) -> int:
        return int(self.counts.sum())

    @property
    def time(self) -> float:
        return float(self.exposure.sum())


def estimate(
    y: npt.ArrayLike,
    *,
    exposure: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001, the same call for every method
    per: str = PER[0],
    rate0: float | str = 0.0,
) -> Result:
    """Counts (n,) and exposures (n,): rate with exact limits, p against `rate0` if above 0.

    With two groups: the second rate over the first, exact given the total. `per` names the unit of the exposure.
    """
    values, times = as_values(y), _exposures(y, exposure)
    unit = chosen("per", per, PER).replace("_", " ")
    draft = Draft(method=ENTRY.name, n=len(values), level=level, alternative=alternative, further=FURTHER)
    if reasons := (unusable(values) or _unusable(values, times)):
        return draft.answer(caveats=reasons)
    every = _Group(np.rint(values).astype(np.int64), times)
    parts = _parts(every, groups)
    spread = _spread(parts)
    found = {**_rate(every, level), **spread, **_by_group(parts, level)}
    told = (
        *((say.denominator_inside_participants(unit),) if unit in _INSIDE else ()),
        *_clustering(spread, level),
    )
    if len(parts) == 1 and groups is None:
        return _one_rate(draft, every, found, told, (unit, float(rate0)))
    if len(parts) != 2:
        return draft.answer(found, (say.two_groups_only(len(parts)), *told))
    return _two_rates(draft, parts, found, told)


def _exposures(y: npt.ArrayLike, exposure: npt.ArrayLike | None) -> Floats:
    times = np.asarray([] if exposure is None else exposure, dtype=np.float64)
    if exposure is None or times.shape != np.shape(y):
        raise ValueError("one exposure a participant is needed, shape (n,)")
    return times


def _unusable(values: Floats, times: Floats) -> tuple[Caveat, ...]:
    without = int((~(np.isfinite(times) & (times > 0))).sum())
    strange = int(((values < 0) | (values != np.rint(values))).sum())
    return (
        *((say.no_exposure(without),) if without else ()),
        *((say.not_counts(strange),) if strange else ()),
    )


def _parts(every: _Group, groups: npt.ArrayLike | None) -> dict[int, _Group]:
    """Groups by their declared place, from 1."""
    if groups is None:
        return {1: every}
    codes = np.asarray(groups)
    if codes.shape != every.counts.shape:
        raise ValueError("one group code a participant is needed")
    return {
        int(code) + 1: _Group(every.counts[codes == code], every.exposure[codes == code])
        for code in np.unique(codes)
    }


def _rate(of: _Group, level: float) -> dict[str, float | None]:
    low, high = garwood(of.events, of.time, (1.0 - level) / 2.0)
    one_low, one_high = garwood(of.events, of.time, 1.0 - level)
    return {
        "events": of.events,
        "exposure": of.time,
        "participants_with_events": int((of.counts > 0).sum()),
        "rate": of.events / of.time,
        "rate_low": low,
        "rate_high": high,
        "lower_one_sided": one_low,
        "upper_one_sided": one_high,
    }


def _by_group(parts: dict[int, _Group], level: float) -> dict[str, float | None]:
    shown = ("events", "exposure", "rate", "rate_low", "rate_high")
    if len(parts) < 2:
        return {}
    rates = {place: _rate(part, level) for place, part in parts.items()}
    return {f"{name}_{place}": rate[name] for place, rate in rates.items() for name in shown}


def _spread(parts: dict[int, _Group]) -> dict[str, float | None]:
    """Dispersion of the group in which it speaks loudest against one common rate."""
    found = [d for part in parts.values() if (d := dispersion(part.counts, part.exposure))]
    if not found:
        return {"dispersion_index": None, "dispersion_p": None}
    index, p, _ = min(found, key=lambda each: each[1])
    return {"dispersion_index": index, "dispersion_p": min(1.0, p * len(found))}


def _clustering(spread: dict[str, float | None], level: float) -> tuple[Caveat, ...]:
    index, p = spread["dispersion_index"], spread["dispersion_p"]
    if index is None or p is None or p > 1.0 - level:
        return ()
    return (say.events_cluster(index, p),)


def _one_rate(
    draft: Draft,
    of: _Group,
    found: dict[str, float | None],
    told: tuple[Caveat, ...],
    declared: tuple[str, float],
) -> Result:
    unit, rate0 = declared
    tails = poisson_tails(of.events, rate0 * of.time) if rate0 > 0 else None
    none = (say.no_events_in(of.time, found["upper_one_sided"] or 0.0, draft.level, unit),)
    tested: dict[str, Any] = {}
    if tails:
        tested = {"statistic_name": "events", "statistic": float(of.events)}
    return draft.answer(
        found,
        (*(about_p(draft.alternative, draft.level) if tails else ()), *told, *(() if of.events else none)),
        estimate_name=f"events per {unit}",
        estimate=found["rate"],
        ci_low=found["rate_low"],
        ci_high=found["rate_high"],
        attained_level=draft.level,
        p=p_value(*tails, draft.alternative) if tails else None,
        exact=True,
        **tested,
    )


def _two_rates(
    draft: Draft, parts: dict[int, _Group], found: dict[str, float | None], told: tuple[Caveat, ...]
) -> Result:
    """Given the total, the events of the second group are binomial; p is twice the smaller tail, as the limits."""
    first, second = parts.values()
    total, share = first.events + second.events, second.time / (first.time + second.time)
    times = (first.time, second.time)
    low, high = ratio_limits(first.events, second.events, times, (1.0 - draft.level) / 2.0)
    ratio = second.events / second.time / (first.events / first.time) if first.events else None
    ends = (p_value(*binomial_tails(x, total, share), draft.alternative) for x in (0, total))
    smallest = min(ends)
    infinite = () if ratio is not None else (say.no_finite_ratio("rate ratio"),)
    return draft.answer(
        {**found, "rate_ratio": ratio, "ratio_low": low, "ratio_high": high, "smallest_p": smallest},
        (*about_p(draft.alternative, draft.level, smallest), *told, *infinite),
        estimate_name="rate ratio, second over first",
        estimate=ratio,
        ci_low=None if ratio is None else low,
        ci_high=high if ratio is not None and math.isfinite(high) else None,
        attained_level=draft.level,
        statistic_name="events of the second group",
        statistic=float(second.events),
        p=p_value(*binomial_tails(second.events, total, share), draft.alternative),
        exact=True,
    )


ENTRY = Method(
    name="poisson_exact",
    label="Exact Poisson rate",
    source="Garwood 1936; Przyborowski & Wilenski 1940",
    design="rate",
    estimate=estimate,
    summaries=("participant rate",),
    need=Need(participants=1),
    exact=True,
    takes=("exposure",),
    options=(
        Option(
            name="per", values=PER, default=PER[0], meaning="the unit of the exposure, named in the result"
        ),
        Option(name="rate0", default="0", meaning="the rate that p speaks against; 0: no test"),
    ),
    refuses=(
        "injections or lesions as if they were participants: 0 of 15 lesions is not 0 of 15",
        "a rate without its denominator: per participant, injection, lesion and participant month are four numbers",
    ),
    sentence=(
        "The rate is all events over all exposure, with exact Poisson limits (Garwood); it is assumed to be the"
        " same in all participants, which is checked by the exact dispersion of their counts. Two groups are"
        " compared by the ratio of their rates, exact given the total of events."
    ),
    reference="tests/reference/methods/test_rates.py",
)
