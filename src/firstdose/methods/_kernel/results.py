"""From arrays to one Result: the same door, the same refusals and the same order of numbers for every method."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from firstdose.catalogue.result import Alternative, Caveat, Result
from firstdose.methods._kernel import caveats as say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pairs = tuple[tuple[str, float | None], ...]

LARGEST = 1e50  # nothing that is measured; squares and their squares stay finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is known of a Result before anything is computed; `further`: operation ids in their order."""

    method: str
    n: int
    level: float
    alternative: Alternative = "two-sided"
    further: tuple[str, ...] = ()
    variant: str = ""

    def answer(
        self,
        found: Mapping[str, float | None] | None = None,
        caveats: Iterable[Caveat] = (),
        **fields: Any,
    ) -> Result:
        """The Result; a further number that was not found, or is not finite, is None."""
        known = found or {}
        numbers = {name: known.get(name) for name in (*self.further, *known)}
        return Result(
            method=self.method,
            variant=self.variant,
            level=self.level,
            alternative=self.alternative,
            n_participants=self.n,
            n_units=self.n,
            more=tuple((name, finite(value)) for name, value in numbers.items()),
            caveats=tuple(caveats),
            **fields,
        )


def finite(value: float | None) -> float | None:
    """A Python float, or None for what is missing, infinite or NaN."""
    return None if value is None or not math.isfinite(value) else float(value)


def rows_of(columns: Iterable[npt.ArrayLike], m: int) -> list[tuple[float | None, ...]]:
    """A row of Python floats a data set, None for what is not finite; a column that is one number is it for all."""
    lists = [_listed(np.asarray(column, dtype=np.float64), m) for column in columns]
    return list(zip(*lists, strict=True)) if lists else [()] * m


def pairs_of(named: Mapping[str, npt.ArrayLike], m: int) -> list[Pairs]:
    """The `more` of each data set: rows of name and number."""
    lists = [_paired(name, np.asarray(column, dtype=np.float64), m) for name, column in named.items()]
    return list(zip(*lists, strict=True)) if lists else [()] * m


def _listed(column: Floats, m: int) -> list[float | None]:
    if column.ndim == 0:
        return [finite(float(column))] * m
    found: list[float | None] = column.tolist()
    for i in np.flatnonzero(~np.isfinite(column)).tolist():
        found[i] = None
    return found


def _paired(name: str, column: Floats, m: int) -> list[tuple[str, float | None]]:
    if column.ndim == 0:
        return [(name, finite(float(column)))] * m
    return list(zip(repeat(name, m), _listed(column, m), strict=True))


def power(base: float, exponent: int) -> float:
    """base**exponent; infinite where no float holds it."""
    try:
        return base**exponent
    except OverflowError:
        return math.inf


def as_values(y: npt.ArrayLike) -> Floats:
    """One number a participant, shape (n,).

    Raises:
        ValueError: another shape; the caller chose the wrong design.
    """
    values = np.asarray(y, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"one value a participant is needed, shape (n,); this has shape {values.shape}")
    return values


def as_rows(y: npt.ArrayLike, columns: int | None = None) -> Floats:
    """One row a participant, shape (n, k).

    Raises:
        ValueError: another shape; the caller chose the wrong design.
    """
    rows = np.asarray(y, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] < 2 or columns not in {None, rows.shape[1]}:
        raise ValueError(
            f"one row a participant is needed, shape (n, {columns or 'k'}); this is {rows.shape}"
        )
    return rows


def chosen(option: str, value: str, allowed: Iterable[str]) -> str:
    """The value of an option, which the protocol's check has found in the entry's list.

    Raises:
        ValueError: it is not one of those allowed.
    """
    if value not in (words := tuple(allowed)):
        raise ValueError(f"{option} is one of {', '.join(words)}, not {value!r}")
    return value


def unusable(y: Floats, at_least: int = 1) -> tuple[Caveat, ...]:
    """Why nothing can be computed from these values; empty where it can."""
    if len(y) < at_least:
        return (say.too_few(len(y), at_least),)
    strange = int((~(np.abs(y) <= LARGEST)).sum())
    return (say.not_finite(strange),) if strange else ()


def p_value(less: float, greater: float, alternative: Alternative) -> float:
    """From the two tail probabilities; two-sided is twice the smaller, at most 1."""
    tails = {"less": less, "greater": greater, "two-sided": 2.0 * min(less, greater)}
    return min(1.0, float(tails[alternative]))


def about_p(alternative: Alternative, level: float, smallest: float | None = None) -> tuple[Caveat, ...]:
    """What a reader of the p value must know: its direction, and whether it could be small at all."""
    direction = () if alternative == "two-sided" else (say.one_sided(alternative),)
    if smallest is None or smallest <= 1.0 - level + 1e-12:
        return direction
    return (*direction, say.cannot_reach(smallest, 1.0 - level, alternative))


def without_direction(alternative: Alternative) -> tuple[Caveat, ...]:
    """A caveat where a direction was declared for a test that knows none."""
    return () if alternative == "two-sided" else (say.no_direction(alternative),)
