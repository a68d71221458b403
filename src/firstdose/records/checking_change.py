"""Values against the record before, against those of the other lesions, and against what the protocol calls usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.protocol.names import ADMINISTRATION
from firstdose.records import issues_of_entry as issues
from firstdose.records.checking_days import days_of
from firstdose.records.visits import VISITS
from firstdose.values.number import plain
from firstdose.values.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from firstdose.catalogue import Item
    from firstdose.protocol.model_of_capture import Usual
    from firstdose.protocol.names import Form
    from firstdose.records.scope import Scope
    from firstdose.values.issue import Issue

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Truths = NDArray[np.bool_]

ONE_UNIT = frozenset({"score", "fold", "limit"})
_DOMAIN, QUESTIONNAIRE = "domain", "QS"  # what people say of themselves, in the terms of CDISC
NUMBERS = frozenset({"integer", "number", "quantity"})
# Two units for one thing differ by ten or more. At five, a tenfold is seen even where the value itself has doubled or
# halved since; changes of fewer steps of the last decimal are never asked about, since small numbers double at once.
TIMES, FEWEST_STEPS = 5.0, 10
# Two records look exchanged where exchanging them takes away two thirds of their distance to the records before, and more
# than one doubling in all; a grade counts half a doubling, so that two lesions that trade one grade are no reason to ask.
NEARER, DOUBLINGS, GRADE = 3.0, 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Course:
    """Rows of a table by whose they are and when. `whose`, `before`: by row; `before` is -1 where it is the first."""

    order: Whole
    whose: Whole
    before: Whole


def course_of(scope: Scope, table: pl.DataFrame) -> Course:
    """By day where every record has one, else by the order of visits."""
    whose = scope.number(table, "participant", "lesion")
    day = days_of(scope, table)
    time = scope.order.ranks(table, "visit") if day.null_count() else day.to_physical().to_numpy()
    order = np.lexsort((time, whose))
    before = np.full(len(order), -1, dtype=np.int64)
    follows = (whose[order][1:] == whose[order][:-1]) & (time[order][1:] != time[order][:-1])
    before[order[1:][follows]] = order[:-1][follows]
    return Course(order, whose, before)


def check_change(scope: Scope) -> Iterator[Issue]:
    """FD-R075: numbers that depart from the same item of the record before by more than is usual."""
    for activity, form, table in scope.tables():
        if not _is_followed(activity, form, table):
            continue
        course = course_of(scope, table)
        for item in form.items:
            if item.kind in NUMBERS and item.name in table.columns:
                yield from _changes(scope, form, item, table, course)


def _is_followed(activity: str, form: Form, table: pl.DataFrame) -> bool:
    return (
        form.by_visit
        and not form.repeats
        and form.of_participants
        and activity != VISITS
        and table.height > 1
    )


def _tells_by_itself(scope: Scope, form: Form) -> bool:
    """Whether values tell of slips without limits: reactions and complaints come and go, and an instrument does not type."""
    own = form.instrument
    if own is not None and (own.grade is not None or (_DOMAIN, QUESTIONNAIRE) in own.mapping):
        return False
    measured = scope.snapshot.laboratory
    return measured is None or form.name not in measured["activity"]


def _changes(scope: Scope, form: Form, item: Item, table: pl.DataFrame, course: Course) -> Iterator[Issue]:
    """Each value against the last one that this item had."""
    activity = form.name
    limits = scope.protocol.capture.limits(activity, item.name) if scope.protocol.capture else None
    if not is_said(limits) and not (_tells_by_itself(scope, form) and has_other_units(item)):
        return
    values = _numbers(table, item)
    known = course.order[np.isfinite(values[course.order])]
    rows, last = known[1:], known[:-1]
    asked = (course.whose[rows] == course.whose[last]) & (course.before[rows] >= 0)
    asked &= departs(values[rows], values[last], item, limits)
    for row, before in zip(rows[asked].tolist(), last[asked].tolist(), strict=True):
        yield issues.departs(
            scope.place(activity, row, item.name),
            *(scope.whose(activity, row), item.label),
            *(_shown(values[row], item), _shown(values[before], item), str(table["visit"][before])),
            _limit_in_words(values[row], values[before], item, limits),
        )


def has_other_units(item: Item) -> bool:
    """Whether people measure it in several units: not scores, folds and multiples of a limit, which a treatment divides."""
    return bool(item.unit) and bool({name for name, _ in read_unit(item.unit).dimension} - ONE_UNIT)


def departs(now: Floats, was: Floats, item: Item, limits: Usual | None) -> Truths:
    """Whether each value is further from the one before than is usual of the item."""
    apart = np.abs(now - was)
    if limits is None or not is_said(limits):
        decimals = 0 if item.kind == "integer" else item.decimals
        steps = 0.0 if decimals is None else FEWEST_STEPS * 0.1**decimals
        return _is_many_times(now, was, TIMES) & (apart >= steps * (1 - 1e-9))
    found = np.zeros(len(now), dtype=np.bool_)
    if limits.times is not None:
        found |= _is_many_times(now, was, float(limits.times))
    if limits.by is not None:
        found |= apart > float(limits.by) * (1 + 1e-9)
    return found


def is_said(limits: Usual | None) -> bool:
    """Whether the protocol says how much of a change is usual."""
    return limits is not None and (limits.times is not None or limits.by is not None)


def _is_many_times(now: Floats, was: Floats, times: float) -> Truths:
    """Whether one is more than so many times the other; nothing is said of numbers that are not above zero."""
    large, small = np.maximum(now, was), np.minimum(now, was)
    return (small > 0) & (large > small * times * (1 + 1e-9))


def _limit_in_words(now: float, was: float, item: Item, limits: Usual | None) -> str:
    more = "more" if now > was else "less"
    if limits is None or not is_said(limits):
        return _times_in_words(TIMES, more)
    if limits.times is not None and bool(
        _is_many_times(np.array([now]), np.array([was]), float(limits.times))[0]
    ):
        return _times_in_words(float(limits.times), more)
    return f"{more} by over {plain(limits.by)} {item.unit}".strip() if limits.by is not None else more


def _times_in_words(times: float, more: str) -> str:
    return f"over {times:g} times as much" if more == "more" else f"less than a {times:g}th part"


def _numbers(table: pl.DataFrame, item: Item) -> Floats:
    """The values as floats; NaN where there is none, or only a limit that it lies below or above."""
    values = table[item.name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    comparator = f"{item.name}__comparator"
    if comparator not in table.columns or table[comparator].null_count() == table.height:
        return values
    return np.where(table[comparator].is_null().to_numpy(), values, np.nan)


def _shown(value: float, item: Item) -> str:
    return f"{value:.12g} {item.unit}".strip()


# ----------------------------------------------------------------------------------------------------- exchanged


def check_exchange(scope: Scope) -> Iterator[Issue]:
    """FD-R076: records of two lesions at one visit that each fit the other's record before better than their own."""
    for activity, form, table in scope.tables():
        if form.per != "lesion" or activity == ADMINISTRATION or not _is_followed(activity, form, table):
            continue
        if not _tells_by_itself(scope, form):
            continue
        scales = _scales(form, table)
        if not len(scales):
            continue
        course = course_of(scope, table)
        for first, second in _exchanged(scope, table, course, scales):
            before = int(course.before[first])
            yield issues.exchanged(
                scope.place(activity, second),
                scope.whose(activity, second, ("participant", "visit")),
                *(str(table["lesion"][first]), str(table["lesion"][second]), str(table["visit"][before])),
            )


