"""Cellaca MX: the CSV export of a plate, lines of facts and then a row a well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.cell_counts import MILLION_PER_ML, NUMBERS
from firstdose.readers.counter_table import TableFormat, cells_of, read_counts, reading_of
from firstdose.readers.counter_values import Heading, alike, as_printed
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.readers.contents.cell_counts import CellCount
    from firstdose.readers.reader import Source

_MARK = "live concentration (e6)"
_FORMAT = TableFormat(
    headings={
        "live count": Heading("viable_cells"),
        "dead count": Heading("dead_cells"),
        "total count": Heading("total_cells"),
        "viability (%)": Heading("viability"),
        "live concentration (e6)": Heading("viable_concentration", MILLION_PER_ML),
        "dead concentration (e6)": Heading("dead_concentration", MILLION_PER_ML),
        "total concentration (e6)": Heading("total_concentration", MILLION_PER_ML),
        "live diameter": Heading("viable_diameter"),
        "dead diameter": Heading("dead_diameter"),
        "aggregate count": Heading("clusters"),
        "aggregates (%)": Heading("aggregates"),
    },
    needed=(_MARK, "total concentration (e6)", "viability (%)", "well name"),
    sample=("well name",),
    complaint="errors",
)


def recognises(source: Source) -> bool:
    if not is_text(source):
        return False
    start = text_of(source, 8192)
    return start.lstrip().startswith("Plate Name,") and "Live Concentration (E6)" in start


def read(source: Source) -> Reading:
    """Every well of the plate; its number names the sample."""
    rows, refusal = cells_of(source, ",")
    if refusal:
        return refused(refusal)
    at = next((i for i, row in enumerate(rows) if _MARK in map(alike, row)), None)
    if at is None:
        return refused(refusals.missing_part(source.place, ["Live Concentration (E6)"], "column"))
    facts = {alike(row[0]): (line, row[1]) for line, row in enumerate(rows[:at], start=1) if len(row) > 1}
    header = [alike(name) or f"({place})" for place, name in enumerate(rows[at], start=1)]
    counts, told = read_counts(source, header, rows[at + 1 :], at + 2, _FORMAT)
    said = {key: value for key, (_, value) in facts.items()}
    return reading_of(
        source,
        _with_facts(counts, facts),
        told,
        NUMBERS,
        instrument=" ".join(filter(None, ["Cellaca MX", said.get("instrument sn", "")])),
        operator=said.get("operator", ""),
    )


def _with_facts(counts: Sequence[CellCount], facts: Mapping[str, tuple[int, str]]) -> list[CellCount]:
    """The counts with dilution and time, which stand once above all wells."""
    line, text = facts.get("dilution", (0, ""))
    dilution = as_printed(text, "", line)
    time = facts.get("results timestamp", (0, ""))[1]
    return [replace(count, dilution=dilution, time=time) for count in counts]


ENTRY = Reader(
    name="cellaca",
    label="Cellaca MX cell counter, CSV",
    source="Exports of the instrument (Nexcelom); E6 in a heading is 10^6 cells/mL",
    yields=("CellCounts",),
    extensions=("csv",),
    recognises=recognises,
    read=read,
)
