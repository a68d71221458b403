"""Who counts: level, watch, dose-limiting toxicity and the records behind them, for every treated participant on any day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from firstdose.derived.dose import derive_doses, is_outside
from firstdose.derived.events import EVENTS, derive_events
from firstdose.derived.participants import derive_dose_levels
from firstdose.derived.rules import names_of, rule_of
from firstdose.derived.timing import ADMINISTRATION, derive_data_cut
from firstdose.escalation import issues
from firstdose.escalation.courses import Course, Event, Left, Watched
from firstdose.escalation.responding import derive_responses
from firstdose.protocol.names import END
from firstdose.records.visits import VISITS
from firstdose.values.dates import NotADate, read_date
from firstdose.values.issue import Issue, Place
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from firstdose.derived.dose_plan import LesionDose
    from firstdose.escalation.courses import Response
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

Row = dict[str, Any]
WORST = 4  # grade of the worst living participant
UNDATED = date.max  # the day to ask for where nothing on record has a date: everybody, none of them decided
EARLY = ("withdrawn", "lost", "died")
# What a rule's name is called among the columns of the form.
COLUMNS = {"related": "related_cells", "day": "onset"}


def derive_courses(
    protocol: Protocol, snapshot: Snapshot, doses: Sequence[LesionDose] | None = None
) -> tuple[Course, ...]:
    """Every treated participant in order of the first administration; who has no date comes last.

    `doses`: of `derive_doses`, where they are at hand already. Expects a protocol that says how long is watched.
    """
    given = snapshot.table(ADMINISTRATION)
    safety = protocol.safety
    if given is None or safety is None or safety.dlt_until is None:
        return ()
    reading = _Reading(protocol, snapshot, safety.dlt_until, derive_responses(protocol, snapshot))
    found = reading.courses(derive_doses(protocol, snapshot) if doses is None else doses)
    return tuple(found)


def derive_watched(protocol: Protocol, snapshot: Snapshot, cut: date | None = None) -> tuple[Watched, ...]:
    """Every participant treated by the data cut, as known at its end.

    `cut`: an earlier day than the last on record; a later one counts as the last, for nothing later is known.
    """
    courses = derive_courses(protocol, snapshot)
    last = last_known(snapshot, courses)
    if last is None:
        return watched_at(courses, UNDATED)
    return watched_at(courses, last if cut is None else min(cut, last))


def last_known(snapshot: Snapshot, courses: Sequence[Course]) -> date | None:
    """The data cut: the last date on record, or the onset of an event that is later still."""
    days = [each.known for course in courses for each in course.events]
    return max((day for day in [derive_data_cut(snapshot), *days] if day is not None), default=None)


def watched_at(courses: Sequence[Course], cut: date) -> tuple[Watched, ...]:
    """Those treated by the end of a day, as known then; in order."""
    return tuple(each.at(cut) for each in courses if each.first is None or each.first <= cut)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Tables of one snapshot read participant by participant."""

    protocol: Protocol
    snapshot: Snapshot
    days: int
    responses: Mapping[str, Response]

    def courses(self, doses: Sequence[LesionDose]) -> list[Course]:
        rows = self._by_participant(ADMINISTRATION)
        planned = {
            (row["participant"], row["lesion"] or ""): row["dose_level"]
            for row in derive_dose_levels(self.snapshot).to_dicts()
        }
        events, ends, visits = self._events(), self._by_participant(END), self._visits()
        rank = {name: place for place, name in enumerate(self.snapshot.participants)}
        names = sorted(rows, key=lambda name: (*_order(rows[name]), rank.get(name, len(rank))))
        return [
            self._course(
                name,
                rows[name],
                planned,
                events.get(name, ()),
                tuple(visits.get(name, ())),
                ends.get(name, []),
                tuple(each for each in doses if each.participant == name and each.given is not None),
            )
            for name in names
        ]

    def _course(
        self,
        name: str,
        rows: list[Row],
        planned: Mapping[tuple[str, str], str],
        events: tuple[Event, ...],
        visits: tuple[date, ...],
        ends: list[Row],
        doses: tuple[LesionDose, ...],
    ) -> Course:
        given = self.protocol.intervention
        levels = [each.level for each in given.dose_levels] if given else []
        named = [
            (row["date"], row.get("dose_level") or planned.get((name, row["lesion"] or ""), ""))
            for row in rows
        ]
        return Course(
            participant=name,
            place=self._place(ADMINISTRATION, rows[0], "dose_level"),
            days=self.days,
            given=tuple(
                (day, levels.index(word) if word in levels else None, word or "") for day, word in named
            ),
            events=events,
            visits=visits,
            left=next((self._left(row) for row in ends if row["status"] in EARLY), None),
            doses=doses,
            off_target=tuple(self._off_target(doses)),
            local_from=self.protocol.safety.local_dlt_from if self.protocol.safety else 1,
            treated=tuple(row["lesion"] or "" for row in rows),
            counts=self.counts,
            response=self.responses.get(name),
        )

    @property
    def counts(self) -> Literal["", "lesions", "grades"]:
        """What of the lesions the design counts."""
        safety = self.protocol.safety
        if safety is None:
            return ""
        return "grades" if safety.graded else "lesions" if safety.design_counts == "lesion" else ""

    def _off_target(self, doses: Sequence[LesionDose]) -> Iterator[tuple[date | None, str]]:
        limits = self.protocol.intervention
        for each in doses:
            if limits is None or limits.tolerance is None or each.given is None or each.delivery is None:
                continue
            if is_outside(each.delivery, limits):
                low, high = (printed(100 * end, 0) for end in limits.tolerance)
                share = printed(100 * each.delivery, 1)
                where = f"{self.protocol.lesion_word} {each.lesion} received " if each.lesion else ""
                yield (
                    each.given.date,
                    f"{where}{share} % of the planned cells ({low} to {high} % are allowed)",
                )

    def _left(self, row: Row) -> Left:
        return Left(
            status=row["status"],
            reason=row.get("reason") or "",
            day=row["date"],
            place=self._place(END, row, "date"),
        )

    def _events(self) -> dict[str, tuple[Event, ...]]:
        safety = self.protocol.safety
        if safety is None:
            return {}
        found: dict[str, tuple[Event, ...]] = {}
        treated = self._treated()
        for kind, text in (("systemic", safety.dlt), ("local", safety.local_dlt), ("graded", safety.graded)):
            if kind != "systemic" and not text:
                continue
            is_local = kind == "local"
            needed = sorted(names_of(rule_of(self.protocol, text, "dlt"))) if text else []
            by_rule = replace(self.protocol, safety=replace(safety, dlt=text))
            for row in derive_events(by_rule, self.snapshot).to_dicts():
                name = row["participant"]
                if row["emergent"] is False or (is_local and (name, row["lesion"]) not in treated):
                    continue
                event = self._event(row, needed)
                if is_local:
                    event = replace(event, lesion=row["lesion"], fatal=False, grave=False)
                if kind == "graded":
                    event = self._graded(event, row, needed)
                found[name] = (*found.get(name, ()), event)
        return found

    def _treated(self) -> set[tuple[str, str]]:
        table = self.snapshot.table(ADMINISTRATION)
        rows = [] if table is None else table.to_dicts()
        return {(row["participant"], row["lesion"]) for row in rows if row["lesion"]}

    def _event(self, row: Row, needed: Sequence[str]) -> Event:
        term = row["preferred"] or "an event without a term"
        undecided = row["dlt"] is None
        return Event(
            place=self._place(EVENTS, row, "term"),
            term=term,
            day=row["day"],
            known=row.get("date") or read_day(row["onset"]),
            dlt=row["dlt"],
            fatal=_is_fatal(row),
            grave=_both(row["serious"], row["related"]),
            missing=tuple(self._unknown(row, needed, term)) if undecided else (),
        )

    def _graded(self, event: Event, row: Row, needed: Sequence[str]) -> Event:
        """An event of which only the grade counts; no grade where whether it counts, or its grade, is not known."""
        grade = row["grade"]
        if event.dlt is None:
            grade, needed = None, sorted({*needed, "grade"})
        elif event.dlt:
            needed = ["grade"]
        else:
            grade, needed = 0, ()
        return replace(
            event,
            lesion=row["lesion"] or "",
            dlt=False,
            grade=None if grade is None else min(int(grade), WORST),
            fatal=False,
            grave=False,
            missing=tuple(self._unknown(row, needed, event.term, issues.ungraded_event)),
        )

    def _unknown(
        self,
        row: Row,
        needed: Sequence[str],
        term: str,
        issue: Callable[[Place, str, str, str, object], Issue] = issues.undecided_event,
    ) -> Iterator[Issue]:
        for name in needed:
            if name in row and row[name] is None:
                column = COLUMNS.get(name, name)
                yield issue(self._place(EVENTS, row, column), row["participant"], term, name, row.get(column))

    def _visits(self) -> dict[str, list[date]]:
        found: dict[str, list[date]] = {}
        for row in self.snapshot.tables[VISITS].to_dicts():
            if row["date"] is not None and row["status"] == "done":
                found.setdefault(row["participant"], []).append(row["date"])
        return found

    def _by_participant(self, activity: str) -> dict[str, list[Row]]:
        table, found = self.snapshot.table(activity), dict[str, list[Row]]()
        for row in [] if table is None else table.to_dicts():
            found.setdefault(row["participant"], []).append(row)
        return found

    def _place(self, activity: str, row: Row, column: str) -> Place:
        file = row.get("_file") or f"records/{activity}.csv"
        columns = self.snapshot.columns.get((activity, file), {})
        return Place(file, row.get("_row") or 0, columns.get(column, 1))


def _order(rows: Sequence[Row]) -> tuple[bool, str, str]:
    """Dated before undated, then day and time of the first administration."""
    dated = sorted((row["date"].isoformat(), row.get("start_time") or "") for row in rows if row["date"])
    return (not dated, *(dated[0] if dated else ("", "")))


def read_day(text: str | None) -> date | None:
    """A complete date of ISO text; None for one known in part."""
    if not text:
        return None
    try:
        return read_date(text).date()
    except NotADate:
        return None


def _both(*parts: bool | None) -> bool | None:
    """And, where unknown is not false."""
    if any(part is False for part in parts):
        return False
    return None if None in parts else True


def _is_fatal(row: Row) -> bool | None:
    grade, outcome = row["grade"], row["outcome"]
    if grade == 5 or outcome == "fatal":
        return True
    return None if grade is None and outcome in {None, "unknown"} else False
