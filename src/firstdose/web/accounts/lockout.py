"""Five failures in 15 minutes lock an account for 15 minutes. The log itself is counted: every process sees the same."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from firstdose.web.accounts.alarm import warn_administrators
from firstdose.web.accounts.models import Person
from firstdose.web.accounts.noting import note
from firstdose.web.audit.clock import now, read_stamp, stamp
from firstdose.web.audit.reading import events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.records.log.event import Event

FAILURES = 5
SPAN = timedelta(minutes=15)
_KINDS = ("login.done", "login.failed", "login.locked")


def known_as(name: str) -> str:
    """The name as it is compared and logged."""
    return name.strip().lower()[:254]


def _lately(name: str) -> Iterator[Event]:
    """What became of this name's logins in the last 15 minutes, oldest first."""
    since = stamp(now() - SPAN)
    for event in events(kind__in=_KINDS, at__gte=since):
        if (event.payload or {}).get("name") == name:
            yield event


def minutes_locked(name: str) -> int:
    """Minutes until this name may try again; 0 where it may."""
    locks = [event for event in _lately(known_as(name)) if event.kind == "login.locked"]
    if not locks:
        return 0
    left = read_stamp(locks[-1].at) + SPAN - now()
    return max(1, -(-int(left.total_seconds()) // 60))


def failed(name: str, *, step: str, address: str = "") -> None:
    """Log a failure; the fifth in a row within 15 minutes locks the name and warns the administrators.

    `step`: password, second factor or signature. Unknown names are treated alike, so that nobody learns who has an
    account.
    """
    name = known_as(name)
    person = Person.objects.filter(email=name).first()
    told: dict[str, Any] = {"name": name, "person": person.code if person else "", "step": step}
    note("login.failed", **told, address=address)
    if _failures_in_a_row(name) >= FAILURES:
        note("login.locked", **told, address=address)
        warn_administrators(name, step)


def _failures_in_a_row(name: str) -> int:
    count = 0
    for event in _lately(name):
        count = count + 1 if event.kind == "login.failed" else 0
    return count
