"""Cedex HiRes: the CSV export, a row a sample. Its concentrations are cells per mL; no heading says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers.contents.cell_counts import NUMBERS, PER_ML
from firstdose.readers.counter_table import TableFormat, cells_of, read_counts, reading_of
from firstdose.readers.counter_values import Heading, alike
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from firstdose.readers.reader import Source

_FORMAT = TableFormat(
    headings={
        "viable cell count": Heading("viable_cells"),
        "dead cell count": Heading("dead_cells"),
        "total cell count": Heading("total_cells"),
        "viability": Heading("viability"),
        "viable cell conc.": Heading("viable_concentration", PER_ML),
        "dead cell conc.": Heading("dead_concentration", PER_ML),
        "total cell conc.": Heading("total_concentration", PER_ML),
        "avg diameter": Heading("viable_diameter"),
        "aggregate rate": Heading("aggregates"),
        "dilution": Heading("dilution"),
    },
    needed=("viability", "viable cell conc.", "total cell conc."),
    sample=("sample identifer", "sample identifier", "data set name"),
    time="date finished",
)


def recognises(source: Source) -> bool:
    if not is_text(source):
        return False
    first = text_of(source, 4096).partition("\n")[0]
    return first.startswith("Cedex ID,") and "Viable Cell Conc." in first


def read(source: Source) -> Reading:
    """Every sample of the file, under the identifier of its sample."""
    rows, refusal = cells_of(source, ",")
    if refusal:
        return refused(refusal)
    counts, told = read_counts(source, [alike(name) for name in rows[0]], rows[1:], 2, _FORMAT)
    return reading_of(source, counts, told, NUMBERS, instrument="Cedex HiRes")


ENTRY = Reader(
    name="cedex_hires",
    label="Cedex HiRes cell counter, CSV",
    source="Exports of the instrument (Roche); concentrations in cells/mL",
    yields=("CellCounts",),
    extensions=("csv",),
    recognises=recognises,
    read=read,
)
