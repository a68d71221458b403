"""Long tables of wells and analytes, gathered into plates with one array an analyte."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.immunoassay import AnalyteSignals, PlateSignals, Well

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.readers.contents.immunoassay import Floats, InstrumentCurve, Role
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a row of a long table says of one analyte in one well; NaN where it says nothing."""

    plate: str
    well: str
    analyte: str
    signal: float
    sample: str = ""
    role: Role = "unknown"
    dilution: float = math.nan
    net: float = math.nan
    beads: float = math.nan
    nominal: float = math.nan
    printed: float = math.nan
    comparator: str = ""
    remark: str = ""
    masked: str = ""
    line: int = 0


def plates_of_cells(
    cells: Sequence[Cell],
    source: Source,
    *,
    signal: str,
    label: str,
    units: dict[str, str] | None = None,
    curves: dict[str, InstrumentCurve] | None = None,
    beads_wanted: float = math.nan,
    printed_with_dilution: bool = False,
) -> tuple[list[PlateSignals], list[Issue]]:
    """The plates in the file's order; an Issue for a well that says two things of one analyte, or of itself."""
    issues: list[Issue] = []
    by_plate: dict[str, list[Cell]] = {}
    for cell in cells:
        by_plate.setdefault(cell.plate, []).append(cell)
    plates = []
    for plate, mine in by_plate.items():
        wells, at = _wells(mine, source, issues)
        columns = _columns(mine, at, source, issues)
        analytes = tuple(
            _analyte(
                name,
                [column.get(i) for i in range(len(wells))],
                label,
                (units or {}).get(name, ""),
                (curves or {}).get(name),
                beads_wanted,
                printed_with_dilution=printed_with_dilution,
            )
            for name, column in columns.items()
        )
        plates.append(PlateSignals(plate=plate, wells=wells, analytes=analytes, signal=signal))
    return plates, issues


def _wells(
    cells: Sequence[Cell], source: Source, issues: list[Issue]
) -> tuple[tuple[Well, ...], dict[str, int]]:
    found: dict[str, Well] = {}
    for cell in cells:
        first = found.get(cell.well)
        if first is None:
            found[cell.well] = Well(
                name=cell.well,
                sample=cell.sample,
                role=cell.role,
                dilution=cell.dilution,
                masked=cell.masked,
                line=cell.line,
            )
        elif first.sample != cell.sample:
            what = f"well {cell.well} holds {first.sample!r} in line {first.line} and {cell.sample!r} here"
            issues.append(refusals.contradiction(source.at(cell.line), what))
    return tuple(found.values()), {name: i for i, name in enumerate(found)}


def _columns(
    cells: Sequence[Cell], at: dict[str, int], source: Source, issues: list[Issue]
) -> dict[str, dict[int, Cell]]:
    columns: dict[str, dict[int, Cell]] = {}
    for cell in cells:
        column = columns.setdefault(cell.analyte, {})
        if at[cell.well] in column:
            issues.append(refusals.twice(source.at(cell.line), f"analyte {cell.analyte} of well", cell.well))
        column.setdefault(at[cell.well], cell)
    return columns


def _analyte(
    name: str,
    column: Sequence[Cell | None],
    label: str,
    unit: str,
    curve: InstrumentCurve | None,
    beads_wanted: float,
    *,
    printed_with_dilution: bool,
) -> AnalyteSignals:
    printed = _array(column, "printed")
    comparators = tuple(cell.comparator if cell else "" for cell in column)
    return AnalyteSignals(
        analyte=name,
        signals=((label, _array(column, "signal")),),
        net=_or_none(_array(column, "net")),
        beads=_or_none(_array(column, "beads")),
        beads_wanted=beads_wanted,
        nominal=_array(column, "nominal"),
        printed=printed if any(comparators) else None,
        comparators=comparators if any(comparators) else (),
        printed_with_dilution=printed_with_dilution,
        remarks=tuple(cell.remark if cell else "" for cell in column),
        unit=unit,
        curve=curve,
    )


def _array(column: Sequence[Cell | None], name: str) -> Floats:
    return np.array([math.nan if cell is None else getattr(cell, name) for cell in column], dtype=float)


def _or_none(values: Floats) -> Floats | None:
    return None if np.isnan(values).all() else values
