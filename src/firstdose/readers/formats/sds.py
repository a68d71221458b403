"""Applied Biosystems SDS 2.x relative quantification results: a preamble, one table, tab separated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.qpcr_rows import Layout, filled, numbered_rows, read_rows, run_of, stopping
from firstdose.readers.qpcr_words import columns_of, plain_word
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_LINE = re.compile(r"SDS [0-9.]+ ?RQ Results")
_SHAPES = ((96, (8, 12)), (384, (16, 24)))


def recognises(source: Source) -> bool:
    return is_text(source) and _FIRST_LINE.match(text_of(source, 100)) is not None


def read(source: Source) -> Reading:
    """One run of all plates of the study. `Filename` or `Plate` tells which plate a well belongs to."""
    rows = numbered_rows(text_of(source), "\t")
    at = next((at for at, (_, row) in enumerate(rows) if _is_header(row)), None)
    if at is None:
        return refused(refusals.missing_part(source.place, ["Sample", "Detector", "Ct"], "column"))
    line, header = rows[at]
    columns = columns_of(header)
    plates = {"plate": header.index("Filename")} if "Filename" in header else {}
    layout = Layout(columns={**columns, **plates}, width=len(header))
    read_so_far = read_rows(source, list(filled(rows[at + 1 :])), layout)
    if not read_so_far.wells and not read_so_far.issues:
        return refused(refusals.damaged(source.at(line), f"no well follows the header in line {line}"))
    if stops := stopping(source, read_so_far):
        return refused(*stops)
    keys = _keys(rows[:at])
    most = max((int(well.well) for well in read_so_far.wells if well.well.isdecimal()), default=0)
    shape = next((shape for limit, shape in _SHAPES if 0 < most <= limit), None)
    return Reading(
        contents=(run_of(keys.get("filename", ""), read_so_far, shape=shape),),
        issues=tuple(read_so_far.issues),
        software=rows[0][1][0] if rows[0][1] else "",
        run_date=keys.get("run datetime", ""),
        operator=keys.get("operator", ""),
    )


def _is_header(row: Sequence[str]) -> bool:
    return {"sample", "target", "cq"} <= columns_of(row).keys()


def _keys(rows: Sequence[tuple[int, list[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, row in rows:
        if len(row) > 1:
            found.setdefault(plain_word(row[0]), row[1])
    return found


ENTRY = Reader(
    name="sds",
    label="SDS 2.x RQ results",
    source="Export of Applied Biosystems SDS 2.x, relative quantification study (tab separated text)",
    yields=("QpcrWells",),
    extensions=("txt",),
    recognises=recognises,
    read=read,
)
