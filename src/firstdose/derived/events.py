"""Adverse events with their days, relation, place and the protocol's dose-limiting toxicity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.rules import rule_of
from firstdose.derived.timing import derive_day_zero
from firstdose.protocol.rule import expression

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

EVENTS = "adverse_events"
RELATED = ("certain", "probable", "possible")
OPTIONAL = {
    "coded_term": pl.String,
    "soc": pl.String,
    "grade": pl.Float64,
    "onset": pl.String,
    "end": pl.String,
    "onset_day": pl.Float64,
    "end_day": pl.Float64,
    "outcome": pl.String,
    "serious": pl.Boolean,
    "related_cells": pl.String,
    "related_procedure": pl.String,
    "related_biopsy": pl.String,
    "related_disease": pl.String,
    "special_interest": pl.String,
    "lesion": pl.String,
}


def derive_events(protocol: Protocol, snapshot: Snapshot) -> pl.DataFrame:
    """Events on record with `day` and `last_day` from day 0, `related`, `systemic`, `emergent`, `preferred`, `dlt`.

    A day is known only from a complete date or from an item `onset_day` recorded as such; unknown stays null.
    """
    table = snapshot.table(EVENTS)
    if table is None:
        return pl.DataFrame(schema={"participant": pl.String, "term": pl.String, **OPTIONAL, **DERIVED})
    absent = [
        pl.lit(None, dtype=kind).alias(name) for name, kind in OPTIONAL.items() if name not in table.columns
    ]
    events = (
        table.with_columns(absent)
        .join(derive_day_zero(protocol, snapshot), on="participant", how="left", maintain_order="left")
        .with_columns(
            _days_from("onset", "onset_day").alias("day"), _days_from("end", "end_day").alias("last_day")
        )
        .with_columns(
            _related().alias("related"),
            pl.col("lesion").is_null().alias("systemic"),
            (pl.col("day") >= 0).alias("emergent"),
            pl.coalesce("coded_term", "term").alias("preferred"),
        )
    )
    return events.with_columns(_dose_limiting(protocol).alias("dlt"))


DERIVED = {
    "day": pl.Float64,
    "last_day": pl.Float64,
    "related": pl.Boolean,
    "systemic": pl.Boolean,
    "emergent": pl.Boolean,
    "preferred": pl.String,
    "dlt": pl.Boolean,
}


def _days_from(date: str, day: str) -> pl.Expr:
    since = pl.col(date).str.to_date("%Y-%m-%d", strict=False) - pl.col("day_zero")
    return pl.coalesce(pl.col(day), since.dt.total_days().cast(pl.Float64))


def _related() -> pl.Expr:
    """Related to the cells: certain, probable or possible; an unassessable relation stays unknown."""
    relation = pl.col("related_cells")
    known = relation.is_in(["unlikely", *RELATED])
    return pl.when(known).then(relation.is_in(RELATED))


def _dose_limiting(protocol: Protocol) -> pl.Expr:
    if protocol.safety is None or not protocol.safety.dlt:
        return pl.lit(None, dtype=pl.Boolean)
    return expression(rule_of(protocol, protocol.safety.dlt, "dlt"))
