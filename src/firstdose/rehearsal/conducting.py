"""Who is treated when and at which level: the protocol's own rule decides on what the participants before have shown.

The rule is asked as `firstdose decide` asks it, with what is known at the end of the day. Nobody lifts a halt in a
rehearsal: where dosing rests, the rehearsed trial ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstdose.escalation.conduct import live_conduct_of
from firstdose.escalation.deciding import decide_watched
from firstdose.escalation.evaluable import watched_at
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from firstdose.escalation.conduct import Conduct
    from firstdose.escalation.courses import Course
    from firstdose.escalation.deciding import Decision
    from firstdose.protocol.model import Protocol

MOST_LOOKS = 500  # days on which the rule is asked for one participant; each answer names a later one


@dataclass(frozen=True, slots=True)
class Turn:
    """The first day on which the next participant may be treated, and the level from 0."""

    day: date
    level: int


@dataclass(frozen=True, slots=True)
class Over:
    """Nobody else is treated, in a few words why."""

    reason: str


def conduct_or_none(protocol: Protocol) -> Conduct | None:
    """How the protocol's rule is conducted; None where no rule decides, or where it also asks for responses.

    Those are measured by forms that are invented after the order of treatment is known.
    """
    if protocol.safety is not None and protocol.safety.response:
        return None
    try:
        return live_conduct_of(protocol)
    except UserError:
        return None


def next_turn(conduct: Conduct, before: Sequence[Course], day: date) -> Turn | Over:
    """The next participant after these, in order of treatment, from this day on."""
    reason = "no day was found on which somebody is due"
    for _ in range(MOST_LOOKS):
        decision = decide_watched(conduct, watched_at(before, day), day if before else None)
        level, reason = decision.level, decision.reason
        if level is not None and (decision.earliest is None or decision.earliest <= day):
            return Turn(day, level)
        if decision.standing in {"halted", "stopped", "complete"}:
            break
        day = _later(decision, day)
    return Over(reason)


def _later(decision: Decision, day: date) -> date:
    """The next day worth asking on."""
    tomorrow = day + timedelta(days=1)
    return tomorrow if decision.earliest is None else max(decision.earliest, tomorrow)


def treated_on(course: Course, day: date, levels: Sequence[tuple[int, str]]) -> Course:
    """The same course, with the first administration on this day; each lesion in turn at its level and its name."""
    assert course.first is not None
    by = day - course.first
    left = course.left
    return replace(
        course,
        given=tuple(
            (None if at is None else at + by, *levels[place % len(levels)])
            for place, (at, _, _) in enumerate(course.given)
        ),
        events=tuple(
            replace(each, known=None if each.known is None else each.known + by) for each in course.events
        ),
        visits=tuple(at + by for at in course.visits),
        left=None if left is None else replace(left, day=None if left.day is None else left.day + by),
    )
