"""Days: the day of the first administration is day 0, and every visit has its day and its window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

ADMINISTRATION = "injection"


def read_dates(table: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The table with these columns of ISO text as dates; a date known in part is null."""
    texts = [name for name in names if table.schema[name] == pl.String]
    return table.with_columns(pl.col(texts).str.to_date("%Y-%m-%d", strict=False))


def derive_day_zero(protocol: Protocol, snapshot: Snapshot) -> pl.DataFrame:
    """participant > day_zero: the first administration, or the visit planned on day 0 where none is recorded."""
    given = snapshot.table(ADMINISTRATION)
    planned = [visit.visit for visit in protocol.visits if visit.day == 0]
    visits = snapshot.tables["visits"].filter(pl.col("visit").is_in(planned) & pl.col("date").is_not_null())
    frames = [visits.select("participant", "date")]
    if given is not None:
        frames.insert(0, given.filter(pl.col("date").is_not_null()).select("participant", "date"))
    firsts = [frame.group_by("participant").agg(pl.col("date").min().alias("day_zero")) for frame in frames]
    return pl.concat(firsts).unique("participant", keep="first", maintain_order=True).sort("participant")


def derive_visit_days(protocol: Protocol, snapshot: Snapshot) -> pl.DataFrame:
    """Visits with planned day, window, actual `day` and `off`: days outside the window (0 inside, null unknown)."""
    plan = pl.DataFrame(
        {
            "visit": [visit.visit for visit in protocol.visits],
            "planned": [visit.day for visit in protocol.visits],
            "first": [visit.window.first for visit in protocol.visits],
            "last": [visit.window.last for visit in protocol.visits],
            "order": list(range(len(protocol.visits))),
        },
        schema={
            "visit": pl.String,
            "planned": pl.Int64,
            "first": pl.Int64,
            "last": pl.Int64,
            "order": pl.Int64,
        },
    )
    day = (pl.col("date") - pl.col("day_zero")).dt.total_days()
    early = pl.min_horizontal(pl.lit(0), pl.col("day") - pl.col("first"))
    late = pl.max_horizontal(pl.lit(0), pl.col("day") - pl.col("last"))
    return (
        snapshot.tables["visits"]
        .join(derive_day_zero(protocol, snapshot), on="participant", how="left")
        .join(plan, on="visit", how="left")
        .with_columns(day.alias("day"))
        .with_columns(
            pl.when(pl.all_horizontal(pl.col("day", "first").is_not_null())).then(early + late).alias("off")
        )
        .sort("participant", "order", "date")
    )


def derive_treated(protocol: Protocol, snapshot: Snapshot) -> pl.DataFrame:
    """participant > treated: an administration is on record; where none is scheduled, everybody counts as treated."""
    everybody = snapshot.tables["participants"].select("participant")
    if protocol.activity(ADMINISTRATION) is None:
        return everybody.with_columns(pl.lit(value=True).alias("treated"))
    given = snapshot.table(ADMINISTRATION)
    ids = [] if given is None else given["participant"].unique().to_list()
    return everybody.with_columns(pl.col("participant").is_in(ids).alias("treated"))


def derive_data_cut(snapshot: Snapshot) -> date | None:
    """The last date on record in any table: the moment the snapshot speaks of, whatever day it is read."""
    dates = [table["date"].max() for table in snapshot.tables.values() if "date" in table.columns]
    known = [day for day in dates if day is not None]
    return max(known) if known else None  # type: ignore[return-value]
