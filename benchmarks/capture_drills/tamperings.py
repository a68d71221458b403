"""What the owner of the database may do to a log, each way a function of the log and of chance.

`python -m benchmarks.tampering` tries them 10,000 times.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from benchmarks.capture_drills.logs import invent_log, pick, sign

from firstdose.records.log.anchors import Anchor
from firstdose.records.log.chain import canonical, digest_of, origin_of
from firstdose.records.log.file import line_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.random import Generator

    from firstdose.records.log.event import Event

SEQ, AT, DIGEST = 2, 3, 14
TEXT_PARTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17)


@dataclass(slots=True)
class Log:
    """A log that can be tampered with: rows as in its file, anchors, and the events that were touched."""

    study: str
    rows: list[list[Any]]
    anchors: list[Anchor]
    touched: set[int] = field(default_factory=set)

    @property
    def safe(self) -> int:
        """The last event that an anchor covers."""
        return self.anchors[-1].seq

    def written(self, path: Path) -> None:
        lines = [canonical(row[:3])[:-1] + b"," + _payload(row[3]) + b"]\n" for row in self.rows]
        path.write_bytes(canonical({"firstdose log": 1, "study": self.study}) + b"\n" + b"".join(lines))

    def place(self, rng: Generator) -> int:
        return int(rng.integers(len(self.rows)))

    def rehash(self, start: int = 0, end: int | None = None) -> None:
        """Hashes from row `start` on, as the format asks."""
        for place in range(start, len(self.rows) if end is None else end):
            before = self.rows[place - 1][1] if place else origin_of(self.study)
            row = self.rows[place]
            row[1] = sha256(bytes.fromhex(before) + canonical(row[0])).hexdigest()

    def renumber(self) -> None:
        for seq, row in enumerate(self.rows, start=1):
            row[0][SEQ] = seq


def _payload(payload: Any) -> bytes:
    return b"null" if payload is None else canonical(payload)


def log_of(events: list[Event], anchors: list[Anchor]) -> Log:
    return Log(events[0].study, [json.loads(line_of(event)) for event in events], anchors)


# ----------------------------------------------------------------------------------------------------- tamperings


def change_header(log: Log, rng: Generator) -> None:
    """A part of a header: who, when, what, where."""
    place, part = log.place(rng), pick(rng, TEXT_PARTS)
    log.rows[place][0][part] = _other(log.rows[place][0][part], rng)
    log.touched = {place + 1}


def change_header_and_hash(log: Log, rng: Generator) -> None:
    """A header and its own hash, nothing after it."""
    place = int(rng.integers(log.safe))
    change_row(log, place, rng)
    log.rehash(place, place + 1)
    log.touched = {place + 1}


def change_digest(log: Log, rng: Generator) -> None:
    """What was said, its digest, and the hash of that event."""
    place = int(rng.integers(log.safe))
    row = log.rows[place]
    row[3], row[2] = {"new": _other("", rng)}, rng.bytes(16).hex()
    row[0][DIGEST] = digest_of(row[3], row[2])
    log.rehash(place, place + 1)
    log.touched = {place + 1}


def change_hash(log: Log, rng: Generator) -> None:
    """A hash."""
    place = log.place(rng)
    log.rows[place][1] = rng.bytes(32).hex()
    log.touched = {place + 1}


def change_payload(log: Log, rng: Generator) -> None:
    """What an event says."""
    place = _told(log, rng)
    payload = log.rows[place][3]
    name = pick(rng, sorted(payload))
    payload[name] = _other(payload[name], rng)
    log.touched = {place + 1}


def add_to_payload(log: Log, rng: Generator) -> None:
    """One more member of a payload, or one fewer."""
    place = _told(log, rng)
    payload = log.rows[place][3]
    if rng.random() < 0.5:
        payload["added"] = ""
    else:
        del payload[pick(rng, sorted(payload))]
    log.touched = {place + 1}


def change_salt(log: Log, rng: Generator) -> None:
    """A salt."""
    place = _told(log, rng)
    log.rows[place][2] = rng.bytes(16).hex()
    log.touched = {place + 1}


def swap_payloads(log: Log, rng: Generator) -> None:
    """Payloads of two events, with their salts."""
    one, other = _two(log, rng)
    rows = log.rows
    rows[one][2:], rows[other][2:] = rows[other][2:], rows[one][2:]
    log.touched = {one + 1, other + 1}


def erase_payload(log: Log, rng: Generator) -> None:
    """A payload erased without a word."""
    place = _told(log, rng)
    log.rows[place][2:] = ["", None]
    log.touched = {place + 1}


def erase_alone(log: Log, rng: Generator) -> None:
    """A payload erased by one person who signs twice."""
    place = _told(log, rng)
    log.rows[place][2:] = ["", None]
    header = copy.deepcopy(log.rows[-1][0])
    told = {"seq": place + 1, "reason": "a name", "first": "owner.one", "second": "owner.one"}
    salt = rng.bytes(16).hex()
    header[SEQ], header[7], header[DIGEST], header[17] = (
        len(log.rows) + 1,
        "redacted",
        digest_of(told, salt),
        "",
    )
    log.rows.append([header, "", salt, told])
    log.rehash(len(log.rows) - 1)
    log.touched = {place + 1}


def delete(log: Log, rng: Generator) -> None:
    """Events taken out."""
    first, last = _inner(log, rng)
    del log.rows[first : last + 1]
    log.touched = set(range(first + 1, last + 2))


def delete_and_renumber(log: Log, rng: Generator) -> None:
    """Events taken out, the others numbered anew."""
    first, last = _inner(log, rng)
    del log.rows[first : last + 1]
    log.renumber()
    log.touched = set(range(first + 1, len(log.rows) + 2))


def cut_head(log: Log, rng: Generator) -> None:
    """The beginning cut off."""
    end = int(rng.integers(1, len(log.rows)))
    del log.rows[:end]
    log.touched = set(range(1, end + 1))


def cut_tail(log: Log, rng: Generator) -> None:
    """The end cut off, from an event that an anchor covers."""
    first = int(rng.integers(log.safe))
    log.touched = set(range(first + 1, log.safe + 1))
    del log.rows[first:]


def insert(log: Log, rng: Generator) -> None:
    """An invented event put between two, its hash as it should be."""
    place = log.place(rng)
    log.rows.insert(place, copy.deepcopy(log.rows[place]))
    change_row(log, place, rng)
    log.rehash(place, place + 1)
    log.touched = {place + 1}


def insert_and_renumber(log: Log, rng: Generator) -> None:
    """An invented event put between two, those after it numbered anew."""
    place = log.place(rng)
    log.rows.insert(place, copy.deepcopy(log.rows[place]))
    change_row(log, place, rng)
    log.renumber()
    log.touched = set(range(place + 1, len(log.rows) + 1))


def swap(log: Log, rng: Generator) -> None:
    """Two events change their places."""
    one, other = _two(log, rng)
    log.rows[one], log.rows[other] = log.rows[other], log.rows[one]
    log.touched = {one + 1, other + 1}


def swap_and_renumber(log: Log, rng: Generator) -> None:
    """Two events change their places and their numbers."""
    one, other = _two(log, rng)
    swap(log, rng)
    log.rows[one][0][SEQ], log.rows[other][0][SEQ] = one + 1, other + 1
    log.renumber()


def replay(log: Log, rng: Generator) -> None:
    """Events put in again at a later place, as they were."""
    first, last = _inner(log, rng)
    place = int(rng.integers(last + 1, len(log.rows) + 1))
    log.rows[place:place] = copy.deepcopy(log.rows[first : last + 1])
    log.touched = set(range(first + 1, last + 2))


def replay_as_new(log: Log, rng: Generator) -> None:
    """Events put in again as new ones, and everything after them computed anew."""
    first, last, place = len(log.rows) - 1, len(log.rows) - 1, 0  # where only the first event is safe
    if log.safe > 1:
        first, last = _inner(log, rng, end=log.safe - 1)
        place = int(rng.integers(last + 1, log.safe))
    log.rows[place:place] = copy.deepcopy(log.rows[first : last + 1])
    log.renumber()
    log.rehash(place)
    log.touched = set(range(place + 1, len(log.rows) + 1))


def rewrite(log: Log, rng: Generator) -> None:
    """An event changed that an anchor covers, and every hash after it computed anew."""
    place = int(rng.integers(log.safe))
    change_row(log, place, rng)
    log.rehash(place)
    log.touched = set(range(place + 1, len(log.rows) + 1))


def rewrite_without(log: Log, rng: Generator) -> None:
    """An event taken out that an anchor covers, the others numbered and every hash computed anew."""
    place = int(rng.integers(log.safe))
    last = len(log.rows)
    del log.rows[place]
    log.renumber()
    log.rehash(place)
    log.touched = set(range(place + 1, last + 1))


def rewrite_with(log: Log, rng: Generator) -> None:
    """An event put in before one that an anchor covers, the others numbered and every hash computed anew."""
    place = int(rng.integers(log.safe))
    log.rows.insert(place, copy.deepcopy(log.rows[place]))
    change_row(log, place, rng)
    log.renumber()
    log.rehash(place)
    log.touched = set(range(place + 1, len(log.rows) + 1))


def rewrite_all(log: Log, rng: Generator) -> None:
    """Another log of the same study in its place, whole in itself."""
    events = invent_log(rng, len(log.rows) + int(rng.integers(3)), log.study)
    log.rows = log_of(events, []).rows
    log.touched = set(range(1, len(log.rows) + 1))


def backdate(log: Log, rng: Generator) -> None:
    """An event dated before the one before it, and every hash after it computed anew."""
    place = int(rng.integers(log.safe))
    log.rows[place][0][AT] = "2025" + log.rows[place][0][AT][4:]
    log.rehash(place)
    log.touched = set(range(place + 1, len(log.rows) + 1))


def rename_study(log: Log, _: Generator) -> None:
    """The title of another study."""
    log.study = "OTHER"
    log.touched = set(range(1, len(log.rows) + 1))


def break_line(log: Log, rng: Generator) -> None:
    """A line that says no event any more."""
    place = log.place(rng)
    log.rows[place] = [["", *log.rows[place][0][:5]], "", "", {}]
    log.touched = {place + 1}


def change_anchor(log: Log, rng: Generator) -> None:
    """An anchor that says something else than was signed."""
    place = int(rng.integers(len(log.anchors)))
    part = pick(rng, ("study", "seq", "hash", "at", "signature"))
    before = getattr(log.anchors[place], part)
    other = before + 1 if part == "seq" else _turned(before, rng)
    log.touched = {log.anchors[place].seq, log.anchors[place].seq + 1}
    log.anchors[place] = replace(log.anchors[place], **{part: other})


def forge_anchor(log: Log, rng: Generator) -> None:
    """A rewritten log with an anchor for it, signed with another key."""
    rewrite_all(log, rng)
    row = log.rows[-1]
    forged = Anchor(study=log.study, seq=row[0][SEQ], hash=row[1], at=row[0][AT], key="")
    log.anchors = [sign(forged, "somebody else")]


def change_row(log: Log, place: int, rng: Generator) -> None:
    part = pick(rng, (4, 9, 10, 13))
    log.rows[place][0][part] = _other(log.rows[place][0][part], rng)


def _other(text: Any, rng: Generator) -> str:
    found = pick(rng, ("4", "other", "P9", "", "no", "2026-01-06T08:00:00.000000Z"))
    return found if found != text else f"{found} "


def _turned(text: str, rng: Generator) -> str:
    """One character another one."""
    place = int(rng.integers(len(text)))
    return text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]


def _told(log: Log, rng: Generator) -> int:
    """A row with a payload that says something."""
    return pick(rng, [place for place, row in enumerate(log.rows) if row[3]])


def _two(log: Log, rng: Generator) -> tuple[int, int]:
    one, other = sorted(rng.choice(len(log.rows), 2, replace=False).tolist())
    return one, other


def _inner(log: Log, rng: Generator, end: int | None = None) -> tuple[int, int]:
    """First and last of some rows that are not the end of the log."""
    most = len(log.rows) - 1 if end is None else end
    first = int(rng.integers(max(most, 1)))
    return first, min(first + int(rng.integers(3)), max(most - 1, first))


TAMPERINGS: tuple[Callable[[Log, Generator], None], ...] = (
    change_header, change_header_and_hash, change_digest, change_hash, change_payload, add_to_payload, change_salt,
    swap_payloads, erase_payload, erase_alone, delete, delete_and_renumber, cut_head, cut_tail, insert,
    insert_and_renumber, swap, swap_and_renumber, replay, replay_as_new, rewrite, rewrite_without, rewrite_with,
    rewrite_all, backdate, rename_study, break_line, change_anchor, forge_anchor,
)  # fmt: skip
