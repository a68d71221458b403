"""What a rule of dose escalation sees and answers: counts in, the next step out. Dose levels are numbered from 0, lowest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class State:
    """What a rule may know: counts, never order or dates.

    `participants` and `dlts`: evaluable participants and those with a dose-limiting toxicity, a number a dose level.
    `dose`: level of the last participant, at first the starting level. `cohort`: participants of the current cohort so
    far; 0 where the last one is complete. `recent`: toxicities of the current or just completed cohort, kept only for
    designs that look back at it.
    """

    participants: tuple[int, ...]
    dlts: tuple[int, ...]
    dose: int = 0
    cohort: int = 0
    recent: int = 0

    @property
    def total(self) -> int:
        return sum(self.participants)

    @property
    def events(self) -> int:
        return sum(self.dlts)

    def here(self) -> tuple[int, int]:
        """(participants, dlts) at the level of the last participant."""
        return self.participants[self.dose], self.dlts[self.dose]

    def after(self, dose: int, treated: int, dlts: int, cohort: int, recent: int = 0) -> State:
        """The state once `treated` more at `dose` have been seen, `dlts` of them with a dose-limiting toxicity."""
        n, y = list(self.participants), list(self.dlts)
        n[dose] += treated
        y[dose] += dlts
        return replace(self, participants=tuple(n), dlts=tuple(y), dose=dose, cohort=cohort, recent=recent)


def start_state(doses: int, dose: int = 0) -> State:
    """Nobody treated."""
    return State((0,) * doses, (0,) * doses, dose)


@dataclass(frozen=True, slots=True)
class Treat:
    """Give the next `participants` this dose level. `opens`: they begin a cohort; `completes`: they end it."""

    dose: int
    participants: int
    reason: str
    opens: bool = True
    completes: bool = True


@dataclass(frozen=True, slots=True)
class End:
    """No further participant. `halt`: dosing rests until a review; `complete`: the plan is done.

    `cause`: a short stable word that ends are counted by.
    """

    kind: Literal["halt", "complete"]
    cause: str
    reason: str


Step = Treat | End


class Escalation(Protocol):
    """A design: where a complete cohort leads, and which level is recommended at the end."""

    @property
    def doses(self) -> int:
        """Number of dose levels."""

    @property
    def size(self) -> int:
        """Participants of a cohort."""

    @property
    def looks_back(self) -> bool:
        """Whether the toxicities of the last cohort count beside those of the whole level."""

    def eliminated(self, state: State) -> int:
        """The lowest level closed for good, with all above it; `doses` where none is."""

    def move(self, state: State) -> Step:
        """The step after a complete cohort, or the first step."""

    def select(self, state: State) -> int | None:
        """The level recommended if the trial ended here; None: no level."""

    def words(self) -> tuple[str, ...]:
        """The rule in sentences for protocol, analysis plan and report."""


class Stop(Protocol):
    """A stopping rule over counts. `pooled`: over all levels, else at each level by itself."""

    @property
    def pooled(self) -> bool:
        """Whether events of all levels count together."""

    def boundary(self, n: int) -> int | None:
        """Fewest events of n participants that halt; None where nothing does."""

    def holds(self, state: State) -> str:
        """Why dosing must rest here, in words; empty where it need not."""

    def words(self) -> tuple[str, ...]:
        """The rule in sentences."""
