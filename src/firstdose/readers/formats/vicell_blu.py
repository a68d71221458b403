"""Vi-CELL BLU: the CSV export, a row a sample; UTF-8 or UTF-16, either micro sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.cell_counts import NUMBERS
from firstdose.readers.counter_table import TableFormat, cells_of, read_counts, reading_of
from firstdose.readers.counter_values import Heading, alike, unit_of
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from firstdose.readers.reader import Source

_START = "Sample ID,Cell count,Viable cells,"
_HEADINGS = {
    "cell count": Heading("total_cells"),
    "viable cells": Heading("viable_cells"),
    "viability (%)": Heading("viability"),
    "average diameter (um)": Heading("diameter"),
    "average viable diameter (um)": Heading("viable_diameter"),
    "average circularity": Heading("circularity"),
    "average viable circularity": Heading("viable_circularity"),
    "images for analysis": Heading("images"),
    "cluster count": Heading("clusters"),
    "dilution": Heading("dilution"),
}


def recognises(source: Source) -> bool:
    return is_text(source) and text_of(source, 4096).lstrip().startswith(_START)


def read(source: Source) -> Reading:
    """Every sample of the file. The unit of a concentration is the one its heading prints."""
    rows, refusal = cells_of(source, ",")
    if refusal:
        return refused(refusal)
    header = [alike(name) for name in rows[0]]
    concentrations = {name: _concentration(name) for name in header if unit_of(name)}
    if {each.name for each in concentrations.values()} != {"total_concentration", "viable_concentration"}:
        return refused(refusals.missing_part(source.at(1), ["Total cells/mL", "Viable cells/mL"], "column"))
    kind = TableFormat(
        headings=_HEADINGS | concentrations,
        needed=("sample id", "cell count", "viable cells", "viability (%)"),
        sample=("sample id",),
        time="analysis date/time",
    )
    counts, told = read_counts(source, header, rows[1:], 2, kind)
    return reading_of(source, counts, told, NUMBERS, instrument="Vi-CELL BLU")


def _concentration(heading: str) -> Heading:
    return Heading(f"{heading.split(maxsplit=1)[0]}_concentration", unit_of(heading))


ENTRY = Reader(
    name="vicell_blu",
    label="Vi-CELL BLU cell counter, CSV",
    source="Exports of the instrument (Beckman Coulter)",
    yields=("CellCounts",),
    extensions=("csv",),
    recognises=recognises,
    read=read,
)
