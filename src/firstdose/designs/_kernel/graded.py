"""Graded toxicity as one score a participant: whole units, so that sums stay exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.catalogue.rule import State

if TYPE_CHECKING:
    from collections.abc import Sequence

GRADES = 5  # 0 to 4


@dataclass(frozen=True, slots=True)
class GradedState(State):
    """Counts with scores: `scores`, sum of the participants' scores in whole units, a number a dose level."""

    scores: tuple[int, ...] = ()

    def scored(self, dose: int, units: int) -> GradedState:
        """The state with so many more units at a level."""
        s = list(self.scores)
        s[dose] += units
        return replace(self, scores=tuple(s))


def graded_start(doses: int, dose: int = 0) -> GradedState:
    """Nobody treated."""
    return GradedState((0,) * doses, (0,) * doses, dose, scores=(0,) * doses)


def with_scores(state: State) -> GradedState:
    """The same state, known to hold scores.

    Raises:
        TypeError: the state does not; a design of graded toxicity cannot be asked with toxicities alone.
    """
    if not isinstance(state, GradedState):
        raise TypeError("this design needs the scores of each level: ask it with a GradedState")
    return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Whole units of each grade, 0 to 4. `lesions` of a participant count by the `worst` grade, else by their mean.

    `dlt_from`: the grade of any lesion from which the participant has a dose-limiting toxicity.
    """

    units: tuple[int, ...]
    lesions: int = 1
    worst: bool = True
    dlt_from: int = 3

    @property
    def most(self) -> int:
        """Units of the worst participant."""
        return max(self.units) * (1 if self.worst else self.lesions)

    def of(self, grades: Sequence[int]) -> int:
        """Units of a participant with these grades, one a lesion."""
        return self.units[max(grades)] if self.worst else sum(self.units[grade] for grade in grades)

    def units_of(self, grades: Sequence[int]) -> int:
        """Units of a participant with any number of lesions: of their mean, where the mean counts, the nearest unit."""
        if self.worst or not grades:
            return self.units[max(grades, default=0)]
        total = self.lesions * sum(self.units[grade] for grade in grades)
        return (2 * total + len(grades)) // (2 * len(grades))

    def toxic(self, grades: Sequence[int]) -> bool:
        """Whether these grades are a dose-limiting toxicity."""
        return max(grades) >= self.dlt_from
