"""What a reader of tables gives: every cell as text, exactly as the file holds it, with its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.readers import issues
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from firstdose.values.issue import Issue

# C0 and C1 controls but tab and line ends; the two line ends that only Unicode knows.
CONTROL_CHARACTERS = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """One table of a file: all columns of type String, an empty cell is '' and never null.

    `file` is the name under which Issues speak of it, `sha256` the digest of the whole original file,
    `first_line` the line of the first row; `lines` the line of each row where rows are not one line each.
    """

    file: str
    sha256: str
    sheet: str | None
    columns: tuple[str, ...]
    frame: pl.DataFrame
    first_line: int = 2
    lines: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """How many rows it has."""
        return self.frame.height

    def line(self, row: int) -> int:
        """The physical line (in a workbook: the sheet's row) of a row counted from 0."""
        return self.lines[row] if self.lines is not None else self.first_line + row

    def place(self, row: int, column: str | None = None) -> Place:
        """The place of a row, or of its cell; the column of the Place counts cells from 1."""
        return Place(self.file, self.line(row), self.columns.index(column) + 1 if column else 1)

    def header_place(self, column: str | None = None) -> Place:
        """The place of the header, or of one of its names."""
        return Place(self.file, 1, self.columns.index(column) + 1 if column else 1)


def check_header(names: Sequence[str], file: str) -> Iterator[Issue]:
    """An Issue for every name that is empty or stands there for the second time."""
    seen: Counter[str] = Counter()
    for number, name in enumerate(names, start=1):
        seen[name] += 1
        if not name.strip():
            yield issues.empty_name(Place(file, 1, number), number)
        elif seen[name] == 2:
            yield issues.name_twice(Place(file, 1, number), name, names.index(name) + 1)
