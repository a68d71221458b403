"""Cells of a factorial: group of each row by time. Names, tests of effects, and comparisons as weights of cell means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.layout import Contrast, Factor, Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from firstdose.methods._kernel.results import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """`codes`: group of each row; `groups` and `columns` are named; weights have shape (rows, groups, columns)."""

    codes: Ints
    groups: tuple[str, ...]
    columns: tuple[str, ...]
    between: tuple[Factor, ...]
    within: tuple[Factor, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Groups and columns."""
        return len(self.groups), len(self.columns)

    def tests(self) -> tuple[tuple[str, Floats], ...]:
        """Every effect of the full factorial with its contrasts of unweighted cell means (type III)."""
        factors = (*self.between, *self.within)
        return _effects(tuple((factor.name, len(factor.levels)) for factor in factors), self.shape)

    def means(self) -> tuple[tuple[str, Floats], ...]:
        """Each cell."""
        unit = np.eye(math.prod(self.shape)).reshape(-1, *self.shape)
        return tuple(zip(self.cell_names, unit, strict=True))

    @property
    def cell_names(self) -> tuple[str, ...]:
        """`DL1 M6`; without groups `M6`."""
        return tuple(f"{group} {column}".strip() for group in self.groups for column in self.columns)

    def comparison(self, contrast: Contrast) -> Floats:
        """Its weights.

        Raises:
            ValueError: it has another number of columns or groups than the values.
        """
        groups, columns = self.shape
        if len(contrast.columns) != columns or len(contrast.groups) not in {0, groups}:
            raise ValueError(
                f"contrast {contrast.name!r} is for {len(contrast.columns)} columns and"
                f" {len(contrast.groups)} groups; these values have the shape {columns} by {groups}"
            )
        return np.outer(contrast.groups or np.full(groups, 1 / groups), contrast.columns)

    def checked(self, contrasts: Sequence[Contrast]) -> tuple[Contrast, ...]:
        """The same, or ValueError as `comparison`."""
        for contrast in contrasts:
            self.comparison(contrast)
        return tuple(contrasts)

    def usual(self) -> tuple[Contrast, ...]:
        """Where none is declared: later columns less the first; of one column the later groups less the first."""
        groups, columns = self.shape
        unit = np.eye(max(groups, columns))
        if columns > 1:
            return tuple(
                Contrast(
                    name=f"{self.columns[t]} - {self.columns[0]}",
                    columns=tuple((unit[t] - unit[0])[:columns].tolist()),
                )
                for t in range(1, columns)
            )
        if groups == 1:
            return (Contrast(name="mean", columns=(1.0,)),)
        return tuple(
            Contrast(
                name=f"{self.groups[g]} - {self.groups[0]}",
                columns=(1.0,),
                groups=tuple((unit[g] - unit[0])[:groups].tolist()),
            )
            for g in range(1, groups)
        )

    @property
    def log_recoding(self) -> float:
        """Log determinant of the step from sum-to-zero coefficients to cell means."""
        n = math.prod(self.shape)
        return sum(
            n / len(f.levels) * math.log(len(f.levels)) for f in (*self.between, *self.within) if f.levels
        )


@cache
def _effects(factors: tuple[tuple[str, int], ...], shape: tuple[int, int]) -> tuple[tuple[str, Floats], ...]:
    several = [place for place, (_, n) in enumerate(factors) if n > 1]
    wanted = [chosen for size in range(1, len(several) + 1) for chosen in combinations(several, size)]
    return tuple(
        (":".join(factors[place][0] for place in chosen), _weights(factors, chosen).reshape(-1, *shape))
        for chosen in wanted
    )


def _weights(factors: Sequence[tuple[str, int]], chosen: Sequence[int]) -> Floats:
    """Differences to the last level of the chosen factors, means over the others."""
    rows: Floats = np.ones((1, 1))
    for place, (_, n) in enumerate(factors):
        differences = np.hstack([np.eye(n - 1), -np.ones((n - 1, 1))])
        rows = np.kron(rows, differences if place in chosen else np.full((1, n), 1 / n))
    return rows


def divide(rows: int, columns: int, groups: npt.ArrayLike | None, layout: Layout | None) -> Cells:
    """The cells of values with so many rows and columns; levels that never occur are left out.

    Raises:
        ValueError: groups or layout have another shape than the values.
    """
    within = layout.within if layout is not None and layout.within else _times(columns)
    between = layout.between if layout is not None and layout.between else _as_factor(groups, rows)
    if math.prod(len(f.levels) for f in within) != columns or any(len(f.codes) != rows for f in between):
        raise ValueError(f"the layout is not that of values of shape ({rows}, {columns})")
    present = tuple(_present(factor) for factor in between)
    codes = np.zeros(rows, dtype=np.int64)
    for factor in present:
        codes = codes * len(factor.levels) + np.array(factor.codes, dtype=np.int64)
    groups_named = Layout(within=present).cells if present else ("",)
    return Cells(
        codes=codes,
        groups=groups_named,
        columns=Layout(within=within).cells if within else ("",),
        between=present,
        within=within,
    )


def _times(columns: int) -> tuple[Factor, ...]:
    if columns == 1:
        return ()
    return (Factor(name="time", levels=tuple(f"time {t}" for t in range(1, columns + 1))),)


def _as_factor(groups: npt.ArrayLike | None, rows: int) -> tuple[Factor, ...]:
    if groups is None:
        return ()
    codes = np.asarray(groups, dtype=np.int64)
    if codes.shape != (rows,) or (codes < 0).any():
        raise ValueError(f"one group code a row is needed, shape ({rows},); this is {codes.shape}")
    levels = tuple(f"group {g}" for g in range(1, int(codes.max(initial=0)) + 2))
    return (Factor(name="group", levels=levels, codes=tuple(codes.tolist())),)


def _present(factor: Factor) -> Factor:
    """Without the levels that no row has."""
    found = sorted(set(factor.codes))
    return Factor(
        name=factor.name,
        levels=tuple(factor.levels[code] for code in found) or factor.levels,
        codes=tuple(found.index(code) for code in factor.codes),
    )
