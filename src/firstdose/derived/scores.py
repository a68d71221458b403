"""Scores of a shelf form, computed for all its records at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def score_column(table: pl.DataFrame, compute: object) -> pl.Series:
    """A score of every record; a missing item makes a missing score."""
    arrays = arrays_of(table)
    value = np.asarray(compute(arrays), dtype=np.float64)  # type: ignore[operator]
    return pl.Series("value", np.broadcast_to(value, table.height), dtype=pl.Float64).fill_nan(None)


def known_values(table: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The table with null in place of values that are only known to lie below or above what is written."""
    beside = {name: f"{name}__comparator" for name in names if f"{name}__comparator" in table.columns}
    return table.with_columns(
        pl.when(pl.col(mark).is_null()).then(pl.col(name)).alias(name) for name, mark in beside.items()
    )


def arrays_of(table: pl.DataFrame) -> Mapping[str, np.ndarray]:
    """Item columns as float arrays, NaN where missing or outside quantification; truths are 0 and 1, texts stay objects."""
    return _Arrays(table)


class _Arrays(dict[str, np.ndarray]):
    """Columns turned into arrays only when a score asks for them."""

    def __init__(self, table: pl.DataFrame) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, name: str) -> np.ndarray:
        if name not in self._table.columns:
            array = np.full(self._table.height, np.nan)
        else:
            column = known_values(self._table, [name])[name]
            numeric = column.dtype.is_numeric() or column.dtype == pl.Boolean
            array = (
                column.cast(pl.Float64).fill_null(float("nan")).to_numpy() if numeric else column.to_numpy()
            )
        self[name] = array
        return array

    def __contains__(self, name: object) -> bool:
        return name in self._table.columns

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
        if name in self:
            return self[name]
        return default
