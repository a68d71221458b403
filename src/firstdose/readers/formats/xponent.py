"""Luminex xPONENT: the text export with one section a kind of number (Median, Net MFI, Count, Result, Units ...)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.immunoassay import AnalyteSignals, InstrumentCurve, PlateSignals, Well
from firstdose.readers.plain_text import number_of, text_of
from firstdose.readers.plates import number_or_nan, numbers_of, results_of, role_of
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.readers.xponent_checks import check_background, expected_concentrations
from firstdose.readers.xponent_sections import (
    Section,
    check_agreement,
    location_of,
    rows_of_file,
    split,
    unique,
)
from firstdose.values.issue import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.readers.contents.immunoassay import Floats
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

Sections = dict[str, Section]


def _recognises(source: Source) -> bool:
    start = source.start[:4096].replace(b'"', b"").lstrip(b"\xef\xbb\xbf")
    return start.startswith((b"Program,xPONENT", b"Program;xPONENT", b"Program\txPONENT"))


def _read(source: Source) -> Reading:
    rows = rows_of_file(text_of(source))
    if rows is None or not source.start.lstrip(b'\xef\xbb\xbf"').startswith(b"Program") or len(rows[0]) < 2:
        what = "cells are separated by something else than commas"
        return refused(refusals.variant_not_read(source.place, what, "Export it again with commas."))
    preamble, listed = split(rows)
    sections, issues = unique(listed, source)
    issues += check_agreement(sections, source)
    issues += _missing(preamble, sections, rows, source, cut=bool(issues))
    if issues:
        return refused(*issues)
    return _reading(preamble, sections, source)


def _missing(
    preamble: Mapping[str, Sequence[str]],
    sections: Sections,
    rows: list[list[str]],
    source: Source,
    *,
    cut: bool,
) -> list[Issue]:
    """The sections that the file must have; `cut`: the last one is there in part, and is named with them."""
    analysed = (preamble.get("ProtocolAnalysis") or ["Off"])[0] != "Off"
    wanted = ["Median", "Count", *(["Result"] if analysed else []), "Units", "Dilution Factor"]
    absent = [name for name in wanted if name not in sections]
    if absent and cut and sections:
        last = list(sections)[-1]
        absent = sorted({*absent, *([last] if last in wanted else [])}, key=wanted.index)
    if absent:
        return [refusals.missing_part(source.at(len(rows)), absent)]
    if not any(row and row[0].startswith("-- CRC") for row in rows):
        return [refusals.damaged(source.at(len(rows)), "it ends before the line '-- CRC --'")]
    return []


def _reading(preamble: Mapping[str, list[str]], sections: Sections, source: Source) -> Reading:
    median = sections["Median"]
    places = [location_of(row[0]) for row in median.rows]
    if odd := [line for line, place in zip(median.lines[1:], places, strict=True) if place is None]:
        return refused(refusals.damaged(source.at(odd[0]), "a line of section 'Median' names no well"))
    if not median.rows or not median.analytes:
        return refused(refusals.missing_part(source.at(median.line), ["Median"], "section with wells"))
    located = [place for place in places if place is not None]
    if len(set(located)) < len(located):
        double = next(place for place in located if located.count(place) > 1)
        return refused(refusals.twice(source.at(median.line), "well", double[1]))
    wells = tuple(_wells(sections, [well for _, well in located]))
    analytes, issues = _analytes(sections, wells, source)
    if errors(issues):
        return refused(*errors(issues))
    remarks = tuple(
        (row[0], " ".join(row[2:]).strip())
        for row in sections.get("Warnings/Errors", Section("", [], [], [])).rows
        if len(row) > 2 and row[0]
    )
    plates = [
        PlateSignals(
            plate=(preamble.get("Batch") or [""])[0] + (f" plate {plate}" if plate != "1" else ""),
            wells=tuple(wells[i] for i in chosen),
            analytes=tuple(analytes if len(chosen) == len(wells) else [_cut(a, chosen) for a in analytes]),
            signal="MFI",
            remarks=remarks,
        )
        for plate in dict.fromkeys(plate for plate, _ in located)
        for chosen in [[i for i, (other, _) in enumerate(located) if other == plate]]
    ]
    return Reading(
        contents=tuple(plates),
        issues=tuple(issues),
        instrument=" ".join(filter(None, [_word(preamble, "Program", 2), _word(preamble, "SN")])),
        software=f"xPONENT {_word(preamble, 'Build')}".strip(),
        run_date=_word(preamble, "BatchStartTime") or _word(preamble, "Date"),
        operator=_word(preamble, "Operator"),
    )


def _word(preamble: Mapping[str, Sequence[str]], key: str, place: int = 0) -> str:
    cells = preamble.get(key, ())
    return cells[place] if len(cells) > place else ""


def _wells(sections: Sections, names: Sequence[str]) -> list[Well]:
    median, factors = sections["Median"], sections["Dilution Factor"]
    told = {tuple(row[:2]): number_of(row[2]) for row in factors.rows if len(row) > 2}
    wells = []
    for name, row, line in zip(names, median.rows, median.lines[1:], strict=True):
        role = role_of(row[1])
        factor = told.get((row[0], row[1]))
        undiluted = 1.0 if role in {"standard", "blank"} else np.nan
        wells.append(
            Well(name=name, sample=row[1], role=role, dilution=factor or undiluted, line=line),
        )
    return wells


def _analytes(
    sections: Sections, wells: Sequence[Well], source: Source
) -> tuple[list[AnalyteSignals], list[Issue]]:
    names = sections["Median"].analytes
    issues: list[Issue] = []
    columns: dict[str, list[Floats]] = {
        name: _columns(sections[name], len(names), source, issues)
        for name in ("Median", "Net MFI", "Count")
        if name in sections
    }
    issues += check_background(columns, wells, sections, source)
    results = _results(sections, source, issues)
    nominal = expected_concentrations(sections, wells, results, source, issues)
    beads, units = _by_analyte(sections, "Per Bead Count"), _by_analyte(sections, "Units")
    remarks = _texts(sections.get("Comments"))
    return [
        AnalyteSignals(
            analyte=name,
            signals=(("Median", columns["Median"][j]),),
            net=columns["Net MFI"][j] if "Net MFI" in columns else None,
            beads=columns["Count"][j],
            beads_wanted=number_of(beads.get(name, "")) or np.nan,
            nominal=nominal[j],
            printed=results[j][0] if results else None,
            comparators=results[j][1] if results else (),
            printed_with_dilution=True,
            remarks=remarks[j] if remarks else (),
            unit="" if units.get(name) == "Bead" else units.get(name, ""),
            curve=_curve(sections, name),
        )
        for j, name in enumerate(names)
    ], issues


def _texts(section: Section | None) -> list[tuple[str, ...]]:
    if section is None:
        return []
    last = 2 + len(section.analytes)
    return list(zip(*([*row[2:], *[""] * last][: last - 2] for row in section.rows), strict=True))


def _columns(section: Section, count: int, source: Source, issues: list[Issue]) -> list[Floats]:
    """Arrays (n wells,), one an analyte; a cell that is no number is missing, and is said."""
    columns = []
    for j, cells in enumerate(
        zip(*(([*row[2:], *[""] * count])[:count] for row in section.rows), strict=True)
    ):
        numbers = numbers_of(cells)
        if numbers is None:
            numbers = number_or_nan(cells)
            for i in np.flatnonzero(np.isnan(numbers)):
                if cells[i] != "NaN":
                    place = source.at(section.lines[1 + i])
                    wanted = f"a number of section {section.name!r} for {section.analytes[j]}"
                    issues.append(refusals.unreadable_value(place, cells[i], wanted))
        columns.append(numbers)
    return columns


def _results(sections: Sections, source: Source, issues: list[Issue]) -> list[tuple[Floats, tuple[str, ...]]]:
    section = sections.get("Result")
    found = []
    for name, cells in zip(section.analytes, _texts(section), strict=True) if section else ():
        values, comparators, strange = results_of(cells)
        for i in strange:
            place = source.at(section.lines[1 + i] if section else 0)
            issues.append(refusals.unreadable_value(place, cells[i], f"a result for {name}"))
        found.append((values, comparators))
    return found


def _by_analyte(sections: Sections, name: str) -> dict[str, str]:
    """Analyte > the last row's cell of a section such as Units."""
    section = sections.get(name)
    if section is None or not section.rows:
        return {}
    return dict(zip(section.header[1:], section.rows[-1][1:], strict=False))


