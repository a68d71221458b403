"""The order of time: consent first, visits as planned and inside their windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.names import CONSENT
from firstdose.records import issues
from firstdose.records.visits import VISITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.scope import Scope
    from firstdose.values.issue import Issue

CONSENT_DATE = "consent_date"


def check_consent(scope: Scope) -> Iterator[Issue]:
    """FD-R060: visits and records dated before consent."""
    if scope.protocol.activity(CONSENT) is None:
        return
    consent = consent_dates(scope)
    visits = scope.visits.select("participant", "visit", pl.col("date").alias("visit_date")).unique(
        ["participant", "visit"], keep="first", maintain_order=True
    )
    for activity, _, table in scope.tables():
        if activity == CONSENT or table["date"].null_count() == table.height:
            continue
        dated = (
            table.select("participant", "visit", "date").with_row_index("_at").join(consent, on="participant")
        )
        early = dated.filter(pl.col("date") < pl.col("consent"))
        if activity != VISITS and early.height:  # a record on the visit's own day is told with the visit
            early = early.join(visits, on=["participant", "visit"], how="left")
            early = early.filter(~pl.col("date").eq_missing(pl.col("visit_date")))
        for row, date, signed in early.select("_at", "date", "consent").iter_rows():
            what = table["visit"][row] if activity == VISITS else activity
            whose = scope.whose(activity, row, ("participant", "lesion"))
            place = scope.place(activity, row, "date")
            yield issues.before_consent(place, what, whose, date.isoformat(), signed.isoformat())


def consent_dates(scope: Scope) -> pl.DataFrame:
    """participant > consent, where its whole date is known; of several the first."""
    table = scope.snapshot.table(CONSENT)
    if table is None:
        return pl.DataFrame(schema={"participant": pl.String, "consent": pl.Date})
    date = (
        pl.col(CONSENT_DATE).str.to_date("%Y-%m-%d", strict=False)
        if CONSENT_DATE in table.columns
        else pl.col("date")
    )
    dated = table.select("participant", date.alias("consent")).drop_nulls()
    return dated.group_by("participant", maintain_order=True).agg(pl.col("consent").min())


def check_consented(scope: Scope) -> Iterator[Issue]:
    """FD-R061: participants without a dated consent, told once at the first visit or record."""
    if scope.protocol.activity(CONSENT) is None:
        return
    consented = set(consent_dates(scope)["participant"].to_list())
    told: set[str] = set()
    tables = sorted(scope.tables(), key=lambda each: each[0] != VISITS)
    for activity, _, table in tables:
        if activity == VISITS:
            happened = (table["status"] == "done").fill_null(value=False)
        else:
            happened = table["participant"].is_not_null()
        others = set(table.filter(happened)["participant"].unique().to_list()) - consented - told
        for name in sorted(others):
            row = ((table["participant"] == name) & happened).arg_max() or 0
            yield issues.no_consent(scope.place(activity, row), name)
        told |= others


def check_visit_order(scope: Scope) -> Iterator[Issue]:
    """FD-R062: planned visits dated before an earlier one."""
    plan = {visit: place for place, visit in enumerate(scope.planned)}
    rank = pl.col("visit").replace_strict(plan, default=None, return_dtype=pl.Int64).alias("_rank")
    seen = (
        scope.visits.with_row_index("_at")
        .with_columns(rank)
        .filter(pl.col("_rank").is_not_null() & pl.col("date").is_not_null())
    )
    latest = pl.col("date").cum_max()
    newest = (
        pl.when(pl.col("date") == latest).then("visit").forward_fill()
    )  # the visit that set the latest date
    ordered = seen.sort("participant", "_rank", "_at").with_columns(
        latest.shift(1).over("participant").alias("_latest"),
        newest.shift(1).over("participant").alias("_before"),
    )
    for row, before in (
        ordered.filter(pl.col("date") < pl.col("_latest")).select("_at", "_before").iter_rows()
    ):
        whose = scope.whose(VISITS, row, ("participant",))
        yield issues.out_of_order(scope.place(VISITS, row, "date"), whose, scope.visits["visit"][row], before)


def check_windows(scope: Scope) -> Iterator[Issue]:
    """FD-R063: visits whose day, counted from the first administration, lies outside their window."""
    windows = {visit.visit: visit.window for visit in scope.protocol.visits}
    plan = pl.DataFrame(
        {
            "visit": list(windows),
            "_first": [window.first for window in windows.values()],
            "_last": [window.last for window in windows.values()],
        },
        schema={"visit": pl.String, "_first": pl.Int64, "_last": pl.Int64},
    )
    days = (
        scope.visits.with_row_index("_at")
        .join(scope.day_zero, on="participant")
        .join(plan, on="visit")
        .with_columns((pl.col("date") - pl.col("day_zero")).dt.total_days().alias("_day"))
        .filter((pl.col("_day") < pl.col("_first")) | (pl.col("_day") > pl.col("_last")))
    )
    for row, day, visit in days.select("_at", "_day", "visit").iter_rows():
        window, whose = windows[visit], scope.whose(VISITS, row, ("participant",))
        place = scope.place(VISITS, row, "date")
        yield issues.outside_window(place, whose, visit, day, str(window), window.distance(day))
