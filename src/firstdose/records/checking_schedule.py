"""What was to be done when: records outside the schedule, records that are due, visits and their status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.records import issues
from firstdose.records.cells import NO_RECORD
from firstdose.records.visits import VISITS
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.scope import Scope
    from firstdose.values.issue import Issue


def check_scheduled(scope: Scope) -> Iterator[Issue]:
    """FD-R050: records at a planned visit where the schedule does not have the activity."""
    for activity, form, table in scope.tables():
        at = scope.at(activity)
        if not at or form.repeats:
            continue
        elsewhere = [visit for visit in scope.planned if visit not in at]
        for row in table["visit"].is_in(elsewhere).fill_null(value=False).arg_true():
            yield issues.not_scheduled(scope.place(activity, row, "visit"), activity, table["visit"][row], at)


def check_absent_records(scope: Scope) -> Iterator[Issue]:
    """FD-R051: records that are due and not there although the visit took place."""
    gaps = scope.snapshot.gaps.filter(pl.col("item").is_null() & (pl.col("reason") == NO_RECORD))
    words = {"participant": "participant", "lesion": scope.protocol.lesion_word, "visit": "visit"}
    rows = dict(
        zip(
            scope.number(scope.visits, "participant", "visit").tolist(),
            range(scope.visits.height),
            strict=True,
        )
    )
    for gap, key in zip(
        gaps.iter_rows(named=True), scope.number(gaps, "participant", "visit").tolist(), strict=True
    ):
        whose = ", ".join(f"{word} {gap[name]}" for name, word in words.items() if gap[name] is not None)
        place = (
            scope.place(VISITS, rows[key], "visit")
            if key in rows
            else Place(f"records/{gap['activity']}.csv")
        )
        yield issues.not_recorded(place, gap["activity"], whose)


def check_visit_list(scope: Scope) -> Iterator[Issue]:
    """FD-R052: visits with records that the table of visits does not have, once each."""
    if not scope.keeps_visits:
        return
    known = scope.number(scope.visits, "participant", "visit")
    told: set[int] = set()
    for activity, form, table in scope.tables():
        if activity == VISITS or form.repeats:
            continue
        keys = scope.number(table, "participant", "visit")
        unlisted = ~np.isin(keys, known) & table["visit"].is_not_null().to_numpy()
        for row in np.flatnonzero(unlisted).tolist():
            if keys[row] not in told:
                told.add(int(keys[row]))
                place = scope.place(activity, row, "visit")
                yield issues.visit_not_listed(place, table["participant"][row], table["visit"][row])


def check_visit_status(scope: Scope) -> Iterator[Issue]:
    """FD-R053 to FD-R055: records of missed visits, missed without a reason, done on no known day."""
    visits = scope.visits
    if not scope.keeps_visits:
        return
    missed, who, when = (
        (visits["status"] == "missed").fill_null(value=False),
        visits["participant"],
        visits["visit"],
    )
    for row in (missed & visits["reason"].is_null()).arg_true():
        yield issues.missed_without_reason(scope.place(VISITS, row, "reason"), who[row], when[row])
    dated = "date" in scope.snapshot.columns.get((VISITS, visits["_file"].drop_nulls()[0]), {})
    done = (visits["status"] == "done").fill_null(value=False)
    for row in (done & visits["date"].is_null()).arg_true() if dated else ():
        yield issues.visit_without_date(scope.place(VISITS, row, "date"), who[row], when[row])
    yield from _recorded_though_missed(scope, scope.number(visits.filter(missed), "participant", "visit"))


def _recorded_though_missed(
    scope: Scope, missed: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Iterator[Issue]:
    for activity, form, table in scope.tables():
        items = [
            item.name
            for item in form.items
            if item.name in table.columns and item.name not in {"date", "lesion"}
        ]
        if activity == VISITS or form.repeats or not items or not len(missed):
            continue
        there = (
            np.isin(scope.number(table, "participant", "visit"), missed)
            & table["visit"].is_not_null().to_numpy()
        )
        if not there.any():
            continue
        filled = table.select(pl.any_horizontal(pl.col(items).is_not_null())).to_series().to_numpy()
        for row in np.flatnonzero(there & filled).tolist():
            place = scope.place(activity, row, "visit")
            yield issues.recorded_though_missed(
                place, activity, table["participant"][row], table["visit"][row]
            )
