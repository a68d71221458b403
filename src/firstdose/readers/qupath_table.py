"""What QuPath's tables of annotations and of detections have in common: header, rows, kinds of objects."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.readers import refusals
from firstdose.readers.plain_text import delimiter_of, is_text, text_of
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

Kind = Literal["annotations", "detections"]
_ALWAYS = {"Image", "Parent", "ROI"}
_CLASS_NAMES = ("Classification", "Class")
_MICRO = str.maketrans({"\u03bc": "u", "\u00b5": "u", "\ufffd": "u"})


@dataclass(frozen=True, slots=True)
class QuPathTable:
    """Names of the columns, micro signs as u, and the rows below as they stand; rows[i] is line lines[i]."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]

    def column(self, *names: str) -> list[str]:
        """The cells of the first of these columns that is there, blanks where none is."""
        found = next((name for name in names if name in self.names), None)
        if found is None:
            return [""] * len(self.rows)
        place = self.names.index(found)
        return [row[place].strip() for row in self.rows]

    @property
    def classes(self) -> list[str]:
        """The class of every row."""
        return self.column(*_CLASS_NAMES)


def kind_of(source: Source) -> Kind | None:
    """Which table of QuPath the file begins as, None where it is none: seen from its header and first row."""
    if not is_text(source):
        return None
    header, _, rest = text_of(source, 1 << 16).partition("\n")
    delimiter = delimiter_of([header])
    names = _names(header, delimiter)
    if not set(names) >= _ALWAYS or not set(names) & {"Object type", *_CLASS_NAMES}:
        return None
    if "Object type" in names and (first := rest.partition("\n")[0].split(delimiter)):
        place = names.index("Object type")
        if place < len(first) and first[place].strip('" '):
            return "annotations" if first[place].strip('" ') == "Annotation" else "detections"
    return "annotations" if any(name.startswith("Num ") for name in names) else "detections"


def read_table(source: Source, kind: Kind) -> tuple[QuPathTable | None, list[Issue]]:
    """The table, or the Issue that says which line is no row of it."""
    text = text_of(source)
    header, _, _ = text.partition("\n")
    delimiter = delimiter_of([header])
    names = _names(header, delimiter)
    if missing := sorted(_ALWAYS - set(names)):
        return None, [refusals.missing_part(source.at(1), missing, "column")]
    if double := next((name for name in names if names.count(name) > 1), None):
        return None, [refusals.twice(source.at(1), "column", double)]
    table = QuPathTable(names, [], [])
    reader = csv.reader(text.split("\n"), delimiter=delimiter)
    try:
        next(reader)
        for row in reader:
            if len(row) == len(names):
                table.rows.append(row)
                table.lines.append(reader.line_num)
            elif any(row):
                what = f"line {reader.line_num} has {len(row)} cells, the header has {len(names)}"
                return None, [refusals.damaged(source.at(reader.line_num), what)]
    except csv.Error:
        return None, [refusals.damaged(source.at(reader.line_num), "a cell is longer than a table can hold")]
    if wrong := _of_another_kind(table, kind):
        return None, [refusals.contradiction(source.at(wrong[0]), wrong[1])]
    return (table, []) if table.rows else (None, [refusals.missing_part(source.at(2), [kind], "row")])


def _names(header: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [cell.strip().translate(_MICRO) for cell in cells]


def _of_another_kind(table: QuPathTable, kind: Kind) -> tuple[int, str] | None:
    told = table.column("Object type")
    for line, each in zip(table.lines, told, strict=True):
        if each and (each == "Annotation") != (kind == "annotations"):
            return line, f"line {line} is of the type {quoted(each)}, the first row is not"
    return None
