"""What the log takes: no entry under a lock, none in a struck record. It is asked by `append`, so no path forgets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from firstdose.web.audit import issues
from firstdose.web.audit.folding import FROZEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.records.log.event import Actor, Key, NewEvent
    from firstdose.values.issue import Issue
    from firstdose.web.audit.folding import Now, RecordKey

VALUES: Final = frozenset({"value.set", "value.cleared"})
# Entries: what the site records of a participant. Queries, verification, signatures and notices go on under a lock.
ENTRIES: Final = VALUES | {
    "participant.added",
    "repeat.added",
    "repeat.struck",
    "repeat.restored",
    "form.completed",
    "form.reopened",
    "photo.added",
    "dose.given",
}
ENTERS_WHEN_FROZEN: Final = "data manager"


class Refused(Exception):
    """The log does not take these events; nothing was written. `issues` say why, for people."""

    def __init__(self, refusals: Iterable[Issue]) -> None:
        self.issues = tuple(refusals)
        super().__init__(" ".join(each.message for each in self.issues))


class Locked(Refused):
    """The study, the participant or the visit is frozen or locked. `places`: (level, participant, visit)."""

    def __init__(self, places: Sequence[tuple[str, str, str]]) -> None:
        self.places = tuple(places)
        super().__init__(issues.locked(*place) for place in places)


class Struck(Refused):
    """The record was struck out: it takes no values until it counts again."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = tuple(keys)
        super().__init__(issues.struck(key) for key in keys)


class Moved(Refused):
    """Somebody changed these values since they were read: key -> the event that stands there now."""

    def __init__(self, moved: Mapping[Key, int]) -> None:
        self.moved = moved
        super().__init__(issues.moved(key) for key in moved)


def refuse_locked(new: Sequence[NewEvent], by: Actor, now: Now) -> None:
    """A lock refuses everybody, frost all but the data manager. What stands before this batch counts.

    Raises:
        Locked: as said.
    """
    entries = [each.key for each in new if each.kind in ENTRIES]
    places = dict.fromkeys(place for key in entries for place in _locks(key, now))
    found = [place for place in places if place[0] != FROZEN or by.role != ENTERS_WHEN_FROZEN]
    if found:
        raise Locked(found)


def _locks(key: Key, now: Now) -> Iterator[tuple[str, str, str]]:
    for place in dict.fromkeys((("", ""), (key.participant, ""), (key.participant, key.visit))):
        if lock := now.locks.get(place):
            yield (lock.level, *place)


def refuse_struck(new: Sequence[NewEvent], now: Now) -> None:
    """A struck record, or any record of a struck participant, takes no values; a batch may restore it first.

    Raises:
        Struck: as said.
    """
    struck = {key for key, record in now.records.items() if record.struck}
    found: dict[Key, None] = {}
    for each in new:
        record = _record(each.key)
        if each.kind == "repeat.struck":
            struck.add(record)
        elif each.kind == "repeat.restored":
            struck.discard(record)
        elif each.kind in ENTRIES and struck & {record, (record[0], "", "participants", "")}:
            found[each.key.record] = None
    if found:
        raise Struck(list(found))


def _record(key: Key) -> RecordKey:
    return (key.participant, key.visit, key.form, key.repeat)


class Unreasoned(Refused):
    """A value that was saved before is changed or taken away, and nobody says why."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.keys = tuple(keys)
        super().__init__(issues.unreasoned(key) for key in keys)


def refuse_unreasoned(new: Sequence[NewEvent], now: Now) -> None:
    """After its first entry no value changes without a reason, on whatever way.

    Raises:
        Unreasoned: as said.
    """
    found = [
        each.key
        for each in new
        if each.kind in VALUES
        and (*_record(each.key), each.key.item) in now.values
        and not str(each.payload.get("reason", "")).strip()
    ]
    if found:
        raise Unreasoned(found)


def refuse_moved(seen: Mapping[Key, int], now: Now) -> None:
    """Every value stands where it was last seen.

    Raises:
        Moved: others do.
    """
    rows = {key: now.values.get((*_record(key), key.item)) for key in seen}
    there = {key: row.seq if row else 0 for key, row in rows.items()}
    if moved := {key: there[key] for key, seq in seen.items() if there[key] != seq}:
        raise Moved(moved)
