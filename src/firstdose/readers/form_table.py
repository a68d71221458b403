"""Forms filled in by hand as small tables: columns by their names in any order, one row an entry."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plain_text import delimiter_of, is_text, number_of, rows_of, text_of
from firstdose.readers.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Collection

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_MISSING = {"", "nd", "na", "n/a", "-", "not done"}
_TRUTHS = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


@dataclass(slots=True)
class Entry:
    """One row: column > cell as typed, and its line."""

    cells: dict[str, str]
    line: int


class FormTable:
    """The rows of a form, and what is wrong with its cells."""

    def __init__(self, source: Source, entries: list[Entry], *, decimal_comma: bool) -> None:
        self.source, self.entries, self.decimal_comma = source, entries, decimal_comma
        self._issues: list[Issue] = []

    @property
    def issues(self) -> tuple[Issue, ...]:
        return shortened(self._issues)

    def number(self, entry: Entry, column: str, low: float = 0.0, high: float = 1e9) -> float | None:
        """The number of a cell, None with an Issue where it is none or out of its range."""
        cell = entry.cells.get(column, "")
        if cell.lower() in _MISSING:
            return None
        number = number_of(cell, decimal_comma=self.decimal_comma)
        if number is None or not low <= number <= high:
            self._issues.append(
                refusals.unreadable_value(
                    self.source.at(entry.line), cell, f"a number from {low:g} to {high:g} for {column}"
                )
            )
            return None
        return number

    def truth(self, entry: Entry, column: str) -> bool | None:
        """Yes or no; None where it is not said."""
        cell = entry.cells.get(column, "")
        if cell.lower() in _MISSING:
            return None
        if cell.lower() not in _TRUTHS:
            self._issues.append(
                refusals.unreadable_value(self.source.at(entry.line), cell, f"yes or no for {column}")
            )
        return _TRUTHS.get(cell.lower())


def is_form(source: Source, required: Collection[str]) -> bool:
    """Whether the first line names all of these columns."""
    if not is_text(source):
        return False
    header = text_of(source, 4096).partition("\n")[0]
    return set(required) <= set(_cells(header, delimiter_of([header])))


def read_form(source: Source, required: Collection[str]) -> tuple[FormTable | None, list[Issue]]:
    """The rows of a form, or the Issue that says why it has none.

    Decimal commas are read where commas do not part the cells; then a decimal point in the same form is refused.
    """
    text = text_of(source)
    header = text.partition("\n")[0]
    delimiter = delimiter_of([header])
    names = _cells(header, delimiter)
    if missing := sorted(set(required) - set(names)):
        return None, [refusals.missing_part(source.at(1), missing, "column")]
    if double := next((name for name in names if name and names.count(name) > 1), None):
        return None, [refusals.twice(source.at(1), "column", double)]
    try:
        rows = rows_of(text, delimiter)
    except csv.Error:
        return None, [refusals.damaged(source.place, "a cell is longer than a table can hold")]
    entries: list[Entry] = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if len(row) != len(names):
            what = f"line {line} has {len(row)} cells, the header has {len(names)}"
            return None, [refusals.damaged(source.at(line), what, "Leave empty cells empty.")]
        entries.append(Entry(dict(zip(names, row, strict=True)), line))
    if not entries:
        return None, [refusals.missing_part(source.at(2), ["entries"], "row")]
    comma = delimiter != "," and any(
        _DECIMAL_COMMA.fullmatch(cell) for entry in entries for cell in entry.cells.values()
    )
    return FormTable(source, entries, decimal_comma=comma), []


def _cells(header: str, delimiter: str) -> list[str]:
    try:
        return [cell.lower() for cell in rows_of(header, delimiter)[0]]
    except csv.Error:
        return []
