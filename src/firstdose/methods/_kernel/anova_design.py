"""Factors within and between participants as contrasts: what every analysis of variance here is computed from.

Within: orthonormal contrasts over the columns. Between: weights over the cells of participants, so scaled that the
sum of squares of an effect is the squared length of (weights x cell means x contrasts). Cell means are weighted alike
whatever the cell's size: type III, by sum-to-zero contrasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.layout import Factor, Layout
from firstdose.methods._kernel import caveats_of_anova as tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from firstdose.catalogue.result import Caveat
    from firstdose.methods._kernel.results import Floats, Ints

TIME = "time"


@dataclass(frozen=True, slots=True)
class Part:
    """An effect of some factors. `rows`: contrasts (p, columns) within, scaled weights (q, cells) between."""

    name: str
    factors: tuple[str, ...]
    rows: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """n participants in cells: `cell`, the number of each one's cell, `sizes` and names of the cells.

    `within` and `between`: their effects, the mean over all (no factors) first. `against`: why nothing can be computed.
    """

    cell: Ints
    sizes: Ints
    cells: tuple[str, ...]
    within_factors: tuple[Factor, ...]
    between_factors: tuple[Factor, ...]
    within: tuple[Part, ...]
    between: tuple[Part, ...]
    headline: Factor
    caveats: tuple[Caveat, ...] = ()
    against: tuple[Caveat, ...] = ()

    @property
    def n(self) -> int:
        """Participants."""
        return len(self.cell)

    @property
    def nu(self) -> int:
        """Residual degrees of freedom between participants."""
        return self.n - len(self.sizes)

    @property
    def plain(self) -> bool:
        """One factor within, none between."""
        return len(self.within_factors) == 1 and not self.between_factors

    @property
    def effects(self) -> tuple[tuple[Part, Part], ...]:
        """Every tested pair of an effect between and one within, in the order of the table."""
        pairs = ((b, w) for w in self.within for b in self.between)
        return tuple((b, w) for b, w in pairs if b.factors or w.factors)

    def indicator(self) -> Floats:
        """1 where a participant, in columns, lies in a cell, in rows."""
        return np.asarray(np.arange(len(self.sizes))[:, None] == self.cell, dtype=np.float64)


def effect_name(between: Part, within: Part) -> str:
    """Such as `dose:time`."""
    return ":".join((*between.factors, *within.factors))


def as_design(columns: int, n: int, layout: Layout | None, groups: npt.ArrayLike | None) -> Design:
    """The factors of rows (n, columns); without a layout one factor `time`, and `group` where there are groups.

    Raises:
        ValueError: the layout or the groups have another shape; the caller chose the wrong design.
    """
    codes = None if groups is None else tuple(np.asarray(groups, dtype=np.int64).ravel().tolist())
    return _design(columns, n, layout, codes)


@lru_cache(maxsize=64)
def _design(columns: int, n: int, layout: Layout | None, groups: tuple[int, ...] | None) -> Design:
    within = layout.within if layout is not None and layout.within else (_times(columns),)
    if (shape := Layout(within=within).columns) != columns:
        raise ValueError(f"the layout has {shape} columns, the rows have shape ({n}, {columns})")
    declared = layout.between if layout is not None and layout.between else _grouped(groups)
    if any(len(factor.codes) != n for factor in declared):
        raise ValueError(f"one level a participant is needed in every group of {n} rows")
    used = tuple(map(_present, declared))
    between = tuple(factor for factor in used if len(factor.levels) > 1)
    alone = [factor.name for factor in used if len(factor.levels) == 1]
    cell, sizes, cells = _cells(between, n)
    empty = [name for name, size in zip(cells, sizes, strict=True) if size == 0 and n > 0]
    varying = tuple(factor for factor in within if len(factor.levels) > 1)
    return Design(
        cell=cell,
        sizes=sizes,
        cells=cells,
        within_factors=varying,
        between_factors=between,
        within=_parts(varying, helmert, _mean_row),
        between=() if empty else tuple(_scaled(part, sizes) for part in _between_parts(between)),
        headline=next((factor for factor in varying if factor.name == TIME), varying[0]),
        caveats=(tell.one_level(alone),) if alone else (),
        against=(tell.empty_cells(empty),) if empty else (),
    )


def _times(columns: int) -> Factor:
    return Factor(name=TIME, levels=tuple(str(time) for time in range(1, columns + 1)))


def _grouped(codes: tuple[int, ...] | None) -> tuple[Factor, ...]:
    """Int codes 0, 1, ... as levels `1`, `2`, ..."""
    if codes is None:
        return ()
    levels = tuple(str(code + 1) for code in range(max(codes, default=0) + 1))
    return (Factor(name="group", levels=levels, codes=codes),)


def _present(factor: Factor) -> Factor:
    """The factor without levels that nobody has."""
    found, codes = np.unique(np.array(factor.codes, dtype=np.int64), return_inverse=True)
    levels = tuple(factor.levels[code] for code in found)
    return Factor(name=factor.name, levels=levels or factor.levels[:1], codes=tuple(codes.tolist()))


def _cells(factors: Sequence[Factor], n: int) -> tuple[Ints, Ints, tuple[str, ...]]:
    """Number of each participant's cell, sizes and names of the cells, the last factor varying fastest."""
    cell = np.zeros(n, dtype=np.int64)
    for factor in factors:
        cell = cell * len(factor.levels) + np.array(factor.codes, dtype=np.int64)
    names = Layout(within=tuple(factors)).cells
    return cell, np.bincount(cell, minlength=len(names)), names


