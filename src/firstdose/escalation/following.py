"""Whether a trial went as its rule says: every step that was taken against the step that was due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.catalogue.rule import End, State, Treat
from firstdose.escalation.counted import added, after_people, lesions_alone, open_part, start_of, sums_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.catalogue.rule import Step
    from firstdose.escalation.counted import Seen
    from firstdose.escalation.notation import Cohort
    from firstdose.escalation.rule import Rule


@dataclass(frozen=True, slots=True)
class Departure:
    """A participant treated otherwise than the rule said: number from 1, what was due and what was done."""

    participant: int
    due: str
    done: str


@dataclass(frozen=True, slots=True)
class Followed:
    """Where the trial stands by the rule, the step due now, and every departure on the way."""

    state: State
    step: Step
    departures: tuple[Departure, ...]


def follow_outcomes(rule: Rule, cohorts: Iterable[Cohort]) -> Followed:
    """One participant after the other; a departure is told and counted where it happened."""
    state, departures, number = start_of(rule), [], 0
    pending: list[Seen] = []
    step = rule.decide(state)
    for cohort in cohorts:
        for seen in cohort.people:
            if not seen.person:
                state = lesions_alone(state, sums_of([seen], rule.doses))
                step = step if pending else rule.decide(state)
                continue
            number += 1
            if isinstance(step, End) or step.dose != cohort.dose:
                departures.append(Departure(number, told(step), f"level {cohort.dose + 1}"))
                state = added(_joined(state, step, pending), cohort.dose, sums_of([seen], rule.doses))
                pending, step = [], rule.decide(state)
                continue
            pending.append(seen)
            if len(pending) == step.participants:
                state = after_people(rule, state, step, sums_of(pending, rule.doses))
                pending, step = [], rule.decide(state)
    return Followed(*_open(rule, state, step, pending), tuple(departures))


def _joined(state: State, step: Step, pending: list[Seen]) -> State:
    """Participants of a step that was not finished are counted where they were treated."""
    if isinstance(step, End) or not pending:
        return state
    return added(state, step.dose, sums_of(pending, len(state.participants)))


def _open(rule: Rule, state: State, step: Step, pending: list[Seen]) -> tuple[State, Step]:
    """The state with an unfinished step; stopping and elimination are asked at once, else the rest of it is due."""
    if isinstance(step, End) or not pending:
        return state, step
    begun = 0 if step.opens else open_part(state)
    partly = added(state, step.dose, sums_of(pending, rule.doses), begun + len(pending))
    asked = rule.decide(partly)
    if isinstance(asked, End) or asked.dose != step.dose:
        return partly, asked
    rest = step.participants - len(pending)
    return partly, Treat(step.dose, rest, "the rest of the cohort", opens=False, completes=step.completes)


def told(step: Step) -> str:
    """A step in a few words."""
    if isinstance(step, End):
        return "halt" if step.kind == "halt" else "the end of escalation"
    who = "1 participant" if step.participants == 1 else f"{step.participants} participants"
    return f"{who} at level {step.dose + 1}"
