"""The state as the tables of a study: the same texts, read by the same checks as a folder of records."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.laboratory.product_forms import product_forms
from firstdose.protocol.names import forms
from firstdose.protocol.names_of_forms import once
from firstdose.records.order import natural
from firstdose.records.snapshot import KEYS, SourceFile
from firstdose.records.sources import Sources
from firstdose.records.study import RECORDS, frozen_of, reading_of_part
from firstdose.records.tables import Part
from firstdose.records.visits import PARTICIPANTS, PARTICIPANTS_FORM, VISITS, VISITS_FORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State
    from firstdose.records.study import StudyReading
    from firstdose.records.tables import TableReading

Row = dict[str, str]
Texts = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]  # of a table: names of columns, and columns
FIRST_LINE = 2  # of a table's first record: the header is line 1


@once
def known_forms(protocol: Protocol) -> Mapping[str, Form]:
    """Every form of a study: scheduled, of the product, visits and participants."""
    own = {VISITS: VISITS_FORM, PARTICIPANTS: PARTICIPANTS_FORM}
    return dict(forms(protocol)) | own | product_forms(protocol)


def study_tables(protocol: Protocol, state: State) -> dict[str, pl.DataFrame]:
    """Activity -> its records as text, one column a key and an item, rows by participant, visit, lesion and number.

    Struck records are left out. An activity without records has no table.
    """
    return {name: _frame(texts) for name, texts in _study_texts(protocol, state).items()}


def _study_texts(protocol: Protocol, state: State) -> dict[str, Texts]:
    known = known_forms(protocol)
    rows = _rows(state)
    found: dict[str, list[Row]] = {}
    for key in _in_order(protocol, rows):
        if key.form in known:
            found.setdefault(key.form, []).append(_keyed(key, known[key.form], rows[key]))
    return {name: _texts(form, found[name]) for name, form in known.items() if name in found}


def records_in_order(protocol: Protocol, state: State, form: str) -> list[Key]:
    """The records of a form as its table holds them: the first is at line FIRST_LINE."""
    own = [key for key, record in state.records.items() if key.form == form and not record.struck]
    return _in_order(protocol, own)


def read_state(
    protocol: Protocol, state: State, *, invented: bool = False, passing: bool = False
) -> StudyReading:
    """The Snapshot of what is recorded, its one source the log with the hash of its head; `passing` as in `frozen_of`."""
    known, sources = known_forms(protocol), Sources()
    read = _reader(protocol)
    readings = [read(activity, texts) for activity, texts in _study_texts(protocol, state).items()]
    sources.files["log"] = SourceFile("log", state.head, state.seq)
    return frozen_of(protocol, known, sources, readings, invented=invented, passing=passing)


_FEW = 100  # rows: of one participant


@once
def _reader(protocol: Protocol) -> Callable[[str, Texts], TableReading]:
    """The reading of a table. Small ones are remembered, of large ones the last: a save changes one table of many."""
    last: dict[str, tuple[Texts, TableReading]] = {}

    def read(activity: str, texts: Texts) -> TableReading:
        return reading_of_part(protocol, _part(activity, texts), known_forms(protocol)[activity])

    small = lru_cache(maxsize=512)(read)

    def remembered(activity: str, texts: Texts) -> TableReading:
        if len(texts[1][0]) < _FEW:
            return small(activity, texts)
        known, reading = last.get(activity, ((), None))
        if reading is None or known != texts:
            reading = read(activity, texts)
            last[activity] = (texts, reading)
        return reading

    return remembered


def _part(activity: str, texts: Texts) -> Part:
    table = _frame(texts)
    columns = {name: number for number, name in enumerate(table.columns, start=1)}
    lines = pl.int_range(FIRST_LINE, FIRST_LINE + table.height, dtype=pl.Int64, eager=True).alias("_row")
    file = f"{RECORDS}/{activity}.csv"
    return Part(activity=activity, file=file, frame=table.with_columns(lines), columns=columns)


def _rows(state: State) -> dict[Key, Row]:
    """Record -> item -> text, of the records that count."""
    rows: dict[Key, Row] = {key: {} for key, record in state.records.items() if not record.struck}
    at = {(key.participant, key.visit, key.form, key.repeat): row for key, row in rows.items()}
    for key, value in state.values.items():
        row = at.get((key.participant, key.visit, key.form, key.repeat))
        if row is not None:
            row[key.item] = value.text
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


def _texts(form: Form, rows: list[Row]) -> Texts:
    """Every item has a column; a key has one where any record bears it."""
    held = {name for row in rows for name, text in row.items() if text}
    items = [item.name for item in form.items if item.name not in KEYS]
    names = ("participant", *(key for key in KEYS[1:] if key in held), *items)
    return names, tuple(tuple(row.get(name, "") for row in rows) for name in names)


def _frame(texts: Texts) -> pl.DataFrame:
    names, columns = texts
    return pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String))
