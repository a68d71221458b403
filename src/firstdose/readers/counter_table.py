"""Counter exports with a header row and a row a sample."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.cell_counts import CellCount, CellCounts
from firstdose.readers.counter_values import (
    Heading,
    filled,
    repeated_heading,
    unreadable,
    values_of,
    wrong_width,
)
from firstdose.readers.plain_text import rows_of, text_of
from firstdose.readers.reader import Reading, refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat:
    """How a counter names its columns: all in the form of `alike`.

    `needed`: columns without which the file is refused; `sample`: those whose text names the sample, the first that
    says something; `time`, `complaint`: the columns of these texts.
    """

    headings: Mapping[str, Heading]
    needed: tuple[str, ...]
    sample: tuple[str, ...]
    time: str = ""
    complaint: str = ""


def cells_of(source: Source, delimiter: str) -> tuple[list[list[str]], Issue | None]:
    """The rows of a text file, or why it has none."""
    if not source.content:
        return [], refusals.empty(source.place)
    try:
        return rows_of(text_of(source), delimiter), None
    except csv.Error:
        return [], refusals.damaged(source.place, "a cell is longer than any counter writes")


def read_counts(
    source: Source, header: Sequence[str], rows: Sequence[Sequence[str]], first: int, kind: TableFormat
) -> tuple[list[CellCount], list[Issue]]:
    """The counts below a header (in the form of `alike`); `first`: line of the first row. Counts or the refusal."""
    at = first - 1
    absent = [name for name in kind.needed if name not in header]
    if absent:
        return [], [refusals.missing_part(source.at(at), absent, "column")]
    double = repeated_heading(header)
    if double:
        return [], [refusals.twice(source.at(at), "column", double)]
    counts = []
    for number, row in filled(rows):
        line = number + first - 1
        if len(row) != len(header):
            return [], [wrong_width(source, line, len(row), len(header))]
        counts.append(_count(dict(zip(header, row, strict=True)), line, kind))
    return counts, [] if counts else [refusals.missing_part(source.at(at), ["samples"], "part")]


def _count(cells: Mapping[str, str], line: int, kind: TableFormat) -> CellCount:
    names = [cells[column] for column in kind.sample if cells.get(column)]
    return CellCount(
        sample=names[0] if names else f"line {line}",
        line=line,
        time=cells.get(kind.time, ""),
        complaint=cells.get(kind.complaint, ""),
        **values_of(cells, kind.headings, line),
    )


def reading_of(
    source: Source, counts: Sequence[CellCount], told: Sequence[Issue], names: Sequence[str], **facts: str
) -> Reading:
    """The Reading of these counts, with the values of these names that are no numbers; refused where there are none."""
    if not counts:
        return refused(*told)
    contents = CellCounts(counts=tuple(counts))
    return Reading(
        contents=(contents,),
        issues=(*told, *unreadable(source, counts, names)),
        run_date=counts[0].time,
        **facts,
    )
