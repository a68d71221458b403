"""Binomial arithmetic: counts of 0 and 1, fair coins, and the median between ordered values."""

from __future__ import annotations

import math
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.distributions import beta_cdf, beta_quantile, normal_quantile, root
from firstdose.methods._kernel.results import Draft, Floats, Ints, as_values, unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from firstdose.catalogue.result import Alternative, Caveat, Result

FURTHER = ("events", "n", "lower_one_sided", "upper_one_sided")
REFUSES = ("events, injections or lesions as if they were participants: 0 of 15 lesions is not 0 of 15",)
_COUNTED = 100  # participants; above 1,029 the number of ways to choose half of them is no float

Limits = tuple[float, float]


def estimate_proportion(
    method: str,
    y: npt.ArrayLike,
    limits: Callable[[int, int, float], Limits],
    *,
    level: float,
    alternative: Alternative,
    more: Callable[[int, int, float], dict[str, float]] | None = None,
    **fields: Any,
) -> Result:
    """Participants with the event, and limits(events, n, tail) with that probability outside each of them."""
    values = as_values(y)
    draft = Draft(method=method, n=len(values), level=level, alternative=alternative, further=FURTHER)
    if reasons := (unusable(values) or not_binary(values)):
        return draft.answer(caveats=reasons)
    events, n = int(values.sum()), len(values)
    tail = (1.0 - level) / 2.0
    low, high = limits(events, n, tail)
    one_low, one_high = limits(events, n, 1.0 - level)
    found = {"events": events, "n": n, "lower_one_sided": one_low, "upper_one_sided": one_high}
    return draft.answer(
        {**found, **(more(events, n, tail) if more else {})},
        _at_the_edge(events, n, level),
        estimate_name="proportion",
        estimate=events / n,
        ci_low=low,
        ci_high=high,
        **fields,
    )


def not_binary(values: Floats) -> tuple[Caveat, ...]:
    strange = int((~np.isin(values, (0.0, 1.0))).sum())
    return (say.not_binary(strange),) if strange else ()


def _at_the_edge(events: int, n: int, level: float) -> tuple[Caveat, ...]:
    """The exact one-sided bound in words, also beside an interval that is not exact."""
    if 0 < events < n:
        return ()
    low, high = clopper_pearson(events, n, 1.0 - level)
    return (say.no_events(n, high, level) if events == 0 else say.all_events(n, low, level),)


def clopper_pearson(events: int, n: int, tail: float) -> Limits:
    """Exact limits: at each of them the probability of what was seen, or more extreme, is `tail`."""
    low = beta_quantile(tail, events, n - events + 1) if events > 0 else 0.0
    high = beta_quantile(1.0 - tail, events + 1, n - events) if events < n else 1.0
    return low, high


def wilson(events: int, n: int, tail: float) -> Limits:
    """Score limits (Wilson 1927)."""
    z2 = normal_quantile(tail) ** 2
    rate = events / n
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    low = 0.0 if events == 0 else max(0.0, centre - half)
    return low, 1.0 if events == n else min(1.0, centre + half)


def jeffreys(events: int, n: int, tail: float) -> Limits:
    """Equal-tailed limits under Jeffreys' prior, 0 without an event and 1 without anything else."""
    a, b = events + 0.5, n - events + 0.5
    low = beta_quantile(tail, a, b) if events > 0 else 0.0
    return low, beta_quantile(1.0 - tail, a, b) if events < n else 1.0


def mid_p(events: int, n: int, tail: float) -> Limits:
    """Limits at which more extreme counts, and half of the observed one, have the probability `tail`."""
    low = 0.0 if events == 0 else root(lambda rate: _upper_mid_p(events, n, rate) - tail, 0.0, 1.0)
    high = 1.0 if events == n else root(lambda rate: _upper_mid_p(events, n, rate) - (1 - tail), 0.0, 1.0)
    return low, high


def _upper_mid_p(events: int, n: int, rate: float) -> float:
    """P(X > events) + P(X = events) / 2."""
    above = beta_cdf(rate, events + 1, n - events) if events < n else 0.0
    if n > _COUNTED:
        return (above + beta_cdf(rate, events, n - events + 1)) / 2.0 if events else (above + 1.0) / 2.0
    return above + math.comb(n, events) * rate**events * (1.0 - rate) ** (n - events) / 2.0


def fair_tails(heads: int, tosses: int) -> Limits:
    """P(H <= heads) and P(H >= heads) of a fair coin, from whole numbers."""
    up_to = list(islice(_ways_up_to(tosses), heads + 1))
    above = 2**tosses - (up_to[-2] if heads else 0)
    return up_to[-1] / 2**tosses, above / 2**tosses


def _ways_up_to(tosses: int) -> Iterator[int]:
    """In how many ways at most 0, 1, 2, ... heads come; each from the one before."""
    ways = total = 1
    for heads in range(tosses):
        yield total
        ways = ways * (tosses - heads) // (heads + 1)
        total += ways
    yield total


def median_limits(
    values: Floats | Ints, level: float
) -> tuple[float, float, float] | tuple[None, None, None]:
    """The narrowest pair of ordered values, equally far from both ends, that holds the median at this level.

    Returns low, high and the attained level; Nones where even the outermost pair falls short.
    """
    ordered, n = np.sort(values), len(values)
    most = (1.0 - level) / 2.0 + 1e-12
    outside = (ways / 2**n for ways in islice(_ways_up_to(n), n // 2))
    kept = list(takewhile(lambda p: p <= most, outside))
    if not kept:
        return None, None, None
    rank = len(kept) - 1
    return float(ordered[rank]), float(ordered[n - 1 - rank]), 1.0 - 2.0 * kept[rank]
