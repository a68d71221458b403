"""How long a trial takes that waits until windows close: a sum over its cohorts, so its distribution is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.catalogue.rule import End, start_state
from firstdose.escalation.exact import Polynomial, evaluate
from firstdose.escalation.paths import follow, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.catalogue.rule import State, Treat
    from firstdose.escalation.rule import Rule
    from firstdose.protocol.model import Protocol

PLAIN_ENTRIES = 400_000  # states with a length of their own that plain Python walks in some seconds


@dataclass(frozen=True, slots=True)
class Windows:
    """Days. `watch`: for dose-limiting toxicity; `alone`: for which the first of a cohort is watched; `between` others."""

    watch: int
    alone: int = 0
    between: int = 0

    def days(self, step: Treat) -> int:
        """From the first administration of a step to the day on which the next step is decided."""
        if not step.completes:
            return (step.participants - 1) * self.between + self.alone
        return (step.participants - 1) * self.between + self.watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Days from the first administration to the decision that ends escalation > probability (s,). `error`: as `Behaviour`."""

    days: dict[int, np.ndarray]
    windows: Windows
    trials: int = 0

    @property
    def mean(self) -> np.ndarray:
        """(s,) expected days."""
        return np.asarray(sum(day * chance for day, chance in self.days.items()))

    @property
    def error(self) -> float:
        """Monte Carlo standard error of a share near one half; 0 where exact."""
        return 0.5 / float(np.sqrt(self.trials)) if self.trials else 0.0

    def quantile(self, share: float) -> list[int]:
        """For each scenario the first day by which so large a share of trials has ended."""
        days = np.array(list(self.days))
        reached = np.cumsum(np.array(list(self.days.values())), axis=0) >= share - 1e-12
        return [int(day) for day in days[reached.argmax(axis=0)]]


def waits_of(protocol: Protocol) -> Windows:
    """How long is waited; `watch` is 0 where a cohort may begin before the last one is evaluable."""
    safety = protocol.safety
    if safety is None:
        return Windows(0)
    sentinel = safety.sentinel
    return Windows(
        watch=0 if safety.overlap else safety.dlt_until or 0,
        alone=sentinel.days if sentinel else 0,
        between=(sentinel.between or 0) if sentinel else 0,
    )


def windows_of(protocol: Protocol) -> Windows | str:
    """The fixed windows of a protocol, or in words why a trial's length does not follow from them."""
    safety = protocol.safety
    if safety is None or safety.dlt_until is None:
        return "the protocol does not say to which day a participant is watched (dlt_until)"
    if safety.overlap:
        return "a cohort may begin before the last one is evaluable, so the length depends on when participants arrive"
    return waits_of(protocol)


def compute_lengths(
    rule: Rule,
    windows: Windows,
    scenarios: Sequence[Sequence[float]],
    *,
    trials: int = 2_000,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Lengths:
    """Exact while the paths can be held, else from so many drawn trials; arrivals and reviews take no time here."""
    rates = np.atleast_2d(np.asarray(scenarios, dtype=np.float64))
    polynomial = _enumerate(rule, windows)
    if polynomial is not None:
        found = evaluate(polynomial, rates, with_numbers=False).causes
        days = {int(name): found[:, i] for i, name in enumerate(polynomial.causes)}
        return Lengths(days=days, windows=windows)
    drawn = []
    for i, row in enumerate(rates):
        drawn.append(_draw(rule, windows, list(row), trials, seed + i))
        if progress:
            progress((i + 1) / len(rates))
    return Lengths(
        days={int(day): (np.array(drawn) == day).mean(axis=1) for day in np.unique(drawn)},
        windows=windows,
        trials=trials,
    )


def _enumerate(rule: Rule, windows: Windows) -> Polynomial | None:
    """Endings told apart by their days too; None where there are too many."""
    begin = start_state(rule.doses)
    layer: dict[State, dict[int, int]] = {begin: {0: 1}}
    ends: dict[tuple[tuple[tuple[int, int], ...], int], int] = {}
    entries = 0
    while layer:
        following: dict[State, dict[int, int]] = {}
        for state, ways in layer.items():
            step = rule.decide(state)
            if isinstance(step, End):
                counts = tuple(zip(state.participants, state.dlts, strict=True))
                for day, number in ways.items():
                    ends[counts, day] = ends.get((counts, day), 0) + number
                continue
            later = windows.days(step)
            for reached, more in outcomes(rule, state, step).items():
                there = following.setdefault(reached, {})
                for day, number in ways.items():
                    there[day + later] = there.get(day + later, 0) + number * more
        entries += sum(map(len, following.values()))
        if entries > PLAIN_ENTRIES:
            return None
        layer = following
    return _polynomial(begin, ends, entries)


def _polynomial(
    begin: State, ends: dict[tuple[tuple[tuple[int, int], ...], int], int], entries: int
) -> Polynomial:
    ordered = sorted(ends)
    days = sorted({day for _, day in ordered})
    counts = np.array([state for state, _ in ordered], np.int64)
    return Polynomial(
        begin=begin,
        participants=np.ascontiguousarray(counts[:, :, 0]),
        dlts=np.ascontiguousarray(counts[:, :, 1]),
        ways=np.array([ends[each] for each in ordered], np.float64),
        cause=np.array([days.index(day) for _, day in ordered], np.int64),
        selected=np.full(len(ordered), -1, np.int8),
        states=entries,
        causes=tuple(map(str, days)),
    )


def _draw(rule: Rule, windows: Windows, rates: Sequence[float], trials: int, seed: int) -> list[int]:
    """The same random numbers as `simulate`."""
    from firstdose.escalation._random import uniform

    found = []
    for trial in range(trials):
        state, number, day = start_state(rule.doses), 0, 0
        while not isinstance(step := rule.decide(state), End):
            seen = [uniform(seed, trial, number + i) < rates[step.dose] for i in range(step.participants)]
            state, number = follow(rule, state, step, sum(seen)), number + step.participants
            day += windows.days(step)
        found.append(day)
    return found
