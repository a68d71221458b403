"""Planned comparisons as weights over the columns and groups of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.analysis.courses import TIME
from firstdose.analysis.factors import factor_levels
from firstdose.catalogue import Caveat, Contrast
from firstdose.protocol.contrasts import contrast_words

if TYPE_CHECKING:
    from firstdose.analysis.basis import Basis
    from firstdose.catalogue import Factor, Layout
    from firstdose.protocol.contrasts import ContrastWords
    from firstdose.protocol.model import PlannedContrast

ABSENT = "FD-A205"
MONTH = 30.0  # days


class _Absent(LookupError):
    """A level or factor that is not among those analysed."""


def planned_contrasts(
    basis: Basis, planned: tuple[PlannedContrast, ...], layout: Layout, times: tuple[str, ...]
) -> tuple[tuple[Contrast, ...], tuple[Caveat, ...]]:
    """The comparisons as weights; a caveat for each that names a level nobody analysed has."""
    found, told = [], []
    for each in planned:
        try:
            found.append(_contrast(basis, each, layout, times))
        except _Absent as absent:
            told.append(Caveat(ABSENT, f"{each.contrast} ({each.compares}) is not estimated: {absent}."))
    return tuple(found), tuple(told)


def _contrast(basis: Basis, planned: PlannedContrast, layout: Layout, times: tuple[str, ...]) -> Contrast:
    words = contrast_words(planned.compares)
    factors = (*layout.within, *layout.between)
    of, weights = _difference(words, factors) if words.kind == "difference" else _trend(basis, words, factors)
    chosen = {of.name: weights}
    if words.at and words.at not in times:
        where = _factor_of(words.at, factors)
        chosen[where.name] = _unit(where, words.at)
    elif words.at and any(factor.name == TIME for factor in layout.within):
        chosen[TIME] = _unit(_named(TIME, factors), words.at)
    columns = [chosen.get(each.name, _even(each)) for each in layout.within]
    compared = any(each.name in chosen for each in layout.between)
    groups = [chosen.get(each.name, _even(each)) for each in layout.between] if compared else []
    return Contrast(
        name=planned.contrast,
        columns=_crossed(columns),
        groups=_crossed(groups) if groups else (),
        tests=planned.test == "main",
    )


def _difference(words: ContrastWords, factors: tuple[Factor, ...]) -> tuple[Factor, np.ndarray]:
    of = _factor_of(words.first, factors)
    if words.second not in of.levels:
        _factor_of(words.second, factors)
        raise _Absent(f"{words.first} and {words.second} are levels of different factors")
    return of, _unit(of, words.first) - _unit(of, words.second)


def _trend(basis: Basis, words: ContrastWords, factors: tuple[Factor, ...]) -> tuple[Factor, np.ndarray]:
    """Weights that give the slope of a straight line: by month of 30 days over the visits, by step over levels."""
    planned = [factor.name for factor in factors if factor.name != TIME]
    of = _named(words.first or (planned[0] if planned else TIME), factors)
    places = _days(basis, of) / MONTH if of.name == TIME else _steps(basis, of)
    off = places - places.mean()
    if not off.any():
        raise _Absent(f"{of.name} has one level alone")
    return of, off / (off @ off)


def _days(basis: Basis, of: Factor) -> np.ndarray:
    visits = (basis.protocol.visit(name) for name in of.levels)
    return np.array([visit.day if visit else 0 for visit in visits], dtype=float)


def _steps(basis: Basis, of: Factor) -> np.ndarray:
    order = factor_levels(basis, of.name).order
    return np.array([order.index(level) for level in of.levels], dtype=float)


def _named(name: str, factors: tuple[Factor, ...]) -> Factor:
    for factor in factors:
        if factor.name == name:
            return factor
    raise _Absent(f"this analysis has no factor {name}")


def _factor_of(level: str, factors: tuple[Factor, ...]) -> Factor:
    for factor in factors:
        if level in factor.levels:
            return factor
    raise _Absent(f"nobody analysed has {level}")


def _crossed(weights: list[np.ndarray]) -> tuple[float, ...]:
    """Weights over cells from those over each factor, the last varying fastest."""
    found = np.ones(1)
    for each in weights:
        found = np.outer(found, each).ravel()
    return tuple(found.tolist())


def _unit(of: Factor, level: str) -> np.ndarray:
    return np.array([float(each == level) for each in of.levels])


def _even(of: Factor) -> np.ndarray:
    return np.full(len(of.levels), 1 / len(of.levels))
