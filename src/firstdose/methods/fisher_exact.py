"""Fisher's exact test: yes or no in two groups of participants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.entries import Method
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_counts as of_counts
from firstdose.methods._kernel.binomial import not_binary, wilson
from firstdose.methods._kernel.distributions import root
from firstdose.methods._kernel.groups import Groups, as_groups, even_sizes, reasons_against
from firstdose.methods._kernel.results import Draft, Floats, about_p

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat

FURTHER = (
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "difference",
    "difference_low",
    "difference_high",
    "smallest_p",
)
_FAR = 700.0  # the logarithm of an odds ratio that no float holds


@dataclass(frozen=True, slots=True)
class _Table:
    """Events of the second group, given both sizes and all events."""

    seen: int
    sizes: tuple[int, int]
    events: int

    @property
    def counts(self) -> range:
        """Events that the second group could have had."""
        return range(max(0, self.events - self.sizes[0]), min(self.events, self.sizes[1]) + 1)

    @property
    def ways(self) -> tuple[int, ...]:
        """In how many ways each of them comes about."""
        return _ways(self.sizes, self.events)


@lru_cache(maxsize=64)
def _ways(sizes: tuple[int, int], events: int) -> tuple[int, ...]:
    """Each number of ways from the one before: whole numbers, without remainder."""
    first, second = sizes
    x, last = max(0, events - first), min(events, second)
    found = [math.comb(second, x) * math.comb(first, events - x)]
    for seen in range(x, last):
        above = found[-1] * (second - seen) * (events - seen)
        found.append(above // ((seen + 1) * (first - events + seen + 1)))
    return tuple(found)


def estimate(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001, the same call for every method
) -> Result:
    """Values 0 or 1 (n,) and group codes (n,): odds ratio of the second group to the first, exact p and limits.

    p two-sided adds up all tables that are at most as probable as the one seen; the odds ratio is the conditional
    maximum likelihood estimate, its limits leave (1 - level)/2 on either side.
    """
    of = as_groups(y, groups)
    draft = Draft(method=ENTRY.name, n=len(of.values), level=level, alternative=alternative, further=FURTHER)
    if reasons := (reasons_against(of) or not_binary(of.values) or _not_two(of)):
        return draft.answer(caveats=reasons)
    table = _Table(int(of.values[of.codes == 1].sum()), (of.sizes[0], of.sizes[1]), int(of.values.sum()))
    found = {**_by_group(of), **_difference(table, level)}
    if len(table.counts) == 1:
        alike = say.no_comparison(f"{'everybody' if table.events else 'nobody'} had the event")
        return draft.answer({**found, "smallest_p": 1.0}, (alike,), p=1.0, exact=True)
    ratio, low, high = _odds_ratio(table, (1.0 - level) / 2.0)
    smallest = min(_p(_Table(x, table.sizes, table.events), alternative) for x in _ends(table))
    infinite = () if ratio is not None else (of_counts.no_finite_ratio("odds ratio"),)
    limits = {"odds_ratio": ratio, "odds_ratio_low": low, "odds_ratio_high": high}
    return draft.answer(
        {**found, **limits, "smallest_p": smallest},
        (*about_p(alternative, level, smallest), *infinite),
        estimate_name="odds ratio, second to first group",
        estimate=ratio,
        ci_low=None if ratio is None else low,
        ci_high=None if ratio is None else high,
        attained_level=level,
        statistic_name="events of the second group",
        statistic=float(table.seen),
        p=_p(table, alternative),
        exact=True,
    )


def _not_two(of: Groups) -> tuple[Caveat, ...]:
    return (of_counts.two_groups_only(of.g),) if of.g != 2 else ()


def _ends(table: _Table) -> tuple[int, int]:
    return table.counts[0], table.counts[-1]


def _p(table: _Table, alternative: Alternative) -> float:
    """From whole numbers of ways, so that equally probable tables are equal."""
    ways, every = table.ways, math.comb(sum(table.sizes), table.events)
    at = table.seen - table.counts[0]
    kept = {
        "less": ways[: at + 1],
        "greater": ways[at:],
        "two-sided": [way for way in ways if way <= ways[at]],
    }[alternative]
    return sum(kept) / every


def _by_group(of: Groups) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for place, values in zip(of.declared, of.each(), strict=True):
        found |= {f"n_{place}": len(values), f"events_{place}": int(values.sum())}
        found[f"proportion_{place}"] = float(values.mean())
    return found


def _difference(table: _Table, level: float) -> dict[str, float | None]:
    """Second less first proportion, with the limits of Newcombe 1998 (independent proportions, method 10)."""
    events = (table.events - table.seen, table.seen)
    first, second = (x / n for x, n in zip(events, table.sizes, strict=True))
    (low1, high1), (low2, high2) = (
        wilson(x, n, (1.0 - level) / 2.0) for x, n in zip(events, table.sizes, strict=True)
    )
    return {
        "difference": second - first,
        "difference_low": second - first - math.hypot(second - low2, high1 - first),
        "difference_high": second - first + math.hypot(high2 - second, first - low1),
    }


def _odds_ratio(table: _Table, tail: float) -> tuple[float | None, float | None, float | None]:
    """Conditional estimate and limits; None for infinite."""
    counts = np.array(table.counts, dtype=np.float64)
    logs = np.array([math.log(way) for way in table.ways])
    seen, (first, last) = float(table.seen), _ends(table)

    def chances(log_ratio: float) -> Floats:
        exponents = logs + log_ratio * counts
        weights: Floats = np.exp(exponents - exponents.max())
        weights /= weights.sum()
        return weights

    def at_least(log_ratio: float) -> float:
        return float(chances(log_ratio)[counts >= seen].sum()) - tail

    def at_most(log_ratio: float) -> float:
        return float(chances(log_ratio)[counts <= seen].sum()) - tail

    def mean(log_ratio: float) -> float:
        return float(chances(log_ratio) @ counts) - seen

    low = _solved(at_least) if seen > first else 0.0
    high = _solved(at_most) if seen < last else None
    return (_solved(mean) if first < seen < last else 0.0 if seen == first else None), low, high


def _solved(of_log_ratio: Callable[[float], float]) -> float:
    return math.exp(root(of_log_ratio, -_FAR, _FAR))


def smallest_p(
    n: int,
    k: int = 2,  # noqa: ARG001, the same call for every method
    alternative: Alternative = "two-sided",
    sizes: tuple[int, ...] = (),
) -> float:
    """All events in one of the groups, and it has nothing else; two-sided with equal groups, two such tables."""
    first, second = (*(sizes or even_sizes(n, 2)), 0)[:2]
    alike = 2 if alternative == "two-sided" and first == second else 1
    return min(1.0, alike / math.comb(first + second, first))


def cannot(n: int, times: int, groups: int, options: Mapping[str, str]) -> str:  # noqa: ARG001
    """More than two groups."""
    return f"it compares two groups, the plan has {groups}" if groups > 2 else ""


ENTRY = Method(
    name="fisher_exact",
    label="Fisher's exact test",
    source="Fisher 1935; Cornfield 1956; Newcombe 1998",
    design="between",
    estimate=estimate,
    summaries=("difference between groups",),
    need=Need(groups=2, participants=2, binary=True),
    exact=True,
    refuses=(
        "events, injections or lesions as if they were participants: 0 of 15 lesions is not 0 of 15",
        "doses given to different lesions of one participant: these are compared within participants",
    ),
    smallest_p=smallest_p,
    cannot=cannot,
    sentence=(
        "Two groups were compared by Fisher's exact test; two-sided p adds up all tables with the same margins that"
        " are at most as probable. The odds ratio is the conditional estimate with exact limits, which leave half of"
        " the level's complement on either side; the difference of proportions has Newcombe's limits."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
