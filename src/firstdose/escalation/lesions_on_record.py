"""Lesions as treated: local toxicity of each from the records, with the watch of its own, and what they are worth together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from firstdose.catalogue.rule import State
from firstdose.derived.dose import derive_doses
from firstdose.derived.events import EVENTS, derive_events
from firstdose.escalation.evaluable import UNDATED, derive_courses, last_known
from firstdose.escalation.lesions import effective_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from firstdose.derived.dose_plan import LesionDose
    from firstdose.escalation.courses import Course, Event, Watched
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedLesion:
    """One treated lesion on one day. `watched`: level, watch and local toxicity, as of a participant.

    `doses`: each administration to it, where what was planned, released and delivered stand apart.
    """

    participant: str
    lesion: str
    watched: Watched
    doses: tuple[LesionDose, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityRow:
    """The lesions of one level. `participants`: behind the evaluable ones; `most_toxic`: if the undecided had one too.

    `effective`: (intraclass correlation, how many independent lesions the evaluable ones are worth).
    """

    level: int
    name: str
    treated: int
    evaluable: int
    toxic: int
    most_toxic: int
    participants: int
    participants_toxic: int
    effective: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionsSeen:
    """All treated lesions at the data cut. `elsewhere`: (participant, event) at a lesion that was not treated by then.

    `unplaced`: lesions whose level is not known; they stand in no row.
    """

    cut: date | None
    lesions: tuple[WatchedLesion, ...]
    rows: tuple[DensityRow, ...]
    elsewhere: tuple[tuple[str, Event], ...] = ()
    unplaced: int = 0

    def toxic_lesions(self, participant: str) -> tuple[int, int]:
        """At least and at most, for `local_dlt_from`."""
        own = [each.watched.dlt for each in self.lesions if each.participant == participant]
        return own.count("yes"), own.count("yes") + own.count("undecided")

    def state(self, levels: int) -> State:
        """Counts of the evaluable lesions, for a design that counts lesions."""
        by_level = {row.level: row for row in self.rows}
        found = [by_level.get(level) for level in range(levels)]
        return State(
            tuple(0 if row is None else row.evaluable for row in found),
            tuple(0 if row is None else row.toxic for row in found),
        )


def evaluable_lesions(protocol: Protocol, snapshot: Snapshot, cut: date | None = None) -> LesionsSeen:
    """Every lesion treated by the data cut (the last day on record, or an earlier one), by participant and name.

    Empty where the protocol has no `local_dlt` or no `dlt_until`.
    """
    safety = protocol.safety
    if safety is None or not safety.local_dlt or safety.dlt_until is None:
        return LesionsSeen(cut=cut, lesions=(), rows=())
    alone = replace(
        safety, dlt=safety.local_dlt, local_dlt="", design_counts="participant", graded="", response=""
    )
    local = replace(protocol, safety=alone)
    doses = derive_doses(protocol, snapshot)
    courses = derive_courses(local, snapshot, doses)
    last = last_known(snapshot, courses)
    day = UNDATED if last is None else last if cut is None else min(cut, last)
    names = (
        [] if protocol.intervention is None else [each.level for each in protocol.intervention.dose_levels]
    )
    at = _lesion_of_event(protocol, snapshot)
    lesions = tuple(_lesions(courses, names, at, day))
    return LesionsSeen(
        cut=None if last is None else day,
        lesions=lesions,
        rows=tuple(_rows(lesions, names, _correlations(protocol))),
        elsewhere=tuple(_elsewhere(courses, lesions, at, day)),
        unplaced=sum(each.watched.level is None for each in lesions),
    )


def _lesion_of_event(protocol: Protocol, snapshot: Snapshot) -> dict[tuple[str, int], str]:
    """(file, line) of an adverse event > the lesion it names."""
    rows: list[dict[str, Any]] = derive_events(protocol, snapshot).to_dicts()
    return {
        (row.get("_file") or f"records/{EVENTS}.csv", row.get("_row") or 0): row["lesion"]
        for row in rows
        if row["lesion"]
    }


def _named(event: Event, at: dict[tuple[str, int], str]) -> str:
    return at.get((event.place.file, event.place.line), "")


def _lesions(
    courses: Sequence[Course], names: Sequence[str], at: dict[tuple[str, int], str], cut: date
) -> Iterator[WatchedLesion]:
    for course in courses:
        for lesion in dict.fromkeys(each.lesion for each in course.doses):
            doses = tuple(each for each in course.doses if each.lesion == lesion)
            own = replace(
                course,
                given=tuple(_given(each, names) for each in doses),
                events=tuple(each for each in course.events if _named(each, at) == lesion and lesion),
                doses=doses,
                off_target=(),
            )
            if own.first is None or own.first <= cut:
                yield WatchedLesion(
                    participant=course.participant, lesion=lesion, watched=own.at(cut), doses=doses
                )


def _given(dose: LesionDose, names: Sequence[str]) -> tuple[date | None, int | None, str]:
    given = dose.given
    word = (given.level if given else "") or dose.mapped_level
    return (given.date if given else None), names.index(word) if word in names else None, word


def _rows(
    lesions: Sequence[WatchedLesion], names: Sequence[str], correlations: Sequence[float]
) -> Iterator[DensityRow]:
    for level, name in enumerate(names):
        here = [each for each in lesions if each.watched.level == level]
        if not here:
            continue
        counted = [each for each in here if each.watched.counts]
        toxic = [each for each in counted if each.watched.dlt == "yes"]
        each_has = Counter(each.participant for each in counted)
        yield DensityRow(
            level=level,
            name=name,
            treated=len(here),
            evaluable=len(counted),
            toxic=len(toxic),
            most_toxic=len(toxic) + sum(each.watched.dlt == "undecided" for each in here),
            participants=len(each_has),
            participants_toxic=len({each.participant for each in toxic}),
            effective=tuple(
                (alike, effective_number(list(each_has.values()), alike)) for alike in correlations
            ),
        )


def _correlations(protocol: Protocol) -> list[float]:
    """Those the scenarios declare, and 1: lesions of one participant that do what any of them does."""
    safety = protocol.safety
    declared = {float(each.alike) for each in safety.local_scenarios} if safety else set()
    return sorted(declared | {1.0})


def _elsewhere(
    courses: Sequence[Course],
    lesions: Sequence[WatchedLesion],
    at: dict[tuple[str, int], str],
    cut: date,
) -> Iterator[tuple[str, Event]]:
    treated = {(each.participant, each.lesion) for each in lesions}
    for course in courses:
        for event in course.events:
            known = event.known is None or event.known <= cut
            named = _named(event, at)
            if known and named and event.dlt is not False and (course.participant, named) not in treated:
                yield course.participant, event
