"""Whether the numbers a counter prints for one sample can all be true, as far as their printed decimals allow.

A number printed as 0.30 may be anything from 0.295 to 0.305: what that leaves open is never held against a file.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from firstdose.readers.contents.cell_counts import MILLION_PER_ML

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.readers.contents.cell_counts import CellCount, Printed

_PARTS = re.compile(r"[+-]?[0-9]*\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?%?")
BASES = ("cells", "concentration")


@dataclass(frozen=True, slots=True)
class Span:
    """What a printed number can stand for; in plain units (cells/mL, percent)."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of a sample's numbers: the rule, its measure (0 where all can be true), and the words."""

    rule: str
    value: float
    message: str


def plain_value(printed: Printed) -> float:
    """The number in cells, cells/mL or percent; NaN where there is none."""
    if printed.value is None:
        return math.nan
    if printed.unit != MILLION_PER_ML:
        return printed.value
    return float(Decimal(repr(printed.value)).scaleb(6))  # 4.03 million are no 4030000.0000000005


def span_of(printed: Printed) -> Span | None:
    """The number with half a unit of its last printed digit to each side; None where there is none."""
    value = plain_value(printed)
    found = _PARTS.fullmatch(printed.text)
    if math.isnan(value) or found is None or printed.value is None:
        return None
    half = 0.5 * 10.0 ** (int(found[2] or 0) - len(found[1]))
    if not found[1] and float(printed.value).is_integer() and found[2] is None:
        half = 0.0  # a whole number is a count or complete as it stands
    half *= value / printed.value if printed.value else 1.0
    return Span(max(0.0, value - half), value, value + half)


def checks_of(count: CellCount) -> Iterator[Check]:
    """Living cells within all cells, viability against its recomputation, living and dead against all cells.

    Each for the cells counted and for the concentrations, where a file prints both.
    """
    viability = span_of(count.viability)
    for base in BASES:
        live, dead, total = (span_of(count.printed(f"{kind}_{base}")) for kind in ("viable", "dead", "total"))
        if live and total:
            yield _within(base, live, total)
        if live and dead and total:
            yield _sum(base, live, dead, total)
        if live and total and viability and total.value > 0:
            yield _viability(base, live, total, viability)


def _within(base: str, live: Span, total: Span) -> Check:
    ratio = live.low / total.high if total.high > 0 else (0.0 if live.low == 0 else math.inf)
    message = f"living {_said(live.value)} of {_said(total.value)} in all ({_words(base)})"
    return Check("viable_within_total", ratio, message)


def _sum(base: str, live: Span, dead: Span, total: Span) -> Check:
    low, high = live.low + dead.low, live.high + dead.high
    gap = max(0.0, low - total.high, total.low - high)
    scale = max(total.value, live.value + dead.value)
    message = f"living and dead make {_said(live.value + dead.value)}, the total is {_said(total.value)} ({_words(base)})"
    return Check("live_and_dead", 100 * gap / scale if scale else 0.0, message)


def _viability(base: str, live: Span, total: Span, printed: Span) -> Check:
    low, high = 100 * live.low / total.high, 100 * live.high / total.low if total.low else math.inf
    gap = max(0.0, low - printed.high, printed.low - high)
    message = (
        f"viability {printed.value:g} % printed, {100 * live.value / total.value:.1f} % from {_words(base)}"
    )
    return Check("viability_recomputed", gap, message)


def _words(base: str) -> str:
    return "cells counted" if base == "cells" else "concentrations"


def _said(number: float) -> str:
    return f"{number / 1e6:.4g} million" if number >= 1e5 else f"{number:g}"
