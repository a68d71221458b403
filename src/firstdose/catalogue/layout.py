"""How the rows and columns of an array are divided: factors, and comparisons between their cells."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor with its levels in declared order. `codes`: number of the level of each row; none: within rows."""

    name: str
    levels: tuple[str, ...]
    codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Factors of an array with one row a participant.

    `within`: the columns are the cells of these factors, the last varying fastest. `between`: a level a row.
    """

    within: tuple[Factor, ...] = ()
    between: tuple[Factor, ...] = ()

    @property
    def columns(self) -> int:
        """Cells of the within factors."""
        return math.prod(len(factor.levels) for factor in self.within)

    @property
    def cells(self) -> tuple[str, ...]:
        """A name a column, such as `DL1 M6`."""
        names: tuple[str, ...] = ("",)
        for factor in self.within:
            names = tuple(f"{name} {level}".strip() for name in names for level in factor.levels)
        return names


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A comparison: weights over the columns, and over the groups of participants (none: all groups alike).

    The estimate is the sum of (group weight x column weight x cell mean); without group weights the unweighted mean
    over groups. `tests`: False for a comparison that is estimated and not tested.
    """

    name: str
    columns: tuple[float, ...]
    groups: tuple[float, ...] = ()
    tests: bool = True
