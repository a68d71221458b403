"""QuantStudio, ViiA 7 and StepOne: text with or without [sections], comma separated, or a workbook."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.archive import MAGIC
from firstdose.readers.plain_text import is_text, number_of, text_of
from firstdose.readers.qpcr_rows import Layout, Rows, read_rows, run_of, stopping
from firstdose.readers.qpcr_sections import (
    AMPLIFICATION,
    MELT,
    PREAMBLE,
    RESULTS,
    Sections,
    Table,
    is_header,
    read_sections,
    read_sheets,
)
from firstdose.readers.qpcr_words import columns_of, plain_word
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from firstdose.readers.contents.qpcr import QpcrWell
    from firstdose.values.issue import Issue, Place

_KEYS = {
    "block type", "chemistry", "experiment file name", "experiment name", "experiment run end time",
    "experiment type", "instrument type", "passive reference", "quantification cycle method",
    "signal smoothing on", "stage cycle where analysis is performed",
    "stage cycle where ct analysis is performed", "pre read stage step", "post read stage step",
}  # fmt: skip
_OWN_COLUMNS = {"ct threshold", "automatic ct threshold", "ct mean", "amp status"}
_OWN_SHEETS = (b"Sample Setup", b"Amplification Data", b"Multicomponent Data", b"Melt Curve Raw Data")
_BLOCKS = {"384": (16, 24), "96": (8, 12), "48": (6, 8)}
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_MOST_CYCLES = 200


def recognises(source: Source) -> bool:
    if source.start.startswith(MAGIC):
        return _is_workbook(source)
    if not is_text(source):
        return False
    rows = [re.split(r"[\t,=]", line) for line in text_of(source, 1 << 16).split("\n")[:80]]
    keys = {plain_word(row[0]) for row in rows} & _KEYS
    own = any(is_header(row) and _OWN_COLUMNS & {plain_word(cell) for cell in row} for row in rows)
    return len(keys) >= 4 or own


def _is_workbook(source: Source) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            start = archive.open("xl/workbook.xml").read(1 << 16)
            if b'"Results"' not in start:
                return False
            if any(name in start for name in _OWN_SHEETS):
                return True
            texts = {"xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"} & set(archive.namelist())
            return any(b"Block Type" in archive.open(name).read(1 << 16) for name in sorted(texts))
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, OSError, RuntimeError, ValueError):
        return False


def read(source: Source) -> Reading:
    """Results with their curves; refused where preamble, results or their columns are missing."""
    if source.start.startswith(MAGIC):
        sections, found = read_sheets(source)
        if found:
            return refused(*found)
    else:
        sections = read_sections(source)
    if found := _missing(source, sections):
        return refused(*found)
    return _reading(source, sections)


def _missing(source: Source, sections: Sections) -> list[Issue]:
    if absent := [key for key in PREAMBLE if key not in sections.keys]:
        return [refusals.missing_part(source.at(1), [key.capitalize() for key in absent], "header row")]
    table = sections.tables.get(RESULTS)
    if table is None or not table.header:
        return [refusals.missing_part(source.place, ["Results"])]
    columns = columns_of(table.header)
    wanted = {"well": "Well", "sample": "Sample Name", "target": "Target Name", "cq": "CT"}
    lacking = [label for name, label in wanted.items() if name not in columns]
    place: Place = source.at(table.line)
    return (
        [refusals.missing_part(place, [f"Results: {name}" for name in lacking], "column")] if lacking else []
    )


def _reading(source: Source, sections: Sections) -> Reading:
    table, keys = sections.tables[RESULTS], sections.keys
    cycles = _cycle_count(sections)
    references = tuple(name.strip() for name in keys.get("endogenous control", "").split(",") if name.strip())
    layout = Layout(
        columns=columns_of(table.header), width=len(table.header), cycle_count=cycles, references=references
    )
    rows = read_rows(source, table.rows, layout)
    if stops := stopping(source, rows):
        return refused(*stops)
    curved = _with_curves(rows, table, sections)
    shape = next((shape for mark, shape in _BLOCKS.items() if mark in keys.get("block type", "")), None)
    run = run_of(keys.get("experiment name", ""), curved, cycles, shape)
    return Reading(
        contents=(run,),
        issues=tuple(rows.issues),
        instrument=keys.get("instrument type", ""),
        run_date=keys.get("experiment run end time", ""),
        operator=keys.get("user name", "") or keys.get("experiment user name", ""),
    )


def _cycle_count(sections: Sections) -> int | None:
    """The last cycle of the curves; None where there are none, or where a baseline ends later: then they were cut."""
    last = _largest(sections.tables.get(AMPLIFICATION), "cycle")
    return int(last) if last and last >= _largest(sections.tables.get(RESULTS), "baseline end") else None


def _largest(table: Table | None, name: str) -> float:
    at = _column(table, name) if table else None
    if table is None or at is None:
        return 0.0
    values = [number_of(text) or 0.0 for text in {row[at] for _, row in table.rows if len(row) > at}]
    return max((value for value in values if value <= _MOST_CYCLES), default=0.0)


def _column(table: Table, name: str) -> int | None:
    return next((at for at, cell in enumerate(table.header) if plain_word(cell) == name), None)


def _with_curves(rows: Rows, table: Table, sections: Sections) -> Rows:
    """The wells with what the tables of curves hold of them, by the number of the well and, where given, the target."""
    numbers = _column(table, "well")
    lines = dict(table.rows)
    amplified = _curves(sections.tables.get(AMPLIFICATION), "cycle", "rn")
    melted = _curves(sections.tables.get(MELT), "temperature", "fluorescence")
    wells = []
    for well in rows.wells:
        number = lines[well.line][numbers] if numbers is not None else well.well
        wells.append(_curved(well, _of(amplified, number, well), _of(melted, number, well)))
    return Rows(wells=wells, references=rows.references, issues=rows.issues)


_Curve = tuple[list[float], list[float]]


def _of(curves: dict[tuple[str, str], _Curve], number: str, well: QpcrWell) -> _Curve | None:
    return curves.get((number, well.target)) or curves.get((number, ""))


def _curved(well: QpcrWell, amplified: _Curve | None, melted: _Curve | None) -> QpcrWell:
    if amplified:
        well = replace(well, cycles=np.array(amplified[0]), fluorescence=np.array(amplified[1]))
    return replace(well, temperatures=np.array(melted[0]), melt=np.array(melted[1])) if melted else well


def _curves(table: Table | None, x: str, y: str) -> dict[tuple[str, str], _Curve]:
    """(well number, target) > its points; a point of which a number cannot be read is left out."""
    at = [_column(table, name) for name in ("well", x, y)] if table else [None]
    found: dict[tuple[str, str], _Curve] = {}
    known: dict[str, float | None] = {}  # the same cycles and temperatures stand there for every well
    if table is None or None in at:
        return found
    well, first, second = (int(column or 0) for column in at)
    target = _column(table, "target name")
    for _, row in table.rows:
        if len(row) <= max(well, first, second):
            continue
        if row[first] not in known:
            known[row[first]] = _number(row[first])
        along, level = known[row[first]], _number(row[second])
        if along is None or level is None:
            continue
        name = row[target] if target is not None and target < len(row) else ""
        curve = found.setdefault((row[well], name), ([], []))
        curve[0].append(along)
        curve[1].append(level)
    return found


def _number(text: str) -> float | None:
    """The number, with commas between its thousands or without."""
    return number_of(text.replace(",", "") if "," in text and _GROUPED.fullmatch(text) else text)


def why_not(source: Source) -> Issue | None:
    """A file that bears the ending and none of the marks."""
    if is_text(source) and b"Well Position" in source.start:
        return refusals.missing_part(
            source.place, ["Block Type", "Experiment Name", "[Results]"], "header row"
        )
    return None


ENTRY = Reader(
    name="quantstudio",
    label="QuantStudio and StepOne export",
    source="Exports of Applied Biosystems QuantStudio, ViiA 7 and StepOne software (text, comma separated, workbook)",
    yields=("QpcrWells",),
    extensions=("txt", "csv", "xlsx"),
    recognises=recognises,
    read=read,
    why_not=why_not,
)
