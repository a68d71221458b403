"""Plain-text tables: cells stand two blanks or a tab apart, '.' alone is none, '#' starts a comment line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.protocol import issues_of_values as issues
from firstdose.protocol.tree import Cell
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.lines import BlockLine
    from firstdose.protocol.tree import Block
    from firstdose.values.issue import Issue

NONE = "."

_CELL = re.compile(r"[^ \t]+(?: [^ \t]+)*")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `broken` where its cells cannot be told apart, so that only the first of them means something."""

    cells: tuple[Cell, ...]
    broken: bool = False

    @property
    def place(self) -> Place:
        return self.cells[0].place


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows; every row that is not broken has as many cells as the header."""

    header: tuple[Cell, ...]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.header)


def read_table(block: Block, file: str) -> tuple[Table | None, list[Issue]]:
    """The table below a bar and what is wrong with its form; None where it has not even a header."""
    lines = [line for line in block.lines if line.text.strip(" \t")]
    found = list(_check_columns(lines, block.indent, file))
    cells = [_cells(line, file) for line in lines if line.text.lstrip(" \t")[0] != "#"]
    if not cells:
        return None, found
    header, *rows = cells
    found += _check_header(header)
    names = [cell.text for cell in header]
    found += [issues.wrong_cells(row[0].place, len(row), names) for row in rows if len(row) != len(header)]
    return Table(header, tuple(Row(row, len(row) != len(header)) for row in rows)), found


def read_prose(block: Block) -> str:
    """The text below a bar: its paragraphs, told apart by blank lines, without the breaks of their lines."""
    paragraphs: list[list[str]] = [[]]
    for line in block.lines:
        words = line.text.split()
        if words:
            paragraphs[-1] += words
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n\n".join(" ".join(words) for words in paragraphs if words)


def check_prose(block: Block, file: str) -> Iterator[Issue]:
    """The first line is not further in than the others: YAML takes its column for all of them."""
    lines = [line for line in block.lines if line.text.strip(" \t") and not line.told]
    first = _start(lines[0]) if lines else 0
    for line in lines:
        if _start(line) < first:
            yield issues.line_further_out(Place(file, line.number, _start(line) + 1), first + 1)


def _start(line: BlockLine) -> int:
    return len(line.text) - len(line.text.lstrip(" \t"))


def _cells(line: BlockLine, file: str) -> tuple[Cell, ...]:
    return tuple(
        Cell(found.group(), Place(file, line.number, found.start() + 1))
        for found in _CELL.finditer(line.text)
    )


def _check_columns(lines: list[BlockLine], indent: int, file: str) -> Iterator[Issue]:
    """All rows start in one column, two or more further in than the key."""
    starts = {line.number: _start(line) for line in lines if not line.told}
    if not starts:
        return
    usual = max(Counter(starts.values()).items(), key=lambda pair: (pair[1], -pair[0]))[0]
    for number, start in starts.items():
        place = Place(file, number, start + 1)
        if start < indent + 2:
            yield issues.row_not_indented(place)
        elif start != usual:
            yield issues.row_elsewhere(place, usual + 1)


def _check_header(header: tuple[Cell, ...]) -> Iterator[Issue]:
    seen: set[str] = set()
    for cell in header:
        if cell.text in seen:
            yield issues.column_twice(cell.place, cell.text)
        seen.add(cell.text)
