"""Invented exports of Luminex xPONENT, with every section that the reader holds against the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.rehearsal.instrument_files.immunoassay_plates import INVENTED, blank_mean, counted, wells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.rehearsal.instrument_files.immunoassay_plates import (
        Floats,
        InventedPlate,
        InventedWell,
    )

_BEADS_WANTED = 50
Row = list[str]


def write_xponent(plate: InventedPlate, random: np.random.Generator) -> bytes:
    """The plate as the bytes of an export: medians of beads, net of the background, counts and results."""
    wells = wells_of(plate)
    median = np.round(2 * counted(plate, wells, random)) / 2
    net = np.round(median - blank_mean(median, wells), 2)
    beads = random.integers(_BEADS_WANTED + 5, 3 * _BEADS_WANTED, median.shape).astype(float)
    rows = [
        *_preamble(plate, len(wells)),
        *_by_well("Median", _texts(median), plate, wells, beads),
        *_by_well("Net MFI", _texts(net), plate, wells, beads),
        *_by_well("Count", _texts(beads), plate, wells, beads),
        *_by_well("Result", _results(plate, wells, net), plate, wells, beads),
        *_after(plate, wells),
        ["-- CRC --"],
        ["CRC32: 00000000"],
    ]
    return "".join(",".join(map(_quoted, row)) + "\r\n" for row in rows).encode()


def _quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell else cell


def _texts(values: Floats) -> list[Row]:
    return [[f"{value:g}" if abs(value) < 1e5 else f"{value:.1f}" for value in row] for row in values]


def _preamble(plate: InventedPlate, wells: int) -> Iterator[Row]:
    yield ["Program", "xPONENT", "", "FLEXMAP 3D"]
    yield ["Build", "4.3.229.0"]
    yield ["Date", plate.date, "09:00"]
    yield ["SN", "INVENTED"]
    yield ["Batch", plate.name]
    yield ["Version", "1"]
    yield ["Operator", "rehearsal"]
    yield ["ProtocolDescription", INVENTED]
    yield ["BatchStartTime", f"{plate.date} 09:00:00"]
    yield ["BatchStopTime", f"{plate.date} 10:00:00"]
    yield ["ProtocolAnalysis", "Type", "Quan", "Mode", "FitOfAllStandards"]
    yield ["Samples", str(wells), "Min Events", str(_BEADS_WANTED), "Per Bead"]
    yield ["Results"]


def _section(name: str) -> Row:
    return ["DataType:", name]


def _location(i: int, well: InventedWell) -> str:
    return f"{i + 1}(1,{well.well})"


def _by_well(
    name: str, cells: Sequence[Row], plate: InventedPlate, wells: Sequence[InventedWell], beads: Floats
) -> Iterator[Row]:
    yield _section(name)
    yield ["Location", "Sample", *(each.name for each in plate.analytes), "Total Events"]
    for i, (well, row) in enumerate(zip(wells, cells, strict=True)):
        yield [_location(i, well), well.sample, *row, str(int(beads[i].sum()))]


def _results(plate: InventedPlate, wells: Sequence[InventedWell], net: Floats) -> list[Row]:
    """Numbers with the dilution; '<' and '>' with the ends of the curve, never multiplied: as the program prints."""
    columns = []
    for j, analyte in enumerate(plate.analytes):
        low, high = analyte.highest / plate.fold ** (plate.levels - 1), analyte.highest
        x = analyte.concentration(net[:, j])
        columns.append(
            [
                _result(well, value, net[i, j], low, high)
                for i, (well, value) in enumerate(zip(wells, x, strict=True))
            ]
        )
    return [list(row) for row in zip(*columns, strict=True)]


def _result(well: InventedWell, x: float, net: float, low: float, high: float) -> str:
    if well.role == "blank":
        return "NaN"
    if np.isnan(x):
        return f"< {low!r}" if net <= 0 else f"> {high!r}"
    return repr(float(x * well.dilution))


def _after(plate: InventedPlate, wells: Sequence[InventedWell]) -> Iterator[Row]:
    names = [each.name for each in plate.analytes]
    regions = ["BeadID:", *(str(each.region) for each in plate.analytes)]
    yield from ([*_section("Units")], ["Analyte:", *names], regions, ["Units:", *["pg/mL"] * len(names)])
    for role, name in (("standard", "Standard"), ("control", "Control")):
        yield _section(f"{name} Expected Concentration")
        yield ["Reagent", *names]
        listed = {well.sample: well for well in wells if well.role == role}
        yield from ([sample, *map(repr, well.concentrations)] for sample, well in listed.items())
    yield _section("Per Bead Count")
    yield from (["Analyte:", *names], regions, ["Per Bead:", *[str(_BEADS_WANTED)] * len(names)])
    yield _section("Dilution Factor")
    yield ["Location", "Sample", "Dilution Factor"]
    for i, well in enumerate(wells):
        told = "" if well.role in {"standard", "blank"} else f"{well.dilution:g}"
        yield [_location(i, well), well.sample, told]
    yield from _curves(plate, names)


def _curves(plate: InventedPlate, names: Row) -> Iterator[Row]:
    yield _section("Analysis Types")
    yield from (["Analyte:", *names], ["AnalysisType", *["Logistic 5P"] * len(names)])
    yield _section("Analysis Coefficients")
    yield ["Analyte:", *names]
    letters = {
        "A": [0.0 for _ in names],
        "B": [each.top for each in plate.analytes],
        "C": [each.middle for each in plate.analytes],
        "D": [each.slope for each in plate.analytes],
        "F": [each.skew for each in plate.analytes],
    }
    yield from ([f"Coefficient {letter}", *map(repr, values)] for letter, values in letters.items())
    yield _section("Audit Logs")
    yield ["UserId", "Date", "Message"]
    yield _section("Warnings/Errors")
    yield ["Location", "Status", "Message"]
