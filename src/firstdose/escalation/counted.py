"""What a design counts of a participant: toxicity, and with it a score, a response, or each lesion at its own level.

A state that carries more than toxicities is a `State` with further counts; here is the one place where a participant is
added to it, for the live decision, for the paths and for what is foreseen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from firstdose.catalogue.rule import State, start_state
from firstdose.designs._kernel.graded import GradedState, graded_start
from firstdose.designs._kernel.utilities import EfficacyState, efficacy_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.catalogue.rule import Treat
    from firstdose.escalation.rule import Rule

Counts = Literal["toxicities", "scores", "responses", "lesions"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One participant: `units` of the score, response, and (level, local toxicity) of each lesion.

    `person`: counts among the participants; else only the lesions do.
    """

    toxic: bool
    units: int = 0
    responded: bool = False
    lesions: tuple[tuple[int, bool], ...] = ()
    person: bool = True


@dataclass(frozen=True, slots=True)
class Sums:
    """Several participants together, all that a design counts. `lesions`, `hurt`: by level; empty where none count."""

    people: int
    toxic: int
    units: int = 0
    responded: int = 0
    lesions: tuple[int, ...] = ()
    hurt: tuple[int, ...] = ()

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.people + other.people,
            self.toxic + other.toxic,
            self.units + other.units,
            self.responded + other.responded,
            _plus(self.lesions, other.lesions),
            _plus(self.hurt, other.hurt),
        )


def _plus(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(x + y for x, y in zip(a, b, strict=True)) if a and b else a or b


def sums_of(people: Sequence[Seen], levels: int) -> Sums:
    """These participants together."""
    seen = [each for one in people for each in one.lesions]
    return Sums(
        people=len(people),
        toxic=sum(each.toxic for each in people),
        units=sum(each.units for each in people),
        responded=sum(each.responded for each in people),
        lesions=tuple(sum(at == level for at, _ in seen) for level in range(levels)) if seen else (),
        hurt=tuple(sum(at == level and toxic for at, toxic in seen) for level in range(levels))
        if seen
        else (),
    )


_NOTHING = State((), ())


@dataclass(frozen=True, slots=True)
class LesionState(State):
    """Participants, and `lesions` at each level; the part of a cohort that is open stands with the lesions alone."""

    lesions: State = _NOTHING


def with_lesions(state: State) -> LesionState:
    """The same state, known to count lesions.

    Raises:
        TypeError: the state does not.
    """
    if not isinstance(state, LesionState):
        raise TypeError("this rule counts lesions: ask it with a LesionState")
    return state


def counts_of_design(rule: Rule) -> Counts:
    """What the design asks for beside toxicities."""
    return cast("Counts", getattr(rule.design, "counts", "toxicities"))


def start_of(rule: Rule) -> State:
    """Nobody treated, in the form that the design asks for."""
    counts = counts_of_design(rule)
    if counts == "scores":
        return graded_start(rule.doses)
    if counts == "responses":
        return efficacy_start(rule.doses)
    none = start_state(rule.doses)
    return LesionState(none.participants, none.dlts, lesions=none) if counts == "lesions" else none


def more_of(state: State) -> tuple[int, ...]:
    """What the state counts beside toxicities of participants, a number a level; empty where it counts nothing else."""
    if isinstance(state, GradedState):
        return state.scores
    if isinstance(state, EfficacyState):
        return state.responses
    return state.lesions.dlts if isinstance(state, LesionState) else ()


def open_part(state: State) -> int:
    """Participants of the open cohort."""
    return state.lesions.cohort if isinstance(state, LesionState) else state.cohort


def after_people(rule: Rule, state: State, step: Treat, sums: Sums) -> State:
    """The state once the participants of a step have been seen; all of them complete it."""
    begun = 0 if step.opens else open_part(state)
    cohort = 0 if step.completes else begun + sums.people
    before = 0 if step.opens else state.recent
    return added(state, step.dose, sums, cohort, before + sums.toxic if rule.design.looks_back else 0)


def added(state: State, dose: int, sums: Sums, cohort: int = 0, recent: int = 0) -> State:
    """The state with these participants at a level, whatever was due; so many of an open cohort."""
    after = state.after(dose, sums.people, sums.toxic, cohort, recent)
    if isinstance(after, GradedState):
        return after.scored(dose, sums.units)
    if isinstance(after, EfficacyState):
        return after.responded(dose, sums.responded)
    if isinstance(after, LesionState):
        return replace(after, cohort=0, lesions=_with(after.lesions, sums, dose, cohort))
    return after


def lesions_alone(state: State, sums: Sums) -> State:
    """The state with the lesions of participants who do not count themselves."""
    if not isinstance(state, LesionState):
        return state
    own = state.lesions
    return replace(state, lesions=_with(own, sums, own.dose, own.cohort))


def _with(lesions: State, sums: Sums, dose: int, cohort: int) -> State:
    n, y = _plus(lesions.participants, sums.lesions), _plus(lesions.dlts, sums.hurt)
    return State(n, y, dose, cohort)
