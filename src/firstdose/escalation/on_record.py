"""Administrations on record against the rule: what was given although the decision of that day forbade it.

Each is judged with what was on record at the end of its day. Whoever treats against the rule writes an override: a record
of the activity `dose_override` of that participant with `reason`, `decided_by` and `confirmed_by`, two different persons.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from firstdose.escalation import issues
from firstdose.escalation.conduct import live_conduct_of
from firstdose.escalation.deciding import decide_watched, forbids
from firstdose.escalation.evaluable import derive_courses
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.derived.dose_plan import LesionDose
    from firstdose.escalation.conduct import Conduct
    from firstdose.escalation.courses import Course
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue

OVERRIDE = "dose_override"
NEEDED = ("reason", "decided_by", "confirmed_by")


def check_escalation(
    protocol: Protocol, snapshot: Snapshot, doses: Sequence[LesionDose] | None = None
) -> list[Issue]:
    """Every administration that the rule forbade on its day, without an override on record; queries, in order.

    Empty where no rule escalates, or the protocol does not say who is evaluable. `doses`: of `derive_doses`.
    """
    try:
        conduct = live_conduct_of(protocol)
    except UserError:
        return []
    courses = derive_courses(protocol, snapshot, doses)
    return list(check_courses(conduct, courses, _overrides(snapshot)))


def check_courses(
    conduct: Conduct, courses: Sequence[Course], lacking: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Issue]:
    """One decision a participant, from those treated before. `lacking`: participant > what the override still lacks."""
    most = conduct.rule.most
    for number, course in enumerate(courses):
        on, lacks = course.first, lacking.get(course.participant, "reason and two persons")
        if on is None or not lacks:
            continue
        before = [each.at(on) for each in courses[:number]] if most is None or number <= 2 * most else None
        if before is None or (most is not None and sum(row.counts for row in before) >= most):
            why = issues.ended(course.place, f"{most} participants were planned").message
            yield issues.given_all_the_same(course.place, course.participant, why, lacks)
            continue
        own = course.at(on)
        decision = decide_watched(conduct, before, on)
        found = None if own.level is None else forbids(decision, own.level, on, course.place)
        if found is not None:
            yield issues.given_all_the_same(course.place, course.participant, found.message, lacks)


def _overrides(snapshot: Snapshot) -> dict[str, str]:
    """Participant > what the override lacks; empty where it is complete."""
    table = snapshot.table(OVERRIDE)
    found: dict[str, str] = {}
    for row in [] if table is None else table.to_dicts():
        words = {name: (row.get(name) or "").strip() for name in NEEDED}
        lacks = [name for name, word in words.items() if not word]
        if not lacks and words["decided_by"] == words["confirmed_by"]:
            lacks = ["another person under confirmed_by"]
        if found.get(row["participant"]) != "":
            found[row["participant"]] = " and ".join(lacks)
    return found
