"""Grids of 8 x 12 cells (or 16 x 24) in text: a row of column numbers, then one line or more a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LETTER = re.compile(r"[A-P]")


@dataclass(frozen=True, slots=True)
class Grid:
    """Label > well > text; several labels where a letter has several lines. `line` of the header, from 1."""

    cells: dict[str, dict[str, str]]
    letters: str
    columns: tuple[int, ...]
    line: int
    end: int


def column_numbers(row: Sequence[str]) -> tuple[int, tuple[int, ...]] | None:
    """Where a header's numbers start (0 or 1) and the numbers; None unless two or more stand in a row."""
    told = [cell.strip('"') for cell in row]
    start = 1 if told and not told[0] else 0
    numbers: list[int] = []
    for cell in told[start:]:
        if not re.fullmatch(r"[1-9][0-9]?", cell) or (numbers and int(cell) != numbers[-1] + 1):
            break
        numbers.append(int(cell))
    rest = told[start + len(numbers) :]
    return (start, tuple(numbers)) if len(numbers) >= 2 and numbers[-1] <= 24 and not any(rest) else None


def read_grid(rows: Sequence[Sequence[str]], header: int) -> Grid | None:
    """The grid whose column numbers stand in rows[header]; None where none stands there."""
    numbers = column_numbers(rows[header])
    if numbers is None:
        return None
    count, letters = len(numbers[1]), ""
    cells: dict[str, dict[str, str]] = {}
    i = header + 1
    while i < len(rows):
        row = rows[i]
        letter = row[0].strip('"') if row else ""
        if _LETTER.fullmatch(letter):
            if letter in letters:
                break
            letters += letter
        elif letter or not any(row[1:]) or not letters:
            break
        told = [*row[1 : 1 + count], *[""] * count][:count]
        label = next((cell for cell in row[1 + count :] if cell), "")
        of_label = cells.setdefault(label, {})
        for column, text in zip(numbers[1], told, strict=True):
            of_label[f"{letters[-1]}{column}"] = text.strip('"')
        i += 1
    return Grid(cells, letters, numbers[1], header + 1, i) if letters else None


def missing_letter(grid: Grid) -> str:
    """The first letter that a grid skips or ends before; '' where its letters follow one another to its end."""
    first = grid.letters[0]
    wanted = "".join(chr(ord(first) + k) for k in range(len(grid.letters)))
    if grid.letters != wanted:
        return next(letter for letter, mine in zip(wanted, grid.letters, strict=True) if letter != mine)
    whole = "H" if len(grid.columns) == 12 and first == "A" else grid.letters[-1]
    return "" if grid.letters[-1] >= whole else chr(ord(grid.letters[-1]) + 1)
