"""Plates as people write them: grids of signals or names, lists of standards, and which files belong together."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.immunoassay import (
    AnalyteSignals,
    PlateDesign,
    PlateLayout,
    PlateSignals,
    StandardConcentrations,
    Well,
)
from firstdose.readers.plain_text import delimiter_of, number_of, rows_of, text_of
from firstdose.readers.plate_grids import Grid, column_numbers, missing_letter, read_grid
from firstdose.readers.plates import NO_VALUE, role_of
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.values.issue import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_STANDARDS = ["ID", "Std"]
_DESIGN = ["ExpID", "FileName"]
_TITLES = re.compile(r"(?:plate|layout|od|absorbance|signal)\b", re.IGNORECASE)


def _recognises(source: Source) -> bool:
    lines = [line for line in text_of(source, 4096).split("\n")[:60] if line.strip()]
    delimiter = delimiter_of(lines[:20])
    head = [[cell.strip(' "') for cell in line.split(delimiter)] for line in lines[:4]]
    if head and head[0][:2] == _DESIGN:
        return True
    titled = bool(head) and _is_title(head[0])
    body = head[1:] if titled else head
    if titled and body and body[0][:2] == _STANDARDS:
        return True
    return (
        len(body) > 1
        and column_numbers(body[0]) is not None
        and re.fullmatch("[A-P]", body[1][0]) is not None
    )


def _is_title(row: Sequence[str]) -> bool:
    return sum(bool(cell) for cell in row) <= 2 and _TITLES.match(row[0]) is not None


def _read(source: Source) -> Reading:
    text = text_of(source)
    delimiter = delimiter_of(text.split("\n")[:20])
    try:
        rows = rows_of(text, delimiter)
    except csv.Error:
        return refused(refusals.damaged(source.place, "a cell is longer than any plate needs"))
    if rows and rows[0][:2] == _DESIGN:
        return _design(rows, source)
    contents, issues = _parts(rows, delimiter, source)
    if errors(issues) or not contents:
        return refused(*(errors(issues) or [refusals.missing_part(source.place, ["plate"], "grid of a")]))
    return Reading(contents=tuple(contents), issues=tuple(issues))


def _design(rows: list[list[str]], source: Source) -> Reading:
    names = rows[0]
    told = [row for row in rows[1:] if any(row)]
    short = [row for row in told if not row[1:2] or not row[1]]
    if short or not told:
        return refused(refusals.missing_part(source.at(1), ["FileName"], "row with a"))
    listed = tuple(tuple(pair for pair in zip(names, row, strict=False) if pair[0]) for row in told)
    return Reading(contents=(PlateDesign(rows=listed),))


def _parts(
    rows: list[list[str]], delimiter: str, source: Source
) -> tuple[list[PlateLayout | PlateSignals | StandardConcentrations], list[Issue]]:
    """Grids and lists in the file's order, each under the title above it."""
    title, i = "", 0
    contents: list[PlateLayout | PlateSignals | StandardConcentrations] = []
    issues: list[Issue] = []
    while i < len(rows):
        row = rows[i]
        if row[:2] == _STANDARDS:
            found, i = _standards(rows, i, title, source, issues)
            contents.append(found)
        elif (grid := read_grid(rows, i)) is not None:
            contents.append(_of_grid(grid, title, source, issues, decimal_comma=delimiter == ";"))
            i = grid.end
        elif not any(row) or row[0].startswith("~End"):
            i += 1
        elif _is_title(row):
            title = next((cell for cell in row[1:] if cell), row[0].removeprefix("Plate:").strip())
            i += 1
        else:
            what = f"line {i + 1} is neither a title nor part of a plate"
            return contents, [*issues, refusals.damaged(source.at(i + 1), what)]
    return contents, [*issues, *_check_titles(contents, source)]


def _check_titles(contents: Sequence[object], source: Source) -> list[Issue]:
    seen: set[tuple[type, str]] = set()
    issues = []
    for each in contents:
        key = (type(each), getattr(each, "plate", ""))
        if key in seen:
            issues.append(refusals.twice(source.place, "plate", key[1]))
        seen.add(key)
    return issues


def _standards(
    rows: list[list[str]], start: int, plate: str, source: Source, issues: list[Issue]
) -> tuple[StandardConcentrations, int]:
    found: dict[str, float] = {}
    i = start + 1
    while i < len(rows) and any(rows[i]) and not rows[i][0].startswith("~End"):
        name, text = [*rows[i], ""][:2]
        value = number_of(text)
        if value is None:
            wanted = f"the concentration of {name}"
            issues.append(refusals.unreadable_value(source.at(i + 1, 2), text, wanted))
        elif name in found:
            issues.append(refusals.twice(source.at(i + 1), "standard", name))
        else:
            found[name] = value
        i += 1
    return StandardConcentrations(plate=plate, concentrations=tuple(found.items())), i


def _of_grid(
    grid: Grid, plate: str, source: Source, issues: list[Issue], *, decimal_comma: bool
) -> PlateLayout | PlateSignals:
    if gap := missing_letter(grid):
        issues.append(refusals.damaged(source.at(grid.end), f"the plate has no row {gap!r}"))
    cells = next(iter(grid.cells.values()))
    told = [number_of(text, decimal_comma=decimal_comma) for text in cells.values()]
    filled = [text for text in cells.values() if text]
    numbers = sum(value is not None for value in told)
    if not filled or numbers <= len(filled) / 2:
        wells = tuple((well, text, role_of(text)) for well, text in cells.items() if text)
        return PlateLayout(plate=plate, wells=wells)
    for (well, text), value in zip(cells.items(), told, strict=True):
        if value is None and text not in NO_VALUE:
            line = grid.line + 1 + grid.letters.index(well[0])
            issues.append(refusals.unreadable_value(source.at(line), text, f"the signal of {well}"))
    signal = np.array([np.nan if value is None else value for value in told])
    analyte = AnalyteSignals(analyte="", signals=(("OD", signal),), nominal=np.full(len(told), np.nan))
    wells_read = tuple(Well(name=name, line=grid.line + 1 + grid.letters.index(name[0])) for name in cells)
    return PlateSignals(plate=plate, wells=wells_read, analytes=(analyte,), signal="OD")


ENTRY = Reader(
    name="plate_layout",
    label="Plate as a grid of 8 x 12: signals, names or standards (.txt, .csv)",
    source="The plain layout of plate readers; lists of names and standards as the R package ELISAtools reads them",
    yields=("PlateSignals", "PlateLayout", "StandardConcentrations", "PlateDesign"),
    extensions=("txt", "csv"),
    recognises=_recognises,
    read=_read,
)
