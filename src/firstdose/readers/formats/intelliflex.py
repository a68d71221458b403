"""Luminex xMAP INTELLIFLEX: one row a well, columns `R25: RP1 MEDIAN` a bead region and reporter."""

from __future__ import annotations

import csv
import math
import re
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plain_text import number_of, rows_of, text_of
from firstdose.readers.plate_cells import Cell, plates_of_cells
from firstdose.readers.plates import NO_VALUE, role_of, well_name
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.readers.contents.immunoassay import Role
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_COLUMN = re.compile(r"R([0-9]{1,3}): RP([12]) (.+)")
_MUST = ("WELL LOCATION", "SAMPLE ID", "PLATE NAME")
_TYPES: dict[str, Role] = {"S": "standard", "B": "blank", "C": "control", "U": "sample"}


def _recognises(source: Source) -> bool:
    first = source.start.split(b"\n", 1)[0]
    return b"WELL LOCATION" in first and re.search(rb"R[0-9]+: RP[12] MEDIAN", first) is not None


def _read(source: Source) -> Reading:
    try:
        rows = rows_of(text_of(source), ",")
    except csv.Error:
        return refused(refusals.damaged(source.place, "a cell is longer than any instrument writes"))
    header = {name: i for i, name in enumerate(rows[0])}
    if missing := [name for name in _MUST if name not in header]:
        return refused(refusals.missing_part(source.at(1), missing, "column"))
    if len(header) < len([name for name in rows[0] if name]):
        double = next(name for name in rows[0] if name and rows[0].count(name) > 1)
        return refused(refusals.twice(source.at(1), "column", double))
    channels = _channels(header)
    cells: list[Cell] = []
    issues: list[Issue] = []
    filled = [(line, row) for line, row in enumerate(rows[1:], 2) if any(row)]
    for line, row in filled:
        if len(row) < len(rows[0]):
            what = f"the row has {len(row)} of {len(rows[0])} cells"
            return refused(refusals.damaged(source.at(line), what))
        cells += _cells(dict(zip(rows[0], row, strict=False)), channels, line, source, issues)
    plates, more = plates_of_cells(cells, source, signal="MFI", label="Median")
    if more or not plates:
        return refused(*(more or [refusals.missing_part(source.place, ["WELL LOCATION"], "row with a")]))
    first = dict(zip(rows[0], filled[0][1], strict=False))
    return Reading(
        contents=tuple(plates),
        issues=tuple(issues),
        instrument=" ".join(filter(None, [first.get("INSTRUMENT TYPE"), first.get("SERIAL NUMBER")])),
        software=first.get("SOFTWARE VERSION", "").split("/")[0],
        run_date=first.get("PLATE START", ""),
        operator=first.get("ACTIVE USER", ""),
    )


def _channels(header: Mapping[str, int]) -> list[tuple[str, str]]:
    """(region, reporter) in the order of the header."""
    found = [_COLUMN.fullmatch(name) for name in header]
    return list(dict.fromkeys((match[1], match[2]) for match in found if match))


def _cells(
    row: Mapping[str, str], channels: list[tuple[str, str]], line: int, source: Source, issues: list[Issue]
) -> Iterator[Cell]:
    well = well_name(row["WELL LOCATION"])
    if well is None:
        wanted = "a well of a plate"
        issues.append(refusals.unreadable_value(source.at(line), row["WELL LOCATION"], wanted))
        return
    kind = row.get("WELL TYPE", "")
    role = _TYPES.get(kind[:1]) if re.fullmatch(r"[SBCU][0-9]+", kind) else role_of(row["SAMPLE ID"])
    for region, reporter in channels:
        key = f"R{region}: RP{reporter} "
        name = row.get(key + "ANALYTE NAME") or f"R{region}"
        yield Cell(
            plate=row["PLATE NAME"],
            well=well,
            analyte=name if reporter == "1" else f"{name} (RP2)",
            signal=_number(row, key + "MEDIAN", line, source, issues),
            net=_number(row, key + "NET MEDIAN", line, source, issues),
            beads=_number(row, key + "COUNT", line, source, issues),
            sample=row["SAMPLE ID"],
            role=role or "sample",
            dilution=number_of(row.get("DILUTION", ""))
            or (1.0 if role in {"standard", "blank"} else math.nan),
            remark=row.get("WELL STATUS", ""),
            line=line,
        )


def _number(row: Mapping[str, str], column: str, line: int, source: Source, issues: list[Issue]) -> float:
    text = row.get(column, "")
    value = number_of(text)
    if value is None and text not in NO_VALUE:
        issues.append(refusals.unreadable_value(source.at(line), text, f"a number of column {column!r}"))
    return math.nan if value is None else value


ENTRY = Reader(
    name="intelliflex",
    label="Luminex xMAP INTELLIFLEX (.csv)",
    source="Exports of INTELLIFLEX software 2.0 and 2.1, as the program writes them",
    yields=("PlateSignals",),
    extensions=("csv",),
    recognises=_recognises,
    read=_read,
)