def _scales(form: Form, table: pl.DataFrame) -> Floats:
    """Item x row, counted in doublings; NaN where there is nothing to compare."""
    columns = []
    for item in form.items:
        if item.name not in table.columns:
            continue
        if item.kind == "ordinal":
            columns.append(_numbers(table, item) * GRADE)
        elif item.kind in NUMBERS:
            values = _numbers(table, item)
            columns.append(np.log2(np.where(values > 0, values, np.nan)))
    return np.array(columns)


def _exchanged(
    scope: Scope, table: pl.DataFrame, course: Course, scales: Floats
) -> Iterator[tuple[int, int]]:
    """Pairs of rows of one participant and visit, in the order of lesions, whose records before are of one visit."""
    visit = scope.order.ranks(table, "visit")
    here = scope.number(table, "participant", "visit")
    by_visit = np.argsort(scope.number(table, "participant", "visit", "lesion"), kind="stable")
    by_visit = by_visit[course.before[by_visit] >= 0]
    for step in range(1, len(by_visit)):
        first, second = by_visit[:-step], by_visit[step:]
        same = here[first] == here[second]
        if not same.any():
            return
        first, second = first[same], second[same]
        same = visit[course.before[first]] == visit[course.before[second]]
        first, second = first[same], second[same]
        fits = fit_each_other(scales, first, second, course.before)
        yield from zip(first[fits].tolist(), second[fits].tolist(), strict=True)


def fit_each_other(scales: Floats, first: Whole, second: Whole, before: Whole) -> Truths:
    """Whether exchanging the two records would bring both much nearer to the records before."""
    now = scales[:, first], scales[:, second]
    was = scales[:, before[first]], scales[:, before[second]]
    own = np.abs(now[0] - was[0]) + np.abs(now[1] - was[1])
    crossed = np.abs(now[0] - was[1]) + np.abs(now[1] - was[0])
    known = np.isfinite(own + crossed)
    own, crossed = (np.where(known, each, 0.0).sum(axis=0) for each in (own, crossed))
    return np.asarray((own >= NEARER * crossed) & (own - crossed > DOUBLINGS))


# -------------------------------------------------------------------------------------------------------- usual


def check_usual(scope: Scope) -> Iterator[Issue]:
    """FD-R077: numbers and dates outside of what the protocol calls usual."""
    for limits in scope.protocol.capture.usual if scope.protocol.capture else ():
        form, table = scope.forms.get(limits.activity), scope.snapshot.table(limits.activity)
        item = form.item(limits.name) if form else None
        if item is None or table is None or limits.values is None or not scope.looks_at(limits.activity):
            continue
        if item.name not in table.columns:
            continue
        values = _days_from_record(scope, table, item) if item.kind == "date" else _numbers(table, item)
        low, high = map(float, limits.values)
        unit = "days from the day of the record" if item.kind == "date" else item.unit
        usual = f"{low:.12g} to {high:.12g} {unit}".strip()
        for row in np.flatnonzero((values < low) | (values > high)).tolist():
            value = str(table[item.name][row]) if item.kind == "date" else _shown(values[row], item)
            place, whose = scope.place(limits.activity, row, item.name), scope.whose(limits.activity, row)
            yield issues.unusual(place, whose, item.label, value, usual)


def _days_from_record(scope: Scope, table: pl.DataFrame, item: Item) -> Floats:
    """Days from the record's day to the date; of the record's own date, from the day of the visit."""
    if item.name == "date":
        day = days_of(scope, table.with_columns(date=pl.lit(None, dtype=pl.Date)))
        date = table["date"]
    else:
        day, date = days_of(scope, table), table[item.name].str.to_date("%Y-%m-%d", strict=False)
    days = (date - day).dt.total_days().cast(pl.Float64)
    return days.fill_null(float("nan")).to_numpy()
