"""Trials with a clock: arrivals, windows, pending participants, staggering. For designs that do not wait, and for length.

Every participant is asked for at the day on which one is there and may be treated. A design that counts waits until the
last cohort is complete; one with `move_in_time` decides from the follow-up so far. Stopping rules count only participants
whose window has passed or whose toxicity was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from math import exp, inf, isfinite, log
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from firstdose.catalogue.rule import End, State
from firstdose.designs._kernel.weights import WAITING, FollowUp, follow_up, wait

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstdose.catalogue.rule import Step, Treat
    from firstdose.escalation.rule import Rule

# Streams of random numbers beside the one of `simulate`, whose draw is the number of the participant.
_ARRIVALS, _ONSETS = 1 << 40, 1 << 41


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Days. `window`: in which a toxicity counts; `between`: mean days between two arrivals (Poisson).

    `gap`: least days between two participants; `watch`: days for which the first of a cohort are watched. `onset`: of a
    toxicity within the window, `late` of them in its second half (weibull). `queue`: who arrives while dosing rests waits,
    else goes elsewhere.
    """

    window: float
    between: float
    gap: float = 0.0
    watch: float = 0.0
    onset: Literal["uniform", "weibull"] = "uniform"
    late: float = 0.5
    queue: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedTrials:
    """One row a trial: counts (trials, doses), selected level (-1: none), cause, days to the last window or halt.

    `turned_away`: arrivals while dosing rested, where nobody waits.
    """

    participants: np.ndarray
    dlts: np.ndarray
    selected: np.ndarray
    cause: tuple[str, ...]
    days: np.ndarray
    turned_away: np.ndarray


def decide_in_time(rule: Rule, state: State, seen: Sequence[FollowUp]) -> Step:
    """The step due now. `state` counts all who entered, with the toxicities seen so far; `seen` says how far each is.

    A halt whose cause is `WAITING` ends by itself once more is known.
    """
    evaluable = _evaluable(state, seen)
    for stop in rule.stops:
        if why := stop.holds(evaluable):
            return End("halt", "stopping rule", why)
    pending = sum(each.pending for each in seen)
    in_time = hasattr(rule.design, "move_in_time")
    if pending and not state.cohort and not in_time:
        return wait(f"{pending} participants have not passed their window")
    design = _Now(rule.design, tuple(seen)) if in_time and seen else rule.design
    return replace(rule, design=design, stops=()).decide(state)


def _evaluable(state: State, seen: Sequence[FollowUp]) -> State:
    """The counts without pending participants."""
    n = list(state.participants)
    for each in seen:
        n[each.dose] -= each.pending
    return replace(state, participants=tuple(n))


@dataclass(frozen=True, slots=True)
class _Now:
    """A design at one moment: its move is the one for the follow-up so far, everything else is its own."""

    design: Any
    seen: tuple[FollowUp, ...]

    @property
    def doses(self) -> int:
        return int(self.design.doses)

    @property
    def size(self) -> int:
        return int(self.design.size)

    @property
    def looks_back(self) -> bool:
        return bool(self.design.looks_back)

    def eliminated(self, state: State) -> int:
        return int(self.design.eliminated(state))

    def move(self, state: State) -> Step:
        step: Step = self.design.move_in_time(state, self.seen)
        return step

    def select(self, state: State) -> int | None:
        selected: int | None = self.design.select(state)
        return selected

    def words(self) -> tuple[str, ...]:
        return tuple(self.design.words())


@dataclass(frozen=True, slots=True)
class _Entered:
    """A participant: level, day of entry, day of the toxicity (never: infinite) and number of the cohort."""

    dose: int
    day: float
    event: float
    cohort: int

    def settled(self, window: float) -> float:
        """The day on which the outcome is known."""
        return min(self.event, self.day + window)

    def toxic(self, day: float) -> bool:
        """Whether the toxicity was seen by this day."""
        return isfinite(self.event) and self.event <= day

    def seen(self, day: float, window: float) -> FollowUp:
        """The follow-up on this day."""
        days = window if self.day + window <= day else day - self.day
        return follow_up(self.dose, days, window, toxic=self.toxic(day))


@dataclass(slots=True)
class _Arrivals:
    """Days on which participants come, and how many found dosing at rest."""

    clock: Clock
    draw: Callable[[int], float]
    number: int = 0
    day: float = 0.0
    turned_away: int = 0

    def __post_init__(self) -> None:
        self.next()

    def next(self) -> None:
        """On to the next arrival."""
        self.day -= self.clock.between * log(1 - self.draw(_ARRIVALS + self.number))
        self.number += 1

    def available(self, earliest: float) -> float:
        """The first day from `earliest` on with a participant there."""
        while not self.clock.queue and self.day < earliest:
            self.turned_away += 1
            self.next()
        return max(self.day, earliest)


