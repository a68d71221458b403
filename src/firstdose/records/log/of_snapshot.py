"""A Snapshot as the state of a log: the values of a study folder for everything that is made from a log."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from firstdose.records.cells import UNREADABLE
from firstdose.records.log.event import Key
from firstdose.records.log.state import Record, State, Value
from firstdose.records.log.tables import known_forms
from firstdose.values.missing import MISSING
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.snapshot import Snapshot

Row = dict[str, Any]
Place = tuple[str, str, int]  # activity, file, line


def state_of(protocol: Protocol, snapshot: Snapshot) -> State:
    """Every record and value as the text of a cell; who entered it, and when, is not known (seq 0, no actor).

    Numbers are written without trailing zeros. What could not be read stands as it was written; a gap with a reason as
    `ND: reason`; a gap without one is no value. Records of a form that repeats are numbered within their participant.
    """
    state, gaps = State(head=snapshot.digest), _gaps(snapshot)
    for activity, form in known_forms(protocol).items():
        table = snapshot.table(activity)
        rows = table.iter_rows(named=True) if table is not None else ()
        numbers: dict[str, int] = {}
        for row in rows:
            person = row["participant"] or ""
            numbers[person] = numbers.get(person, 0) + 1
            record = _record(form, row, numbers[person])
            state.records[record] = Record(site="", added=0)
            texts = dict(_texts(row, form)) | gaps.get(
                (activity, row.get("_file", ""), row.get("_row", 0)), {}
            )
            for item, text in texts.items():
                key = Key(record.participant, record.visit, record.form, record.repeat, item)
                state.values[key] = Value(text=text, raw=text, unit="", seq=0, first=0, at="", actor="")
    return state


def _record(form: Form, row: Row, number: int) -> Key:
    visit = "" if form.repeats else row.get("visit") or ""
    lesion = row.get("lesion") or "" if form.per == "lesion" else ""
    return Key(row["participant"] or "", visit, form.name, str(number) if form.repeats else lesion)


def _texts(row: Row, form: Form) -> Iterator[tuple[str, str]]:
    """Item and text of each value that is there."""
    beside = [] if form.per == "lesion" else ["lesion"]
    for name in dict.fromkeys(["date", *beside, *(item.name for item in form.items)]):
        value = row.get(name)
        if value is not None:
            yield name, (row.get(f"{name}__comparator") or "") + _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(Decimal(repr(value))) if isinstance(value, float) else str(value)


def _gaps(snapshot: Snapshot) -> Mapping[Place, dict[str, str]]:
    """Record by its place in the sources > item > what is said instead of a value."""
    found: dict[Place, dict[str, str]] = {}
    for gap in snapshot.gaps.iter_rows(named=True):
        text = _reason(gap["reason"], gap["detail"] or "")
        if gap["item"] and text:
            found.setdefault((gap["activity"], gap["_file"], gap["_row"]), {})[gap["item"]] = text
    return found


def _reason(reason: str, detail: str) -> str:
    if reason in MISSING:
        return f"{reason}: {detail}" if detail else reason
    return detail if reason == UNREADABLE else ""
