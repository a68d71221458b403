"""What became of a value since its first entry, and what was asked about it, from the events of the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstdose.records.log.event import Event, Key
    from firstdose.records.log.state import Value

_QUERY = {
    "query.opened": "open",
    "query.reopened": "open again",
    "query.answered": "answered",
    "query.closed": "closed",
}
REDACTED = "redacted"


@dataclass(frozen=True, slots=True)
class History:
    """Entries of each value in their order, queries and signatures by what they are about."""

    entries: Mapping[Key, list[Event]] = field(default_factory=dict)
    queries: Mapping[Key, str] = field(default_factory=dict)
    signatures: Mapping[Key, list[Event]] = field(default_factory=dict)
    voided: frozenset[str] = frozenset()


NOTHING_KNOWN = History()


def history_of(events: Iterable[Event], queries: Mapping[Key, str] | None = None) -> History:
    """`queries`: what is said of a query instead of the words of the log."""
    entries: dict[Key, list[Event]] = {}
    asked: dict[Key, dict[str, str]] = {}
    signatures: dict[Key, list[Event]] = {}
    voided: set[str] = set()
    for event in events:
        payload = event.payload or {}
        if event.kind in {"value.set", "value.cleared"}:
            entries.setdefault(event.key, []).append(event)
        elif event.kind in _QUERY:
            asked.setdefault(event.key, {})[str(payload.get("query", ""))] = _asked(event)
        elif event.kind == "sign.made":
            signatures.setdefault(event.key, []).append(event)
        elif event.kind == "sign.voided":
            voided.add(str(payload.get("signature", "")))
    told = {key: "; ".join(each.values()) for key, each in asked.items()}
    return History(entries, told | dict(queries or {}), signatures, frozenset(voided))


def change_told(value: Value, history: History, key: Key) -> str:
    """Every earlier text with who replaced it, when and why; only that it changed where the events are not there."""
    if not value.changed:
        return ""
    entries = history.entries.get(key, [])
    if not entries:
        return f"changed since first entry{_because(value.reason)}"
    told = []
    for before, after in pairwise(entries):
        reason = str((after.payload or {}).get("reason", ""))
        told.append(f"was {_text(before)}; {after.actor}, {minute(after.at)}{_because(reason)}")
    return "\n".join(["changed since first entry", *told])


def entered_told(value: Value) -> str:
    """`nurse.one, 2026-01-05 08:00`, or nothing where it is not known."""
    return ", ".join(part for part in (value.actor, minute(value.at).removesuffix(" UTC")) if part)


def minute(at: str) -> str:
    """2026-01-05 08:00 UTC from the time of an event."""
    return f"{at[:10]} {at[11:16]} UTC" if at else ""


def signature_told(event: Event, history: History) -> str:
    """Printed name, meaning, time and the digest of what was shown."""
    payload = event.payload or {}
    digest = str(payload.get("digest", ""))
    name = str(payload.get("name", "")) or event.actor
    told = f"{name}: {payload.get('meaning', 'signed')}, {minute(event.at)}"
    told += f", digest {digest[:12]}" if digest else ""
    return f"{told}; no longer holds: a signed value changed" if str(event.seq) in history.voided else told


def _asked(event: Event) -> str:
    text = str((event.payload or {}).get("text", ""))
    return f"query {_QUERY[event.kind]}: {text}" if text else f"query {_QUERY[event.kind]}"


def _text(event: Event) -> str:
    if event.payload is None:
        return REDACTED
    return str(event.payload.get("new", "")) or "empty"


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