@dataclass(slots=True)
class _Trial:
    rule: Rule
    clock: Clock
    rates: Sequence[float]
    draw: Callable[[int], float]
    entered: list[_Entered] = field(default_factory=list)
    cohorts: int = 0
    part: int = 0

    def run(self) -> tuple[State, End, float, int]:
        """The last state with all windows passed, the end, its day, and how many were turned away."""
        arrivals, earliest = _Arrivals(self.clock, self.draw), 0.0
        while True:
            day = arrivals.available(earliest)
            step = decide_in_time(self.rule, self.state(day), self.seen(day))
            if isinstance(step, End) and step.cause == WAITING:
                earliest = self.next_change(day)
            elif isinstance(step, End):
                return self.state(inf), step, self.last_day(step, day), arrivals.turned_away
            else:
                earliest = self.treat(step, day, arrivals)

    def treat(self, step: Treat, day: float, arrivals: _Arrivals) -> float:
        """Enters the participants of a step, the first on this day; the earliest day of the next one."""
        if step.opens:
            self.cohorts += 1
            self.part = 0
        for i in range(step.participants):
            today = day if i == 0 else arrivals.available(self.entered[-1].day + self.clock.gap)
            self.entered.append(_Entered(step.dose, today, self.toxicity(step.dose, today), self.cohorts))
            arrivals.next()
        self.part = 0 if step.completes else self.part + step.participants
        return self.entered[-1].day + max(self.clock.gap, 0.0 if step.completes else self.clock.watch)

    def toxicity(self, dose: int, day: float) -> float:
        """The day of the toxicity of the participant who enters now."""
        number, rate = len(self.entered), self.rates[dose]
        if self.draw(number) >= rate:
            return inf
        return day + self.clock.window * onset_share(self.clock, rate, self.draw(_ONSETS + number))

    def state(self, day: float) -> State:
        """Everybody entered, with the toxicities seen by this day."""
        n, y = [0] * self.rule.doses, [0] * self.rule.doses
        recent = 0
        for each in self.entered:
            n[each.dose] += 1
            y[each.dose] += each.toxic(day)
            recent += each.toxic(day) and each.cohort == self.cohorts
        dose = self.entered[-1].dose if self.entered else 0
        return State(tuple(n), tuple(y), dose, self.part, recent if self.rule.design.looks_back else 0)

    def seen(self, day: float) -> list[FollowUp]:
        """The follow-up of each participant on this day."""
        return [each.seen(day, self.clock.window) for each in self.entered]

    def next_change(self, day: float) -> float:
        """The next day on which an outcome becomes known."""
        return min(settled for each in self.entered if (settled := each.settled(self.clock.window)) > day)

    def last_day(self, end: End, day: float) -> float:
        """When the trial is over: with the last window, or, halted, with the last outcome known."""
        settled = [each.settled(self.clock.window) for each in self.entered]
        return max((each for each in settled if end.kind == "complete" or each <= day), default=day)


def onset_share(clock: Clock, rate: float, u: float) -> float:
    """When in the window, as a share of it, a toxicity of this rate begins, from a uniform number.

    Weibull: the time to toxicity has its shape such that `late` of the toxicities begin in the second half.
    """
    if clock.onset == "uniform":
        return u
    rate = min(rate, 1 - 1e-12)
    shape = log(log(1 - rate) / log(1 - rate * (1 - clock.late))) / log(2)
    return exp(log(log(1 - u * rate) / log(1 - rate)) / shape) if u > 0 else 0.0


def simulate_in_time(
    rule: Rule,
    clock: Clock,
    rates: Sequence[float],
    trials: int,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> TimedTrials:
    """Trials drawn with a clock. Who has a toxicity is drawn as in `simulate`, so a design that waits decides the same."""
    from firstdose.escalation._random import uniform

    ends = []
    for trial in range(trials):
        state, end, day, turned_away = _Trial(rule, clock, rates, partial(uniform, seed, trial)).run()
        level = rule.select(state)
        ends.append(
            (state.participants, state.dlts, -1 if level is None else level, end.cause, day, turned_away)
        )
        if progress and trial % 100 == 0:
            progress(trial / trials)
    treated, toxic, selected, cause, days, away = zip(*ends, strict=True)
    return TimedTrials(
        participants=np.array(treated),
        dlts=np.array(toxic),
        selected=np.array(selected),
        cause=tuple(cause),
        days=np.array(days),
        turned_away=np.array(away),
    )
