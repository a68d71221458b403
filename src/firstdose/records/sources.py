"""What was found before it is read: tables laid out by activity, their files, the roster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from firstdose.records.tables import Part

if TYPE_CHECKING:
    from firstdose.laboratory.activity import ActivityReading
    from firstdose.readers.text_table import TextTable
    from firstdose.records.snapshot import SourceFile
    from firstdose.values.issue import Issue


@dataclass(slots=True)
class Sources:
    """Parts by activity as they are found, their files, the roster and the Issues on the way."""

    parts: dict[str, list[Part]] = field(default_factory=dict)
    files: dict[str, SourceFile] = field(default_factory=dict)
    roster: tuple[str, ...] = ()
    laboratory: list[ActivityReading] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def part_of(table: TextTable, activity: str) -> Part:
    """A table laid out as its activity asks, column names without blanks around them."""
    stripped = [name.strip(" ") for name in table.columns]
    names = stripped if len(set(stripped)) == len(stripped) else list(table.columns)
    frame = table.frame.rename(dict(zip(table.columns, names, strict=True)))
    return Part(
        activity=activity,
        file=table.file,
        frame=frame.with_columns(line_numbers(table)),
        columns={name: number for number, name in enumerate(names, start=1)},
    )


def line_numbers(table: TextTable) -> pl.Series:
    """`_row`: the line of each row in its file."""
    if table.lines is not None:
        return pl.Series("_row", table.lines, dtype=pl.Int64)
    return pl.int_range(table.first_line, table.first_line + table.height, dtype=pl.Int64, eager=True).alias(
        "_row"
    )