def _parts(
    every: Sequence[Factor], compared: Callable[[int], Floats], averaged: Callable[[int], Floats]
) -> tuple[Part, ...]:
    """Each subset of the factors, smaller ones first, as the product of its contrasts and the others' means."""
    subsets = (some for size in range(len(every) + 1) for some in combinations(every, size))
    return tuple(_part(subset, every, compared, averaged) for subset in subsets)


def _part(
    subset: Sequence[Factor],
    every: Sequence[Factor],
    compared: Callable[[int], Floats],
    averaged: Callable[[int], Floats],
) -> Part:
    names = tuple(factor.name for factor in subset)
    blocks = ((compared if each.name in names else averaged)(len(each.levels)) for each in every)
    return Part(":".join(names), names, _product(blocks))


def _between_parts(factors: Sequence[Factor]) -> tuple[Part, ...]:
    return _parts(factors, helmert, _average)


def _scaled(part: Part, sizes: Ints) -> Part:
    """Weights of independent rows and unit variance for cell means of unit variance over size."""
    root = np.linalg.cholesky((part.rows / np.maximum(sizes, 1)) @ part.rows.T)
    return Part(part.name, part.factors, np.linalg.solve(root, part.rows))


def helmert(k: int) -> Floats:
    """Orthonormal contrasts, shape (k - 1, k): each level against the mean of those before it."""
    rows = np.tril(np.ones((k - 1, k)))
    rows[np.arange(k - 1), np.arange(1, k)] = -np.arange(1, k)
    lengths: Floats = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / lengths


def _mean_row(k: int) -> Floats:
    return np.full((1, k), k**-0.5)


def marginal(design: Design, factor: Factor) -> Floats:
    """Rows that average the columns over all other factors within, shape (levels, columns)."""
    blocks = (
        np.eye(len(each.levels)) if each.name == factor.name else _average(len(each.levels))
        for each in design.within_factors
    )
    return _product(blocks)


def _product(blocks: Iterable[Floats]) -> Floats:
    """Of the contrasts of each factor, the last varying fastest."""
    found: Floats = np.ones((1, 1))
    for block in blocks:
        found = np.asarray(np.kron(found, block), dtype=np.float64)
    return found


def _average(k: int) -> Floats:
    return np.full((1, k), 1.0 / k)
