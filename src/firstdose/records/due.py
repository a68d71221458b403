"""Which records are due: what the schedule asks of the visits that took place or were missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.records.cells import MISSED, NO_RECORD
from firstdose.records.order import is_unplanned
from firstdose.records.tables import GAP_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from firstdose.protocol.model import Activity, Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.order import Order

LESIONS = "lesion_map"


def absent_records(
    protocol: Protocol,
    known: Mapping[str, Form],
    tables: Mapping[str, pl.DataFrame],
    order: Order,
) -> pl.DataFrame:
    """Records that are due and not there: gaps without an item, `visit missed` with its reason or `no record`."""
    visits = _visits(protocol, tables["visits"])
    lesions = _lesions(tables)
    frames = [
        _absent(row, known[row.activity], visits, lesions, tables.get(row.activity), order)
        for row in protocol.schedule
        if row.activity in known and not known[row.activity].repeats
    ]
    return pl.concat([pl.DataFrame(schema=GAP_COLUMNS), *frames])


def _visits(protocol: Protocol, visits: pl.DataFrame) -> pl.DataFrame:
    """Visits done or missed; an early end stands for the last planned visit."""
    planned = [visit.visit for visit in protocol.visits]
    last = pl.lit(planned[-1] if planned else None, dtype=pl.String)
    names = [name for name in visits["visit"].unique().drop_nulls() if name not in planned]
    ends = [name for name in names if is_unplanned(name) and name.startswith("END")]
    seen = visits.select(
        "participant",
        "visit",
        pl.when(pl.col("visit").is_in(ends)).then(last).otherwise("visit").alias("as"),
        "status",
        pl.col("reason").alias("why"),
    )
    return seen.filter(pl.col("status").is_not_null()).unique(["participant", "visit"], maintain_order=True)


def _lesions(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """participant, lesion: of the lesion map, else of any table."""
    mapped = tables.get(LESIONS)
    sources = (
        [mapped] if mapped is not None else [table for table in tables.values() if "lesion" in table.columns]
    )
    empty = pl.DataFrame(schema={"participant": pl.String, "lesion": pl.String})
    pairs = [source.select("participant", "lesion").unique() for source in sources]
    return pl.concat([empty, *pairs]).drop_nulls().unique().sort("participant", "lesion")


def _absent(
    row: Activity,
    form: Form,
    visits: pl.DataFrame,
    lesions: pl.DataFrame,
    table: pl.DataFrame | None,
    order: Order,
) -> pl.DataFrame:
    due = visits.filter(pl.col("as").is_in(list(row.at)))
    if form.per == "lesion":
        due = due.join(lesions, on="participant", how="inner", maintain_order="left")
    else:
        due = due.with_columns(lesion=pl.lit(None, dtype=pl.String))
    if table is not None and table.height:
        due = due.filter(~pl.Series(_is_there(due, table, form, order)))
    missed = pl.col("status") == "missed"
    return due.select(
        pl.lit(row.activity).alias("activity"),
        "participant",
        "visit",
        "lesion",
        pl.lit(None, dtype=pl.String).alias("item"),
        pl.when(missed).then(pl.lit(MISSED)).otherwise(pl.lit(NO_RECORD)).alias("reason"),
        pl.when(missed).then(pl.col("why").fill_null("")).otherwise(pl.lit("")).alias("detail"),
        pl.lit(None, dtype=pl.String).alias("_file"),
        pl.lit(None, dtype=pl.Int64).alias("_row"),
    )


def _is_there(due: pl.DataFrame, table: pl.DataFrame, form: Form, order: Order) -> NDArray[np.bool_]:
    """Whether a record has the same keys; forms kept once a participant may bear another visit or none."""
    if form.by_visit:
        return np.isin(order.keys(due), order.keys(table))
    nowhere = np.zeros(1, dtype=np.int64)
    here, there = (
        order.number(order.ranks(rows, "participant"), nowhere, order.ranks(rows, "lesion"))
        for rows in (due, table)
    )
    return np.isin(here, there)
