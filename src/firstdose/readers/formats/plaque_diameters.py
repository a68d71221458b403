"""A form by hand: two diameters of each lesion, measured with a ruler; one line a reading."""

from __future__ import annotations

from firstdose.readers import refusals
from firstdose.readers.contents.outline import DiameterRow, DiameterTable
from firstdose.readers.form_table import Entry, FormTable, is_form, read_form
from firstdose.readers.reader import Reader, Reading, Source, refused

_UNITS = {"cm": 1.0, "mm": 0.1}
_PAIRS = {unit: ("lesion", f"long_diameter_{unit}", f"short_diameter_{unit}") for unit in _UNITS}
_LONGEST_CM = 200.0


def _unit(source: Source) -> str | None:
    return next((unit for unit, columns in _PAIRS.items() if is_form(source, columns)), None)


def _read(source: Source) -> Reading:
    unit = _unit(source) or "cm"
    form, issues = read_form(source, _PAIRS[unit])
    if form is None:
        return refused(*issues)
    other = next(name for name in _UNITS if name != unit)
    if set(_PAIRS[other][1:]) & set(form.entries[0].cells):
        what = "it has diameters in cm and in mm"
        return refused(refusals.contradiction(source.at(1), what, "Keep one unit."))
    rows = tuple(_row(form, entry, unit) for entry in form.entries)
    return Reading(contents=(DiameterTable(rows=rows),), issues=form.issues)


def _row(form: FormTable, entry: Entry, unit: str) -> DiameterRow:
    factor = _UNITS[unit]
    long, short = (form.number(entry, name, high=_LONGEST_CM / factor) for name in _PAIRS[unit][1:])
    return DiameterRow(
        lesion=entry.cells["lesion"],
        long=None if long is None else long * factor,
        short=None if short is None else short * factor,
        form=entry.cells.get("form", "").lower(),
        reader=entry.cells.get("reader", ""),
        line=entry.line,
    )


ENTRY = Reader(
    name="plaque_diameters",
    label="form of two diameters",
    source="Own form: lesion, long_diameter_cm, short_diameter_cm (or _mm), form, reader",
    yields=("DiameterTable",),
    extensions=("csv", "tsv", "txt"),
    recognises=lambda source: _unit(source) is not None,
    read=_read,
)
