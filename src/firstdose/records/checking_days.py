"""Days against days: of a record and its visit, of what a record tells, of consent, and of visits before treatment."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.model_of_capture import Capture
from firstdose.protocol.names import CONSENT, END, EVENTS
from firstdose.records import issues_of_entry as issues
from firstdose.records.checking_order import CONSENT_DATE, consent_dates
from firstdose.records.visits import VISITS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from firstdose.protocol.names import Form
    from firstdose.records.scope import Scope
    from firstdose.values.issue import Issue
    from firstdose.values.window import Window

# A consent may be signed this many days before the visit it belongs to, or as many as that visit's window is wide.
CONSENT_AHEAD = 28  # days: four weeks, as long as screening often takes
# Dates that lie ahead by their nature. Of any other the protocol says so: with `values` under `usual`.
AHEAD = frozenset({"expiry"})


def days_of(scope: Scope, table: pl.DataFrame) -> pl.Series:
    """The day of each record: its own date, else that of its visit; null where neither is known."""
    if table["date"].null_count() == 0:
        return table["date"]
    beside = table.select("participant", "visit", "date").join(
        _visit_days(scope), on=["participant", "visit"], how="left", maintain_order="left"
    )
    return beside.select(pl.coalesce("date", "visit_date")).to_series()


def _visit_days(scope: Scope) -> pl.DataFrame:
    """participant, visit > visit_date; of several the first."""
    dated = scope.visits.filter(pl.col("date").is_not_null())
    return dated.select("participant", "visit", pl.col("date").alias("visit_date")).unique(
        ["participant", "visit"], keep="first", maintain_order=True
    )


def check_record_days(scope: Scope) -> Iterator[Issue]:
    """FD-R065: records dated on another day than their visit; a form's own item `date` is a fact of another kind.

    Events and treatments have days of their own, at whatever visit they are told.
    """
    if not scope.keeps_visits:  # then a visit's day is only what its records say
        return
    visits = _visit_days(scope)
    windows = {visit.visit: visit.window for visit in scope.protocol.visits}
    for activity, form, table in scope.tables():
        if activity == VISITS or form.repeats or form.item("date"):
            continue
        if table["date"].null_count() == table.height:
            continue
        dated = table.select("participant", "visit", "date").with_row_index("_at")
        other = dated.join(visits, on=["participant", "visit"]).filter(pl.col("date") != pl.col("visit_date"))
        if other.height:  # what is dated before consent is told as that
            signed = consent_dates(scope)
            other = other.join(signed, on="participant", how="left", maintain_order="left")
            other = other.filter((pl.col("date") >= pl.col("consent")).fill_null(value=True)).drop("consent")
        zeros = dict(scope.day_zero.iter_rows()) if other.height else {}
        for row, participant, visit, day, of_visit in other.iter_rows():
            beyond = _beyond(windows.get(visit), zeros.get(participant), day)
            yield issues.another_day(
                scope.place(activity, row, "date"),
                *(activity, scope.whose(activity, row, ("participant", "lesion"))),
                *(str(day), visit, str(of_visit), beyond),
            )


def _beyond(window: Window | None, zero: dt.date | None, day: dt.date) -> str:
    """What is to be said of the visit's window, '' where the day lies inside or nothing is known."""
    if window is None or zero is None or not window.distance((day - zero).days):
        return ""
    return f"day {(day - zero).days}, outside the window {window}"


def check_later_dates(scope: Scope) -> Iterator[Issue]:
    """FD-R066: a date inside a record of a visit that lies after that record's own day."""
    for activity, form, table in scope.tables():
        names = _told_dates(scope, form, table)
        if not names:
            continue
        day = days_of(scope, table).dt.to_string("%Y-%m-%d").alias("_day")
        for name in names:
            known = pl.col(name).str.len_chars()
            late = pl.col(name) > pl.col("_day").str.slice(0, known)
            rows = table.select(name).with_columns(day).select(late.fill_null(value=False)).to_series()
            for row in rows.arg_true():
                place, whose = scope.place(activity, row, name), scope.whose(activity, row)
                yield issues.not_yet(place, _label(form, name), whose, table[name][row], day[row])


def _told_dates(scope: Scope, form: Form, table: pl.DataFrame) -> list[str]:
    """Dates beside the record's own. A form that repeats is kept up to date for long: its dates may follow."""
    if form.repeats or not form.of_participants:
        return []
    capture = scope.protocol.capture or Capture()
    names = [
        item.name for item in form.items if item.kind == "date" and item.name not in {"date", CONSENT_DATE}
    ]
    return [
        name
        for name in names
        if table[name].null_count() < table.height and not may_lie_ahead(capture, form.name, name)
    ]


