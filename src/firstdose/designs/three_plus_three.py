"""3+3: three participants, then three more after one dose-limiting toxicity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.catalogue import End, EscalationDesign, Option, State, Step, Treat
from firstdose.designs._kernel import declared

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZE = 3
FULL = 6


@dataclass(frozen=True, slots=True)
class ThreePlusThree:
    """Variant A never goes back; B fills the level below the one that stopped to six, and further down if it stops too.

    `expand`: the last level is declared only after six.
    """

    doses: int
    variant: str = "B"
    expand: bool = True

    @property
    def size(self) -> int:
        return SIZE

    @property
    def looks_back(self) -> bool:
        return False

    def eliminated(self, state: State) -> int:
        """The lowest level with two toxicities."""
        return next((dose for dose, y in enumerate(state.dlts) if y >= 2), self.doses)

    def move(self, state: State) -> Step:
        if state.total == 0:
            return Treat(0, SIZE, "the trial begins at the lowest level")
        n, y = state.here()
        closed = self.eliminated(state)
        if closed <= state.dose:
            return self._below(state, closed)
        if n % SIZE:
            return Treat(
                state.dose, SIZE - n % SIZE, f"{n} at this level: its cohort of three is completed first"
            )
        if n == SIZE and y == 1:
            return Treat(state.dose, SIZE, "1 of 3: three more at the same level")
        if state.dose + 1 < closed:
            return Treat(state.dose + 1, SIZE, f"{y} of {n}: escalate")
        return self._last(state, closed)

    def _below(self, state: State, closed: int) -> Step:
        """After two toxicities: the level below is declared, or filled to six first."""
        if closed == 0:
            return End("complete", "all levels too toxic", "two toxicities at the lowest level")
        if self.variant == "B" and state.participants[closed - 1] < FULL:
            return Treat(closed - 1, SIZE, "two toxicities above: the level below is filled to six")
        return End("complete", "level found", "two toxicities; the level below has been tried")

    def _last(self, state: State, closed: int) -> Step:
        """At the highest level that is open."""
        n, y = state.here()
        fills = self.expand if closed == self.doses else self.variant == "B"
        if fills and n < FULL:
            return Treat(state.dose, SIZE, f"{y} of {n}: the highest open level is filled to six")
        return End("complete", "level found", f"{y} of {n} at the highest open level")

    def select(self, state: State) -> int | None:
        closed = self.eliminated(state)
        tried = [dose for dose in range(closed) if state.participants[dose] > 0]
        return tried[-1] if tried else None

    def words(self) -> tuple[str, ...]:
        back = "is filled to six participants" if self.variant == "B" else "is declared"
        last = "six participants" if self.expand else "three participants without toxicity"
        return (
            (
                "Three participants are treated at a level. No dose-limiting toxicity among three leads to the next higher"
                " level, one to three more participants at the same level, at most one among six to the next higher level."
            ),
            f"After two toxicities at a level no further participant receives it; the level below {back}.",
            (
                f"The highest level is declared after {last}; the recommended level is the highest with at most one toxicity"
                " below any level with two."
            ),
        )


def make(words: Mapping[str, str], doses: int) -> ThreePlusThree:
    """See `EscalationDesign.make`."""
    variant = declared.one_of(words, "variant", ("A", "B"))
    last = declared.one_of(words, "last_level", ("stop", "expand"))
    return ThreePlusThree(doses, variant, last == "expand")


ENTRY = EscalationDesign(
    name="three_plus_three",
    label="3+3",
    source="Storer BE. Biometrics 1989;45:925-937",
    keys=(
        Option(
            name="variant",
            values=("A", "B"),
            default="B",
            meaning="A: never back to a lower level; B: the level below the one that stopped is filled to six",
        ),
        Option(
            name="last_level",
            values=("stop", "expand"),
            default="expand",
            meaning="no toxicity in three on the last level: stop there, or expand to six before it is declared",
        ),
    ),
    sentence="Dose levels are escalated by the 3+3 rule, variant {variant}; on the last level: {last_level}.",
    make=make,
)
