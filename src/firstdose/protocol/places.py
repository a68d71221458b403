"""Where each part of a protocol file stands, so that every Issue can point at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str, ...]


class Places:
    """Places by path, with words as the file has them: ("endpoints", "E5", "at"), ("schedule", "PASI_Bozek", "M6").

    Of a rule it is the place of its first character; of a name in a list, ("endpoints", "E5", "at", "M6"), its own.
    """

    __slots__ = ("_by_path", "file")

    def __init__(self, file: str, by_path: Mapping[Path, Place] | None = None) -> None:
        self.file = file
        self._by_path: dict[Path, Place] = dict(by_path or {})

    def of(self, *path: str) -> Place:
        """The place of this part, or of the nearest part around it that has one, or the file."""
        for length in range(len(path), 0, -1):
            place = self._by_path.get(path[:length])
            if place is not None:
                return place
        return Place(self.file)

    def note(self, path: Path, place: Place) -> None:
        """Remember where a part stands; the first of two parts with one path keeps its place."""
        self._by_path.setdefault(path, place)
