"""All ways of a rule that counts more than toxicities: exact where its states can be held, else drawn at random.

One participant's outcome has a probability at each level; a group is the sum of independent participants. States with
equal counts are merged. Drawn trials take one number a step from the same probabilities, counted by seed, trial and step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import End
from firstdose.escalation.counted import Sums, after_people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.catalogue.rule import State, Step
    from firstdose.escalation.rule import Rule

    Outcomes = Mapping[Sums, float]  # of one participant or of a group > probability

MOST_STATES = 60_000  # that plain Python walks in some seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """Where the trial ends, why, and with what probability; `states`: walked; `trials`: 0 where exact."""

    ends: tuple[State, ...]
    causes: tuple[str, ...]
    chance: np.ndarray
    states: int = 0
    trials: int = 0


def together(outcomes: Outcomes, participants: int) -> Outcomes:
    """So many independent participants."""
    found: dict[Sums, float] = {Sums(0, 0): 1.0}
    for _ in range(participants):
        more: dict[Sums, float] = {}
        for known, p in found.items():
            for one, q in outcomes.items():
                both = known.plus(one)
                more[both] = more.get(both, 0.0) + p * q
        found = more
    return found


@dataclass(slots=True)
class _Steps:
    """What is due in a state, and what a step can bring, each asked once."""

    rule: Rule
    outcomes: Sequence[Outcomes]
    due: dict[State, Step]
    groups: dict[tuple[int, int], Outcomes]

    def step(self, state: State) -> Step:
        found = self.due.get(state)
        if found is None:
            found = self.due[state] = self.rule.decide(state)
        return found

    def group(self, dose: int, participants: int) -> Outcomes:
        which = dose, participants
        if which not in self.groups:
            self.groups[which] = together(self.outcomes[dose], participants)
        return self.groups[which]


def endings_of(
    rule: Rule,
    begin: Mapping[State, float],
    outcomes: Sequence[Outcomes],
    *,
    trials: int = 10_000,
    seed: int = 1,
    most: int = MOST_STATES,
) -> Endings:
    """From these states with their probabilities on; `outcomes`: of one participant, a level each."""
    return walk(rule, begin, outcomes, most) or draw(rule, begin, outcomes, trials, seed)


def walk(
    rule: Rule, begin: Mapping[State, float], outcomes: Sequence[Outcomes], most: int | None = None
) -> Endings | None:
    """Every ending, exactly; None as soon as there are more states than `most`."""
    steps = _Steps(rule, outcomes, {}, {})
    layer, states = dict(begin), 0
    ends: dict[tuple[State, str], float] = {}
    while layer:
        following: dict[State, float] = {}
        for state, p in layer.items():
            step = steps.step(state)
            if isinstance(step, End):
                key = state, step.cause
                ends[key] = ends.get(key, 0.0) + p
                continue
            for sums, chance in steps.group(step.dose, step.participants).items():
                reached = after_people(rule, state, step, sums)
                following[reached] = following.get(reached, 0.0) + p * chance
        states += len(following)
        if most is not None and states > most:
            return None
        layer = following
    return _endings(ends, states=states)


def draw(
    rule: Rule, begin: Mapping[State, float], outcomes: Sequence[Outcomes], trials: int, seed: int = 1
) -> Endings:
    """The same from drawn trials."""
    from firstdose.escalation._random import uniform

    steps = _Steps(rule, outcomes, {}, {})
    tables: dict[tuple[int, int], tuple[list[Sums], np.ndarray]] = {}
    starts, edges = list(begin), np.cumsum(list(begin.values()))
    ends: dict[tuple[State, str], float] = {}
    for trial in range(trials):
        state, number = starts[_place(edges, uniform(seed, trial, 0))], 1
        while not isinstance(step := steps.step(state), End):
            which = step.dose, step.participants
            if which not in tables:
                group = steps.group(*which)
                tables[which] = list(group), np.cumsum(list(group.values()))
            found, at = tables[which]
            sums = found[_place(at, uniform(seed, trial, number))]
            state, number = after_people(rule, state, step, sums), number + 1
        key = state, step.cause
        ends[key] = ends.get(key, 0.0) + 1 / trials
    return _endings(ends, trials=trials)


def _place(edges: np.ndarray, number: float) -> int:
    return min(int(np.searchsorted(edges, number * edges[-1], "right")), len(edges) - 1)


def _endings(ends: Mapping[tuple[State, str], float], states: int = 0, trials: int = 0) -> Endings:
    return Endings(
        ends=tuple(state for state, _ in ends),
        causes=tuple(cause for _, cause in ends),
        chance=np.array(list(ends.values())),
        states=states,
        trials=trials,
    )
