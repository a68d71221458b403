"""A risk over a whole region of dose-toxicity curves, not over a handful of scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.escalation.exact import Polynomial

MOST_LEVELS = 3  # a grid of more dimensions is larger than the answer is worth
_HALVINGS, _CELLS = 6, 1 << 18
_ROUNDING = 1e-9  # of a sum of some thousand products, upwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The worst case on the grid with the curve it occurs at, and a bound that no monotone curve of the region exceeds.

    `curves`: curves of the grid; `cells`: boxes of curves between them that were bounded, the smaller ones included.
    """

    toxic_from: float
    worst: float
    curve: tuple[float, ...]
    bound: float
    curves: int
    cells: int


def certify(
    polynomial: Polynomial, toxic_from: float, grid: int = 100, tolerance: float | None = None
) -> Certificate:
    """Probability of recommending a level whose true rate is at least `toxic_from`, over all monotone curves.

    Grid: rates 1/grid .. 1 in steps of 1/grid, every non-decreasing curve. Bound: on each cell between neighbouring rates
    every factor p^y (1 - p)^(n - y) is replaced by its greatest value there, so the sum cannot be exceeded inside. With a
    `tolerance` the cells that keep the bound further than that from the worst case are halved until it is met, or until
    there are too many.
    """
    from firstdose.escalation import _compiled

    toxic_from -= 1e-12
    points = np.arange(1, grid + 1) / grid
    terms = _Terms.of(polynomial)
    is_curve = _monotone(grid, polynomial.doses)
    risks = np.where(
        is_curve, terms.risk(_compiled.powers(points, polynomial.most), points >= toxic_from), -1
    )
    at = np.unravel_index(int(risks.argmax()), risks.shape)
    worst = float(risks[at])
    low = points - 1 / grid
    greatest = _compiled.greatest_powers(low, points, polynomial.most)
    bounds = np.where(is_curve, terms.risk(greatest, points > toxic_from), -1)
    curves = int(is_curve.sum())
    bound, more = float(bounds.max()), 0
    if tolerance is not None:
        open_cells = np.argwhere(bounds > worst + tolerance)
        closed = float(bounds[bounds <= worst + tolerance].max(initial=0.0))
        bound, more = _halved(polynomial, toxic_from, open_cells, grid, worst + tolerance, closed, bound)
    return Certificate(
        toxic_from=toxic_from + 1e-12,
        worst=worst,
        curve=tuple(float(points[i]) for i in at),
        bound=min(1.0, max(worst, bound) + _ROUNDING),
        curves=curves,
        cells=curves + more,
    )


def _halved(
    polynomial: Polynomial,
    toxic_from: float,
    cells: np.ndarray,
    grid: int,
    enough: float,
    closed: float,
    bound: float,
) -> tuple[float, int]:
    """(bound, cells looked at) once the open cells are halved again and again; `closed`: bound of all others."""
    from firstdose.escalation import _compiled

    looked = 0
    for _ in range(_HALVINGS):
        cells = _halves(cells)
        if len(cells) == 0:
            return max(closed, 0.0), looked
        if len(cells) > _CELLS:
            break
        grid *= 2
        looked += len(cells)
        needed, index = np.unique(cells, return_inverse=True)
        table = _compiled.greatest_powers(needed / grid, (needed + 1) / grid, polynomial.most)
        found = _risk(polynomial, table, index.reshape(cells.shape), (needed + 1) / grid > toxic_from)
        bound = max(closed, float(found.max()))
        is_open = found > enough
        closed = max(closed, float(found[~is_open].max(initial=0.0)))
        cells = cells[is_open]
        if len(cells) == 0:
            break
    return bound, looked


def _halves(cells: np.ndarray) -> np.ndarray:
    """Each cell cut in two along every level; those without a monotone curve left out."""
    corners = np.array(list(product((0, 1), repeat=cells.shape[1])))
    smaller = (2 * cells[:, None, :] + corners).reshape(-1, cells.shape[1])
    is_curve = (np.diff(smaller, axis=1) >= 0).all(axis=1)
    return np.asarray(smaller[is_curve])


def _monotone(grid: int, doses: int) -> np.ndarray:
    """(grid, ...) whether the numbers of the grid points never fall."""
    steps = np.indices((grid,) * doses, sparse=True)
    rising = np.ones((grid,) * doses, np.bool_)
    for lower, upper in pairwise(steps):
        rising &= lower <= upper
    return rising


@dataclass(frozen=True, slots=True)
class _Terms:
    """Endings with a recommendation: at each level the number of its distinct factor, and what such a factor is.

    `digits` (m, doses) in order; `factors`: for each level (participants, toxicities, whether it is the one recommended).
    """

    digits: np.ndarray
    ways: np.ndarray
    factors: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, polynomial: Polynomial) -> _Terms:
        kept = polynomial.selected >= 0
        n, y, selected = polynomial.participants[kept], polynomial.dlts[kept], polynomial.selected[kept]
        digits, factors = [], []
        for d in range(polynomial.doses):
            found, index = np.unique(
                np.column_stack([n[:, d], y[:, d], selected == d]), axis=0, return_inverse=True
            )
            digits.append(index.reshape(-1))
            factors.append(found)
        whole = np.column_stack(digits)
        order = np.lexsort(whole.T[::-1])
        return cls(whole[order], polynomial.ways[kept][order], tuple(factors))

    def risk(self, table: np.ndarray, is_toxic: np.ndarray) -> np.ndarray:
        """(grid, ...) the sum over endings for every combination of columns of `table` (n, y, grid).

        A level that is recommended counts only in the columns where it is toxic. Summed from the last level inwards:
        endings that share their first levels share all that is left to multiply.
        """
        digits, sums = self.digits, self.ways[:, None]
        for d in reversed(range(len(self.factors))):
            n, y, chosen = self.factors[d].T
            factor = table[n, y] * np.where(chosen[:, None] == 1, is_toxic, True)
            factor = factor[digits[:, d]]
            starts = _starts(digits[:, :d])
            ends = [*starts[1:], len(digits)]
            parts = [factor[a:b].T @ sums[a:b] for a, b in zip(starts, ends, strict=True)]
            sums = np.array([part.ravel() for part in parts])
            digits = digits[starts]
        return np.asarray(sums.reshape((table.shape[2],) * len(self.factors)))


def _starts(prefixes: np.ndarray) -> np.ndarray:
    """Where a new prefix begins, in rows that are in order."""
    changed = (prefixes[1:] != prefixes[:-1]).any(axis=1)
    return np.concatenate([[0], np.flatnonzero(changed) + 1])


def _risk(polynomial: Polynomial, table: np.ndarray, curves: np.ndarray, is_toxic: np.ndarray) -> np.ndarray:
    """(curves,) the same for some combinations of columns."""
    from firstdose.escalation import _compiled

    selected, *_ = _compiled.walk(
        polynomial.participants,
        polynomial.dlts,
        polynomial.ways,
        polynomial.cause,
        polynomial.selected,
        table,
        curves,
        len(polynomial.causes),
        False,
    )
    return np.asarray((selected[:-1] * is_toxic[curves].T).sum(axis=0))
