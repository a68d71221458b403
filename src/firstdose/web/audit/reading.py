"""Events and values as they stand in the database."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import connection

from firstdose.records.log.chain import FORMAT
from firstdose.records.log.event import Event, Key
from firstdose.records.log.file import stored_line
from firstdose.records.log.issues import no_event
from firstdose.records.log.state import Record, State, Value
from firstdose.records.log.verifying import LOG
from firstdose.values.issue import Place
from firstdose.web.audit import models

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.records.log.file import Line
    from firstdose.values.issue import Issue

_CHUNK = 900  # rows at a time; older versions of SQLite take no more than 999 numbers in a statement
_ROWS = 20_000  # of the whole log
# Fields of a row: rows of plain values are read more quickly than objects.
_KEY = ("participant", "visit", "form", "repeat", "item")
_VALUE = ("text", "raw", "unit", "seq", "first", "at", "actor", "reason")
_RECORD = ("site", "added", "struck", "completed")
# An event: what stands before its key, and after it.
_BEFORE = ("study", "seq", "at", "actor", "role", "auth", "kind", "site")
_AFTER = ("payload_digest", "protocol", "app", "idem", "prev", "hash")
_EVENT = (*_BEFORE, *_KEY, *_AFTER)
_cells_of = attrgetter(*_EVENT)
_LINE = ", ".join([f"e.{name}" for name in ("seq", "prev", "hash")] + ["p.salt", "p.text"]) + "".join(
    f", e.{name}" for name in _EVENT[:-2]
)


def event_of(row: models.Event, payload: models.Payload | None = None) -> Event:
    """A row as an event; without its payload where that was redacted or is not asked for."""
    return _event(_cells_of(row), (payload.salt, payload.text) if payload else None)


def _event(cells: Sequence[Any], said: tuple[str, str] | None) -> Event:
    salt, payload = (said[0], json.loads(said[1])) if said else ("", None)
    return Event._make((*cells[:8], Key(*cells[8:13]), *cells[13:], payload, salt))


def events(*, after: int = 0, **where: Any) -> Iterator[Event]:
    """Events with their payloads in order, a chunk of rows at a time. `where`: conditions on the event table."""
    while True:
        found = models.Event.objects.filter(seq__gt=after, **where).order_by("seq")
        rows = list(found.values_list(*_EVENT)[:_CHUNK])
        if not rows:
            return
        payloads = models.Payload.objects.filter(seq__in=[row[1] for row in rows])
        said = {seq: (salt, text) for seq, salt, text in payloads.values_list("seq", "salt", "text")}
        yield from (_event(row, said.get(row[1])) for row in rows)
        after = rows[-1][1]


def whole_log(columns: str) -> Iterator[tuple[Any, ...]]:
    """These columns of every event `e` with its payload `p`, `e.seq` first, in order; never all of them in memory."""
    # `p.seq` too: PostgreSQL would otherwise read the payloads from the first one on for each chunk.
    query = (
        f"SELECT {columns} FROM event e"  # noqa: S608, columns of our own
        " LEFT JOIN payload p ON p.seq = e.seq AND p.seq > %s WHERE e.seq > %s ORDER BY e.seq LIMIT %s"
    )
    after = -(2**63)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(query, [after, after, _ROWS])
            rows = cursor.fetchall()
            if not rows:
                return
            yield from rows
            after = rows[-1][0]


def lines() -> Iterator[Line | Issue]:
    """The whole log to verify: each row as its line in the exported file."""
    for number, (_, prev, own, salt, text, *header) in enumerate(whole_log(_LINE), start=2):
        told = [FORMAT, *header]
        line = stored_line(number, told, own, "" if salt is None else salt, text, prev)
        yield line or no_event(Place(LOG, number))


def current_state(**where: Any) -> State:
    """Values and records now, from the projection. `where`: conditions, such as participant="P1"."""
    state = State(*head())
    records = models.CurrentRecord.objects.filter(**where).order_by("added")
    for *key, site, added, struck, completed in records.values_list(*_KEY[:4], *_RECORD):
        state.records[Key(*key)] = Record(site=site, added=added, struck=struck, completed=completed)
    values = models.CurrentValue.objects.filter(**where).order_by("seq")
    for participant, visit, form, repeat, item, *told in values.values_list(*_KEY, *_VALUE):
        state.values[Key(participant, visit, form, repeat, item)] = Value(*told)
    return state


def head() -> tuple[int, str]:
    """Number and hash of the last event."""
    with connection.cursor() as cursor:  # asked by every page: without building the query anew
        cursor.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        return cursor.fetchone() or (0, "")


def key_of(row: models.CurrentValue) -> Key:
    return Key(row.participant, row.visit, row.form, row.repeat, row.item)


def value_of(row: models.CurrentValue) -> Value:
    return Value(
        text=row.text,
        raw=row.raw,
        unit=row.unit,
        seq=row.seq,
        first=row.first,
        at=row.at,
        actor=row.actor,
        reason=row.reason,
    )
