"""What one box says: the text that is kept, the text as typed, and what is to be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.values.issue import Issue

if TYPE_CHECKING:
    from firstdose.records.cells import Fault
    from firstdose.values.issue import Place, Weight

Strength = Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Objection:
    """An Issue that has no place yet. `hard` refuses the value; `soft` keeps it and asks for a look."""

    code: str
    message: str
    remedy: str
    core: Weight = "error"

    @classmethod
    def of(cls, fault: Fault, name: str) -> Objection:
        """What the core says of a cell; the form shows the item's own label, so its name is left out."""
        message = fault.message.removeprefix(f"{name}: ")
        return cls(fault.code, message, fault.remedy, fault.weight)

    @property
    def weight(self) -> Strength:
        return "hard" if self.core == "error" else "soft"

    def at(self, place: Place) -> Issue:
        return Issue(place, self.code, self.message, self.remedy, self.core)


@dataclass(frozen=True, slots=True)
class Typed:
    """One box. `text`: the cell text of a study folder, empty where nothing was typed or it was refused.

    `typed` is the raw text. `echo` is the reading to show beside the box where script or calendar was another.
    """

    text: str
    typed: str
    echo: str = ""
    faults: tuple[Objection, ...] = ()

    @property
    def refused(self) -> bool:
        return any(fault.weight == "hard" for fault in self.faults)


class Refused(Exception):
    """A text that the grammar of its box does not hold."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        self.objection = Objection(code, message, remedy)
        super().__init__(message)
