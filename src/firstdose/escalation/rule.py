"""The whole rule of a protocol: stopping, sentinel, elimination, escalation, sample size, selection, asked in this order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.catalogue.rule import End, Escalation, State, Step, Stop, Treat

if TYPE_CHECKING:
    from collections.abc import Sequence


AloneOf = Literal["cohort", "dose level", "trial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A design with everything around it. `most`: participants in all; `alone`: how many of a cohort come first.

    They are watched before the rest follow, and stopping and elimination are asked between. `alone_of`: in each cohort,
    in the first cohort of each dose level, or in the first of the trial.
    """

    design: Escalation
    most: int | None = None
    alone: int = 0
    alone_of: AloneOf = "cohort"
    stops: Sequence[Stop] = ()

    @property
    def doses(self) -> int:
        return self.design.doses

    def decide(self, state: State) -> Step:
        """The next step: the answer for the live decision, for every path and for simulation."""
        for stop in self.stops:
            if why := stop.holds(state):
                return End("halt", "stopping rule", why)
        step = self._rest_of_cohort(state) if state.cohort else self._new_cohort(state)
        return self._within_size(state, step)

    def select(self, state: State) -> int | None:
        """The level recommended if the trial ended here."""
        return self.design.select(state)

    def _rest_of_cohort(self, state: State) -> Step:
        """The participants after those watched alone, unless what was seen closes the level."""
        if self.design.eliminated(state) <= state.dose:
            return self._new_cohort(state)
        rest = getattr(self.design, "rest", None)  # of designs whose cohorts are not of one size
        left = rest(state) if rest else self.design.size - state.cohort
        return Treat(state.dose, left, "the rest of the cohort", opens=False)

    def _new_cohort(self, state: State) -> Step:
        step = self.design.move(state)
        if (
            isinstance(step, End)
            or not 0 < self.alone < step.participants
            or not self._watched(state, step.dose)
        ):
            return step
        return Treat(step.dose, self.alone, f"{step.reason}; the first of the cohort alone", completes=False)

    def _watched(self, state: State, dose: int) -> bool:
        if self.alone_of == "cohort":
            return True
        return (state.participants[dose] if self.alone_of == "dose level" else state.total) == 0

    def _within_size(self, state: State, step: Step) -> Step:
        if isinstance(step, End) or self.most is None:
            return step
        left = self.most - state.total
        if left <= 0:
            planned = f"; {self.most} were planned" if left else ", as planned"
            return End("complete", "all participants treated", f"{state.total} participants{planned}")
        if step.participants <= left:
            return step
        return Treat(step.dose, left, step.reason, step.opens)

    def words(self) -> tuple[str, ...]:
        """The rule in sentences, in the order in which it is asked."""
        return (*(each for stop in self.stops for each in stop.words()), *self.design.words())
