"""The sections of an xPONENT export: cut at the `DataType:` lines, each a small table with its own header."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plates import well_name

if TYPE_CHECKING:
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_LOCATION = re.compile(r"([0-9]+)\(([0-9]+),([A-P][0-9]{1,2})\)")
BY_WELL = ("Median", "Net MFI", "Count", "Result", "Range", "Comments")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the file: its header, its rows, and the lines of both, the header's first."""

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    @property
    def line(self) -> int:
        return self.lines[0]

    @property
    def analytes(self) -> list[str]:
        """The names between the key columns and the empty ones or the total at the end."""
        first = 2 if self.header[:2] == ["Location", "Sample"] else 1
        return [name for name in self.header[first:] if name and name != "Total Events"]


def split(rows: list[list[str]]) -> tuple[dict[str, list[str]], list[Section]]:
    """Key > cells of the preamble, and the sections in the file's order. Lines are counted from 1."""
    starts = [i for i, row in enumerate(rows) if row and row[0] == "DataType:"]
    preamble = {row[0]: row[1:] for row in rows[: starts[0] if starts else len(rows)] if row and row[0]}
    sections = []
    for start, end in pairwise([*starts, len(rows)]):
        body = [(i, row) for i, row in enumerate(rows[start + 1 : end], start + 2) if any(row)]
        body = body[: next((k for k, (_, row) in enumerate(body) if row[0].startswith("-- CRC")), len(body))]
        name = rows[start][1] if len(rows[start]) > 1 else ""
        lines, cells = [i for i, _ in body] or [start + 1], [row for _, row in body] or [[""]]
        sections.append(Section(name, cells[0], cells[1:], lines))
    return preamble, sections


def rows_of_file(text: str) -> list[list[str]] | None:
    """Cells of every line, None where a cell is longer than any instrument writes."""
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(text.split("\n"))]
    except csv.Error:
        return None


def unique(sections: list[Section], source: Source) -> tuple[dict[str, Section], list[Issue]]:
    """Name > section, and an Issue for a name that comes twice."""
    found: dict[str, Section] = {}
    issues = []
    for section in sections:
        if section.name in found:
            issues.append(refusals.twice(source.at(section.line), "section", section.name))
        found.setdefault(section.name, section)
    return found, issues


def location_of(cell: str) -> tuple[str, str] | None:
    """('1', 'A1') of '1(1,A1)': plate and well."""
    found = _LOCATION.fullmatch(cell)
    well = well_name(found[3]) if found else None
    return (found[2], well) if found and well else None


def check_agreement(sections: dict[str, Section], source: Source) -> list[Issue]:
    """Every section with wells names the same analytes, wells, samples and totals as the first of them."""
    present = [sections[name] for name in BY_WELL if name in sections]
    return [issue for other in present[1:] for issue in _disagreements(present[0], other, source)]


def _disagreements(first: Section, other: Section, source: Source) -> list[Issue]:
    said = f"section {other.name!r}"
    if other.analytes != first.analytes:
        odd = next((b for a, b in zip(first.analytes, other.analytes, strict=False) if a != b), "fewer names")
        what = f"{said} has the analyte {odd!r} where section {first.name!r} has another"
        return [refusals.contradiction(source.at(other.line), what)]
    if len(other.rows) != len(first.rows):
        what = f"{said} holds {len(other.rows)} of the {len(first.rows)} wells of section {first.name!r}"
        return [refusals.damaged(source.at(other.lines[-1]), what)]
    total = len(first.analytes) + 2
    for line, a, b in zip(other.lines[1:], first.rows, other.rows, strict=True):
        ours, theirs = (" ".join((*row[:2], *row[total : total + 1])).strip() for row in (a, b))
        if a[:2] != b[:2] or (ours != theirs and any(b[total : total + 1])):
            what = f"{said} says {theirs!r} where section {first.name!r} says {ours!r}"
            return [refusals.contradiction(source.at(line), what)]
    return []