def _curve(sections: Sections, analyte: str) -> InstrumentCurve | None:
    kind, r2 = (_by_analyte(sections, name).get(analyte, "") for name in ("Analysis Types", "R^2"))
    section = sections.get("Analysis Coefficients")
    if section is None or analyte not in section.header:
        return None
    j = section.header.index(analyte)
    letters = [
        (row[0].removeprefix("Coefficient").strip(), value)
        for row in section.rows
        if len(row) > j and (value := number_of(row[j])) is not None
    ]
    return InstrumentCurve(label=kind, coefficients=tuple(letters), r2=number_of(r2) or np.nan)


def _cut(analyte: AnalyteSignals, chosen: list[int]) -> AnalyteSignals:
    """The same analyte over some of the wells: the file holds several plates."""
    from dataclasses import replace

    def some(values: Floats | None) -> Floats | None:
        return None if values is None else values[chosen]

    return replace(
        analyte,
        signals=tuple((label, values[chosen]) for label, values in analyte.signals),
        nominal=analyte.nominal[chosen],
        net=some(analyte.net),
        beads=some(analyte.beads),
        printed=some(analyte.printed),
        comparators=tuple(analyte.comparators[i] for i in chosen) if analyte.comparators else (),
        remarks=tuple(analyte.remarks[i] for i in chosen) if analyte.remarks else (),
    )


ENTRY = Reader(
    name="xponent",
    label="Luminex xPONENT (.csv)",
    source="Exports of xPONENT 3.1 and 4.3, as their programs write them",
    yields=("PlateSignals",),
    extensions=("csv",),
    recognises=_recognises,
    read=_read,
)
