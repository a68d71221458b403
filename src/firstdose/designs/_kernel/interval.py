"""What BOIN, Keyboard and i3+3 share: a decision from the counts at the current level, elimination, isotonic selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.catalogue.rule import End, State, Step, Treat
from firstdose.designs._kernel.beta import tail
from firstdose.designs._kernel.isotonic import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

Direction = Literal["up", "stay", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalDesign:
    """`decide(n, y)`: where n participants with y toxicities at one level lead.

    `enough_at_one`: end where a level that is kept has so many (None: no such end); `extra_safe`: how much earlier the
    lowest level ends the trial; `selectable`: the highest isotonic rate that may be recommended.
    """

    doses: int
    size: int
    target: float
    decide: Callable[[int, int], Direction]
    sentences: tuple[str, ...]
    eliminate_above: float = 0.95
    eliminate_from: int = 3
    enough_at_one: int | None = None
    extra_safe: float | None = None
    selectable: float = 1.0
    start: int = 0

    @property
    def looks_back(self) -> bool:
        return False

    def closes(self, n: int, y: int) -> bool:
        """Whether y of n close a level and all above it."""
        return n >= self.eliminate_from and tail(n, y, self.target) > self.eliminate_above

    def ends_at_lowest(self, n: int, y: int) -> bool:
        """Whether y of n at the lowest level end the trial although they do not close it."""
        if self.extra_safe is None or n < self.eliminate_from:
            return False
        return tail(n, y, self.target) > self.eliminate_above - self.extra_safe

    def eliminated(self, state: State) -> int:
        pairs = zip(state.participants, state.dlts, strict=True)
        return next((dose for dose, (n, y) in enumerate(pairs) if self.closes(n, y)), self.doses)

    def move(self, state: State) -> Step:
        if state.total == 0:
            return Treat(self.start, self.size, "the trial begins at its starting level")
        if self.ends_at_lowest(state.participants[0], state.dlts[0]):
            return End("complete", "lowest level too toxic", "the lowest level is too toxic")
        closed = self.eliminated(state)
        if closed == 0:
            return End("complete", "all levels too toxic", "the lowest level is too toxic")
        if closed <= state.dose:
            return Treat(closed - 1, self.size, "the level is too toxic and closed")
        return self._moved(state, closed)

    def _moved(self, state: State, closed: int) -> Step:
        n, y = state.here()
        direction = self.decide(n, y)
        if direction == "up" and state.dose + 1 < closed:
            return Treat(state.dose + 1, self.size, f"{y} of {n}: escalate")
        if direction == "down" and state.dose > 0:
            return Treat(state.dose - 1, self.size, f"{y} of {n}: de-escalate")
        if self.enough_at_one is not None and n >= self.enough_at_one:
            return End("complete", "enough at one level", f"{n} participants at a level that is kept")
        return Treat(state.dose, self.size, f"{y} of {n}: stay")

    def select(self, state: State) -> int | None:
        if self.ends_at_lowest(state.participants[0], state.dlts[0]):
            return None
        closed = self.eliminated(state)
        n, y = state.participants[:closed], state.dlts[:closed]
        return nearest(n, y, self.target, at_most=self.selectable)

    def words(self) -> tuple[str, ...]:
        return self.sentences
