"""A risk over a whole region of dose-toxicity curves, not over a handful of scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.escalation.exact import Polynomial


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The worst case on the grid with the curve it occurs at, and a bound that no monotone curve of the region exceeds."""

    worst: float
    curve: tuple[float, ...]
    bound: float
    curves: int
    cells: int


def certify(polynomial: Polynomial, toxic_from: float, grid: int = 100) -> Certificate:
    """Probability of recommending a level whose true rate is at least `toxic_from`, over all monotone curves.

    Grid: rates 1/grid .. 1 in steps of 1/grid, every non-decreasing curve. Bound: on each cell between neighbouring rates
    every factor p^y (1 - p)^(n - y) is replaced by its greatest value there, so the sum cannot be exceeded inside.
    """
    from firstdose.escalation import _compiled

    points = np.arange(1, grid + 1) / grid
    curves = _monotone(grid, polynomial.doses)
    risks = _risk(polynomial, _compiled.powers(points, polynomial.most), curves, points >= toxic_from - 1e-12)
    low, high = (points - 1 / grid), points
    greatest = _compiled.greatest_powers(low, high, polynomial.most)
    bounds = _risk(polynomial, greatest, curves, high >= toxic_from - 1e-12)
    at = int(risks.argmax())
    return Certificate(
        worst=float(risks[at]),
        curve=tuple(float(points[i]) for i in curves[at]),
        bound=min(1.0, float(bounds.max())),
        curves=len(curves),
        cells=len(curves),
    )


def _monotone(grid: int, doses: int) -> np.ndarray:
    """(curves, doses) numbers of grid points, never falling."""
    return np.array(list(combinations_with_replacement(range(grid), doses)), np.int64)


def _risk(polynomial: Polynomial, table: np.ndarray, curves: np.ndarray, is_toxic: np.ndarray) -> np.ndarray:
    from firstdose.escalation import _compiled
    from firstdose.escalation.tables import CAUSES

    selected, *_ = _compiled.walk(
        polynomial.participants,
        polynomial.dlts,
        polynomial.ways,
        polynomial.cause,
        polynomial.selected,
        table,
        curves,
        len(CAUSES),
        False,
    )
    return np.asarray((selected[:-1] * is_toxic[curves].T).sum(axis=0))
