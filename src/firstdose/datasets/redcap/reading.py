"""REDCap's files back: any dictionary as fields, and the data of a project that we wrote as the state of a study."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from firstdose.datasets.redcap.dictionary import COLUMNS, SIGNS, Field
from firstdose.datasets.redcap.exporting import (
    COMPLETE,
    DICTIONARY,
    EVENTS,
    KEYS,
    NO_VISIT,
    PRODUCT,
    RECORDS,
)
from firstdose.datasets.redcap.naming import RECORD_ID, SIGN, TEXTS, WHICH
from firstdose.records.log.event import Key
from firstdose.records.log.state import Record, State, Value
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Row = dict[str, str]
SEQ = 1  # of everything that was read


@dataclass(frozen=True, slots=True)
class RedcapReading:
    """The values as the state of a study: `records.log.tables.study_tables(protocol, state)` makes its tables."""

    state: State
    issues: tuple[Issue, ...]


def read_dictionary(path: Path) -> tuple[list[Field], list[Issue]]:
    """The fields of any REDCap data dictionary, in order."""
    rows, issues = _rows(path, COLUMNS[:8])
    return [_field(row) for row in rows], issues


def read_redcap_data(folder: Path) -> RedcapReading:
    """The data of a folder that `export_redcap` wrote, or that REDCap exported (raw, not labels) from such a project.

    Fields that we did not write are told and left aside.
    """
    fields, issues = read_dictionary(folder / DICTIONARY)
    events, more = _rows(folder / EVENTS, ("event_name", "unique_event_name"))
    rows, last = _rows(folder / RECORDS, KEYS[:2])
    issues += [*more, *last]
    visits = {row["unique_event_name"]: row["event_name"] for row in events}
    known = {field.name: field for field in fields if field.about.get("form")}
    state = State(seq=SEQ)
    if rows:
        issues += _strangers(rows[0], known, fields, folder / RECORDS)
    for row in rows:
        _read_row(row, known, visits, state)
    return RedcapReading(state, tuple(sorted(issues)))


def _read_row(row: Row, known: Mapping[str, Field], visits: Mapping[str, str], state: State) -> None:
    """The records that share a row: those of which a value or the state of the form is written."""
    by_form: dict[str, dict[str, tuple[Field, str]]] = {}
    instruments: dict[str, str] = {}
    for name, field in known.items():
        instruments[field.about["form"]] = field.form
        if row.get(name):
            by_form.setdefault(field.about["form"], {})[field.about["item"]] = (field, row[name])
    completes = _completes(row)
    of_instrument = {instrument: form for form, instrument in instruments.items()}
    for instrument in completes:
        # A form without items, that of the participants, bears its own name.
        by_form.setdefault(of_instrument.get(instrument, instrument), {})
    for form, cells in by_form.items():
        instance = row.get(KEYS[3], "") if row.get(KEYS[2]) else ""
        repeat = cells[WHICH][1] if WHICH in cells else instance
        visit = visits.get(row[KEYS[1]], row[KEYS[1]])
        person = "" if row[RECORD_ID] == PRODUCT else row[RECORD_ID]
        record = Key(person, "" if visit == NO_VISIT else visit, form, repeat)
        done = completes.get(instruments.get(form, form)) == COMPLETE
        state.records[record] = Record(site="", added=SEQ, completed=SEQ if done else 0)
        for item, text in _texts(cells).items():
            value = Value(text=text, raw=text, unit="", seq=SEQ, first=SEQ, at="", actor="")
            state.values[replace(record, item=item)] = value


def _completes(row: Row) -> dict[str, str]:
    return {
        name.removesuffix("_complete"): value
        for name, value in row.items()
        if name.endswith("_complete") and value
    }


def _texts(cells: Mapping[str, tuple[Field, str]]) -> dict[str, str]:
    """Item > text as recorded."""
    found = {item: _text(field, cell) for item, (field, cell) in cells.items() if not item.startswith("__")}
    signs = {made: sign for sign, made in SIGNS.items()}
    told = {
        item.removesuffix(SIGN): signs.get(cell, "")
        for item, (_, cell) in cells.items()
        if item.endswith(SIGN)
    }
    found = {item: told.get(item, "") + text for item, text in found.items() if not item.endswith(SIGN)}
    return found | _kept(cells[TEXTS][1] if TEXTS in cells else "")


def _text(field: Field, cell: str) -> str:
    if field.kind == "yesno":
        return {"1": "yes", "0": "no"}.get(cell, cell)
    codes: dict[str, str] = field.about.get("codes", {})
    return codes.get(cell, cell)


def _kept(cell: str) -> dict[str, str]:
    """Texts that no field could hold; what is no longer the object we wrote says nothing."""
    try:
        found: Any = json.loads(cell) if cell else {}
    except ValueError:
        return {}
    return {str(item): str(text) for item, text in found.items()} if isinstance(found, dict) else {}


# ------------------------------------------------------------------------------------------------------------- files


def _rows(path: Path, needed: Iterable[str]) -> tuple[list[Row], list[Issue]]:
    """The rows of a CSV file, or the Issue that says why there are none."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as refusal:
        return [], [_refused(path, f"it cannot be read ({refusal.strerror})")]
    except UnicodeDecodeError:
        return [], [_refused(path, "it is not UTF-8")]
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    try:
        rows = [{name: cell for name, cell in row.items() if name is not None} for row in reader]
    except csv.Error as refusal:
        return [], [_refused(path, str(refusal))]
    lacking = [name for name in needed if name not in (reader.fieldnames or ())]
    return ([], [_refused(path, f"it has no column '{lacking[0]}'")]) if lacking else (rows, [])


def _refused(path: Path, why: str) -> Issue:
    message = f"this is not the file of REDCap that was expected: {why}."
    return Issue(
        Place(path.name), "FD-D011", message, "Export it from REDCap once more, as CSV with raw values."
    )


def _strangers(row: Row, known: Mapping[str, Field], fields: Iterable[Field], path: Path) -> list[Issue]:
    """Columns with values that belong to no item of ours."""
    ours = {*known, *KEYS, *(field.name for field in fields if field.kind == "calc")}
    names = [name for name in row if name not in ours and not name.endswith("_complete")]
    if not names:
        return []
    message = f"no item belongs to {', '.join(names)}; what stands there is left aside."
    remedy = "Take such fields into the protocol file, or leave them out of the export."
    return [Issue(Place(path.name, 1, 1), "FD-D012", message, remedy, "warning")]


def _field(row: Row) -> Field:
    cells = {name: row.get(name, "").strip() for name in COLUMNS}
    return Field(
        name=cells[COLUMNS[0]],
        form=cells[COLUMNS[1]],
        kind=cells[COLUMNS[3]].lower(),
        label=cells[COLUMNS[4]],
        choices=cells[COLUMNS[5]],
        note=cells[COLUMNS[6]],
        validation=cells[COLUMNS[7]],
        low=cells[COLUMNS[8]],
        high=cells[COLUMNS[9]],
        branching=cells[COLUMNS[11]],
        required=cells[COLUMNS[12]].lower() == "y",
        annotation=cells[COLUMNS[17]],
    )
