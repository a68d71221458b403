"""BioTek Gen5: the text report with layout, results and the reader's own standard curve."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.immunoassay import AnalyteSignals, InstrumentCurve, PlateSignals, Well
from firstdose.readers.plain_text import number_of, rows_of, text_of
from firstdose.readers.plate_grids import Grid, missing_letter, read_grid
from firstdose.readers.plates import NO_VALUE, results_of, role_of
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.values.issue import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.readers.contents.immunoassay import Floats
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_NAMES, _CONCENTRATIONS = "Well ID", "Conc/Dil"
_PRINTED = "[Concentration]"
_OVERFLOW = frozenset({"OVRFLW", "?????", "*****"})


def _recognises(source: Source) -> bool:
    start = text_of(source, 4096)
    return "Software Version\t" in start and ("Experiment File Path:" in start or "Reader Type:" in start)


def _read(source: Source) -> Reading:
    try:
        rows = rows_of(text_of(source), "\t")
    except csv.Error:
        return refused(refusals.damaged(source.place, "a cell is longer than any instrument writes"))
    starts = [i for i, row in enumerate(rows) if row[:1] == ["Plate Number"]] or [0]
    plates: list[PlateSignals] = []
    issues: list[Issue] = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        plate, found = _plate(rows, start, end, source)
        issues += found
        plates += [plate] if plate else []
    if errors(issues):
        return refused(*errors(issues))
    told = {row[0].rstrip(":"): row[1] for row in rows if len(row) > 1 and row[0]}
    instrument = [told.get(key, "") for key in ("Reader Type", "Reader Serial Number")]
    return Reading(
        contents=tuple(plates),
        issues=tuple(issues),
        instrument=" ".join(word for word in instrument if word not in {"", "n/a"}),
        software=f"Gen5 {told.get('Software Version', '')}",
        run_date=" ".join(filter(None, [told.get("Date", ""), told.get("Time", "")])),
    )


def _plate(
    rows: Sequence[list[str]], start: int, end: int, source: Source
) -> tuple[PlateSignals | None, list[Issue]]:
    at = {row[0]: i for i, row in enumerate(rows[start:end], start) if row and row[0]}
    if missing := [name for name in ("Layout", "Results") if name not in at]:
        return None, [refusals.missing_part(source.at(start + 1), missing)]
    grids = [read_grid(rows[:end], min(at[name] + 1, end - 1)) for name in ("Layout", "Results")]
    layout, results = grids
    for name, grid in zip(("Layout", "Results"), grids, strict=True):
        if grid is None or (gap := missing_letter(grid)):
            what = f"section {name!r} has no row {gap!r}" if grid else f"section {name!r} holds no plate"
            return None, [refusals.damaged(source.at((grid.end if grid else at[name]) + 1), what)]
    assert layout is not None
    assert results is not None
    if layout.letters != results.letters or layout.columns != results.columns:
        what = f"the layout has the rows {layout.letters}, the results {results.letters}"
        return None, [refusals.contradiction(source.at(results.line), what)]
    issues: list[Issue] = []
    wells, nominal = _wells(layout, source, issues)
    analyte = _analyte(results, wells, nominal, source, issues)
    if analyte is None:
        return None, [
            refusals.missing_part(source.at(results.line), ["Results"], "row of signals in section")
        ]
    analyte = replace(analyte, curve=_curve(rows, start, end))
    plate = rows[start][1] if rows[start][:1] == ["Plate Number"] and len(rows[start]) > 1 else ""
    return PlateSignals(plate=plate, wells=wells, analytes=(analyte,), signal="OD"), issues


def _wells(layout: Grid, source: Source, issues: list[Issue]) -> tuple[tuple[Well, ...], Floats]:
    """Wells with names, roles and dilutions; nominal concentrations of standards and controls (n,)."""
    names, told = layout.cells.get(_NAMES, {}), layout.cells.get(_CONCENTRATIONS, {})
    wells, nominal = [], []
    for well, name in names.items():
        text = told.get(well, "")
        value = number_of(text)
        if value is None and text:
            line = layout.line + 2 * (1 + layout.letters.index(well[0]))
            issues.append(
                refusals.unreadable_value(source.at(line), text, f"a concentration or dilution of {well}")
            )
        role = role_of(name) if name else "unknown"
        own = role in {"standard", "control"}
        nominal.append(math.nan if value is None or not own else value)
        dilution = 1.0 if role in {"standard", "blank", "control"} else _dilution(value)
        sample = name.split(":")[0] if role == "sample" else name
        line = layout.line + 1 + 2 * layout.letters.index(well[0])
        wells.append(Well(name=well, sample=sample, role=role, dilution=dilution, line=line))
    return tuple(wells), np.array(nominal, dtype=float)


def _dilution(told: float | None) -> float:
    """Gen5 says what share of the sample is in the well: 0.5 is diluted twice. Above 1 it is the factor itself."""
    if told is None or told <= 0:
        return math.nan
    return 1 / told if told < 1 else told


def _analyte(
    results: Grid, wells: Sequence[Well], nominal: Floats, source: Source, issues: list[Issue]
) -> AnalyteSignals | None:
    columns: dict[str, tuple[Floats, tuple[str, ...]]] = {}
    for label, cells in results.cells.items():
        texts = [cells.get(well.name, "") for well in wells]
        values, comparators, strange = results_of(texts)
        for i in strange:
            if texts[i] not in _OVERFLOW | NO_VALUE:
                place = source.at(
                    results.line + 1 + results.letters.index(wells[i].name[0]) * len(results.cells)
                )
                issues.append(refusals.unreadable_value(place, texts[i], f"a number of {label!r}"))
        columns[label] = (values, comparators)
    raw = [label for label in columns if not label.startswith(("[", "Blank "))]
    if not raw or not wells:
        return None
    corrected = next((label for label in columns if label.startswith("Blank ")), None)
    printed = columns.get(_PRINTED)
    return AnalyteSignals(
        analyte="",
        signals=tuple((label, columns[label][0]) for label in raw),
        net=columns[corrected][0] if corrected else None,
        nominal=nominal,
        printed=printed[0] if printed else None,
        comparators=printed[1] if printed else (),
    )


def _curve(rows: Sequence[Sequence[str]], start: int, end: int) -> InstrumentCurve | None:
    for i in range(start, end - 1):
        if rows[i][:2] == ["Curve Name", "Curve Formula"]:
            told: Mapping[str, str] = dict(zip(rows[i], rows[i + 1], strict=False))
            letters = [
                (letter, value)
                for letter, text in told.items()
                if len(letter) == 1 and (value := number_of(text)) is not None
            ]
            r2 = number_of(told.get("R2", ""))
            return InstrumentCurve(
                label=told.get("Curve Formula", ""),
                coefficients=tuple(letters),
                r2=math.nan if r2 is None else r2,
            )
    return None


ENTRY = Reader(
    name="gen5",
    label="BioTek Gen5 (.txt)",
    source="Text reports of Gen5 3.12, as the program writes them",
    yields=("PlateSignals",),
    extensions=("txt",),
    recognises=_recognises,
    read=_read,
)
