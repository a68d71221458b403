"""Roche LightCycler 480: absolute quantification as text; some programs end its lines with CR alone."""

from __future__ import annotations

import re

from firstdose.readers import refusals
from firstdose.readers.contents.qpcr import position_of
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.qpcr_rows import (
    Layout,
    filled,
    has_decimal_comma,
    numbered_rows,
    read_rows,
    run_of,
    stopping,
)
from firstdose.readers.qpcr_words import columns_of
from firstdose.readers.reader import Reader, Reading, Source, refused

_FIRST_LINE = re.compile(r"Experiment: *(?P<run>.*?)[ \t]+Selected Filter: *(?P<filter>[^\t\n]*)")


def recognises(source: Source) -> bool:
    return is_text(source) and _FIRST_LINE.match(text_of(source, 2000)) is not None


def read(source: Source) -> Reading:
    """One run of one filter, which stands for the target; a crossing point that is blank stays 'empty'."""
    text = text_of(source)
    first = _FIRST_LINE.match(text)
    rows = numbered_rows(text, "\t")
    columns = columns_of(rows[1][1]) if len(rows) > 1 else {}
    if lacking := [
        label for name, label in (("well", "Pos"), ("sample", "Name"), ("cq", "Cp")) if name not in columns
    ]:
        return refused(refusals.missing_part(source.at(2), lacking, "column"))
    body = list(filled(rows[2:]))
    if not body:
        return refused(refusals.damaged(source.at(2), "no well follows the header in line 2"))
    channel = first["filter"].strip() if first else ""
    layout = Layout(
        columns=columns,
        width=len(rows[1][1]),
        decimal_comma=has_decimal_comma((row for _, row in body), columns["cq"], "\t"),
        target=channel,
    )
    wells = read_rows(source, body, layout)
    if stops := stopping(source, wells):
        return refused(*stops)
    places = [position_of(well.well, None) for well in wells.wells]
    small = all(place is None or (place[0] < 8 and place[1] < 12) for place in places)
    run = run_of(first["run"].strip() if first else "", wells, shape=(8, 12) if small else (16, 24))
    return Reading(contents=(run,), issues=tuple(wells.issues), instrument="LightCycler 480")


ENTRY = Reader(
    name="lightcycler480",
    label="LightCycler 480 crossing points",
    source="Export of Roche LightCycler 480 software, absolute quantification (tab separated text)",
    yields=("QpcrWells",),
    extensions=("txt",),
    recognises=recognises,
    read=read,
)
