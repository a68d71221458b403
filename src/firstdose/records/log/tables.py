"""The state as the tables of a study: the same texts, read by the same checks as a folder of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.laboratory.product_forms import product_forms
from firstdose.protocol.names import forms
from firstdose.records.order import natural
from firstdose.records.snapshot import KEYS, SourceFile
from firstdose.records.sources import Sources
from firstdose.records.study import RECORDS, reading_of
from firstdose.records.tables import Part
from firstdose.records.visits import PARTICIPANTS, PARTICIPANTS_FORM, VISITS, VISITS_FORM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State
    from firstdose.records.study import StudyReading

Row = dict[str, str]
FIRST_LINE = 2  # of a table's first record: the header is line 1


def known_forms(protocol: Protocol) -> dict[str, Form]:
    """Every form of a study: scheduled, of the product, visits and participants."""
    own = {VISITS: VISITS_FORM, PARTICIPANTS: PARTICIPANTS_FORM}
    return dict(forms(protocol)) | own | product_forms(protocol)


def study_tables(protocol: Protocol, state: State) -> dict[str, pl.DataFrame]:
    """Activity -> its records as text, one column a key and an item, rows by participant, visit, lesion and number.

    Struck records are left out. An activity without records has no table.
    """
    known = known_forms(protocol)
    rows = _rows(state)
    found: dict[str, list[Row]] = {}
    for key in _in_order(protocol, rows):
        if key.form in known:
            found.setdefault(key.form, []).append(_keyed(key, known[key.form], rows[key]))
    return {name: _frame(form, found[name]) for name, form in known.items() if name in found}


def records_in_order(protocol: Protocol, state: State, form: str) -> list[Key]:
    """The records of a form as its table holds them: the first is at line FIRST_LINE."""
    own = [key for key, record in state.records.items() if key.form == form and not record.struck]
    return _in_order(protocol, own)


def read_state(
    protocol: Protocol, state: State, *, invented: bool = False, passing: bool = False
) -> StudyReading:
    """The Snapshot of what is recorded, its one source the log with the hash of its head; `passing` as in `reading_of`."""
    known, sources = known_forms(protocol), Sources()
    for activity, table in study_tables(protocol, state).items():
        columns = {name: number for number, name in enumerate(table.columns, start=1)}
        lines = pl.int_range(FIRST_LINE, FIRST_LINE + table.height, dtype=pl.Int64, eager=True).alias("_row")
        file = f"{RECORDS}/{activity}.csv"
        part = Part(activity=activity, file=file, frame=table.with_columns(lines), columns=columns)
        sources.parts[activity] = [part]
    sources.files["log"] = SourceFile("log", state.head, state.seq)
    return reading_of(protocol, known, sources, invented=invented, passing=passing)


def _rows(state: State) -> dict[Key, Row]:
    """Record -> item -> text, of the records that count."""
    rows: dict[Key, Row] = {key: {} for key, record in state.records.items() if not record.struck}
    for key, value in state.values.items():
        if (record := key.record) in rows:
            rows[record][key.item] = value.text
    return rows


def _keyed(key: Key, form: Form, row: Row) -> Row:
    lesion = {"lesion": key.repeat} if form.per == "lesion" else {}
    return {"participant": key.participant, "visit": key.visit} | row | lesion


def _in_order(protocol: Protocol, keys: Iterable[Key]) -> list[Key]:
    """Records by participant, visit as the protocol lists it, lesion or number."""
    visits = {visit.visit: place for place, visit in enumerate(protocol.visits)}

    def place(key: Key) -> tuple[Any, ...]:
        at = visits.get(key.visit, len(visits))
        return (natural(key.participant), at, key.visit, natural(key.repeat))

    return sorted(keys, key=place)


def _frame(form: Form, rows: list[Row]) -> pl.DataFrame:
    """Every item has a column; a key has one where any record bears it."""
    held = {name for row in rows for name, text in row.items() if text}
    items = [item.name for item in form.items if item.name not in KEYS]
    names = ["participant", *(key for key in KEYS[1:] if key in held), *items]
    cells = {name: [row.get(name, "") for row in rows] for name in names}
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String))
