"""The exact signed rank test in both conventions for zeros; Wilcoxon 1945, Pratt 1959, Streitberg & Rohmel 1986.

The interval is that of the shifts which the exact test does not reject. Between two neighbouring Walsh averages
no shifted difference is zero, so the interval is the same for both conventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel.exact import (
    Differences,
    convolved,
    convolved_tails,
    differences,
    doubled_ranks,
    smallest_p_of_signs,
)
from firstdose.methods._kernel.results import Draft, Floats, Ints, about_p, as_rows, p_value, unusable

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from firstdose.catalogue.result import Alternative, Result

FURTHER = ("v_plus", "v_minus", "n_nonzero", "n_zero", "hodges_lehmann", "smallest_p")


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits in doubled whole units, and the level that they attain."""

    low: int
    high: int
    attained: float


def estimate_signed_rank(
    method: str,
    y: npt.ArrayLike,
    *,
    level: float,
    alternative: Alternative,
    decimals: int | None,
    zeros: str,
) -> Result:
    """The test, the Hodges-Lehmann estimate and its interval; `zeros`: dropped or pratt."""
    pairs = as_rows(y, columns=2)
    draft = Draft(
        method=method,
        n=len(pairs),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant=f"zeros {zeros}" if zeros == "dropped" else "zeros ranked, then dropped (Pratt)",
    )
    if reasons := unusable(pairs):
        return draft.answer(caveats=reasons)
    d = differences(pairs, decimals)
    weights, positive = signed_ranks(d.whole, pratt=zeros != "dropped")
    v_plus = int(weights[positive].sum())
    less, greater = convolved_tails(weights, v_plus)
    smallest = smallest_p_of_signs(len(weights), alternative)
    interval = invert(d.whole, level)
    centre = d.scaled(float(np.median(walsh_sums(d.whole))) / 2)
    return draft.answer(
        {
            "v_plus": v_plus / 2,
            "v_minus": int(weights.sum()) / 2 - v_plus / 2,
            "n_nonzero": len(weights),
            "n_zero": len(d.whole) - len(weights),
            "hodges_lehmann": centre,
            "smallest_p": smallest,
        },
        (
            *d.caveats,
            *(() if len(weights) else (say.all_zero(),)),
            *about_p(alternative, level, smallest),
            *(() if interval else (say.no_interval(level, len(pairs)),)),
        ),
        estimate_name="Hodges-Lehmann shift",
        estimate=centre,
        **_limits(d, interval),
        statistic_name="V+",
        statistic=v_plus / 2,
        p=p_value(less, greater, alternative),
        exact=True,
    )


def _limits(d: Differences, interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {"ci_low": None, "ci_high": None, "attained_level": None}
    return {
        "ci_low": d.scaled(interval.low / 2),
        "ci_high": d.scaled(interval.high / 2),
        "attained_level": interval.attained,
    }


def signed_ranks(whole: Ints, *, pratt: bool) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Doubled mid-ranks of the non-zero differences, and which of these are positive."""
    kept = whole[whole != 0]
    ranks = doubled_ranks(np.abs(whole))[whole != 0] if pratt else doubled_ranks(np.abs(kept))
    return ranks, kept > 0


def walsh_sums(whole: Ints) -> Ints:
    """Sums of all pairs, each difference with itself included: twice the Walsh averages, sorted."""
    first, second = np.triu_indices(len(whole))
    return np.sort(whole[first] + whole[second])


def invert(whole: Ints, level: float) -> Interval | None:
    """All shifts that the exact test does not reject at (1 - level)/2 on either side; None if unlimited.

    Limits are Walsh averages, in doubled units, where they are whole. Each side is scanned from outside in.
    """
    alpha = (1.0 - level) / 2.0 + 1e-12
    low = _first_kept(whole, alpha)
    high = _first_kept(-whole, alpha)
    if low is None or high is None:
        return None
    return Interval(low[0], -high[0], 1.0 - low[1] - high[1])


def _first_kept(whole: Ints, alpha: float) -> tuple[int, float] | None:
    """The lowest shift kept, in doubled units, and the largest one-sided p below it; None: nothing rejected.

    Shifts are tried half-way between neighbouring Walsh averages, hence in quarters of a unit.
    """
    tails = _remembered_tails()
    steps = [int(step) for step in np.unique(walsh_sums(whole))]
    rejected = _upper_p(whole, 2 * steps[0] - 2, tails)
    if rejected > alpha:
        return None
    for step, following in zip(steps, [*steps[1:], steps[-1] + 2], strict=True):
        p = _upper_p(whole, step + following, tails)
        if p > alpha:
            return step, rejected
        rejected = max(rejected, p)
    return None


def _upper_p(whole: Ints, quarters: int, tails: Callable[[bytes], Floats]) -> float:
    """P(V+ >= observed) of the differences less a shift, itself in quarters of a unit."""
    moved = 4 * whole - quarters
    ranks = doubled_ranks(np.abs(moved))
    return float(tails(np.sort(ranks).tobytes())[ranks[moved > 0].sum()])


def _remembered_tails() -> Callable[[bytes], Floats]:
    """P(V+ >= v) for every v; it depends on the pattern of ties alone, and few patterns occur."""

    @lru_cache(maxsize=16)
    def tails(ranks: bytes) -> Floats:
        return np.cumsum(convolved(np.frombuffer(ranks, dtype=np.int64))[::-1])[::-1]

    return tails
