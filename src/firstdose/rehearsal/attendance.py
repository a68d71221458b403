"""Which visits take place on which day: inside and outside windows, missed, and participants who leave early."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.protocol.names import END
from firstdose.rehearsal.facts import VISITS
from firstdose.rehearsal.streams import normals, uniforms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from firstdose.protocol.model import Protocol, Rehearsal
    from firstdose.rehearsal.facts import Fact
    from firstdose.rehearsal.streams import Bools, Floats, Ints

EPOCH = dt.date(1970, 1, 1)
FIRST_DAY_ZERO = dt.date(2024, 2, 5)  # an invented Monday
SENTINEL_DAYS, SPACING_DAYS = 6, 10  # the second participant waits for both
MOST_IN_TURN = 500  # then the dates begin again, as if at another centre

END_VISIT = "END"  # an early end, at which the last visit's activities are done
FURTHEST_OUTSIDE = 3
COMPLETED, WITHDRAWN, LOST = "completed", "withdrawn", "lost"
NEVER = -(10**6)  # a day before any visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One row a participant, one column a planned visit and last the early end; days count from day zero.

    `listed`: the visit was reached; `done`: it took place; `left`: how participation ended; `zero`: day zero as days
    since 1970.
    """

    zero: Ints
    days: Ints
    listed: Bools
    done: Bools
    left: NDArray[np.str_]

    @property
    def last_day(self) -> Ints:
        """The last day somebody was seen."""
        return np.asarray(np.where(self.done, self.days, NEVER).max(axis=1))

    def first(self, count: int) -> Calendar:
        """The rows of the first so many participants."""
        return Calendar(**{each.name: getattr(self, each.name)[:count] for each in fields(self)})


def invent_calendar(protocol: Protocol, plan: Rehearsal, participants: int, seed: int) -> Calendar:
    """Visits at the rates of the plan. Never missed: visits up to day 0 and the last; never outside: day 0."""
    count = len(protocol.visits)
    draws = uniforms(seed, participants, VISITS, (4, count))
    planned = _planned_days(protocol, plan, draws)
    may_miss = np.array([visit.day > 0 for visit in protocol.visits])
    may_miss[-1:] = False
    missed = may_miss & (draws[:, 3] < rate(plan.missed_visit))
    last, left, end = _leaving(protocol, plan, planned, uniforms(seed, participants, "leaving", (4,)))
    listed = np.column_stack([np.arange(count) <= last[:, None], left == WITHDRAWN])
    return Calendar(
        zero=_days_zero(participants, uniforms(seed, participants, "day zero", (1,))[:, 0]),
        days=np.column_stack([planned, end]),
        listed=listed,
        done=listed & np.column_stack([~missed, np.ones(participants, dtype=bool)]),
        left=left,
    )


def rate(declared: Decimal | None) -> float:
    """A rate of the plan; what is not declared does not happen."""
    return 0.0 if declared is None else float(declared)


def _days_zero(participants: int, draw: Floats) -> Ints:
    """The first participant alone for two weeks, the others at least a week apart."""
    number = np.arange(participants) % MOST_IN_TURN
    start = (FIRST_DAY_ZERO - EPOCH).days
    days = start + number * SPACING_DAYS + (number > 0) * SENTINEL_DAYS + np.floor(draw * 3)
    return np.asarray(days, dtype=np.int64)


def _planned_days(protocol: Protocol, plan: Rehearsal, draws: Floats) -> Ints:
    """The day of each visit if it takes place."""
    days = np.zeros(draws[:, 0].shape, dtype=np.int64)
    scatter = normals(draws[:, 0])
    for place, visit in enumerate(protocol.visits):
        if visit.day == 0:
            continue
        width = visit.window.last - visit.window.first
        inside = np.clip(
            np.rint(visit.day + scatter[:, place] * width / 6), visit.window.first, visit.window.last
        )
        room = _days_outside(protocol, place)
        strays = bool(room) & (draws[:, 1, place] < rate(plan.outside_window))
        outside = np.array(room or [0])[np.floor(draws[:, 2, place] * max(len(room), 1)).astype(int)]
        days[:, place] = np.where(strays, outside, inside)
    return days


