"""Tests judged together: p adjusted within a family, monotone and at most 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.analysis.formatting import Format, rows_of
from firstdose.analysis.origins import merged
from firstdose.analysis.results import ResultRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.protocol.model import Family
    from firstdose.values.rounding import RoundingMode


def holm(p: Sequence[float]) -> list[float]:
    """Holm 1979: step down."""
    order = sorted(range(len(p)), key=p.__getitem__)
    adjusted, worst = [0.0] * len(p), 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - rank) * p[index]))
        adjusted[index] = worst
    return adjusted


def hochberg(p: Sequence[float]) -> list[float]:
    """Hochberg 1988: step up."""
    order = sorted(range(len(p)), key=p.__getitem__, reverse=True)
    adjusted, best = [0.0] * len(p), 1.0
    for rank, index in enumerate(order):
        best = min(best, (rank + 1) * p[index])
        adjusted[index] = best
    return adjusted


def hommel(p: Sequence[float]) -> list[float]:
    """Hommel 1988 in the form of Wright 1992: the largest over subsets of the Simes p of each."""
    m = len(p)
    order = sorted(range(m), key=p.__getitem__)
    ranked = [p[index] for index in order]
    best = [0.0] * m
    for i in range(m):
        best[i] = max(_simes_with(ranked, i, size) for size in range(1, m + 1))
    adjusted = [0.0] * m
    for rank, index in enumerate(order):
        adjusted[index] = min(1.0, best[rank])
    return adjusted


def _simes_with(ranked: Sequence[float], i: int, size: int) -> float:
    """The largest Simes p over the subsets of that size that hold element i: i with the largest others."""
    others = [p for j, p in enumerate(ranked) if j != i]
    subset = sorted([ranked[i], *others[len(others) - size + 1 :]])
    return min(size * p / (k + 1) for k, p in enumerate(subset))


def fixed_sequence(p: Sequence[float]) -> list[float]:
    """Each in turn at full level as long as all before succeeded."""
    adjusted, worst = [], 0.0
    for value in p:
        worst = max(worst, value)
        adjusted.append(worst)
    return adjusted


ADJUST = {"holm": holm, "hochberg": hochberg, "hommel": hommel, "fixed sequence": fixed_sequence}


def adjust_family(family: Family, rows: Sequence[ResultRow], mode: RoundingMode) -> Iterator[ResultRow]:
    """Adjusted p of each member's main test; where one has no p, none of them can be judged."""
    if family.method not in ADJUST:
        return
    tests = [
        row for member in family.members for row in rows if row.analysis == member and row.statistic == "p"
    ]
    values = [row.value for row in tests if row.value is not None]
    whole = len(values) == len(tests)
    adjusted = ADJUST[family.method](values) if whole else [None] * len(tests)
    sources = merged(*(row.sources for row in tests))
    for row, value in zip(tests, adjusted, strict=True):
        template = ResultRow(
            analysis=f"family.{family.family}",
            statistic="",
            value=None,
            text="",
            unit=row.unit,
            variable=f"{row.analysis}: {row.variable}",
            visit=row.visit,
            level=row.level,
            group=row.group,
            purpose=row.purpose,
            n_participants=row.n_participants,
            method=family.method,
            exact=row.exact,
            sources=sources,
        )
        yield from rows_of(template, {"p_adjusted": value, "alpha": float(family.alpha)}, Format(None, mode))
