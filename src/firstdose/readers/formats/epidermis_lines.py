"""A form by hand: lengths of lines across the epidermis, one line each."""

from __future__ import annotations

from firstdose.readers.contents.histology import ThicknessLine, ThicknessLines
from firstdose.readers.form_table import is_form, read_form
from firstdose.readers.reader import Reader, Reading, Source, refused

_REQUIRED = ("slide", "field", "kind", "length_um")
_LONGEST_UM = 5000.0


def _read(source: Source) -> Reading:
    form, issues = read_form(source, _REQUIRED)
    if form is None:
        return refused(*issues)
    rows = tuple(
        ThicknessLine(
            slide=entry.cells["slide"],
            field=entry.cells["field"],
            kind=entry.cells["kind"].lower(),
            length=form.number(entry, "length_um", high=_LONGEST_UM),
            line=entry.line,
        )
        for entry in form.entries
    )
    return Reading(contents=(ThicknessLines(rows=rows),), issues=form.issues)


ENTRY = Reader(
    name="epidermis_lines",
    label="form of lines across the epidermis",
    source="Own form: slide, field, kind (suprapapillary, rete or epidermis), length_um",
    yields=("ThicknessLines",),
    extensions=("csv", "tsv", "txt"),
    recognises=lambda source: is_form(source, _REQUIRED),
    read=_read,
)