def _days_outside(protocol: Protocol, place: int) -> Sequence[int]:
    """Days outside this visit's window on which it disturbs no other visit: late ones, or early for the first."""
    visits, window = protocol.visits, protocol.visits[place].window
    following = (
        visits[place + 1].window.first if place + 1 < len(visits) else window.last + FURTHEST_OUTSIDE + 1
    )
    late = range(window.last + 1, min(window.last + FURTHEST_OUTSIDE + 1, following))
    if late:
        return late
    return range(window.first - FURTHEST_OUTSIDE, window.first) if place == 0 else ()


def _leaving(
    protocol: Protocol, plan: Rehearsal, days: Ints, draws: Floats
) -> tuple[Ints, NDArray[np.str_], Ints]:
    """(place of the last visit reached, how participation ended, day of the early end)."""
    final = len(protocol.visits) - 1
    after = [place for place, visit in enumerate(protocol.visits) if visit.day >= 0 and place < final]
    leaves = bool(after) & (draws[:, 0] < rate(plan.dropout))
    place = np.array(after or [final])[np.floor(draws[:, 1] * max(len(after), 1)).astype(int)]
    left = np.where(leaves, np.where(draws[:, 2] < 0.5, WITHDRAWN, LOST), COMPLETED)
    end = (
        np.take_along_axis(days, place[:, None], axis=1)[:, 0]
        + 1
        + np.floor(draws[:, 3] * 5).astype(np.int64)
    )
    return np.where(leaves, place, final), left, end


def with_facts(
    calendar: Calendar, protocol: Protocol, facts: Mapping[Fact, str], ids: Sequence[str]
) -> Calendar:
    """The calendar as the facts have it: a visit's `day` or `date` and `status`, and how participation ended."""
    calendar = replace(
        calendar,
        zero=calendar.zero.copy(), days=calendar.days.copy(), listed=calendar.listed.copy(),
        done=calendar.done.copy(), left=calendar.left.copy(),
    )  # fmt: skip
    rows = {name: row for row, name in enumerate(ids)}
    places = {visit.visit: place for place, visit in enumerate(protocol.visits)}
    days_zero = {visit.visit for visit in protocol.visits if visit.day == 0}
    order = sorted(facts.items(), key=lambda each: (each[0].item, each[0].visit not in days_zero))
    for fact, value in order:  # date (of day zero first), day, then status
        if fact.activity == VISITS:
            _fix_visit(calendar, rows[fact.participant], places[fact.visit], fact.item, value, protocol)
        elif fact.activity == END and fact.item == "status":
            _fix_end(calendar, rows[fact.participant], value)
    return calendar


def _fix_visit(calendar: Calendar, row: int, place: int, item: str, value: str, protocol: Protocol) -> None:
    if item == "date":
        since = (dt.date.fromisoformat(value.strip()) - EPOCH).days
        if protocol.visits[place].day == 0:
            calendar.zero[row] = since
        else:
            calendar.days[row, place] = since - calendar.zero[row]
    elif item == "day":
        calendar.days[row, place] = int(float(value))
    elif item == "status":
        calendar.listed[row, place] = True
        calendar.done[row, place] = value == "done"


def _fix_end(calendar: Calendar, row: int, status: str) -> None:
    calendar.left[row] = status
    if status == COMPLETED:
        fresh = ~calendar.listed[row, :-1]
        calendar.listed[row, :-1] |= fresh
        calendar.done[row, :-1] |= fresh
    else:
        before = calendar.days[row, :-1] < calendar.days[row, -1]
        calendar.listed[row, :-1] &= before
        calendar.done[row, :-1] &= before
    calendar.listed[row, -1] = calendar.done[row, -1] = status == WITHDRAWN
