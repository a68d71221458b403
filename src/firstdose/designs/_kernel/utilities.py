"""Toxicity and response together: the wider state, and the utility of what was seen as one number a level."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firstdose.catalogue.rule import State
from firstdose.designs._kernel.real_beta import beta_above


@dataclass(frozen=True, slots=True)
class EfficacyState(State):
    """Counts with responses: `responses`, participants with one, a number a dose level."""

    responses: tuple[int, ...] = ()

    def responded(self, dose: int, responses: int) -> EfficacyState:
        """The state with so many more responses at a level."""
        r = list(self.responses)
        r[dose] += responses
        return replace(self, responses=tuple(r))


def efficacy_start(doses: int, dose: int = 0) -> EfficacyState:
    """Nobody treated."""
    return EfficacyState((0,) * doses, (0,) * doses, dose, responses=(0,) * doses)


def with_responses(state: State) -> EfficacyState:
    """The same state, known to count responses.

    Raises:
        TypeError: the state does not; a design that weighs responses cannot be asked with toxicities alone.
    """
    if not isinstance(state, EfficacyState):
        raise TypeError("this design needs the responses of each level: ask it with an EfficacyState")
    return state


@dataclass(frozen=True, slots=True)
class Utility:
    """Utilities on a scale from 0 (toxicity without response) to 1 (response without toxicity).

    `neither`: of neither; both together have 1 - neither, so that the sum of utilities depends on the counts alone.
    """

    neither: float

    def total(self, n: int, y: int, r: int) -> float:
        """Sum of utilities of n participants, y with toxicity and r with response."""
        return round(r + self.neither * (n - y - r), 9)

    def expected(self, toxicity: float, response: float) -> float:
        """Of one participant under these rates."""
        return response + self.neither * (1 - toxicity - response)

    def benchmark(self, toxicity: float, response: float) -> float:
        """Half way from the utility under these rates to the best one."""
        return (1 + self.expected(toxicity, response)) / 2

    def mean(self, n: int, y: int, r: int) -> float:
        """Posterior mean under a flat quasi-binomial prior."""
        return (1 + self.total(n, y, r)) / (2 + n)

    def score(self, n: int, y: int, r: int, benchmark: float) -> float:
        """Posterior probability that the utility exceeds the benchmark."""
        total = self.total(n, y, r)
        return beta_above(1 + total, 1 + n - total, benchmark)
