"""Visits of participants in time: windows from the first administration, as the core counts them, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from firstdose.derived.timing import derive_day_zero
from firstdose.protocol.names import ADMINISTRATION, END
from firstdose.records.log.tables import read_state
from firstdose.records.order import in_order, is_unplanned
from firstdose.records.visits import PARTICIPANTS, VISITS
from firstdose.web.audit.clock import now
from firstdose.web.audit.models import CurrentLock
from firstdose.web.audit.reading import current_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.protocol.model import Visit
    from firstdose.records.log.state import State
    from firstdose.web.audit.study import Study

DONE, MISSED, DUE, OVERDUE, COMING, UNKNOWN, NOT_NEEDED = (
    "done", "missed", "due", "overdue", "coming", "unknown", "not needed",
)  # fmt: skip
_FORMS = (VISITS, ADMINISTRATION, PARTICIPANTS, END)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A visit of a participant. `first`, `planned`, `last`: days of its window, None before the day of injection is known."""

    participant: str
    visit: str
    label: str
    state: str
    on: str = ""
    first: date | None = None
    planned: date | None = None
    last: date | None = None
    lock: str = ""


def today_at(study: Study, site: str) -> date:
    """The day it is where this site is."""
    zone = next((each.time_zone for each in study.sites if each.site == site), "UTC")
    return now().astimezone(ZoneInfo(zone)).date()


def steps_of(study: Study, participants: Sequence[tuple[str, str]]) -> dict[str, list[Step]]:
    """Participant -> visits in the order of the protocol, unplanned ones at the end. `participants`: with their sites."""
    state = current_state(form__in=_FORMS, participant__in=[name for name, _ in participants])
    zero = day_zero(study, state)
    locks = {(row.participant, row.visit): row.level for row in CurrentLock.objects.all()}
    return {
        name: _steps(study, state, name, zero.get(name), today_at(study, site), locks)
        for name, site in participants
    }


def day_zero(study: Study, state: State) -> dict[str, date]:
    """Participant -> day of the first administration, by the core."""
    if not any(key.form == PARTICIPANTS for key in state.records):
        return {}
    frame = derive_day_zero(study.protocol, read_state(study.protocol, state, passing=True).snapshot)
    return dict(frame.iter_rows())


def _steps(
    study: Study,
    state: State,
    participant: str,
    zero: date | None,
    today: date,
    locks: Mapping[tuple[str, str], str],
) -> list[Step]:
    seen = _visits_of(state, participant)
    ended = any(
        key.form == END and key.participant == participant and value.text
        for key, value in state.values.items()
    )
    found: list[Step] = []
    waiting = False  # whether an earlier visit without a date is still to come
    for visit in study.protocol.visits:
        told = seen.get(visit.visit, {})
        days = _days(visit, zero)
        state_now = _state(told, days, today, ended=ended, waiting=waiting)
        waiting = waiting or (state_now == DUE and zero is None)
        lock = (
            locks.get(("", "")) or locks.get((participant, "")) or locks.get((participant, visit.visit)) or ""
        )
        first, planned, last = days
        found.append(
            Step(
                participant=participant, visit=visit.visit, label=visit.label, state=state_now,
                on=told.get("date", ""), first=first, planned=planned, last=last, lock=lock,
            )
        )  # fmt: skip
    return [*found, *_unplanned(participant, seen, locks)]


def _unplanned(
    participant: str, seen: Mapping[str, Mapping[str, str]], locks: Mapping[tuple[str, str], str]
) -> list[Step]:
    names = in_order(name for name in seen if is_unplanned(name))
    return [
        Step(
            participant=participant, visit=name, label="", state=seen[name].get("status") or DUE,
            on=seen[name].get("date", ""), lock=locks.get((participant, name), ""),
        )
        for name in names
    ]  # fmt: skip


def _visits_of(state: State, participant: str) -> dict[str, dict[str, str]]:
    """Visit -> item -> text of its record."""
    found: dict[str, dict[str, str]] = {}
    for key, value in state.values.items():
        if key.form == VISITS and key.participant == participant and value.text:
            found.setdefault(key.visit, {})[key.item] = value.text
    return found


def _days(visit: Visit, zero: date | None) -> tuple[date | None, date | None, date | None]:
    if zero is None:
        return None, None, None
    first, planned, last = (
        zero + timedelta(days=day) for day in (visit.window.first, visit.day, visit.window.last)
    )
    return first, planned, last


def _state(
    told: Mapping[str, str],
    days: tuple[date | None, date | None, date | None],
    today: date,
    *,
    ended: bool,
    waiting: bool,
) -> str:
    if told.get("status") in {DONE, MISSED}:
        return told["status"]
    if ended:
        return NOT_NEEDED
    first, _, last = days
    if first is None or last is None:
        return UNKNOWN if waiting else DUE
    return COMING if today < first else DUE if today <= last else OVERDUE


def next_unplanned(steps: Sequence[Step]) -> str:
    """The name of the next visit that nobody planned: UNS1, UNS2 ..."""
    taken = {step.visit for step in steps}
    return next(name for number in range(1, 1000) if (name := f"UNS{number}") not in taken)
