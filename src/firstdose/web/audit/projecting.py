"""Projections: what each event does to the current tables. `rebuild` drops and folds them from the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.web.audit import models

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.records.log.event import Event, Key

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
_QUERY = {"query.answered": ANSWERED, "query.closed": CLOSED, "query.reopened": OPEN}
_LEVEL = {"lock.frozen": "frozen", "lock.locked": "locked"}


def project(events: Iterable[Event]) -> None:
    """Bring the current tables up to these events."""
    for event in events:
        kind = event.kind
        if kind in {"value.set", "value.cleared"}:
            _set(event)
        elif kind in {"participant.added", "repeat.added"}:
            _record(event)
        elif kind in {"repeat.struck", "repeat.restored", "form.completed", "form.reopened"}:
            _stand(event)
        elif kind.startswith("query."):
            _query(event)
        elif kind.startswith("lock."):
            _lock(event)
        elif kind.startswith(("sdv.", "sign.")):
            _mark(event)


def place_of(key: Key) -> dict[str, str]:
    """A record's key as conditions on a table."""
    return {"participant": key.participant, "visit": key.visit, "form": key.form, "repeat": key.repeat}


def _record(event: Event) -> None:
    models.CurrentRecord.objects.get_or_create(
        **place_of(event.key), defaults={"site": event.site, "added": event.seq}
    )


def _stand(event: Event) -> None:
    _record(event)
    now: dict[str, Any] = {
        "repeat.struck": {"struck": event.seq},
        "repeat.restored": {"struck": 0},
        "form.completed": {"completed": event.seq},
        "form.reopened": {"completed": 0},
    }[event.kind]
    models.CurrentRecord.objects.filter(**place_of(event.key)).update(**now)


def _set(event: Event) -> None:
    _record(event)
    payload = event.payload or {"new": "UNK: redacted", "raw": ""}
    told = {
        "text": str(payload.get("new", "")),
        "raw": str(payload.get("raw", "")),
        "unit": str(payload.get("unit", "")),
        "reason": str(payload.get("reason", "")),
        "seq": event.seq,
        "at": event.at,
        "actor": event.actor,
        "verified": 0,
        "signed": 0,
    }
    first = {"first": event.seq, "site": event.site}
    models.CurrentValue.objects.update_or_create(
        **place_of(event.key), item=event.key.item, defaults=told, create_defaults=told | first
    )


def _query(event: Event) -> None:
    payload = event.payload or {}
    if event.kind == "query.opened":
        models.CurrentQuery.objects.update_or_create(
            query=event.seq,
            defaults=place_of(event.key)
            | {
                "item": event.key.item,
                "site": event.site,
                "status": OPEN,
                "text": str(payload.get("text", "")),
                "source": str(payload.get("source", "")),
                "code": str(payload.get("code", "")),
                "opened_at": event.at,
                "opened_by": event.actor,
                "last": event.seq,
            },
        )
        return
    models.CurrentQuery.objects.filter(query=payload.get("query", 0)).update(
        status=_QUERY[event.kind], last=event.seq
    )


def _lock(event: Event) -> None:
    place = {"participant": event.key.participant, "visit": event.key.visit}
    models.CurrentLock.objects.filter(**place).delete()
    if level := _LEVEL.get(event.kind):
        models.CurrentLock.objects.create(**place, level=level, seq=event.seq)


def _mark(event: Event) -> None:
    """Verification stands at its value; a signature at every value that was shown."""
    payload: Any = event.payload or {}
    at = models.CurrentValue.objects.filter(**place_of(event.key), item=event.key.item)
    if event.kind == "sdv.done":
        at.filter(seq=payload.get("seq", 0)).update(verified=event.seq)
    elif event.kind == "sdv.voided":
        at.update(verified=0)
    elif event.kind == "sign.voided":
        at.update(signed=0)
    elif event.kind == "sign.made":
        shown = [int(seq) for _, seq in payload.get("shown", [])]
        models.CurrentValue.objects.filter(seq__in=shown).update(signed=event.seq)


PROJECTIONS = (models.CurrentRecord, models.CurrentValue, models.CurrentQuery, models.CurrentLock)
