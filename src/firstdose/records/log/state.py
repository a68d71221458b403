"""What holds now: values and records as the events leave them. The log is the record; this can be thrown away."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstdose.records.log.event import Event, Key


class Value(NamedTuple):
    """A value. `text` is what a cell of the study folder holds (3.5, <0.5, ND: reason; '' cleared), `raw` what was typed.

    `seq`: the event that set it; `first`: the event of its first entry; they differ where it was changed.
    """

    text: str
    raw: str
    unit: str
    seq: int
    first: int
    at: str
    actor: str
    reason: str = ""

    @property
    def changed(self) -> bool:
        """Whether it differs from the first entry or was ever set again."""
        return self.seq != self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record of a form: where it was kept, whether it is struck out, and the event that says it is complete."""

    site: str
    added: int
    struck: int = 0
    completed: int = 0


@dataclass(slots=True)
class State:
    """Values by key, records by key without item, as of `seq` with `head` its hash."""

    seq: int = 0
    head: str = ""
    values: dict[Key, Value] = field(default_factory=dict)
    records: dict[Key, Record] = field(default_factory=dict)

    def participants(self) -> list[str]:
        """Who was added, in that order."""
        return [key.participant for key in self.records if key.form == "participants"]


def with_texts(state: State, texts: Mapping[Key, str]) -> State:
    """The state as it would be with these texts, which nobody saved; records that hold any are there."""
    values, records = dict(state.values), dict(state.records)
    for key, text in texts.items():
        values[key] = Value(text=text, raw=text, unit="", seq=0, first=0, at="", actor="")
        if text:
            records.setdefault(key.record, Record(site="", added=0))
    return State(seq=state.seq, head=state.head, values=values, records=records)


def fold(events: Iterable[Event], state: State | None = None) -> State:
    """The state after these events, from nothing or from an earlier state (which is changed)."""
    state = State() if state is None else state
    with uncollected():
        for event in events:
            apply(event, state)
    return state


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for circles meanwhile: a log has none, and to look for them among a million values takes its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def apply(event: Event, state: State) -> None:
    """One event more. Kinds that say nothing about values leave them alone; a redacted value is unknown."""
    state.seq, state.head = event.seq, event.hash
    match event.kind:
        case "value.set" | "value.cleared":
            _set(event, state)
        case "participant.added" | "repeat.added":
            _record(event, state)
        case "repeat.struck":
            state.records[event.key.record] = replace(_record(event, state), struck=event.seq)
        case "repeat.restored":
            state.records[event.key.record] = replace(_record(event, state), struck=0)
        case "form.completed":
            state.records[event.key.record] = replace(_record(event, state), completed=event.seq)
        case "form.reopened":
            state.records[event.key.record] = replace(_record(event, state), completed=0)


def _record(event: Event, state: State) -> Record:
    key = event.key.record
    found = state.records.get(key)
    if found is None:
        found = state.records[key] = Record(site=event.site, added=event.seq)
    return found


def _set(event: Event, state: State) -> None:
    _record(event, state)
    payload = event.payload or {"new": "UNK: redacted", "raw": ""}
    before = state.values.get(event.key)
    told = payload.get
    state.values[event.key] = Value(
        str(told("new", "")),
        str(told("raw", "")),
        str(told("unit", "")),
        event.seq,
        before.first if before else event.seq,
        event.at,
        event.actor,
        str(told("reason", "")),
    )
