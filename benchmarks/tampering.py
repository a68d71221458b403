"""The owner of the database tampers with the log: `python -m benchmarks.tampering [LOGS]`.

Every log is invented and verified twice, clean and after one tampering drawn at random by somebody who may change every
byte, knows the format and computes every hash anew where that helps; what that person cannot do is to sign, or to reach
the anchors that others hold. Every verdict is held against that of the second verifier, tests/reference/log/second_verifier.py. A tampering counts as found when `verify` finds anything, as located when a finding names
an event that was tampered with and no finding names only events before it.
"""

from __future__ import annotations

import copy
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.capture_drills.logs import anchors_of, invent_log, pick, public, sign
from benchmarks.capture_drills.page import table, write_section, written_by

from firstdose.records.log.anchors import Anchor
from firstdose.records.log.chain import canonical, digest_of, origin_of
from firstdose.records.log.file import line_of
from firstdose.records.log.verifying import verify_file
from tests.reference.log import second_verifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

    from firstdose.records.log.event import Event
    from firstdose.records.log.verifying import Verdict

SEQ, AT, DIGEST = 2, 3, 14
TEXT_PARTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17)
PROGRAM = "python -m benchmarks.tampering"


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
    import json

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


# ---------------------------------------------------------------------------------------------------------- judging


def located(verdict: Verdict, touched: set[int], erased: set[int]) -> bool:
    """A finding names a touched event, and none names only events before all of them.

    `erased`: events whose payload was erased on record; they may be named where that record is gone.
    """
    spans = [(each.first, each.last) for each in verdict.findings]
    named = any(first <= seq <= last for first, last in spans for seq in touched)
    return named and all(last >= min(touched) - 1 or first in erased for first, last in spans)


def exactly(verdict: Verdict, touched: set[int]) -> bool:
    """A finding names one event, or two neighbours, or exactly those that are gone."""
    return any(
        touched & {each.first, each.last} and (each.last - each.first <= 1 or each.issue.code == "FD-R322")
        for each in verdict.findings
    )


@dataclass(slots=True)
class Found:
    """What came of the drill."""

    clean: int = 0
    alarms: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    located: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    judged: int = 0
    agreed: int = 0
    missed: list[str] = field(default_factory=list)


def drill(logs: int, folder: Path, seed: int = 1) -> Found:
    """So many clean logs and as many tamperings, each kind in turn."""
    result, file = Found(), folder / "log.jsonl"
    for number in range(logs):
        rng = np.random.default_rng((seed, number))
        events = invent_log(rng, int(rng.integers(4, 40)))
        log = log_of(events, anchors_of(events, rng))
        log.written(file)
        result.clean += 1
        result.alarms += not _verdict(result, file, log).whole
        before = (log.study, copy.deepcopy(log.rows), list(log.anchors))
        tampering = TAMPERINGS[number % len(TAMPERINGS)]
        tampering(log, rng)
        if (log.study, log.rows, log.anchors) == before:  # two payloads that were erased, say
            continue
        log.written(file)
        erased = {event.seq for event in events if event.payload is None}
        _judge(result, tampering, _verdict(result, file, log), log, erased, number)
    return result


def _verdict(result: Found, file: Path, log: Log) -> Verdict:
    """Ours; it is counted whether the second verifier says the same."""
    verdict = verify_file(file, log.anchors, keys=[public()])
    study, hashes, faults = second_verifier.verify_lines(file.read_bytes().split(b"\n"))
    lines = "\n".join(map(str, log.anchors))
    faults += second_verifier.anchor_faults(lines, study, hashes, [public()])
    result.judged += 1
    result.agreed += verdict.whole == (not faults)
    return verdict


def _judge(
    result: Found, tampering: Callable[..., None], verdict: Verdict, log: Log, erased: set[int], number: int
) -> None:
    name = (tampering.__doc__ or "").rstrip(".")
    result.tried[name] += 1
    result.found[name] += not verdict.whole
    place = located(verdict, log.touched, erased)
    result.located[name] += place
    result.exact[name] += exactly(verdict, log.touched)
    if not place:
        spans = [(each.first, each.last, each.issue.code) for each in verdict.findings]
        result.missed.append(f"{number} {tampering.__name__} {sorted(log.touched)} {spans}")


def render(result: Found, seconds: float) -> str:
    names = [(each.__doc__ or "").rstrip(".") for each in TAMPERINGS]
    rows = [
        (
            name,
            *(f"{counts[name]:,}" for counts in (result.tried, result.found, result.located, result.exact)),
        )
        for name in names
    ]
    totals = [
        f"**{sum(counts.values()):,}**"
        for counts in (result.tried, result.found, result.located, result.exact)
    ]
    heads = ("Tampering", "tried", "found", "located", "to the event")
    return f"""## Tampering with the log

{written_by(PROGRAM)} {seconds:.0f} s.

Clean logs: {result.clean:,}; false alarms: **{result.alarms}** (goal: 0).

Each log has 4 to 47 events and one to four anchors. The tamperer owns the database, knows the format and computes hashes
anew where that helps, but cannot sign and cannot reach the anchors. Goal: all found and located. Located: a finding names an
event that was tampered with, and none names only earlier ones. To the event: it names that event alone or one of two
neighbours; where everything was computed anew, the finding names the span from the last anchor that fits to the first that
does not.

{table(heads, [*rows, ("**all**", *totals)])}

The [second verifier](../../tests/reference/log/second_verifier.py), written from [the format](log-format.md) alone, came to the
same verdict on {result.agreed:,} of {result.judged:,} logs, clean and tampered with (goal: on all of 1,000).

What comes after the last anchor can be rewritten or cut off unseen by anybody who owns the database: no tampering of that
sort is among these, and no verifier could find it. `firstdose verify` says from which event on that is so.
"""


def main() -> None:
    logs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        result = drill(logs, Path(folder))
    text = render(result, time.perf_counter() - start)
    print(text, *result.missed[:40], sep="\n")
    if logs >= 10_000:
        write_section("tampering", text)


if __name__ == "__main__":
    main()
