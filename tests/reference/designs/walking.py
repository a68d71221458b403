"""Every way a trial can go, participant by participant, nothing merged: what golden numbers are explained by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from firstdose.catalogue.rule import End, start_state
from firstdose.escalation.paths import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.catalogue.rule import State, Treat
    from firstdose.escalation.rule import Rule
# (participants and toxicities seen at the level so far, its number) > probability of a toxicity of the next one.
Chance: TypeAlias = "Callable[[int, int, int], float]"


@dataclass(frozen=True, slots=True)
class Walk:
    """One way to the end: the steps taken, the last state, its cause and probability."""

    steps: tuple[Treat, ...]
    state: State
    cause: str
    selected: int | None
    chance: float


def at_rates(rates: tuple[float, ...]) -> Chance:
    """The same probability for everyone at a level."""
    return lambda n, y, dose: rates[dose]


def as_seen(n: int, y: int, dose: int) -> float:
    """Under a flat prior: what has been seen at the level decides about the next one (Polya's urn)."""
    return (1 + y) / (2 + n)


def walk(rule: Rule, chance: Chance, begin: State | None = None) -> Iterator[Walk]:
    """All of them; the probabilities sum to 1."""

    def go(state: State, steps: tuple[Treat, ...], p: float) -> Iterator[Walk]:
        step = rule.decide(state)
        if isinstance(step, End):
            yield Walk(steps, state, step.cause, rule.select(state), p)
            return
        yield from treat(state, step, steps, 0, 0, p)

    def treat(state, step: Treat, steps, done: int, toxic: int, p: float) -> Iterator[Walk]:
        if done == step.participants:
            yield from go(follow(rule, state, step, toxic), (*steps, step), p)
            return
        n, y = state.participants[step.dose] + done, state.dlts[step.dose] + toxic
        rate = chance(n, y, step.dose)
        yield from treat(state, step, steps, done + 1, toxic + 1, p * rate)
        yield from treat(state, step, steps, done + 1, toxic, p * (1 - rate))

    yield from go(begin or start_state(rule.doses), (), 1.0)


def reached(rule: Rule) -> set[State]:
    """Every state that is not the first."""
    found: set[State] = set()
    left = [start_state(rule.doses)]
    while left:
        state = left.pop()
        step = rule.decide(state)
        if isinstance(step, End):
            continue
        for toxic in range(step.participants + 1):
            after = follow(rule, state, step, toxic)
            if after not in found:
                found.add(after)
                left.append(after)
    return found


def days_of(steps: tuple[Treat, ...], watch: int, alone: int, between: int = 0) -> int:
    """Length of a trial whose participants come as soon as they may: `alone` days after one who came first alone,
    `between` days after anybody else of the same cohort, and a new cohort once everybody has been watched."""
    last, over = -between, 0
    for step in steps:
        first = max(over, 0) if step.opens else max(last + between, over)
        for i in range(step.participants):
            last = first + between * i
        over = last + (watch if step.completes else alone)
    return over
