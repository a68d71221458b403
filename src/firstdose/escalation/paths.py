"""Every way a trial can go, in plain Python: the oracle that the fast engine is held against.

Paths with equal counts are merged, so a state carries the integer number of ways that lead to it; the probability of a
state is that number times prod p^y (1 - p)^(n - y).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

from firstdose.catalogue.rule import End, State, Treat, start_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.escalation.rule import Rule


@dataclass(frozen=True, slots=True)
class Ending:
    """One way to end: the last state, why, and the level recommended there."""

    state: State
    end: End
    selected: int | None
    ways: int

    def probability(self, rates: Sequence[float]) -> float:
        """Under the true toxicity rates."""
        p = float(self.ways)
        for n, y, rate in zip(self.state.participants, self.state.dlts, rates, strict=True):
            p *= rate**y * (1 - rate) ** (n - y)
        return p


@dataclass(frozen=True, slots=True)
class Paths:
    """All endings of a rule from one state on. `states`: reachable states with endings, without the first."""

    endings: tuple[Ending, ...]
    states: int


def enumerate_paths(rule: Rule, begin: State | None = None) -> Paths:
    """Layer by layer, states with equal counts merged."""
    found = enumerate_some(rule, begin, None)
    assert found is not None
    return found


def enumerate_some(rule: Rule, begin: State | None, most: int | None) -> Paths | None:
    """The same; None as soon as there are more than `most` states."""
    first = begin or start_state(rule.doses)
    layer: dict[State, int] = {first: 1}
    endings: dict[State, Ending] = {}
    states = 0
    while layer:
        following: dict[State, int] = {}
        for state, ways in layer.items():
            step = rule.decide(state)
            if isinstance(step, End):
                known = endings[state].ways if state in endings else 0
                endings[state] = Ending(state, step, rule.select(state), known + ways)
                continue
            for reached, more in outcomes(rule, state, step).items():
                following[reached] = following.get(reached, 0) + ways * more
        states += len(following)
        if most is not None and states > most:
            return None
        layer = following
    return Paths(tuple(endings.values()), states)


def outcomes(rule: Rule, state: State, step: Treat) -> Mapping[State, int]:
    """Where the next participants can lead, with the number of ways."""
    return {
        follow(rule, state, step, dlts): comb(step.participants, dlts)
        for dlts in range(step.participants + 1)
    }


def follow(rule: Rule, state: State, step: Treat, dlts: int) -> State:
    """The state after a step of which so many participants had a dose-limiting toxicity."""
    begun = 0 if step.opens else state.cohort
    cohort = 0 if step.completes else begun + step.participants
    before = 0 if step.opens else state.recent
    recent = before + dlts if rule.design.looks_back else 0
    return state.after(step.dose, step.participants, dlts, cohort, recent)
