"""Measurements: one long frame for a variable, whatever form, scale or rule it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.derived.rules import derive_derivation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Variable
    from firstdose.records.snapshot import Snapshot

COLUMNS = ("participant", "lesion", "visit", "value", "comparator")
EMPTY = {
    "participant": pl.String,
    "lesion": pl.String,
    "visit": pl.String,
    "value": pl.Float64,
    "comparator": pl.String,
}


def derive_measurements(protocol: Protocol, snapshot: Snapshot, variable: Variable) -> pl.DataFrame:
    """participant, lesion, visit > value, comparator. A record without the value has a null value, never no row."""
    if variable.activity == "":
        return derive_derivation(protocol, snapshot, variable.name)
    table = snapshot.table(variable.activity)
    if table is None:
        return pl.DataFrame(schema=EMPTY)
    if variable.score is not None:
        value = score_column(table, variable.score.compute)
        comparator = pl.lit(None, dtype=pl.String)
    else:
        value = table[variable.item_name].cast(pl.Float64)
        beside = f"{variable.item_name}__comparator"
        comparator = pl.col(beside) if beside in table.columns else pl.lit(None, dtype=pl.String)
    return table.with_columns(value.alias("value")).select(
        "participant", "lesion", "visit", "value", comparator.alias("comparator")
    )


def score_column(table: pl.DataFrame, compute: object) -> pl.Series:
    """A score of every record; a missing item makes a missing score."""
    arrays = arrays_of(table)
    value = np.asarray(compute(arrays), dtype=np.float64)  # type: ignore[operator]
    return pl.Series("value", np.broadcast_to(value, table.height), dtype=pl.Float64).fill_nan(None)


def arrays_of(table: pl.DataFrame) -> Mapping[str, np.ndarray]:
    """Item columns as float arrays, NaN where missing; truths are 0 and 1, texts stay objects."""
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
            column = self._table[name]
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


def derive_change(measurements: pl.DataFrame, reference: str) -> pl.DataFrame:
    """Beside each value its own reference value: `before`, `change`, `percent` (null where before is 0)."""
    before = (
        measurements.filter(pl.col("visit") == reference)
        .select(
            "participant",
            "lesion",
            pl.col("value").alias("before"),
            pl.col("comparator").alias("before_comparator"),
        )
        .unique(["participant", "lesion"], keep="first", maintain_order=True)
    )
    joined = measurements.join(
        before, on=["participant", "lesion"], how="left", nulls_equal=True, maintain_order="left"
    )
    change = pl.col("value") - pl.col("before")
    return joined.with_columns(
        change.alias("change"),
        pl.when(pl.col("before") != 0).then(100 * change / pl.col("before")).alias("percent"),
    )