def may_lie_ahead(capture: Capture, form: str, name: str) -> bool:
    """Whether a date may be still to come when it is recorded: its limits then say how far."""
    limits = capture.limits(form, name)
    return name in AHEAD or (limits is not None and limits.values is not None and limits.values[1] > 0)


def _label(form: Form, name: str) -> str:
    item = form.item(name)
    return item.label if item else name


def check_events_and_consent(scope: Scope) -> Iterator[Issue]:
    """FD-R067: adverse events that began before consent."""
    table = scope.snapshot.table(EVENTS)
    if table is None or not scope.looks_at(EVENTS) or not scope.protocol.activity(CONSENT):
        return
    if "onset" not in table.columns:
        return
    began = (
        table.select("participant", "onset")
        .with_row_index("_at")
        .join(consent_dates(scope), on="participant")
    )
    signed = pl.col("consent").dt.to_string("%Y-%m-%d")
    early = began.filter(pl.col("onset") < signed.str.slice(0, pl.col("onset").str.len_chars()))
    for row, participant, onset, consent in early.iter_rows():
        place = scope.place(EVENTS, row, "onset")
        yield issues.event_before_consent(place, participant, onset, str(consent))


def check_consent_day(scope: Scope) -> Iterator[Issue]:
    """FD-R068: a consent signed long before the visit that it belongs to."""
    table, at = scope.snapshot.table(CONSENT), scope.at(CONSENT)
    if table is None or not at or not scope.looks_at(CONSENT) or CONSENT_DATE not in table.columns:
        return
    visit = scope.protocol.visit(at[0])
    ahead = max(CONSENT_AHEAD, visit.window.last - visit.window.first if visit else 0)
    signed = pl.col(CONSENT_DATE).str.to_date("%Y-%m-%d", strict=False).alias("consent")
    own = table.select("participant", signed).with_row_index("_at")
    visits = _visit_days(scope).filter(pl.col("visit") == at[0])
    days = (pl.col("visit_date") - pl.col("consent")).dt.total_days().alias("_days")
    for row, participant, consent, days_ahead in (
        own.join(visits, on="participant")
        .with_columns(days)
        .filter(pl.col("_days") > ahead)
        .select("_at", "participant", "consent", "_days")
        .iter_rows()
    ):
        place = scope.place(CONSENT, row, CONSENT_DATE)
        yield issues.consent_long_ago(place, participant, str(consent), days_ahead, at[0])


def check_days_left(scope: Scope) -> Iterator[Issue]:
    """FD-R069: visits before treatment that lie so far apart that no day of treatment fits the windows of both."""
    if not scope.looks_at(VISITS):
        return
    windows = {visit.visit: visit.window for visit in scope.protocol.visits}
    waiting = (
        scope.visits.with_row_index("_at")
        .join(scope.day_zero, on="participant", how="anti")
        .filter(pl.col("date").is_not_null() & pl.col("visit").is_in(list(windows)))
        .select("participant", "visit", "date", "_at")
    )
    by_plan = sorted(waiting.iter_rows(), key=lambda row: (row[0], scope.planned.index(row[1]), row[3]))
    for participant, visits in groupby(by_plan, key=lambda row: row[0]):
        yield from _days_left(scope, participant, [row[1:] for row in visits], windows)


def _days_left(
    scope: Scope, participant: str, visits: list[tuple[str, dt.date, int]], windows: Mapping[str, Window]
) -> Iterator[Issue]:
    """Told once, at the first visit that leaves no day; visits out of order are told as such."""
    for number, (visit, day, row) in enumerate(visits):
        for other, earlier, _ in visits[:number]:
            near = windows[visit].first - windows[other].last
            far = windows[visit].last - windows[other].first
            apart = (day - earlier).days
            if apart >= 0 and not near <= apart <= far:
                place = scope.place(VISITS, row, "date")
                yield issues.no_day_left(place, participant, visit, str(day), apart, other, near, far)
                return


def check_after_the_end(scope: Scope) -> Iterator[Issue]:
    """FD-R078: visits that took place after the participant's last day in the trial."""
    table = scope.snapshot.table(END)
    if table is None or not scope.looks_at(END):
        return
    done = scope.visits.filter((pl.col("status") == "done") & pl.col("date").is_not_null())
    last = done.sort("date").group_by("participant", maintain_order=True).last()
    ends = table.select("participant", pl.col("date").alias("_end")).with_row_index("_at")
    late = ends.join(last.select("participant", "visit", "date"), on="participant").filter(
        pl.col("date") > pl.col("_end")
    )
    for row, participant, end, visit, day in late.iter_rows():
        place = scope.place(END, row, "date")
        yield issues.after_the_end(place, participant, str(end), visit, str(day))
