"""The one function that writes the log: events, their payloads and the current values in one transaction."""

from __future__ import annotations

import secrets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

from firstdose import __version__
from firstdose.records.log.chain import canonical, make_event, origin_of
from firstdose.records.log.event import KINDS, Event, Key
from firstdose.web.audit import models
from firstdose.web.audit.clock import now, stamp
from firstdose.web.audit.consequences import consequences
from firstdose.web.audit.projecting import project
from firstdose.web.audit.reading import event_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.records.log.event import Actor, NewEvent

_WRITER = threading.Lock()  # SQLite's own lock is unfair when many wait
_LOCK_NUMBER = 0x66697273  # of PostgreSQL's advisory lock, held until the transaction ends


class Moved(Exception):
    """Somebody changed these values since they were read: key -> the event that stands there now."""

    def __init__(self, moved: Mapping[Key, int]) -> None:
        self.moved = moved
        super().__init__(f"{len(moved)} values changed since they were read")


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
    are those of the last activation unless said.

    Raises:
        Moved: as said.
        ValueError: an unknown kind, which is a programming mistake.
    """
    for each in new:
        if each.kind not in KINDS:
            raise ValueError(f"{each.kind!r} is no kind of event")
    with writing():
        if idem and (known := with_idem(idem)):
            return known
        _refuse_moved(seen or {})
        last = models.Event.objects.order_by("-seq").first()
        study = study or (last.study if last else "")
        protocol = protocol or (last.protocol if last else "")
        at = max(stamp(now()), last.at if last else "")
        written: list[Event] = []
        for each in [*new, *consequences(new)]:
            event = make_event(
                each,
                study=study,
                seq=(written[-1].seq if written else last.seq if last else 0) + 1,
                at=at,
                by=by,
                protocol=protocol,
                app=__version__,
                idem=idem,
                prev=written[-1].hash if written else last.hash if last else origin_of(study),
                salt=secrets.token_hex(16),
            )
            written.append(event)
        _insert(written)
        project(written)
    return tuple(written)


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that holds the head of the log; nobody else can append until it ends."""
    postgres = connection.vendor == "postgresql"
    with _WRITER, transaction.atomic():
        if postgres:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_NUMBER])
        yield


def with_idem(idem: str) -> tuple[Event, ...]:
    """The events that a client's request already left."""
    return tuple(event_of(row) for row in models.Event.objects.filter(idem=idem).order_by("seq"))


def _refuse_moved(seen: Mapping[Key, int]) -> None:
    moved: dict[Key, int] = {}
    for key, seq in seen.items():
        there = (
            models.CurrentValue.objects.filter(
                participant=key.participant, visit=key.visit, form=key.form, repeat=key.repeat, item=key.item
            )
            .values_list("seq", flat=True)
            .first()
            or 0
        )
        if there != seq:
            moved[key] = there
    if moved:
        raise Moved(moved)


def _insert(events: Sequence[Event]) -> None:
    models.Event.objects.bulk_create([_row(event) for event in events])
    models.Payload.objects.bulk_create(
        models.Payload(seq=event.seq, salt=event.salt, text=canonical(event.payload or {}).decode())
        for event in events
    )


def _row(event: Event) -> models.Event:
    key = event.key
    return models.Event(
        seq=event.seq,
        study=event.study,
        at=event.at,
        actor=event.actor,
        role=event.role,
        auth=event.auth,
        kind=event.kind,
        site=event.site,
        participant=key.participant,
        visit=key.visit,
        form=key.form,
        repeat=key.repeat,
        item=key.item,
        payload_digest=event.payload_digest,
        protocol=event.protocol,
        app=event.app,
        idem=event.idem,
        prev=event.prev,
        hash=event.hash,
    )
