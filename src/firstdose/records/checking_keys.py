"""Whose, when and where: keys that the study does not know, and records that stand there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.protocol.names import ADMINISTRATION
from firstdose.records import issues
from firstdose.records.due import LESIONS
from firstdose.records.order import in_order, is_unplanned
from firstdose.records.scope import repeated
from firstdose.records.snapshot import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.scope import Scope
    from firstdose.values.issue import Issue


def check_participants(scope: Scope) -> Iterator[Issue]:
    """FD-R040: records of participants who are not on the roster."""
    known = scope.snapshot.participants
    roster = set(known)
    for activity, _, table in scope.tables():
        strangers = [
            name for name in table["participant"].drop_nulls().unique().to_list() if name not in roster
        ]
        for row in table["participant"].is_in(strangers).arg_true() if strangers else ():
            yield issues.no_such_participant(scope.place(activity, row), table["participant"][row], known)


def check_visits(scope: Scope) -> Iterator[Issue]:
    """FD-R041: visits that are neither planned nor called UNS or END."""
    for activity, _, table in scope.tables():
        names = table["visit"].unique().drop_nulls().to_list()
        strange = [name for name in names if name not in scope.planned and not is_unplanned(name)]
        for row in table["visit"].is_in(strange).arg_true() if strange else ():
            yield issues.no_such_visit(
                scope.place(activity, row, "visit"), table["visit"][row], scope.planned
            )


def check_lesions(scope: Scope) -> Iterator[Issue]:
    """FD-R042: lesions that are not on the participant's lesion map."""
    mapped = scope.snapshot.table(LESIONS)
    if mapped is None:
        return
    known = scope.number(mapped, "participant", "lesion")
    pairs = mapped.select("participant", "lesion").drop_nulls().group_by("participant").agg("lesion")
    own = dict(pairs.iter_rows())
    for activity, _, table in scope.tables():
        if activity == LESIONS or table["lesion"].null_count() == table.height:
            continue
        there = table["lesion"].is_not_null().to_numpy()
        strange = there & ~np.isin(scope.number(table, "participant", "lesion"), known)
        for row in np.flatnonzero(strange).tolist():
            whose = table["participant"][row]
            place = scope.place(activity, row, "lesion")
            yield issues.no_such_lesion(
                place, scope.protocol.lesion_word, table["lesion"][row], whose, in_order(own.get(whose, ()))
            )


def check_twice(scope: Scope) -> Iterator[Issue]:
    """FD-R044: two records where one is expected; a second administration is another check's business."""
    for activity, form, _ in scope.tables():
        if form.repeats or activity == ADMINISTRATION:
            continue
        for row, first in repeated(scope.keys[activity]):
            whose = scope.whose(activity, row)
            yield issues.recorded_twice(
                scope.place(activity, row), activity, whose, scope.place(activity, first)
            )


def check_copies(scope: Scope) -> Iterator[Issue]:
    """FD-R045: records that are equal in everything, where several are allowed."""
    for activity, form, table in scope.tables():
        values = table.drop(ORIGIN)
        if not form.repeats or not values.is_duplicated().any():
            continue
        groups = values.with_row_index("_at").group_by(values.columns, maintain_order=True).agg("_at")
        for rows in groups.filter(pl.col("_at").list.len() > 1)["_at"].to_list():
            for row in rows[1:]:
                place, first = scope.place(activity, row), scope.place(activity, rows[0])
                yield issues.looks_copied(place, activity, scope.whose(activity, row), first)
