"""Measurements: one long frame for a variable, whatever form, scale or rule it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.rules import derive_derivation
from firstdose.derived.scores import score_column

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Variable
    from firstdose.records.snapshot import Snapshot

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
