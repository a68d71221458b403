"""A count by eye in a chamber: our own form, a row a count, with the columns sample, live, dead, squares, dilution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.cell_counts import NUMBERS, CellCount, CellCounts
from firstdose.readers.counter_table import cells_of
from firstdose.readers.counter_values import (
    Heading,
    alike,
    filled,
    repeated_heading,
    unreadable,
    values_of,
    wrong_width,
)
from firstdose.readers.plain_text import delimiter_of, is_text, text_of
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from firstdose.readers.reader import Source

COLUMNS = ("sample", "live", "dead", "squares", "dilution")
FURTHER = ("time", "counted_by", "remark")
_HEADINGS = {
    "live": Heading("viable_cells"),
    "dead": Heading("dead_cells"),
    "squares": Heading("squares"),
    "dilution": Heading("dilution"),
}


def recognises(source: Source) -> bool:
    if not is_text(source):
        return False
    first = text_of(source, 4096).partition("\n")[0]
    return set(COLUMNS) <= {alike(name) for name in first.split(delimiter_of([first]))}


def read(source: Source) -> Reading:
    """Every count of the form. Live and dead are cells seen in all `squares` of 1 mm2 together."""
    delimiter = delimiter_of([text_of(source, 4096).partition("\n")[0]])
    rows, refusal = cells_of(source, delimiter)
    if refusal:
        return refused(refusal)
    header = [alike(name) for name in rows[0]]
    if double := repeated_heading(header):
        return refused(refusals.twice(source.at(1), "column", double))
    if strange := [name for name in header if name not in {*COLUMNS, *FURTHER}]:
        return refused(refusals.damaged(source.at(1), f"the form has no column {strange[0]!r}"))
    if absent := [name for name in COLUMNS if name not in header]:
        return refused(refusals.missing_part(source.at(1), absent, "column"))
    counts = []
    for line, row in filled(rows[1:]):
        if len(row) != len(header):
            return refused(wrong_width(source, line + 1, len(row), len(header)))
        counts.append(_count(dict(zip(header, row, strict=True)), line + 1, comma=delimiter == ";"))
    if not counts:
        return refused(refusals.missing_part(source.at(1), ["counts"], "part"))
    people = sorted(
        {cell for row in rows[1:] if (cell := dict(zip(header, row, strict=False)).get("counted_by"))}
    )
    return Reading(
        contents=(CellCounts(counts=tuple(counts), chamber=True),),
        issues=tuple(unreadable(source, counts, NUMBERS)),
        instrument="counting chamber",
        run_date=counts[0].time,
        operator=", ".join(people),
    )


def _count(cells: dict[str, str], line: int, *, comma: bool) -> CellCount:
    comma = comma and any("," in cells[name] for name in _HEADINGS)
    return CellCount(
        sample=cells["sample"] or f"line {line}",
        line=line,
        time=cells.get("time", ""),
        complaint=cells.get("remark", ""),
        **values_of(cells, _HEADINGS, line, comma=comma),
    )


ENTRY = Reader(
    name="haemocytometer",
    label="count in a chamber, table",
    source="Own form: sample, live, dead, squares, dilution; squares of 1 mm2 and 0.1 mm depth",
    yields=("CellCounts",),
    extensions=("csv", "txt", "tsv"),
    recognises=recognises,
    read=read,
)
