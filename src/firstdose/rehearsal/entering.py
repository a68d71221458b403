"""The trial of a rehearsal: participants enter one after the other, as the protocol's rule lets them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.protocol.names import ADMINISTRATION, forms
from firstdose.rehearsal import issues
from firstdose.rehearsal.attendance import EPOCH, FIRST_DAY_ZERO
from firstdose.rehearsal.cohort import lesion_name
from firstdose.rehearsal.conducting import Over, Turn, conduct_or_none, next_turn, treated_on
from firstdose.rehearsal.dosing import LESIONS, levels_due
from firstdose.rehearsal.facts import VISITS
from firstdose.rehearsal.outcomes import invent_outcomes
from firstdose.rehearsal.streams import picked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.escalation.conduct import Conduct
    from firstdose.escalation.courses import Course
    from firstdose.protocol.model import Protocol
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.facts import Fact
    from firstdose.rehearsal.outcomes import Outcomes
    from firstdose.rehearsal.streams import Bools, Ints
    from firstdose.values.issue import Issue

ONE_DAY = dt.timedelta(days=1)
DAYS_TO_COME = 3  # whoever may be treated comes within so many days


@dataclass(slots=True)
class _Trial:
    """One trial as it goes: who was treated, in order of treatment, and how many trials there were before."""

    conduct: Conduct
    courses: list[Course] = field(default_factory=list)
    number: int = 1

    def next(self, slack: int) -> Turn | Over:
        """When and at which level somebody may be treated; `slack` days later where that is still allowed.

        One participant a day, so that nobody doubts who came first.
        """
        last = self.courses[-1].first if self.courses else None
        turn = next_turn(self.conduct, self.courses, last + ONE_DAY if last else FIRST_DAY_ZERO)
        if isinstance(turn, Over):
            return turn
        on = turn.day + slack * ONE_DAY
        later = next_turn(self.conduct, self.courses, on)
        return later if isinstance(later, Turn) and later.day == on else turn

    def add(self, course: Course) -> None:
        self.courses = sorted([*self.courses, course], key=lambda each: each.first or dt.date.max)


def enter(cohort: Cohort, facts: Mapping[Fact, str]) -> tuple[Cohort, list[Issue]]:
    """The cohort with days and levels by the rule, and with its events; smaller where the rule ends the trial early.

    More participants than one trial has enter one trial after the other, all begun on the same day, as if at other centres.
    Days and levels held fixed by facts are kept, and the rule goes on from there. Unchanged where no rule decides.
    """
    conduct = conduct_or_none(cohort.protocol)
    if conduct is None or ADMINISTRATION not in forms(cohort.protocol):
        return cohort, []
    return _Entering(cohort, conduct, invent_outcomes(cohort, conduct, facts), facts).run()


class _Entering:
    def __init__(
        self, cohort: Cohort, conduct: Conduct, outcomes: Outcomes, facts: Mapping[Fact, str]
    ) -> None:
        self.cohort, self.conduct, self.outcomes = cohort, conduct, outcomes
        self.days = days_held(cohort.protocol, facts)
        self.held = levels_held(cohort, facts)
        self.zero: Ints = cohort.calendar.zero.copy()
        self.level: Ints = np.zeros(cohort.size, dtype=np.int64)
        self.toxic: Bools = np.zeros(cohort.size, dtype=bool)
        self.slack = picked(cohort.draws("day zero", 1)[:, 0], DAYS_TO_COME).tolist()

    def run(self) -> tuple[Cohort, list[Issue]]:
        """Everybody in turn."""
        most, size = self.conduct.rule.most, self.cohort.size
        trial = _Trial(self.conduct)
        for who in range(size):
            turn = trial.next(self.slack[who])
            if isinstance(turn, Over) and who and (most is None or size <= most):
                cohort = self._entered().first(who)
                return self._with_events(cohort), [issues.trial_over(who, size, turn.reason)]
            if isinstance(turn, Over):
                trial = _Trial(self.conduct, number=trial.number + 1)
                turn = trial.next(self.slack[who])
            self._treat(trial, who, turn)
        more = [issues.several_trials(size, trial.number, most)] if most and trial.number > 1 else []
        return self._with_events(self._entered()), more

    def _treat(self, trial: _Trial, who: int, turn: Turn | Over) -> None:
        name = self.cohort.ids[who]
        day, level = (turn.day, turn.level) if isinstance(turn, Turn) else (FIRST_DAY_ZERO, 0)
        day = self.days.get(name, day)
        self.zero[who] = (day - EPOCH).days
        self.level[who] = level
        given = self._given(who, level)
        self.toxic[who] = self.outcomes.is_toxic(who, name, max(given))
        course = (self.outcomes.toxic if self.toxic[who] else self.outcomes.calm).get(name)
        if course is not None:
            trial.add(treated_on(course, day, [(each, self.conduct.levels[each]) for each in given]))

    def _given(self, who: int, level: int) -> list[int]:
        """The level of each of the participant's lesions, where this one is due; what facts hold is kept."""
        held = self.held.get(self.cohort.ids[who], {})
        count = max(int(self.cohort.lesions[who]), 1)
        due: list[int] = levels_due(self.cohort, np.array([level]), count)[0].tolist()
        return [held.get(lesion_name(place), held.get("", each)) for place, each in enumerate(due)]

    def _entered(self) -> Cohort:
        calendar = replace(self.cohort.calendar, zero=self.zero)
        return replace(self.cohort, calendar=calendar, level=self.level)

    def _with_events(self, cohort: Cohort) -> Cohort:
        happened = self.outcomes.events(self.toxic)
        return replace(cohort, happened=happened.only(happened.who < cohort.size))


def days_held(protocol: Protocol, facts: Mapping[Fact, str]) -> dict[str, dt.date]:
    """Participant > day zero, where a fact holds it."""
    zero = {visit.visit for visit in protocol.visits if visit.day == 0}
    return {
        fact.participant: dt.date.fromisoformat(value.strip())
        for fact, value in facts.items()
        if (fact.activity, fact.item) == (VISITS, "date") and fact.visit in zero
    }


def levels_held(cohort: Cohort, facts: Mapping[Fact, str]) -> dict[str, dict[str, int]]:
    """Participant > lesion (empty: all) > level from 0, where a fact holds it; the injection's before the map's."""
    given = cohort.protocol.intervention
    names = {each.level: place for place, each in enumerate(given.dose_levels if given else ())}
    found: dict[str, dict[str, int]] = {}
    for activity in (LESIONS, ADMINISTRATION):
        for fact, value in facts.items():
            if (fact.activity, fact.item) == (activity, "dose_level") and value.strip() in names:
                found.setdefault(fact.participant, {})[fact.lesion] = names[value.strip()]
    return found
