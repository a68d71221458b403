"""Exact McNemar test: yes or no before and after, in the same participants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.catalogue.entries import Method, Option
from firstdose.catalogue.result import Alternative, Need, Result
from firstdose.methods._kernel import caveats as say
from firstdose.methods._kernel import caveats_of_counts as of_counts
from firstdose.methods._kernel.binomial import REFUSES, clopper_pearson, fair_tails, not_binary, wilson
from firstdose.methods._kernel.exact import smallest_p_of_pairs, smallest_p_of_signs
from firstdose.methods._kernel.results import Draft, Floats, about_p, as_rows, chosen, p_value, unusable

if TYPE_CHECKING:
    import numpy.typing as npt

FURTHER = (
    "proportion_before",
    "proportion_after",
    "both",
    "only_before",
    "only_after",
    "neither",
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "smallest_p",
)
TESTS = ("exact", "mid_p")


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Participants by their two answers."""

    both: int
    only_before: int
    only_after: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.only_before + self.only_after + self.neither

    @property
    def discordant(self) -> int:
        return self.only_before + self.only_after


def estimate(
    y: npt.ArrayLike,
    *,
    groups: object = None,  # noqa: ARG001, the same call for every method
    level: float = 0.95,
    alternative: Alternative = "two-sided",
    decimals: int | None = None,  # noqa: ARG001
    test: str = "exact",
) -> Result:
    """Pairs (n, 2) of 0 or 1, before and after: difference of proportions, exact or mid-p p value.

    The interval is Newcombe's (1998, method 10); the odds ratio is that of the discordant pairs, with exact limits.
    """
    rows = as_rows(y, columns=2)
    exact = chosen("test", test, TESTS) == "exact"
    draft = Draft(
        method=ENTRY.name,
        n=len(rows),
        level=level,
        alternative=alternative,
        further=FURTHER,
        variant="Newcombe 1998, method 10" if exact else "mid-p; Newcombe 1998, method 10",
    )
    if reasons := (unusable(rows) or not_binary(rows)):
        return draft.answer(caveats=reasons)
    of = _counted(rows)
    smallest = smallest_p_of_signs(of.discordant, alternative) / (1 if exact or not of.discordant else 2)
    low, high = newcombe_paired(of, (1.0 - level) / 2.0)
    return draft.answer(
        {**_shares(of), **_odds(of, level), "smallest_p": smallest},
        (
            *about_p(alternative, level, smallest),
            *(() if of.discordant else (say.no_comparison("nobody's answer changed"),)),
            *(() if exact else (of_counts.mid_p_is_not_exact(),)),
        ),
        estimate_name="difference of proportions",
        estimate=(of.only_after - of.only_before) / of.n,
        ci_low=low,
        ci_high=high,
        statistic_name="only after",
        statistic=float(of.only_after),
        p=_p(of, alternative, exact=exact),
        exact=exact,
    )


def _counted(rows: Floats) -> _Pairs:
    before, after = rows[:, 0] == 1, rows[:, 1] == 1
    sums = (before & after, before & ~after, ~before & after, ~before & ~after)
    return _Pairs(*(int(kept.sum()) for kept in sums))


def _p(of: _Pairs, alternative: Alternative, *, exact: bool) -> float:
    less, greater = fair_tails(of.only_after, of.discordant)
    half = 0.0 if exact else math.comb(of.discordant, of.only_after) / 2**of.discordant / 2.0
    return p_value(less - half, greater - half, alternative)


def _shares(of: _Pairs) -> dict[str, float | None]:
    return {
        "proportion_before": (of.both + of.only_before) / of.n,
        "proportion_after": (of.both + of.only_after) / of.n,
        "both": of.both,
        "only_before": of.only_before,
        "only_after": of.only_after,
        "neither": of.neither,
    }


def _odds(of: _Pairs, level: float) -> dict[str, float | None]:
    """only after / only before; its exact limits are those of a proportion among the discordant pairs."""
    if not of.discordant:
        return {}
    limits = clopper_pearson(of.only_after, of.discordant, (1.0 - level) / 2.0)
    low, high = (p / (1.0 - p) if p < 1.0 else None for p in limits)
    ratio = of.only_after / of.only_before if of.only_before else None
    return {"odds_ratio": ratio, "odds_ratio_low": low, "odds_ratio_high": high}


def newcombe_paired(of: _Pairs, tail: float) -> tuple[float, float]:
    """Limits of the difference, after less before: score limits of both, squared and added with their correlation."""
    events = (of.both + of.only_before, of.both + of.only_after)
    before, after = (x / of.n for x in events)
    (low1, high1), (low2, high2) = (wilson(x, of.n, tail) for x in events)
    phi = _correlation(of)
    return (
        max(-1.0, after - before - _joined(after - low2, high1 - before, phi)),
        min(1.0, after - before + _joined(high2 - after, before - low1, phi)),
    )


def _joined(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one**2 - 2 * phi * one * other + other**2))


def _correlation(of: _Pairs) -> float:
    """Phi; a positive one is corrected for continuity, and 0 where a margin is empty."""
    margins = (
        (of.both + of.only_before)
        * (of.only_after + of.neither)
        * (of.both + of.only_after)
        * (of.only_before + of.neither)
    )
    product = of.both * of.neither - of.only_before * of.only_after
    corrected = max(product - of.n / 2, 0.0) if product > 0 else float(product)
    return corrected / math.sqrt(margins) if margins else 0.0


ENTRY = Method(
    name="mcnemar_exact",
    label="Exact McNemar test",
    source="McNemar 1947; Newcombe 1998; Fagerland, Lydersen & Laake 2013",
    design="paired proportion",
    estimate=estimate,
    summaries=("difference of proportions",),
    need=Need(times=2, times_most=2, binary=True),
    exact=True,
    options=(
        Option(
            name="test",
            values=TESTS,
            default="exact",
            meaning="mid_p: less cautious, its level is not guaranteed",
        ),
    ),
    refuses=REFUSES,
    smallest_p=smallest_p_of_pairs,
    sentence=(
        "The participants whose answer changed were compared with an even chance by the exact McNemar test, or"
        " its mid-p variant where it is marked so; the interval of the difference of proportions is Newcombe's"
        " (method 10 for pairs)."
    ),
    reference="tests/reference/methods/test_proportions.py",
)
