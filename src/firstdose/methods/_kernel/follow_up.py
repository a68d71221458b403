"""Comparisons of every two levels of a factor within participants, each with its own variance."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.result import Effect
from firstdose.methods._kernel.anova_design import marginal
from firstdose.methods._kernel.distributions import t_cdf, t_quantile
from firstdose.methods._kernel.results import finite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.methods._kernel.anova_design import Design
    from firstdose.methods._kernel.results import Floats

_ROUND_OFF = 1e-12
ADJUSTMENTS = ("none", "holm", "hochberg")


def comparisons(rows: Floats, design: Design, level: float, adjustment: str) -> tuple[Effect, ...]:
    """`M6 - BL` over all cells of participants alike, then `M6 - BL at DL1` in each cell where there are several.

    The variance of each comparison is pooled within cells, df N - cells. p is adjusted over all comparisons that are
    averaged, and apart from these over all that lie in one cell.
    """
    average = np.full(len(design.sizes), 1.0 / len(design.sizes))
    families = [[("", average)]]
    if len(design.sizes) > 1:
        families.append(list(zip(design.cells, np.eye(len(design.sizes)), strict=True)))
    lines: list[Effect] = []
    for family in families:
        found = list(_differences(rows, design, family, level))
        lines += _adjusted(found, adjustment)
    return tuple(lines)


def _differences(
    rows: Floats, design: Design, places: Sequence[tuple[str, Floats]], level: float
) -> Iterator[Effect]:
    values, levels = rows @ marginal(design, design.headline).T, design.headline.levels
    share = design.indicator() / design.sizes[:, None]
    noise = _ROUND_OFF * float(np.abs(rows).max())
    for place, weights in places:
        for first, second in sorted(combinations(range(len(levels)), 2), key=lambda pair: pair[::-1]):
            d = values[:, second] - values[:, first]
            means = share @ d
            variance = float(((d - means[design.cell]) ** 2).sum()) / design.nu
            se = math.sqrt(max(variance, 0.0) * float((weights**2 / design.sizes).sum()))
            name = f"{levels[second]} - {levels[first]}" + (f" at {place}" if place else "")
            yield _contrast(name, float(weights @ means), se, design.nu, level, noise)


def _contrast(name: str, difference: float, se: float, df: int, level: float, noise: float) -> Effect:
    if se <= noise:
        return Effect(name=name, kind="contrast", estimate=difference, statistic_name="t", more=_more(None))
    t, half = difference / se, t_quantile(1 - (1 - level) / 2, df) * se
    return Effect(
        name=name,
        kind="contrast",
        estimate=difference,
        se=se,
        ci_low=difference - half,
        ci_high=difference + half,
        statistic_name="t",
        statistic=t,
        df=(float(df),),
        p=min(1.0, 2 * t_cdf(-abs(t), df)),
        more=_more(None),
    )


def _more(adjusted: float | None) -> tuple[tuple[str, float | None], ...]:
    return (("p_adjusted", finite(adjusted)),)


def _adjusted(lines: Sequence[Effect], adjustment: str) -> Iterator[Effect]:
    """The same lines with `p_adjusted`; those without a p are not counted."""
    from dataclasses import replace

    known = [line.p for line in lines if line.p is not None]
    p = iter(holm(known) if adjustment == "holm" else hochberg(known))
    for line in lines:
        yield line if line.p is None else replace(line, more=_more(next(p)))


def holm(p: Sequence[float]) -> list[float]:
    """Step down: the larger of (m - rank) p and what came before (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate((len(p) - np.arange(len(p))) * np.asarray(p)[order])
    return _in_order(np.minimum(1.0, stepped), order)


def hochberg(p: Sequence[float]) -> list[float]:
    """Step up: the smaller of (m - rank) p and what comes after (Hochberg 1988)."""
    order = np.argsort(p, kind="stable")
    products = (len(p) - np.arange(len(p))) * np.asarray(p)[order]
    return _in_order(np.minimum.accumulate(products[::-1])[::-1], order)


def _in_order(stepped: Floats, order: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> list[float]:
    adjusted = np.empty_like(stepped)
    adjusted[order] = stepped
    return [float(p) for p in adjusted]
