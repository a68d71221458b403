"""A form by hand: cells of a class counted in microscopic fields, with what makes the area of a field known."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING

from firstdose.readers.contents.histology import FieldCount, FieldCounts
from firstdose.readers.form_table import is_form, read_form
from firstdose.readers.reader import Reader, Reading, Source, refused

if TYPE_CHECKING:
    from firstdose.readers.form_table import Entry, FormTable

_REQUIRED = ("slide", "field", "class", "cells")


def _read(source: Source) -> Reading:
    form, issues = read_form(source, _REQUIRED)
    if form is None:
        return refused(*issues)
    rows = tuple(
        FieldCount(
            slide=entry.cells["slide"],
            field=entry.cells["field"],
            classification=entry.cells["class"],
            cells=form.number(entry, "cells", high=1e6),
            area=_area(form, entry),
            line=entry.line,
        )
        for entry in form.entries
    )
    return Reading(contents=(FieldCounts(rows=rows),), issues=form.issues)


def _area(form: FormTable, entry: Entry) -> float | None:
    """mm2 of the field: as written, or pi/4 (field number / magnification)^2; None where neither is there.

    The magnification is the objective's times that of the tube (1 unless the form says otherwise).
    """
    written = form.number(entry, "field_area_mm2", low=1e-4, high=1000)
    if written is not None:
        return written
    number = form.number(entry, "field_number", low=1, high=40)
    objective = form.number(entry, "objective", low=1, high=150)
    tube = form.number(entry, "tube_factor", low=0.5, high=3) or 1.0
    return None if number is None or objective is None else pi / 4 * (number / objective / tube) ** 2


ENTRY = Reader(
    name="field_counts",
    label="form of cells per field",
    source=(
        "Own form: slide, field, class, cells, and field_area_mm2 or field_number with objective (and tube_factor); "
        "area of a field as in Renne, Pathologica 2023;115:302-307"
    ),
    yields=("FieldCounts",),
    extensions=("csv", "tsv", "txt"),
    recognises=lambda source: is_form(source, _REQUIRED),
    read=_read,
)
