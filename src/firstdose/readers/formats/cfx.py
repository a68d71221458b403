"""Bio-Rad CFX Manager and CFX Maestro: quantification results as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.qpcr import position_of
from firstdose.readers.plain_text import delimiter_of, is_text, text_of
from firstdose.readers.qpcr_rows import (
    Layout,
    filled,
    has_decimal_comma,
    numbered_rows,
    read_rows,
    run_of,
    stopping,
)
from firstdose.readers.qpcr_words import columns_of, plain_word
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.readers.contents.qpcr import QpcrWell

_MARKS = {"well", "fluor", "content", "cq"}
_MOST_PREAMBLE = 40


def recognises(source: Source) -> bool:
    if not is_text(source):
        return False
    lines = text_of(source, 1 << 14).split("\n")[:_MOST_PREAMBLE]
    delimiter = delimiter_of(lines)
    return any(_is_header(row) for _, row in numbered_rows("\n".join(lines), delimiter))


def read(source: Source) -> Reading:
    """One run. `Content` says what a well is for; a name of one's own there is a sample."""
    text = text_of(source)
    delimiter = delimiter_of(text.split("\n")[:_MOST_PREAMBLE])
    rows = numbered_rows(text, delimiter)
    at = next((at for at, (_, row) in enumerate(rows) if _is_header(row)), None)
    if at is None:
        return refused(refusals.missing_part(source.place, ["Well, Target, Cq"], "header row"))
    body, columns = list(filled(rows[at + 1 :])), columns_of(rows[at][1])
    if not body:
        return refused(refusals.damaged(source.at(rows[at][0]), "no well follows the header"))
    if lacking := [name for name in ("target", "sample") if name not in columns]:
        return refused(refusals.missing_part(source.at(rows[at][0]), lacking, "column"))
    comma = has_decimal_comma((row for _, row in body), columns["cq"], delimiter)
    layout = Layout(columns=columns, width=len(rows[at][1]), decimal_comma=comma)
    wells = read_rows(source, body, layout)
    if stops := stopping(source, wells):
        return refused(*stops)
    keys = {plain_word(row[0]): row[1] for _, row in rows[:at] if len(row) > 1}
    run = run_of(keys.get("file name", ""), wells, shape=(8, 12) if _is_96(wells.wells) else (16, 24))
    return Reading(
        contents=(run,),
        issues=tuple(wells.issues),
        instrument="Bio-Rad CFX",
        run_date=keys.get("run started", ""),
        operator=keys.get("created by user", ""),
    )


def _is_header(row: Sequence[str]) -> bool:
    return {plain_word(cell) for cell in row} >= _MARKS


def _is_96(wells: Sequence[QpcrWell]) -> bool:
    places = [position_of(well.well, None) for well in wells]
    return all(place is None or (place[0] < 8 and place[1] < 12) for place in places)


ENTRY = Reader(
    name="cfx",
    label="CFX quantification results",
    source="Export of Bio-Rad CFX Manager and CFX Maestro, quantification Cq results (text)",
    yields=("QpcrWells",),
    extensions=("csv", "txt"),
    recognises=recognises,
    read=read,
)
