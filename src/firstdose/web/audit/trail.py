"""The trail as people read it: events by filter, as far as somebody may see them, in words and as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from firstdose.web.audit import issues, models
from firstdose.web.audit.cells import harmless
from firstdose.web.audit.reading import event_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstdose.records.log.event import Event, Key
    from firstdose.values.issue import Issue

COLUMNS: Final = (
    "seq", "at", "actor", "role", "login", "kind", "site", "participant", "visit", "form", "repeat", "item",
    "old", "new", "raw", "unit", "reason", "more", "protocol", "app",
)  # fmt: skip
_VALUE: Final = ("old", "new", "raw", "unit", "reason")
_CHUNK: Final = 1000
_LONGEST: Final = 300
# What the blinded see of others' acts: entries and the work on them. Doses, decisions, exports are not among them.
_SEEN_BLIND: Final = ("value.", "repeat.", "form.", "participant.", "photo.", "query.", "sdv.", "lock.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What somebody may see: at `sites` (none: everywhere), without `forms` and `items` where they are blind."""

    sites: tuple[str, ...] = ()
    blind: bool = False
    forms: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()

    def hides(self, key: Key) -> bool:
        return self.blind and (key.form in self.forms or key.item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked for; '' leaves a filter out. Days are those of UTC, `until` included; `kind` may be a beginning."""

    participant: str = ""
    site: str = ""
    actor: str = ""
    kind: str = ""
    visit: str = ""
    form: str = ""
    item: str = ""
    since: str = ""
    until: str = ""


def filters_of(asked: Mapping[str, str]) -> tuple[Filters, list[Issue]]:
    """The filters of a request, days that are none left out."""
    told = {each.name: asked.get(each.name, "").strip() for each in fields(Filters)}
    faults = [issues.no_day(name, told[name]) for name in ("since", "until") if not _is_day(told[name])]
    return Filters(**told | {fault.place.file: "" for fault in faults}), faults


def _is_day(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def found(filters: Filters, scope: Scope) -> Any:
    """The events as a query, in order; what is hidden is in no page, no count and no export of it."""
    exact = {
        name: text
        for name in ("participant", "site", "actor", "visit", "form", "item")
        if (text := getattr(filters, name))
    }
    rows = models.Event.objects.filter(**exact)
    if filters.kind:
        rows = rows.filter(kind__startswith=filters.kind)
    if filters.since:
        rows = rows.filter(at__gte=filters.since)
    if filters.until:
        rows = rows.filter(at__lt=(date.fromisoformat(filters.until) + timedelta(days=1)).isoformat())
    return _within(rows, scope).order_by("seq")


def _within(rows: Any, scope: Scope) -> Any:
    if scope.sites:
        rows = rows.filter(Q(site__in=scope.sites) | Q(kind="protocol.activated"))
    if scope.blind:
        kinds = Q()
        for kind in _SEEN_BLIND:
            kinds |= Q(kind__startswith=kind)
        rows = rows.filter(kinds).exclude(form__in=scope.forms).exclude(item__in=scope.items)
    return rows


def told(rows: Any, *, blind: bool = False) -> Iterator[dict[str, Any]]:
    """Rows of a query as a table, with what each event says."""
    after = 0
    while part := list(rows.filter(seq__gt=after)[:_CHUNK]):
        yield from lines(part, blind=blind)
        after = part[-1].seq


def lines(rows: Iterable[models.Event], *, blind: bool = False) -> Iterator[dict[str, Any]]:
    """These events as rows of the table. An erased payload says so."""
    part = list(rows)
    payloads = models.Payload.objects.in_bulk([row.seq for row in part])
    for row in part:
        yield line(event_of(row, payloads.get(row.seq)), blind=blind)


def line(event: Event, *, blind: bool = False) -> dict[str, Any]:
    """One event as a row: its place, the old and the new value with the reason, and the rest in words."""
    key, payload = event.key, event.payload
    said = payload or {}
    value = {name: str(said.get(name, "")) for name in _VALUE}
    more = "erased" if payload is None else "" if blind and event.kind == "sign.made" else _more(said)
    return {
        "seq": event.seq,
        "at": f"{event.at[:10]} {event.at[11:19]} UTC",
        "actor": event.actor,
        "role": event.role,
        "login": event.auth,
        "kind": event.kind,
        "site": event.site,
        "participant": key.participant,
        "visit": key.visit,
        "form": key.form,
        "repeat": key.repeat,
        "item": key.item,
        **value,
        "more": more,
        "protocol": event.protocol[:12],
        "app": event.app,
    }


def _more(said: Mapping[str, Any]) -> str:
    """What else is said, in words; the text of a whole protocol is not, it has its own page."""
    parts = [f"{name}: {text}" for name, text in said.items() if name not in _VALUE and _short(text)]
    return "; ".join(parts)


def _short(text: object) -> bool:
    return not isinstance(text, dict | list) and 0 < len(str(text)) <= _LONGEST


def as_csv(rows: Iterable[Mapping[str, Any]]) -> tuple[bytes, int]:
    """A table that sorts and analyses, and how many rows it has. A spreadsheet takes no cell for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    many = 0
    for row in rows:
        many += 1
        writer.writerow([harmless(str(row[name])) for name in COLUMNS])
    return out.getvalue().encode(), many


def history(key: Key) -> list[dict[str, Any]]:
    """Everything that happened to one value, the newest first: who, when, old, new, reason, and the work on it."""
    rows = models.Event.objects.filter(
        participant=key.participant, visit=key.visit, form=key.form, repeat=key.repeat, item=key.item
    )
    return list(lines(rows.order_by("-seq")))
