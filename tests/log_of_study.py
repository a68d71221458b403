"""A study's tables as the log that capture would have written: events in order, chained, with invented times and people.

events = events_of(rehearsed.tables, protocol)
trail = Trail("SEED"); trail.add_tables(tables, protocol); trail.change(key, "4", reason="misread"); trail.events
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.records.log.chain import make_event, origin_of
from firstdose.records.log.event import Actor, Key, NewEvent
from firstdose.records.log.state import State, apply
from firstdose.records.log.tables import known_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Event

SITE = "site"
START = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
NURSE = Actor(who="nurse.one", role="coordinator", auth="password+totp")
DOCTOR = Actor(who="doctor.one", role="investigator", auth="password+totp")
SALT = "00" * 16


class Trail:
    """A growing log with its state. Each event is a second after the one before; nobody looks at a clock."""

    def __init__(self, study: str = "SEED", *, protocol: str = "p" * 64) -> None:
        self.study, self.protocol = study, protocol
        self.events: list[Event] = []
        self.state = State()

    def add(self, new: NewEvent, *, by: Actor = NURSE, idem: str = "", at: str = "") -> Event:
        seq = len(self.events) + 1
        event = make_event(
            replace(new, site=new.site or SITE),
            study=self.study,
            seq=seq,
            at=at or (START + dt.timedelta(seconds=seq)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            by=by,
            protocol=self.protocol,
            app="firstdose 1",
            idem=idem,
            prev=self.events[-1].hash if self.events else origin_of(self.study),
            salt=SALT,
        )
        self.events.append(event)
        apply(event, self.state)
        return event

    def set(self, key: Key, text: str, *, reason: str = "", by: Actor = NURSE) -> Event:
        """Enter or change a value; a change carries its reason."""
        before = self.state.values.get(key)
        payload = {"old": before.text if before else "", "new": text, "raw": text, "unit": ""}
        return self.add(
            NewEvent(kind="value.set", key=key, payload=payload | ({"reason": reason} if reason else {})),
            by=by,
        )

    def clear(self, key: Key, *, reason: str, by: Actor = NURSE) -> Event:
        payload = {"old": self.state.values[key].text, "reason": reason}
        return self.add(NewEvent(kind="value.cleared", key=key, payload=payload), by=by)

    def record(self, record: Key, values: Mapping[str, str], *, by: Actor = NURSE) -> None:
        """A record with its values, complete."""
        kind = "participant.added" if record.form == "participants" else "repeat.added"
        self.add(NewEvent(kind=kind, key=record), by=by)
        for item, text in values.items():
            if text:
                self.set(replace(record, item=item), text, by=by)
        if record.form != "participants":
            self.add(NewEvent(kind="form.completed", key=record), by=by)

    def add_tables(self, tables: Mapping[str, pl.DataFrame], protocol: Protocol) -> None:
        """Every record of the tables: participants first, then form by form."""
        known = known_forms(protocol)
        for name in sorted(tables, key=lambda name: name != "participants"):
            for key, values in records_of(known[name], tables[name]):
                self.record(key, values)


def records_of(form: Form, table: pl.DataFrame) -> Iterable[tuple[Key, dict[str, str]]]:
    """Each row as the record it would be in the log; a form that repeats is numbered within its participant."""
    counted: dict[str, int] = {}
    for row in table.iter_rows(named=True):
        cells = {name: text or "" for name, text in row.items() if not name.startswith("_")}
        participant, visit = cells.pop("participant"), cells.pop("visit", "")
        lesion = cells.pop("lesion", "") if form.per == "lesion" else ""
        counted[participant] = counted.get(participant, 0) + 1
        repeat = str(counted[participant]) if form.repeats else lesion
        yield Key(participant, "" if form.repeats else visit, form.name, repeat), cells


def events_of(tables: Mapping[str, pl.DataFrame], protocol: Protocol, *, study: str = "SEED") -> list[Event]:
    """The whole log of a study of which only the tables are known."""
    trail = Trail(study)
    trail.add_tables(tables, protocol)
    return trail.events
