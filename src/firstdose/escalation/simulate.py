"""Trials drawn at random with the same rule: for what no enumeration can hold, and to check what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import End, start_state
from firstdose.escalation.paths import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.escalation.rule import Rule
    from firstdose.escalation.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One row a trial: counts (trials, doses), selected level (-1: none), cause of the end."""

    participants: np.ndarray
    dlts: np.ndarray
    selected: np.ndarray
    cause: tuple[str, ...]


def simulate_compiled(tables: Tables, rates: Sequence[float], trials: int, seed: int = 1) -> np.ndarray:
    """(trials, 2 doses + 2): participants and toxicities of each level, cause and selected level (-1: none)."""
    from firstdose.escalation import _trials

    return _trials.simulate(tables, np.asarray(rates, dtype=np.float64), trials, seed)


def simulate(
    rule: Rule,
    rates: Sequence[float],
    trials: int,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Simulated:
    """Any rule, asked step by step; the same random numbers as the compiled trials."""
    from firstdose.escalation._random import uniform

    ends: list[tuple[tuple[int, ...], tuple[int, ...], int, str]] = []
    for trial in range(trials):
        state, draw = start_state(rule.doses), 0
        while not isinstance(step := rule.decide(state), End):
            seen = [uniform(seed, trial, draw + i) < rates[step.dose] for i in range(step.participants)]
            state, draw = follow(rule, state, step, sum(seen)), draw + step.participants
        level = rule.select(state)
        ends.append((state.participants, state.dlts, -1 if level is None else level, step.cause))
        if progress and trial % 100 == 0:
            progress(trial / trials)
    treated, toxic, selected, cause = zip(*ends, strict=True)
    return Simulated(
        participants=np.array(treated), dlts=np.array(toxic), selected=np.array(selected), cause=tuple(cause)
    )
