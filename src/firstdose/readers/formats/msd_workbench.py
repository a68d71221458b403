"""MSD Discovery Workbench: the plate table as comma-separated text, one row a well and spot."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plain_text import number_of, rows_of, text_of
from firstdose.readers.plate_cells import Cell, plates_of_cells
from firstdose.readers.plates import NO_VALUE, limit_of, well_name
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.values.issue import errors

if TYPE_CHECKING:
    from firstdose.readers.contents.immunoassay import Role
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_MUST = ("Sample", "Assay", "Well", "Signal")
_ROLES: dict[str, Role] = {"S": "standard", "U": "sample", "C": "control", "B": "blank"}


def _recognises(source: Source) -> bool:
    start = source.start[:8192].replace(b'"', b"").replace(b"\t", b",")
    return b"Sample,Assay,Well,Spot" in start


def _read(source: Source) -> Reading:
    text = text_of(source)
    delimiter = "\t" if "Sample\tAssay" in text else ","
    try:
        rows = rows_of(text, delimiter)
    except csv.Error:
        return refused(refusals.damaged(source.place, "a cell is longer than any instrument writes"))
    cells, issues = _cells(rows, source)
    if errors(issues) or not cells:
        nothing = refusals.missing_part(source.place, ["Signal"], "row with a value in column")
        return refused(*(errors(issues) or [nothing]))
    plates, more = plates_of_cells(cells, source, signal="ECL", label="Signal", printed_with_dilution=True)
    if more:
        return refused(*more)
    return Reading(contents=tuple(plates), issues=tuple(issues), software="MSD Discovery Workbench")


def _cells(rows: list[list[str]], source: Source) -> tuple[list[Cell], list[Issue]]:
    plate = ""
    header: dict[str, int] = {}
    cells: list[Cell] = []
    issues: list[Issue] = []
    for line, row in enumerate(rows, 1):
        filled = [cell for cell in row if cell]
        if len(filled) == 1:
            plate, header = filled[0], {}
        elif row[:2] == ["Sample", "Assay"]:
            header = {name: i for i, name in enumerate(row)}
            if missing := [name for name in _MUST if name not in header]:
                return [], [refusals.missing_part(source.at(line), missing, "column")]
        elif filled and header:
            if len(row) < len(header):
                what = f"the row has {len(row)} of {len(header)} cells"
                return [], [refusals.damaged(source.at(line), what)]
            if cell := _cell(plate, header, row, line, source, issues):
                cells.append(cell)
    return cells, issues


def _cell(
    plate: str, header: dict[str, int], row: list[str], line: int, source: Source, issues: list[Issue]
) -> Cell | None:
    def said(column: str) -> str:
        return row[header[column]] if column in header else ""

    def number(column: str) -> float:
        text = said(column)
        value = number_of(text)
        if value is None and text not in NO_VALUE and limit_of(text) is None:
            wanted = f"a number of column {column!r}"
            issues.append(refusals.unreadable_value(source.at(line, header[column] + 1), text, wanted))
        return math.nan if value is None else value

    well = well_name(said("Well"))
    if well is None:
        issues.append(refusals.damaged(source.at(line, header["Well"] + 1), f"{said('Well')!r} is no well"))
        return None
    limit = limit_of(said("Calc. Concentration"))
    printed = limit[1] if limit else number("Calc. Concentration")
    told = number("Dilution")
    role: Role = _ROLES.get(said("Sample")[:1], "sample")
    nominal = number("Concentration")
    return Cell(
        plate=plate,
        well=well,
        analyte=said("Assay"),
        signal=number("Signal"),
        net=number("Adjusted Signal"),
        sample=said("Sample"),
        role=role if role != "standard" or not math.isnan(nominal) else "sample",
        dilution=1.0 if role == "standard" and math.isnan(told) else told,
        nominal=nominal,
        printed=printed,
        comparator=limit[0] if limit else "" if math.isnan(printed) else "=",
        remark=said("Detection Range"),
        line=line,
    )


ENTRY = Reader(
    name="msd_workbench",
    label="MSD Discovery Workbench (.csv)",
    source="Exports of MSD Discovery Workbench, as the program writes them",
    yields=("PlateSignals",),
    extensions=("csv", "txt"),
    recognises=_recognises,
    read=_read,
)
