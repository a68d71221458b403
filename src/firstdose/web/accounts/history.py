"""Who was what, where, on any day: folded from the log alone, so that it tells the past as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from firstdose.web.audit.clock import stamp
from firstdose.web.audit.reading import events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from firstdose.records.log.event import Event

_KINDS = ("user.added", "user.identified", "user.trained", "role.granted", "role.withdrawn")
COLUMNS = (
    "person",
    "name",
    "role",
    "site",
    "granted",
    "until",
    "trained",
    "identified",
    "granted_by",
    "reason",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role of a person at a site. Moments as the log writes them; days as YYYY-MM-DD; '' where there is none."""

    person: str
    name: str
    role: str
    site: str
    granted: str
    until: str = ""
    trained: str = ""
    identified: str = ""
    granted_by: str = ""
    reason: str = ""

    @property
    def in_force(self) -> bool:
        return bool(self.trained)

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in COLUMNS)


def held_on(day: date) -> list[Held]:
    """Every role held at some moment of this day (UTC), with training and identity as known at its end."""
    begins = datetime.combine(day, time(), UTC)
    ends = begins + timedelta(days=1)
    return [
        row
        for row in fold(events(kind__in=_KINDS, at__lt=stamp(ends)))
        if row.granted < stamp(ends) and (not row.until or row.until > stamp(begins))
    ]


def fold(log: Iterable[Event]) -> list[Held]:
    """Roles after these events, in the order of person, role and site."""
    people: dict[str, dict[str, str]] = {}
    trained: dict[tuple[str, str], str] = {}
    rows: list[Held] = []
    for event in log:
        told: dict[str, Any] = dict(event.payload or {})
        who = told.get("person", "")
        match event.kind:
            case "user.added":
                people[who] = {"name": told.get("name", "")}
            case "user.identified":
                people.setdefault(who, {})["identified"] = told.get("on", "")
            case "user.trained":
                trained.setdefault((who, told.get("role", "")), told.get("on", ""))
            case "role.granted":
                rows.append(_granted(event, told))
            case _:
                rows = list(_withdrawn(rows, event, told))
    return sorted((_complete(row, people, trained) for row in rows), key=lambda row: row.cells)


def _granted(event: Event, told: dict[str, Any]) -> Held:
    return Held(
        person=told.get("person", ""),
        name="",
        role=told.get("role", ""),
        site=event.site,
        granted=told.get("since", event.at),
        until=told.get("until", ""),
        trained=told.get("trained", ""),
        granted_by=event.actor,
        reason=told.get("reason", ""),
    )


def _withdrawn(rows: Iterable[Held], event: Event, told: dict[str, Any]) -> Iterator[Held]:
    what = (told.get("person"), told.get("role"), event.site)
    for row in rows:
        open_now = not row.until or row.until > event.at
        yield replace(row, until=event.at) if (row.person, row.role, row.site) == what and open_now else row


def _complete(row: Held, people: dict[str, dict[str, str]], trained: dict[tuple[str, str], str]) -> Held:
    known = people.get(row.person, {})
    return replace(
        row,
        name=known.get("name", ""),
        identified=known.get("identified", ""),
        trained=row.trained or trained.get((row.person, row.role), ""),
    )
