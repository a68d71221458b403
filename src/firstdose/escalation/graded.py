"""Designs of graded toxicity: exact under any distribution of grades, and drawn trials of the same rule.

What a design sees of a participant is a score in whole units and whether a dose-limiting toxicity occurred. Whatever the
lesions of one participant have in common is therefore in the distribution of that pair, and participants stay independent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import End
from firstdose.designs._kernel.graded import GRADES, GradedState, graded_start, with_scores
from firstdose.escalation.paths import follow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.catalogue.rule import Treat
    from firstdose.designs._kernel.graded import Scale
    from firstdose.escalation.rule import Rule

    Outcomes = Mapping[tuple[int, int], float]  # (units, toxicities) > probability

PLAIN_STATES = 100_000  # states that plain Python walks in some seconds
_MOST_TUPLES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedCharacteristics:
    """Under one scenario: `selected` (doses + 1), none last; expected participants, toxicities and units (doses).

    `causes`: why it ended > probability; `total`: probability of everything, 1; `states`: walked; `trials`: 0 where exact.
    """

    selected: np.ndarray
    participants: np.ndarray
    dlts: np.ndarray
    units: np.ndarray
    causes: dict[str, float]
    total: float
    states: int = 0
    trials: int = 0


def participant_outcomes(scale: Scale, grades: Sequence[float], alike: float = 0.0) -> Outcomes:
    """(units, toxicity) of one participant > probability, from the probability of each grade of one lesion.

    `alike`: with this probability all lesions of a participant have one grade, else they are independent; it is the
    correlation of any two of them.

    Raises:
        ValueError: the probabilities are not five with the sum 1, or the lesions are too many.
    """
    if len(grades) != GRADES or abs(sum(grades) - 1) > 1e-9 or min(grades) < 0:
        raise ValueError(f"{GRADES} probabilities of grades 0 to {GRADES - 1} with the sum 1 are needed")
    if GRADES**scale.lesions > _MOST_TUPLES:
        raise ValueError(f"{scale.lesions} lesions of one participant are too many to enumerate")
    found: dict[tuple[int, int], float] = {}
    for lesions in product(range(GRADES), repeat=scale.lesions):
        same = grades[lesions[0]] if len(set(lesions)) == 1 else 0.0
        p = alike * same + (1 - alike) * prod(grades[grade] for grade in lesions)
        if p:
            seen = scale.of(lesions), int(scale.toxic(lesions))
            found[seen] = found.get(seen, 0.0) + p
    return found


def characterise_graded(
    rule: Rule, outcomes: Sequence[Outcomes], *, trials: int = 10_000, seed: int = 1, most: int = PLAIN_STATES
) -> GradedCharacteristics:
    """Exact where at most so many states are reached, else from so many drawn trials."""
    return evaluate_graded(rule, outcomes, most) or simulate_graded(rule, outcomes, trials, seed)


def evaluate_graded(
    rule: Rule, outcomes: Sequence[Outcomes], most: int | None = None
) -> GradedCharacteristics | None:
    """The exact characteristics, `outcomes` of one participant a dose level; None where the states exceed `most`.

    States with equal sums are merged. Where no stopping rule counts toxicities, states do not carry them: their expected
    number is that of participants times the rate.
    """
    carried = outcomes if rule.stops else [_without_toxicities(each) for each in outcomes]
    ends, states = _walked(rule, carried, most)
    if ends is None:
        return None
    found = _summed(rule, ends, states)
    if rule.stops:
        return found
    rates = [sum(p for (_, toxic), p in each.items() if toxic) for each in outcomes]
    return replace(found, dlts=found.participants * rates)


def _without_toxicities(outcomes: Outcomes) -> Outcomes:
    found: dict[tuple[int, int], float] = {}
    for (units, _), p in outcomes.items():
        found[units, 0] = found.get((units, 0), 0.0) + p
    return found


def _walked(
    rule: Rule, outcomes: Sequence[Outcomes], most: int | None
) -> tuple[list[tuple[GradedState, str, float]] | None, int]:
    """Endings with cause and probability, and the number of states."""
    sums = {
        (dose, count): together(outcomes[dose], count)
        for dose in range(rule.doses)
        for count in range(1, rule.design.size + 1)
    }
    layer: dict[GradedState, float] = {graded_start(rule.doses): 1.0}
    ends: list[tuple[GradedState, str, float]] = []
    states = 0
    while layer:
        following: dict[GradedState, float] = {}
        for state, p in layer.items():
            step = rule.decide(state)
            if isinstance(step, End):
                ends.append((state, step.cause, p))
                continue
            for (units, dlts), chance in sums[step.dose, step.participants].items():
                reached = follow_graded(rule, state, step, units, dlts)
                following[reached] = following.get(reached, 0.0) + p * chance
        states += len(following)
        if most is not None and states > most:
            return None, states
        layer = following
    return ends, states


def follow_graded(rule: Rule, state: GradedState, step: Treat, units: int, dlts: int) -> GradedState:
    """The state after a step with so many units and toxicities."""
    return with_scores(follow(rule, state, step, dlts)).scored(step.dose, units)


def together(outcomes: Outcomes, participants: int) -> Outcomes:
    """The sums of so many independent participants."""
    sums: dict[tuple[int, int], float] = {(0, 0): 1.0}
    for _ in range(participants):
        more: dict[tuple[int, int], float] = {}
        for (units, dlts), p in sums.items():
            for (u, t), q in outcomes.items():
                more[units + u, dlts + t] = more.get((units + u, dlts + t), 0.0) + p * q
        sums = more
    return sums


def simulate_graded(
    rule: Rule, outcomes: Sequence[Outcomes], trials: int, seed: int = 1
) -> GradedCharacteristics:
    """The same from drawn trials, one random number a participant."""
    weight = 1 / trials
    ends = [(*_drawn(rule, outcomes, seed, trial), weight) for trial in range(trials)]
    return _summed(rule, ends, 0, trials)


def _drawn(rule: Rule, outcomes: Sequence[Outcomes], seed: int, trial: int) -> tuple[GradedState, str]:
    from firstdose.escalation._random import uniform

    state, draw = graded_start(rule.doses), 0
    while not isinstance(step := rule.decide(state), End):
        seen = list(outcomes[step.dose])
        edges = np.cumsum(list(outcomes[step.dose].values()))
        drawn = [
            seen[min(int(np.searchsorted(edges, uniform(seed, trial, draw + i), "right")), len(seen) - 1)]
            for i in range(step.participants)
        ]
        state = follow_graded(rule, state, step, sum(u for u, _ in drawn), sum(t for _, t in drawn))
        draw += step.participants
    return state, step.cause


def _summed(
    rule: Rule, ends: Sequence[tuple[GradedState, str, float]], states: int, trials: int = 0
) -> GradedCharacteristics:
    p = np.array([chance for _, _, chance in ends])
    levels = [rule.select(state) for state, _, _ in ends]
    chosen = np.array([rule.doses if level is None else level for level in levels])
    causes: dict[str, float] = {}
    for _, cause, chance in ends:
        causes[cause] = causes.get(cause, 0.0) + chance
    return GradedCharacteristics(
        selected=np.bincount(chosen, weights=p, minlength=rule.doses + 1),
        participants=p @ np.array([state.participants for state, _, _ in ends]),
        dlts=p @ np.array([state.dlts for state, _, _ in ends]),
        units=p @ np.array([state.scores for state, _, _ in ends]),
        causes=causes,
        total=float(p.sum()),
        states=states,
        trials=trials,
    )
