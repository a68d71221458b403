"""ImageJ: the table of results (Results.csv); its unit is the image's calibration, which the table does not say."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.outline import ImageJResults, ResultRow
from firstdose.readers.plain_text import delimiter_of, is_text, number_of, rows_of, text_of
from firstdose.readers.reader import Reader, Reading, Source, refused
from firstdose.readers.shortening import shortened

if TYPE_CHECKING:
    from firstdose.values.issue import Issue

_KNOWN = {"Area", "Perim.", "Length", "Mean", "Min", "Max", "StdDev", "IntDen", "RawIntDen", "Feret", "Circ."}
_MEASURES = {"area": "Area", "perimeter": "Perim.", "length": "Length"}


def _header(line: str) -> list[str]:
    """Names of the columns, none where the line is not ImageJ's: its first column has no name but a blank."""
    delimiter = delimiter_of([line])
    first, mark, _ = line.partition(delimiter)
    if not mark or first.strip().strip('"').strip():
        return []
    try:
        names = rows_of(line, delimiter)[0]
    except csv.Error:
        return []
    return names if len(_KNOWN & set(names)) >= 1 and {"Area", "Length"} & set(names) else []


def _recognises(source: Source) -> bool:
    return is_text(source) and bool(_header(text_of(source, 4096).partition("\n")[0]))


def _read(source: Source) -> Reading:
    text = text_of(source)
    line = text.partition("\n")[0]
    names = _header(line)
    if not names:
        return refused(refusals.missing_part(source.at(1), ["Area"], "column"))
    double = next((name for name in names if name and names.count(name) > 1), None)
    if double:
        return refused(refusals.twice(source.at(1), "column", double))
    try:
        rows = rows_of(text, delimiter_of([line]))
    except csv.Error:
        return refused(refusals.damaged(source.place, "a cell is longer than a table can hold"))
    return _table(rows, names, source)


def _table(rows: list[list[str]], names: list[str], source: Source) -> Reading:
    issues: list[Issue] = []
    found: list[ResultRow] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if len(row) != len(names):
            what = f"line {number} has {len(row)} cells, the header has {len(names)}"
            return refused(refusals.damaged(source.at(number), what))
        cells = dict(zip(names, row, strict=True))
        found.append(_row(cells, number, source, issues))
    if not found:
        return refused(refusals.missing_part(source.at(2), ["results"], "row"))
    return Reading(contents=(ImageJResults(rows=tuple(found)),), issues=shortened(issues), software="ImageJ")


def _row(cells: dict[str, str], number: int, source: Source, issues: list[Issue]) -> ResultRow:
    values: dict[str, float | None] = {}
    for name, column in _MEASURES.items():
        values[name] = number_of(cells.get(column, ""))
        if cells.get(column, "") and values[name] is None:
            issues.append(refusals.unreadable_value(source.at(number), cells[column], "a number"))
    return ResultRow(
        label=cells.get("Label", "") or cells.get("", ""),
        area=values["area"],
        perimeter=values["perimeter"],
        length=values["length"],
        line=number,
    )


ENTRY = Reader(
    name="imagej_results",
    label="ImageJ table of results",
    source="ImageJ, Analyze > Measure: first column without a name, then Label, Area, Mean and others",
    yields=("ImageJResults",),
    extensions=("csv", "txt", "tsv"),
    recognises=_recognises,
    read=_read,
)
