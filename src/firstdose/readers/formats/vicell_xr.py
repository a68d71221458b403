"""Vi-CELL XR: the workbook of a run, a row a sample below a header of two rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.archive import MAGIC, read_archive
from firstdose.readers.contents.cell_counts import MILLION_PER_ML, NUMBERS, PER_ML
from firstdose.readers.counter_sheets import rows_of_sheets
from firstdose.readers.counter_table import TableFormat, read_counts, reading_of
from firstdose.readers.counter_values import Heading, alike
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from firstdose.readers.reader import Source

_NAME = "Vi-CELL XR"
_HEADINGS = {
    "total cells": Heading("total_cells"),
    "viable cells": Heading("viable_cells"),
    "viability (%)": Heading("viability"),
    "total cells /ml (x10^6)": Heading("total_concentration", MILLION_PER_ML),
    "viable cells /ml (x10^6)": Heading("viable_concentration", MILLION_PER_ML),
    "total cells /ml": Heading("total_concentration", PER_ML),
    "viable cells /ml": Heading("viable_concentration", PER_ML),
    "avg. diam. (microns)": Heading("diameter"),
    "avg. circ.": Heading("circularity"),
    "images": Heading("images"),
    "dilution factor": Heading("dilution"),
}
_KIND = TableFormat(
    headings=_HEADINGS,
    needed=("sample id", "total cells", "viable cells", "viability (%)"),
    sample=("sample id",),
    time="sample date/time",
)


def recognises(source: Source) -> bool:
    """By the instrument's name in the texts of a workbook."""
    if not source.start.startswith(MAGIC) or b"xl/workbook.xml" not in source.content:
        return False
    members, found = read_archive(source)
    texts = (content for name, content in members.items() if name.startswith("xl/") and name.endswith(".xml"))
    return not found and any(_NAME.encode() in text for text in texts)


def read(source: Source) -> Reading:
    """Every sample of the sheet that bears the instrument's name."""
    sheets, refusal = rows_of_sheets(source)
    if refusal:
        return refused(refusal)
    rows = next((rows for rows in sheets.values() if rows and any(_NAME in cell for cell in rows[0])), None)
    if rows is None:
        return refused(refusals.missing_part(source.place, [_NAME], "line"))
    at = next((i for i, row in enumerate(rows) if row and alike(row[0]) == "sample id"), None)
    if at is None or at + 1 >= len(rows):
        return refused(refusals.missing_part(source.place, ["Sample ID"], "column"))
    header = [alike(f"{above} {below}") for above, below in zip(rows[at], rows[at + 1], strict=True)]
    if not {"total cells /ml (x10^6)", "total cells /ml"} & set(header):
        return refused(refusals.missing_part(source.at(at + 1), ["Total cells /ml"], "column"))
    counts, told = read_counts(source, header, rows[at + 2 :], at + 3, _KIND)
    serial = next((cell for row in rows[:at] for cell in row if cell.startswith("Unit S/N:")), "")
    return reading_of(
        source,
        counts,
        told,
        NUMBERS,
        instrument=" ".join(filter(None, [_NAME, serial.partition(":")[2].strip()])),
        software=rows[0][0],
    )


ENTRY = Reader(
    name="vicell_xr",
    label="Vi-CELL XR cell counter, workbook",
    source="Run data summaries of the instrument (Beckman Coulter)",
    yields=("CellCounts",),
    extensions=("xlsx",),
    recognises=recognises,
    read=read,
)
