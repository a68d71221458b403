"""Redaction: what one event says is erased by two persons, on record; its header and the chain stay whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model
from django.db import ProgrammingError, connection, transaction

from firstdose import __version__
from firstdose.records.log.event import Actor, NewEvent
from firstdose.web.audit import guards, issues, models
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.append import append
from firstdose.web.audit.head import writing
from firstdose.web.audit.reading import event_of

if TYPE_CHECKING:
    from firstdose.records.log.event import Event, Json

PROCESS = Actor(who=f"process redact {__version__}")
# Where people write freely. What locks, signs, verifies or puts a protocol in force names nobody and is kept.
ERASABLE: Final = ("value.", "query.", "repeat.", "form.", "photo.", "deviation.", "ae.", "import.", "trail.")
KEPT: Final = ("query",)


def redact(seq: int, *, first: str, second: str, passwords: tuple[str, str], reason: str) -> Event:
    """Erase the payload of event `seq` with the owner's account; answers the event that says so.

    Raises:
        Refused: one person, a wrong password, no reason, or an event that is not there, was erased or is never erased.
    """
    if not reason.strip():
        raise Refused([issues.no_reason()])
    if first == second:
        raise Refused([issues.one_person(first)])
    for code, password in zip((first, second), passwords, strict=True):
        _prove(code, password)
    with writing():
        row, payload = _erasable(seq)
        event = event_of(row, payload)
        kept: dict[str, Json] = {name: event.payload[name] for name in KEPT if name in (event.payload or {})}  # type: ignore[index]
        told: dict[str, Json] = {
            "seq": seq,
            "reason": reason.strip(),
            "first": first,
            "second": second,
            "kept": kept,
        }
        _erase(seq)
        [done] = append([NewEvent(kind="redacted", key=event.key, site=event.site, payload=told)], by=PROCESS)
    return done


def _prove(code: str, password: str) -> None:
    person: Any = get_user_model().objects.filter(code=code, is_active=True).first()
    if person is None or not person.check_password(password):
        raise Refused([issues.not_proven(code)])


def _erasable(seq: int) -> tuple[models.Event, models.Payload]:
    row = models.Event.objects.filter(seq=seq).first()
    payload = models.Payload.objects.filter(seq=seq).first()
    if row is None or payload is None:
        raise Refused([issues.nothing_to_erase(seq)])
    if not row.kind.startswith(ERASABLE):
        raise Refused([issues.never_erased(seq, row.kind)])
    return row, payload


def _erase(seq: int) -> None:
    """Gone from the file as well: SQLite overwrites the row and empties its journal; PostgreSQL does so at VACUUM."""
    try:
        with transaction.atomic(), guards.lifted(connection, ["payload"]), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA secure_delete=ON")
            cursor.execute("DELETE FROM payload WHERE seq = %s", [seq])
    except ProgrammingError as why:  # the account of the application may not
        raise Refused([issues.not_owner()]) from why
    transaction.on_commit(_forget)


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA wal_checkpoint(TRUNCATE)" if connection.vendor == "sqlite" else "VACUUM payload"
        )
