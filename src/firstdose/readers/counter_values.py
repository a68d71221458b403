"""What the files of cell counters have in common: headings, printed numbers with remarks, counts out of rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.cell_counts import MILLION_PER_ML, PER_ML, PERCENT, CellCount, Printed
from firstdose.readers.plain_text import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

MOST_TOLD = 20
_REMARK = re.compile(r"(\S+)\s*\((.*)\)", re.DOTALL)
_PER_ML = re.compile(
    r"\s*(\(\s*x?\s*10\^?6\s*\)|\(E6\))?\s*(?:cells?)?\s*/\s*ml\s*(\(\s*x?\s*10\^?6\s*\))?", re.IGNORECASE
)
_UNITS = dict.fromkeys(("viable_concentration", "dead_concentration", "total_concentration"), PER_ML) | {
    "viability": PERCENT,
    "aggregates": PERCENT,
    "diameter": "um",
    "viable_diameter": "um",
    "dead_diameter": "um",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column or key that a counter prints: the value's name in `CellCount`, and its unit."""

    name: str
    unit: str = ""


def unit_of(heading: str) -> str:
    """'10^6 cells/mL' or 'cells/mL' as the heading says; '' where it speaks of no concentration."""
    found = _PER_ML.search(heading)
    if not found:
        return ""
    return MILLION_PER_ML if found[1] or found[2] else PER_ML


def as_printed(
    text: str, unit: str, line: int, *, most: float = float("inf"), comma: bool = False
) -> Printed:
    """A cell as a number of at least 0 and at most `most`, or why it is none; a remark stands in brackets behind it."""
    told = " ".join(text.split())
    remarked = _REMARK.fullmatch(told)
    bare, remark = (remarked[1], remarked[2].strip()) if remarked else (told, "")
    value = number_of(bare.removesuffix("%").rstrip(), decimal_comma=comma)
    if value is None:
        return Printed(text=told, unit=unit, reason=told or "empty", line=line)
    if not 0 <= value <= most:
        return Printed(text=told, unit=unit, reason=f"{bare} cannot be", remark=remark, line=line)
    return Printed(text=bare, value=value, unit=unit, remark=remark, line=line)


def values_of(
    cells: Mapping[str, str],
    headings: Mapping[str, Heading],
    line: int | Mapping[str, int],
    *,
    comma: bool = False,
) -> dict[str, Printed]:
    """Name in `CellCount` > printed value, of cells by their heading; `line`: one, or by heading."""
    found: dict[str, Printed] = {}
    for heading, known in headings.items():
        if heading in cells:
            at = line if isinstance(line, int) else line[heading]
            unit = known.unit or _UNITS.get(known.name, "")
            most = 100.0 if unit == PERCENT else float("inf")
            found[known.name] = as_printed(cells[heading], unit, at, most=most, comma=comma)
    return found


def unreadable(source: Source, counts: Iterable[CellCount], names: Sequence[str]) -> list[Issue]:
    """An Issue for every value of these names that has a place and no number; the first twenty."""
    found = [
        refusals.unreadable_value(
            source.at(value.line), value.text, f"the {name.replace('_', ' ')} of {count.sample}"
        )
        for count in counts
        for name in names
        if (value := count.printed(name)).is_printed and value.value is None and value.text
    ]
    return found[:MOST_TOLD]


def filled(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """(line from 1, cells) of every row that holds something."""
    for line, row in enumerate(rows, start=1):
        if any(row):
            yield line, row


def alike(heading: str) -> str:
    """A heading in the one form by which it is looked up: small letters, one micro sign, single blanks."""
    small = heading.lower().replace("\u00b5", "u").replace("\u03bc", "u").replace("\ufffd", "u")
    return " ".join(small.split())


def repeated_heading(headings: Sequence[str]) -> str:
    """The first heading that stands there twice, '' where there is none."""
    seen: set[str] = set()
    for heading in headings:
        if heading and heading in seen:
            return heading
        seen.add(heading)
    return ""


def wrong_width(source: Source, line: int, cells: int, headings: int) -> Issue:
    """A row that is shorter or longer than the header: a cut file, or a separator inside a cell."""
    return refusals.damaged(source.at(line), f"this row has {cells} cells, its header {headings}")
