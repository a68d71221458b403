"""Invented text reports of BioTek Gen5: an ELISA plate with its layout, results and the reader's own curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.rehearsal.instrument_files.immunoassay_plates import INVENTED, blank_mean, counted, wells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.rehearsal.instrument_files.immunoassay_plates import InventedPlate

_ROWS, _COLUMNS = "ABCDEFGH", range(1, 13)
_FULL_SCALE = 3.2  # optical density of the invented top signal
_OD = 18_000.0 / _FULL_SCALE


def write_gen5(plate: InventedPlate, random: np.random.Generator) -> bytes:
    """The plate of the first analyte as the bytes of a report: optical densities at 450 nm, three decimals.

    The true curve has four parameters, whatever the analyte's own skew, as Gen5 writes it.
    """
    analyte = _four_parameters(plate)
    wells = wells_of(analyte)
    od = np.round(counted(analyte, wells, random)[:, :1] / _OD, 3)
    net = np.round(od - blank_mean(od, wells), 3)[:, 0]
    curve = analyte.analytes[0]
    x = curve.concentration(net * _OD)
    low = curve.highest / plate.fold ** (plate.levels - 1)
    layout = {
        "Well ID": {well.well: _identity(well.sample) for well in wells},
        "Conc/Dil": {well.well: _told(well.role, well.concentrations[0], well.dilution) for well in wells},
    }
    results = {
        "450": {well.well: f"{value:.3f}" for well, value in zip(wells, od[:, 0], strict=True)},
        "Blank 450": {well.well: f"{value:.3f}" for well, value in zip(wells, net, strict=True)},
        "[Concentration]": {
            well.well: _printed(value, signal, low, curve.highest)
            for well, value, signal in zip(wells, x, net, strict=True)
        },
    }
    fitted = (
        f"StdCurve\tY = (A-D)/(1+(X/C)^B)+D\t0\t{-curve.slope}\t{curve.middle}\t{curve.top / _OD}\t1\t?????"
    )
    lines = [
        *_head(plate),
        "Layout",
        *_grid(layout),
        "",
        "Results",
        *_grid(results),
        "",
        "StdCurve Fitting Results",
        "",
        "Curve Name\tCurve Formula\tA\tB\tC\tD\tR2\tFit F Prob",
        fitted,
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def _four_parameters(plate: InventedPlate) -> InventedPlate:
    from dataclasses import replace

    first = replace(plate.analytes[0], skew=1.0, background=0.05 * _OD)
    samples = tuple(replace(each, concentrations=each.concentrations[:1]) for each in plate.samples)
    return replace(plate, analytes=(first,), samples=samples)


def _identity(sample: str) -> str:
    """Gen5's own words for standards, blanks and controls."""
    for ours, theirs in (("Standard", "STD"), ("Background0", "BLK"), ("Control", "CTL")):
        if sample.startswith(ours):
            return sample.replace(ours, theirs)
    return sample


def _told(role: str, inside: float, dilution: float) -> str:
    """The concentration of a standard or control; for a sample what share of it lies in the well."""
    if role == "blank":
        return ""
    return repr(inside) if role in {"standard", "control"} else repr(1 / dilution)


def _printed(x: float, signal: float, low: float, high: float) -> str:
    if np.isnan(x):
        return f"<{low:.3f}" if signal <= 0 else f">{high:.3f}"
    return f"{x:.3f}"


def _head(plate: InventedPlate) -> Iterator[str]:
    yield from ("", "Software Version\t3.12.08", "", f"Experiment File Path:\t{INVENTED}", "")
    yield from (f"Plate Number\t{plate.name}", f"Date\t{plate.date}", "Time\t9:00:00 AM")
    yield from ("Reader Type:\tinvented", "Reader Serial Number:\tINVENTED", "Reading Type\tReader", "")


def _grid(rows: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Lines of a plate: a letter's first line bears it, the others begin with a tab; the label stands at the end."""
    yield "\t" + "\t".join(map(str, _COLUMNS))
    for letter in _ROWS:
        for k, (label, cells) in enumerate(rows.items()):
            told = [cells.get(f"{letter}{column}", "") for column in _COLUMNS]
            yield "\t".join([letter if k == 0 else "", *told, label])
