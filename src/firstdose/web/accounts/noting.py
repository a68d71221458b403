"""What happens to accounts goes into the log: one function that every action and signal uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.records.log.event import Actor, NewEvent
from firstdose.web.audit.append import append
from firstdose.web.audit.models import Event

if TYPE_CHECKING:
    from firstdose.records.log.event import Json
    from firstdose.web.accounts.models import Person

# Who acts before anybody is logged in.
DOOR = Actor(who=f"process login {__version__}")


def note(kind: str, *, by: Actor = DOOR, site: str = "", **payload: Json) -> None:
    """Append one event about accounts. Before a protocol was put in force there is no log, and nothing to protect."""
    if Event.objects.exists():
        append([NewEvent(kind=kind, site=site, payload=payload)], by=by)


def oneself(person: Person, auth: str = "") -> Actor:
    """Somebody who acts on the own account, in whatever role."""
    return Actor(who=person.code, auth=auth)
