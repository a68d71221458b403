"""The one function that writes the log: events, their payloads and the current values in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction

from firstdose import __version__
from firstdose.records.log.chain import canonical, composed, make_event, origin_of
from firstdose.records.log.event import KINDS, Event, Key
from firstdose.web.audit import models
from firstdose.web.audit.allowed import (
    ENTRIES,
    VALUES,
    Locked,
    Moved,
    Refused,
    Struck,
    Unreasoned,
    refuse_locked,
    refuse_moved,
    refuse_struck,
    refuse_unreasoned,
)
from firstdose.web.audit.clock import now, stamp
from firstdose.web.audit.consequences import consequences
from firstdose.web.audit.folding import FOLDED
from firstdose.web.audit.head import last_event, writing
from firstdose.web.audit.projecting import load, project
from firstdose.web.audit.reading import event_of
from firstdose.web.audit.rows import insert_rows, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from firstdose.records.log.event import Actor, NewEvent
    from firstdose.web.audit.folding import Now

__all__ = ["Locked", "Moved", "Refused", "Struck", "Unreasoned", "append", "put_back", "with_idem", "writing"]

_CHUNK = 5000
# Called after events were committed: the anchors of the log (anchors.py) are kept up by it.
AFTER: list[Callable[[Sequence[Event]], None]] = []


def append(
    new: Sequence[NewEvent],
    *,
    by: Actor,
    idem: str = "",
    seen: Mapping[Key, int] | None = None,
    study: str = "",
    protocol: str = "",
) -> tuple[Event, ...]:
    """Append these events, all or none; answers them as they stand in the log.

    `idem`: made by the client; events that already bear it are answered and nothing is written twice.
    `seen`: for each value the event last seen (0: none); Moved where another stands there now. `study` and `protocol`
    are those of the last activation unless said. The `old` of a changed value is what stands there, whoever asks.

    Raises:
        Moved, Locked, Struck, Unreasoned: as they say; nothing is written.
        ValueError: an unknown kind, or a log without a study, which are programming mistakes.
    """
    _know(new)
    wanted = [_composed(each) for each in new]
    seen = {_key(key): seq for key, seq in (seen or {}).items()}
    with writing():
        if idem and (known := with_idem(composed(idem))):
            return known
        there = load([*(each.key for each in wanted if each.kind in FOLDED | ENTRIES), *seen])
        refuse_moved(seen, there)
        refuse_locked(wanted, by, there)
        refuse_struck(wanted, there)
        refuse_unreasoned(wanted, there)
        written = tuple(_chained(_full(wanted, there), by, idem, study, protocol))
        _insert(written, insert_rows)
        project(written, there)
        transaction.on_commit(lambda: _tell(written))
    return written


def put_back(events: Iterable[Event]) -> int:
    """Events of another database of the same study, as they were, into an empty log; answers how many.

    The triggers judge their order; whether they are whole is the caller's question. Projections are not touched.
    """
    many = 0
    events = iter(events)
    with writing():
        if last_event() is not None:
            raise ValueError("the log is not empty")
        while chunk := tuple(islice(events, _CHUNK)):
            _insert(chunk, write_rows)
            many += len(chunk)
    return many


def with_idem(idem: str) -> tuple[Event, ...]:
    """The events that a client's request already left."""
    return tuple(event_of(row) for row in models.Event.objects.filter(idem=idem).order_by("seq"))


def _know(new: Sequence[NewEvent]) -> None:
    if unknown := sorted({each.kind for each in new} - KINDS.keys()):
        raise ValueError(f"{unknown} are no kinds of event")


def _key(key: Key) -> Key:
    return Key(*(composed(part) for part in (key.participant, key.visit, key.form, key.repeat, key.item)))


def _composed(new: NewEvent) -> NewEvent:
    """Written as the log writes it (NFC), so that one value has one key."""
    return replace(new, key=_key(new.key), site=composed(new.site), payload=composed(new.payload))


def _full(new: Sequence[NewEvent], there: Now) -> Iterator[NewEvent]:
    """The events with the old value as it stands, then what follows from them."""
    told: dict[Key, str] = {}
    for each in new:
        if each.kind not in VALUES:
            yield each
            continue
        key = each.key
        row = there.values.get((key.participant, key.visit, key.form, key.repeat, key.item))
        old = told.get(key, row.text if row else "")
        told[key] = str(each.payload.get("new", ""))
        yield replace(each, payload={**each.payload, "old": old})
    yield from consequences(new, there)


def _chained(new: Iterable[NewEvent], by: Actor, idem: str, study: str, protocol: str) -> Iterator[Event]:
    """The events in their places after the last one."""
    last = last_event()
    if last and study not in {"", last.study}:
        raise ValueError(f"this log is of study {last.study!r}, not of {study!r}")
    study = last.study if last else composed(study)
    if not study:
        raise ValueError("the first event of a log names its study")
    protocol = protocol or (last.protocol if last else "")
    at = max(stamp(now()), last.at if last else "")
    seq, prev = (last.seq, last.hash) if last else (0, origin_of(study))
    for each in new:
        event = make_event(
            each, study=study, seq=seq + 1, at=at, by=by, protocol=protocol, app=__version__, idem=idem, prev=prev,
            salt=secrets.token_hex(16),
        )  # fmt: skip
        seq, prev = event.seq, event.hash
        yield event


def _tell(written: Sequence[Event]) -> None:
    for each in AFTER:
        each(written)


_EVENT = (
    "seq", "study", "at", "actor", "role", "auth", "kind", "site", "participant", "visit", "form", "repeat", "item",
    "payload_digest", "protocol", "app", "idem", "prev", "hash",
)  # fmt: skip


def _insert(events: Sequence[Event], write: Callable[..., None]) -> None:
    said = [event for event in events if event.payload is not None]
    payloads = [(event.seq, event.salt, canonical(event.payload or {}).decode()) for event in said]
    write("event", _EVENT, [_row(event) for event in events])
    write("payload", ("seq", "salt", "text"), payloads)


def _row(event: Event) -> tuple[object, ...]:
    key = event.key
    return (
        event.seq, event.study, event.at, event.actor, event.role, event.auth, event.kind, event.site,
        key.participant, key.visit, key.form, key.repeat, key.item,
        event.payload_digest, event.protocol, event.app, event.idem, event.prev, event.hash,
    )  # fmt: skip
