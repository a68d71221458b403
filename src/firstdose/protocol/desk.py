"""What a reader of values has beside it: where to tell Issues, where to note places, and what is known so far."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from firstdose.protocol.fields import Field
    from firstdose.protocol.places import Path, Places
    from firstdose.protocol.tree import Cell
    from firstdose.values.issue import Issue, Place


class Unread:
    """Stands for a value that an Issue speaks of."""


UNREAD: Final = Unread()


@dataclass(slots=True)
class Desk:
    """One reading of one file. `visits`: in their order, once they are read; `lesion`: the trial's own word."""

    file: str
    places: Places
    issues: list[Issue] = field(default_factory=list)
    visits: tuple[str, ...] = ()
    lesion: str = "lesion"

    def tell(self, issue: Issue) -> Unread:
        self.issues.append(issue)
        return UNREAD


@dataclass(frozen=True, slots=True)
class Asked:
    """One text to be read: what it is for, where it stands, and the desk."""

    cell: Cell
    field: Field
    path: Path
    desk: Desk

    @property
    def text(self) -> str:
        return self.cell.text

    @property
    def place(self) -> Place:
        return self.cell.place

    def tell(self, issue: Issue) -> Unread:
        return self.desk.tell(issue)


def cleaned(text: str) -> str:
    """One form for one text: runs of blanks count as one, accents are composed (NFC)."""
    single = " ".join(text.split())
    return single if single.isascii() else unicodedata.normalize("NFC", single)
