"""Events and values as they stand in the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from firstdose.records.log.event import Event, Key
from firstdose.records.log.state import Record, State, Value
from firstdose.web.audit import models

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 2000
# Fields of a value's row: rows of plain values are read several times as quickly as objects.
_KEY = ("participant", "visit", "form", "repeat", "item")
_VALUE = ("text", "raw", "unit", "seq", "first", "at", "actor", "reason")


def event_of(row: models.Event, payload: models.Payload | None = None) -> Event:
    """A row as an event; without its payload where that was redacted or is not asked for."""
    return Event(
        study=row.study,
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=row.role,
        auth=row.auth,
        kind=row.kind,
        site=row.site,
        key=Key(row.participant, row.visit, row.form, row.repeat, row.item),
        payload_digest=row.payload_digest,
        protocol=row.protocol,
        app=row.app,
        idem=row.idem,
        prev=row.prev,
        hash=row.hash,
        payload=json.loads(payload.text) if payload else None,
        salt=payload.salt if payload else "",
    )


def events(*, after: int = 0, **where: Any) -> Iterator[Event]:
    """Events with their payloads in order, a chunk of rows at a time. `where`: conditions on the event table."""
    while True:
        rows = list(models.Event.objects.filter(seq__gt=after, **where).order_by("seq")[:_CHUNK])
        if not rows:
            return
        payloads = models.Payload.objects.in_bulk([row.seq for row in rows])
        yield from (event_of(row, payloads.get(row.seq)) for row in rows)
        after = rows[-1].seq


def current_state(**where: Any) -> State:
    """Values and records now, from the projection. `where`: conditions, such as participant="P1"."""
    last = models.Event.objects.order_by("-seq").first()
    state = State(seq=last.seq if last else 0, head=last.hash if last else "")
    for row in models.CurrentRecord.objects.filter(**where).order_by("added"):
        key = Key(row.participant, row.visit, row.form, row.repeat)
        state.records[key] = Record(
            site=row.site, added=row.added, struck=row.struck, completed=row.completed
        )
    for cells in models.CurrentValue.objects.filter(**where).order_by("seq").values_list(*_KEY, *_VALUE):
        told = dict(zip(_VALUE, cells[len(_KEY) :], strict=True))
        state.values[Key(*cells[: len(_KEY)])] = Value(**told)
    return state


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
