"""Clocks of serious adverse events: which run, until when, and where they stand. Dates come from the core's `due_dates`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from firstdose.instruments.adverse_events import due_dates
from firstdose.web.audit.clock import now, read_stamp, stamp
from firstdose.web.audit.reading import events
from firstdose.web.safety.days import moment_at, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.records.log.event import Event, Key
    from firstdose.records.log.state import State

AE = "adverse_events"
TO_SPONSOR, SEVEN, FIFTEEN, FOLLOW_UP = "24 h", "7 days", "15 days", "follow-up"
GRAVE_CRITERIA = frozenset({"death", "life-threatening"})
BEGUN, LATE = "begun", "overdue"
State_ = Literal["running", "met", "met late", "overdue", "lifted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A clock that an event asks for: its name, the moment it began, and the end of its time; both in UTC."""

    clock: str
    start: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock in the log with what was done. `notified`: what was told of it; `state` as of a moment."""

    key: Key
    site: str
    clock: str
    start: datetime
    due: datetime
    reported: datetime | None = None
    notified: frozenset[str] = frozenset()
    asked: bool = True

    def state(self, at: datetime) -> State_:
        if self.reported is not None:
            return "met" if self.reported <= self.due else "met late"
        if not self.asked:
            return "lifted"
        return "overdue" if at > self.due else "running"


def is_serious(values: Mapping[str, str]) -> bool:
    """Marked serious, or fatal: death is serious whatever the mark says."""
    return values.get("serious") == "yes" or values.get("grade") == "5" or values.get("outcome") == "fatal"


def is_suspected(values: Mapping[str, str]) -> bool:
    """Whether the cells may have caused it; what is not judged yet is suspected."""
    return values.get("related_cells") != "unlikely"


def is_grave(values: Mapping[str, str]) -> bool:
    """Fatal or a threat to life."""
    grave = values.get("serious_criterion") in GRAVE_CRITERIA or values.get("outcome") == "fatal"
    return grave or values.get("grade") in {"4", "5"}


def clocks_of(values: Mapping[str, str], aware: datetime, *, reported: date | None = None) -> Iterator[Asked]:
    """The clocks that a record asks for. `aware`: when its seriousness was entered, on the clock of the site.

    `reported`: the day of the 7-day report; from then on the follow-up is due. Nothing is expected in a first trial in
    humans, so every serious event that the cells may have caused is treated as unexpected.
    """
    if not is_serious(values):
        return
    start = aware.astimezone(UTC)
    yield Asked(clock=TO_SPONSOR, start=start, due=due_dates(start, fatal=False).alarm)
    if not is_suspected(values):
        return
    grave = is_grave(values)
    day_zero = _day(values.get("sponsor_aware", "")) or aware.date()
    dates = due_dates(day_zero, fatal=grave, reported=reported)
    yield Asked(clock=SEVEN if grave else FIFTEEN, start=start, due=_end_of(dates.report, aware))
    if grave and reported is not None and dates.follow_up is not None:
        yield Asked(clock=FOLLOW_UP, start=start, due=_end_of(dates.follow_up, aware))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _end_of(day: date, aware: datetime) -> datetime:
    """The last moment of a day on the clock of the site, in UTC."""
    after = datetime.combine(day + timedelta(days=1), time(), aware.tzinfo)
    return after.astimezone(UTC) - timedelta(microseconds=1)


def clocks_on_record(state: State) -> dict[Key, list[Clock]]:
    """Record > its clocks in the order in which they began."""
    found: dict[Key, dict[str, Clock]] = {}
    wanted = {key: {each.clock for each in asked} for key, asked in asked_now(state).items()}
    for event in events(kind__in=["ae.clock", "ae.notified", "ae.reported"]):
        _count(event, found.setdefault(event.key.record, {}), wanted.get(event.key.record, set()))
    return {key: list(clocks.values()) for key, clocks in found.items()}


def clocks_now(state: State) -> dict[Key, list[Clock]]:
    """The same with those that are asked for and that the next run of the notices will begin."""
    found = clocks_on_record(state)
    for key, asked in asked_now(state).items():
        known = {each.clock for each in found.get(key, [])}
        site = state.records[key].site
        new = [
            Clock(key=key, site=site, clock=each.clock, start=each.start, due=each.due)
            for each in asked
            if each.clock not in known
        ]
        found[key] = [*found.get(key, []), *new]
    return found


def _count(event: Event, clocks: dict[str, Clock], wanted: set[str]) -> None:
    payload = event.payload or {}
    name = str(payload.get("clock", ""))
    known = clocks.get(name)
    if event.kind == "ae.clock" and known is None:
        clocks[name] = Clock(
            key=event.key.record, site=event.site, clock=name, start=read_stamp(str(payload["start"])),
            due=read_stamp(str(payload["due"])), asked=name in wanted,
        )  # fmt: skip
    elif known is not None:
        clocks[name] = _after(known, event, str(payload.get("what", "")))


def _after(known: Clock, event: Event, what: str) -> Clock:
    reported = known.reported
    if event.kind == "ae.reported" and reported is None:
        reported = read_stamp(event.at)
    told = known.notified | ({what} if event.kind == "ae.notified" else set())
    return Clock(
        key=known.key, site=known.site, clock=known.clock, start=known.start, due=known.due, reported=reported,
        notified=frozenset(told), asked=known.asked,
    )  # fmt: skip


def asked_now(state: State) -> dict[Key, list[Asked]]:
    """Record > the clocks that its values ask for now; struck records ask for none."""
    reports = _reports()
    found = {}
    for key, record in state.records.items():
        if key.form != AE or record.struck:
            continue
        values = values_of(state, key)
        aware = moment_at(aware_at(state, key), record.site)
        reported = reports.get(key)
        day = None if reported is None else reported.astimezone(zone_of(record.site)).date()
        if asked := list(clocks_of(values, aware, reported=day)):
            found[key] = asked
    return found


def _reports() -> dict[Key, datetime]:
    """Record > when its 7-day report was made."""
    return {
        event.key.record: read_stamp(event.at)
        for event in events(kind="ae.reported")
        if (event.payload or {}).get("clock") == SEVEN
    }


def values_of(state: State, record: Key) -> dict[str, str]:
    """Item > text of one record."""
    return {key.item: value.text for key, value in state.values.items() if key.record == record}


def aware_at(state: State, record: Key) -> str:
    """When the record first said what makes it serious, as it stands: the server's time of that entry."""
    telling = {"serious": {"yes"}, "grade": {"5"}, "outcome": {"fatal"}}
    at = [
        value.at
        for key, value in state.values.items()
        if key.record == record and value.text in telling.get(key.item, set()) and value.at
    ]
    return min(at, default=stamp(now()))
