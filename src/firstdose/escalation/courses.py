"""What is on record of one treated participant, and what of it was known on any day."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    `lesion`: whose local toxicity `dlt` is about, empty where it is the participant's. `grade`: one that the design
    counts, 0 where it counts none of this event, None where that is not known.
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
    grade: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response, in days from the first administration: the day of its visit, the last day on which that may be.

    `answer`: None where nothing is on record.
    """

    day: int | None
    due: int
    answer: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One treated participant on one day. `level` from 0; `until`: last day of the watch; `given`: the first administration.

    `events`: those that are, or may be, dose-limiting; `missing`: why nothing can be decided; `notes`: what else is said.
    `lesions`: name and the same of each treated lesion, where the design counts them; `grades`: of each lesion, where the
    design counts grades, from the events `graded`; `response`: empty where it counts none.
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
    lesions: tuple[tuple[str, Watched], ...] = ()
    grades: tuple[tuple[str, int], ...] = ()
    graded: tuple[Event, ...] = ()
    response: Literal["", "yes", "no", "not yet"] = ""
    response_until: date | None = None

    @property
    def counts(self) -> bool:
        """Evaluable: a dose-limiting toxicity, or the whole watch without one."""
        return self.dlt in {"yes", "no"}

    @property
    def waits(self) -> bool:
        """Still watched, nothing seen so far."""
        return self.dlt == "not yet"

    @property
    def awaited(self) -> bool:
        """Whether anything that the design counts is still to come."""
        open_lesion = any(each.waits for _, each in self.lesions)
        return self.waits or (self.counts and (self.response == "not yet" or open_lesion))

    @property
    def last_day(self) -> date | None:
        """The last day on which something is awaited."""
        days = [self.until if self.waits else None, *(row.until for _, row in self.lesions if row.waits)]
        if self.response == "not yet":
            days.append(self.response_until)
        return max((day for day in days if day is not None), default=self.until)


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
    lesions with a local toxicity from which on the participant has a dose-limiting one. `treated`: the lesion of each of
    `given`, where the design counts lesions or grades; `counts`: which of the two.
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
    treated: tuple[str, ...] = ()
    counts: Literal["", "lesions", "grades"] = ""
    response: Response | None = None

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
        lesions = tuple(self._lesions(cut)) if self.counts == "lesions" else ()
        open_too = (issue for _, row in lesions for issue in row.missing)
        missing = tuple(dict.fromkeys((*unknown, *self._missing(judged, toxic, open_), *open_too)))
        graded = tuple(each for each in events if each.grade != 0 and self._is_scored(each))
        ungraded = () if judged == "not evaluable" else _ungraded(graded)
        undecided = missing or (ungraded and not toxic)
        missing = tuple(dict.fromkeys((*missing, *ungraded)))
        response, response_until = self._response(cut)
        return Watched(
            participant=self.participant,
            level=level,
            level_words=level_words,
            given=self.first,
            until=until,
            dlt="undecided" if undecided else judged,
            reason=missing[0].message if missing and not toxic else reason,
            events=(*toxic, *open_),
            missing=missing,
            notes=(*self._notes(cut, until, judged, level_words, toxic), *self._more_notes(response, events)),
            deaths=self._deaths(events, cut),
            grave=(sum(bool(each.grave) for each in events), sum(each.grave is not False for each in events)),
            lesions=lesions,
            grades=tuple(self._grades(cut, events)) if self.counts == "grades" else (),
            graded=graded,
            response=response,
            response_until=response_until,
        )

    def _lesions(self, cut: date) -> Iterator[tuple[str, Watched]]:
        """Each lesion treated by then, with the watch of its own."""
        for lesion in dict.fromkeys(filter(None, self.treated)):
            given = zip(self.given, self.treated, strict=True)
            own = replace(
                self,
                given=tuple(each for each, name in given if name == lesion),
                events=tuple(replace(each, lesion="") for each in self.events if each.lesion == lesion),
                off_target=(),
                local_from=1,
                treated=(),
                counts="",
                response=None,
            )
            if own.first is None or own.first <= cut:
                yield lesion, own.at(cut)

    def _grades(self, cut: date, events: Sequence[Event]) -> Iterator[tuple[str, int]]:
        """The worst grade of each lesion treated by then; of the participant, where none is named."""
        given = zip(self.given, self.treated, strict=True)
        names = dict.fromkeys(name for (day, _, _), name in given if day is None or day <= cut)
        for name in names or {"": None}:
            own = [each.grade or 0 for each in events if each.lesion == name]
            yield name, max(own, default=0)

    def _is_scored(self, event: Event) -> bool:
        """At a treated lesion; where none is named, of the participant."""
        return event.lesion in (set(self.treated) or {""})

    def _response(self, cut: date) -> tuple[Literal["", "yes", "no", "not yet"], date | None]:
        """As known at the end of a day; not seen by its last day, or by who left before, is none."""
        found = self.response
        if found is None or self.first is None:
            return "", None
        until = self.first + timedelta(days=found.due)
        if found.answer is not None and found.day is not None:
            seen = self.first + timedelta(days=found.day) <= cut
            return ("yes" if found.answer else "no") if seen else "not yet", until
        return "no" if cut > until or self._has_left(cut) else "not yet", until

    def _more_notes(self, response: str, events: Sequence[Event]) -> Iterator[str]:
        found = self.response
        if response == "no" and found is not None and found.answer is None:
            yield "the response was not assessed and counts as none"
        if self.counts == "grades":
            for each in events:
                if each.grade != 0 and not self._is_scored(each):
                    grade = "unknown grade" if each.grade is None else f"grade {each.grade}"
                    where = f"at {each.lesion}, which was not treated" if each.lesion else "names no lesion"
                    yield f"{each.term} of {grade} {where}: the design does not count it"

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


def _ungraded(graded: Sequence[Event]) -> tuple[Issue, ...]:
    """What is missing where nobody knows the grade that the design counts; a toxicity does not settle it."""
    return tuple(issue for each in graded if each.grade is None for issue in each.missing)


def _told(event: Event) -> str:
    day = "" if event.day is None else f" on day {event.day:g}"
    return f"{event.term}{day} ({event.place})"
