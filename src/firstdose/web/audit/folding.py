"""The fold of the log into what holds now, in plain rows: the same for one save and for a million events."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from firstdose.records.log.event import Event

RecordKey: TypeAlias = tuple[str, str, str, str]
ValueKey: TypeAlias = tuple[str, str, str, str, str]
LockKey: TypeAlias = tuple[str, str]

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
FROZEN, LOCKED = "frozen", "locked"
_QUERY: Final = {"query.answered": ANSWERED, "query.closed": CLOSED, "query.reopened": OPEN}
_LEVEL: Final = {"lock.frozen": FROZEN, "lock.locked": LOCKED}
ERASED: Final[Mapping[str, Any]] = {"new": "UNK: redacted", "raw": ""}


class Happened(NamedTuple):
    """An event as far as the present depends on it. `payload`: None where it was erased."""

    seq: int
    kind: str
    site: str
    record: RecordKey
    item: str
    at: str
    actor: str
    payload: Mapping[str, Any] | None


@dataclass(slots=True)
class RecordNow:
    """A row of current_record beside its key."""

    site: str
    added: int
    struck: int = 0
    completed: int = 0


@dataclass(slots=True)
class ValueNow:
    """A row of current_value beside its key."""

    site: str
    text: str
    raw: str
    unit: str
    seq: int
    first: int
    at: str
    actor: str
    reason: str
    verified: int = 0
    signed: int = 0


@dataclass(slots=True)
class QueryNow:
    """A row of current_query beside its number."""

    record: RecordKey
    site: str
    item: str
    status: str
    text: str
    source: str
    code: str
    opened_at: str
    opened_by: str
    last: int


@dataclass(slots=True)
class LockNow:
    """A row of current_lock beside its key."""

    level: str
    seq: int


@dataclass(slots=True)
class Touched:
    """The keys that events reached, in their order."""

    records: dict[RecordKey, None] = field(default_factory=dict)
    values: dict[ValueKey, None] = field(default_factory=dict)
    queries: dict[int, None] = field(default_factory=dict)
    locks: dict[LockKey, None] = field(default_factory=dict)


@dataclass(slots=True)
class Now:
    """What holds. For a save it is loaded with the rows that the events can reach, for a rebuild it begins empty."""

    records: dict[RecordKey, RecordNow] = field(default_factory=dict)
    values: dict[ValueKey, ValueNow] = field(default_factory=dict)
    queries: dict[int, QueryNow] = field(default_factory=dict)
    locks: dict[LockKey, LockNow] = field(default_factory=dict)
    by_seq: dict[int, ValueKey] = field(default_factory=dict)  # the event that set a value -> the value
    touched: Touched = field(default_factory=Touched)

    def apply(self, events: Iterable[Happened]) -> None:
        """These events more."""
        doing = _DOING
        for event in events:
            if does := doing.get(event.kind):
                does(self, event)


def happened(event: Event) -> Happened:
    """An event of the core as the fold takes it."""
    key = event.key
    record = (key.participant, key.visit, key.form, key.repeat)
    return Happened(event.seq, event.kind, event.site, record, key.item, event.at, event.actor, event.payload)


def _record(now: Now, event: Happened) -> RecordNow:
    row = now.records.get(event.record)
    if row is None:
        row = now.records[event.record] = RecordNow(event.site, event.seq)
        now.touched.records[event.record] = None
    return row


def _added(now: Now, event: Happened) -> None:
    _record(now, event)


def _set(now: Now, event: Happened) -> None:
    seq, _, site, record, item, at, actor, payload = event  # at once: most of a log is this
    if record not in now.records:
        _record(now, event)
    told = (ERASED if payload is None else payload).get
    key, first = (*record, item), seq
    if before := now.values.get(key):
        site, first = before.site, before.first
        now.by_seq.pop(before.seq, None)
    new, raw, unit = str(told("new", "")), str(told("raw", "")), str(told("unit", ""))
    now.values[key] = ValueNow(site, new, raw, unit, seq, first, at, actor, str(told("reason", "")))
    now.by_seq[seq] = key
    now.touched.values[key] = None


def _struck(now: Now, event: Happened) -> None:
    _record(now, event).struck = event.seq if event.kind == "repeat.struck" else 0
    now.touched.records[event.record] = None


def _completed(now: Now, event: Happened) -> None:
    _record(now, event).completed = event.seq if event.kind == "form.completed" else 0
    now.touched.records[event.record] = None


def _asked(now: Now, event: Happened) -> None:
    told = event.payload or {}
    now.queries[event.seq] = QueryNow(
        event.record,
        event.site,
        event.item,
        OPEN,
        str(told.get("text", "")),
        str(told.get("source", "")),
        str(told.get("code", "")),
        event.at,
        event.actor,
        event.seq,
    )
    now.touched.queries[event.seq] = None


def _moved(now: Now, event: Happened) -> None:
    number = int((event.payload or {}).get("query", 0))
    if query := now.queries.get(number):
        query.status, query.last = _QUERY[event.kind], event.seq
        now.touched.queries[number] = None


def _lock(now: Now, event: Happened) -> None:
    key = event.record[:2]
    now.locks.pop(key, None)
    if level := _LEVEL.get(event.kind):
        now.locks[key] = LockNow(level, event.seq)
    now.touched.locks[key] = None


def _verified(now: Now, event: Happened) -> None:
    key = (*event.record, event.item)
    row = now.values.get(key)
    if row and row.seq == int((event.payload or {}).get("seq", 0)):
        row.verified = event.seq
        now.touched.values[key] = None


def _lapsed(now: Now, event: Happened) -> None:
    key = (*event.record, event.item)
    if row := now.values.get(key):
        if event.kind == "sdv.voided":
            row.verified = 0
        else:
            row.signed = 0
        now.touched.values[key] = None


def _signed(now: Now, event: Happened) -> None:
    for seq in shown(event.payload):
        if key := now.by_seq.get(seq):
            now.values[key].signed = event.seq
            now.touched.values[key] = None


def _redacted(now: Now, event: Happened) -> None:
    """What was erased shows nowhere any more."""
    seq = erased(event.payload)
    if key := now.by_seq.get(seq):
        row = now.values[key]
        row.text, row.raw, row.unit, row.reason = ERASED["new"], "", "", ""
        now.touched.values[key] = None
    if query := now.queries.get(seq):
        query.text = query.source = query.code = ""
        now.touched.queries[seq] = None


def shown(payload: Mapping[str, Any] | None) -> list[int]:
    """The events whose values a signature was put under."""
    return [int(seq) for *_, seq in (payload or {}).get("shown", ())]


def erased(payload: Mapping[str, Any] | None) -> int:
    """The event that a redaction erased."""
    return int((payload or {}).get("seq", 0))


_DOING: Final[Mapping[str, Callable[[Now, Happened], None]]] = {
    "value.set": _set,
    "value.cleared": _set,
    "participant.added": _added,
    "repeat.added": _added,
    "repeat.struck": _struck,
    "repeat.restored": _struck,
    "form.completed": _completed,
    "form.reopened": _completed,
    "query.opened": _asked,
    "query.answered": _moved,
    "query.closed": _moved,
    "query.reopened": _moved,
    "lock.frozen": _lock,
    "lock.thawed": _lock,
    "lock.locked": _lock,
    "lock.unlocked": _lock,
    "sdv.done": _verified,
    "sdv.voided": _lapsed,
    "sign.made": _signed,
    "sign.voided": _lapsed,
    "redacted": _redacted,
}
FOLDED: Final = frozenset(_DOING)


def rows_happened(
    rows: Iterable[tuple[Any, ...]], kept: Mapping[int, Mapping[str, Any]]
) -> Iterator[Happened]:
    """Rows (seq, kind, site, participant, visit, form, repeat, item, at, actor, payload text) as events.

    `kept`: what redactions left of an erased payload, by the event they erased.
    """
    read = json.loads
    for seq, kind, site, participant, visit, form, repeat, item, at, actor, text in rows:
        payload = read(text) if text else kept.get(seq)
        yield Happened(seq, kind, site, (participant, visit, form, repeat), item, at, actor, payload)
