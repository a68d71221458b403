"""The two tables every study has: visits and participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.catalogue import Item
from firstdose.protocol.names import Form
from firstdose.records.order import in_order
from firstdose.records.tables import table_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VISITS, PARTICIPANTS = "visits", "participants"

_STATUS = (("done", "took place"), ("missed", "did not take place"))

VISITS_FORM = Form(
    name=VISITS,
    label="visits",
    per="participant",
    items=(
        Item(name="date", label="day of the visit", kind="date", required=False),
        Item(name="status", label="took place or not", kind="code", codes=_STATUS),
        Item(name="reason", label="why missed or unscheduled", kind="text", required=False),
    ),
)
PARTICIPANTS_FORM = Form(name=PARTICIPANTS, label="participants", per="participant", items=(), by_visit=False)


def visits_of(tables: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The visits of which records speak, where nobody kept a table of visits: done, on the earliest day."""
    empty = pl.DataFrame(schema=table_schema(VISITS_FORM))
    seen = [
        table.filter(pl.col("visit").is_not_null()).select("participant", "visit", "date")
        for table in tables
        if "visit" in table.columns
    ]
    if not seen:
        return empty
    days = pl.concat(seen).group_by("participant", "visit", maintain_order=True).agg(pl.col("date").min())
    done = days.with_columns(pl.lit("done").alias("status"))
    return pl.concat([empty, done], how="diagonal").select(empty.columns)


def participants_of(tables: Mapping[str, pl.DataFrame], roster: Iterable[str] = ()) -> pl.DataFrame:
    """participant, in natural order: the roster where there is one, else everybody who has a record."""
    own = tables.get(PARTICIPANTS)
    listed = [*roster, *([] if own is None else own["participant"].to_list())]
    if not listed:
        listed = [
            name for table in tables.values() for name in table["participant"].drop_nulls().unique().to_list()
        ]
    names = in_order(listed)
    return pl.DataFrame({"participant": names}, schema={"participant": pl.String})
