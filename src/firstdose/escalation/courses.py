"""What is on record of one treated participant, and what of it was known on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from firstdose.escalation import issues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from firstdose.derived.dose_plan import LesionDose
    from firstdose.values.issue import Issue, Place

Toxicity = Literal["yes", "no", "not yet", "undecided", "not evaluable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An adverse event of a treated participant. `dlt`, `fatal`, `grave` (serious and related): None where not known.

    `known`: the day from which it is on record (None: its day is not known); `missing`: what the rule still needs;
    `lesion`: whose local toxicity `dlt` is about, empty where it is the participant's.
    """

    place: Place
    term: str
    day: float | None
    known: date | None
    dlt: bool | None
    fatal: bool | None = False
    grave: bool | None = False
    missing: tuple[Issue, ...] = ()
    lesion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One treated participant on one day. `level` from 0; `until`: last day of the watch; `given`: the first administration.

    `events`: those that are, or may be, dose-limiting; `missing`: why nothing can be decided; `notes`: what else is said.
    """

    participant: str
    level: int | None
    level_words: str
    given: date | None
    until: date | None
    dlt: Toxicity
    reason: str
    events: tuple[Event, ...] = ()
    missing: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()
    deaths: tuple[int, int] = (0, 0)
    grave: tuple[int, int] = (0, 0)

    @property
    def counts(self) -> bool:
        """Evaluable: a dose-limiting toxicity, or the whole watch without one."""
        return self.dlt in {"yes", "no"}

    @property
    def waits(self) -> bool:
        """Still watched, nothing seen so far."""
        return self.dlt == "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A participant who left before completing: status, reason, last day in the trial where known."""

    status: str
    reason: str
    day: date | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Everything on record that decides about one participant, with the day from which it was known.

    `given`: (day, level, its name) of each administration; `visits`: days of the visits that took place; `local_from`:
    lesions with a local toxicity from which on the participant has a dose-limiting one.
    """

    participant: str
    place: Place
    days: int
    given: tuple[tuple[date | None, int | None, str], ...]
    events: tuple[Event, ...] = ()
    visits: tuple[date, ...] = ()
    left: Left | None = None
    doses: tuple[LesionDose, ...] = ()
    off_target: tuple[tuple[date | None, str], ...] = ()
    local_from: int = 1

    @property
    def first(self) -> date | None:
        """Day of the first administration."""
        return min((day for day, _, _ in self.given if day is not None), default=None)

    def at(self, cut: date) -> Watched:
        """The participant as known at the end of a day."""
        events = [each for each in self.events if each.known is None or each.known <= cut]
        counting = self._counting(events)
        toxic = tuple(each for each in counting if each.dlt)
        open_ = tuple(each for each in counting if each.dlt is None)
        level, level_words, unknown = self._level(cut)
        until = None if self.first is None else self.first + timedelta(days=self.days)
        judged, reason = self._judged(cut, until, toxic, open_)
        missing = (*unknown, *self._missing(judged, toxic, open_))
        return Watched(
            participant=self.participant,
            level=level,
            level_words=level_words,
            given=self.first,
            until=until,
            dlt="undecided" if missing else judged,
            reason=missing[0].message if missing and not toxic else reason,
            events=(*toxic, *open_),
            missing=missing,
            notes=tuple(self._notes(cut, until, judged, level_words, toxic)),
            deaths=self._deaths(events, cut),
            grave=(sum(bool(each.grave) for each in events), sum(each.grave is not False for each in events)),
        )

    def _counting(self, events: Sequence[Event]) -> list[Event]:
        """Systemic events, and local ones where enough lesions have, or may have, a toxicity."""
        systemic = [each for each in events if not each.lesion]
        local = [each for each in events if each.lesion]
        toxic = {each.lesion for each in local if each.dlt}
        unknown = {each.lesion for each in local if each.dlt is None}
        if len(toxic) >= self.local_from:
            return systemic + [each for each in local if each.dlt]
        if len(toxic | unknown) >= self.local_from:
            return systemic + [each for each in local if each.dlt is None]
        return systemic

    def _level(self, cut: date) -> tuple[int | None, str, tuple[Issue, ...]]:
        given = [each for each in self.given if each[0] is None or each[0] <= cut]
        names = dict.fromkeys(name for _, _, name in given)
        levels = [level for _, level, _ in given]
        if not levels or None in levels:
            return None, ", ".join(filter(None, names)), (issues.no_level(self.place, self.participant),)
        highest, name = max((level, name) for _, level, name in given if level is not None)
        return (
            highest,
            name if len(names) == 1 else f"{name}, the highest of {' and '.join(sorted(names))}",
            (),
        )

    def _judged(
        self, cut: date, until: date | None, toxic: Sequence[Event], open_: Sequence[Event]
    ) -> tuple[Toxicity, str]:
        if toxic:
            return "yes", f"dose-limiting toxicity: {'; '.join(_told(each) for each in toxic)}"
        if open_ or until is None:
            return "undecided", ""
        if self._is_through(cut, until):
            return "no", f"no dose-limiting toxicity to day {self.days}"
        if self.left is not None and self._has_left(cut):
            why = f": {self.left.reason}" if self.left.reason else ""
            day = "" if self.left.day is None else f" on {self.left.day}"
            return "not evaluable", f"{self.left.status}{day}, before the end of the watch on {until}{why}"
        return "not yet", f"watched to {until}; nothing dose-limiting so far"

    def _is_through(self, cut: date, until: date) -> bool:
        """The last day of the watch is over, or a visit on it or later took place, and nobody left before."""
        if any(until <= day <= cut for day in self.visits):
            return True
        gone = self.left is not None and (self.left.day is None or self.left.day < until)
        return cut > until and not gone

    def _has_left(self, cut: date) -> str:
        """The status of somebody who has left early; empty where nobody did by then."""
        left = self.left
        return left.status if left is not None and (left.day is None or left.day <= cut) else ""

    def _missing(self, judged: Toxicity, toxic: Sequence[Event], open_: Sequence[Event]) -> Iterator[Issue]:
        if toxic:
            return
        for each in open_:
            yield from each.missing
        if self.first is None:
            yield issues.no_day(self.place, self.participant)
        left = self.left
        if judged == "not evaluable" and left is not None and left.day is None:
            yield issues.no_last_day(left.place, self.participant, left.status)

    def _deaths(self, events: Sequence[Event], cut: date) -> tuple[int, int]:
        """At least and at most: 1 where an event or the end of participation says so, and nobody saw the person later."""
        if any(each.fatal for each in events) or (self._has_left(cut) == "died"):
            return 1, 1
        seen = max((day for day in self.visits if day <= cut), default=None)
        doubtful = any(
            each.fatal is None and (seen is None or each.known is None or seen <= each.known)
            for each in events
        )
        return 0, int(doubtful)

    def _notes(
        self, cut: date, until: date | None, judged: Toxicity, level: str, toxic: Sequence[Event]
    ) -> Iterator[str]:
        for day, sentence in self.off_target:
            if day is None or day <= cut:
                yield f"{sentence}; counted at the planned level {level}"
        if self.first is None or until is None:
            return
        seen = max((day for day in self.visits if day <= cut), default=None)
        if judged == "no" and seen is not None and seen < until:
            yield f"the last visit on record is day {(seen - self.first).days}; nothing later says otherwise"
        if any(each.day is not None and each.day > self.days for each in toxic):
            yield f"the toxicity began after day {self.days} and counts all the same"


def _told(event: Event) -> str:
    day = "" if event.day is None else f" on day {event.day:g}"
    return f"{event.term}{day} ({event.place})"
