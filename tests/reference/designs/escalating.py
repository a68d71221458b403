"""Designs with their declared defaults, and an independent recursion over single outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import End, Escalation, load, start_state
from firstdose.escalation.paths import follow
from firstdose.escalation.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

CURVE = (0.05, 0.10, 0.20, 0.30, 0.45)


def design(name: str, doses: int, **words: str) -> Escalation:
    """The shelf's design with these words in place of its defaults."""
    entry = load("designs")[name]
    made = entry.make({key.name: key.default for key in entry.keys} | words, doses)
    assert made is not None
    return made


def stopping(name: str, most: int, **words: str):
    """The shelf's stopping rule."""
    entry = load("designs.stopping")[name]
    return entry.make({key.name: key.default for key in entry.keys} | words, most)


def brute_force(rule: Rule, rates: Sequence[float]) -> dict[tuple[str, int | None], float]:
    """(cause, selected) > probability, participant by participant, nothing merged and no binomial coefficient."""
    found: dict[tuple[str, int | None], float] = {}

    def go(state, p: float) -> None:
        step = rule.decide(state)
        if isinstance(step, End):
            key = (step.cause, rule.select(state))
            found[key] = found.get(key, 0.0) + p
            return
        treat(state, step, 0, step.participants, p)

    def treat(state, step, seen: int, left: int, p: float) -> None:
        if left == 0:
            go(follow(rule, state, step, seen), p)
            return
        rate = rates[step.dose]
        treat(state, step, seen + 1, left - 1, p * rate)
        treat(state, step, seen, left - 1, p * (1 - rate))

    go(start_state(rule.doses), 1.0)
    return found
