"""One pass over a log: every event against the one before it, its own hash and its own payload."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from firstdose.records.log import issues
from firstdose.records.log.chain import origin_of
from firstdose.records.log.event import KINDS
from firstdose.records.log.ordering import Run, misplaced
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from firstdose.records.log.event import Payload
    from firstdose.records.log.file import Line

MOST = 1000  # findings that are kept; the others are counted
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_HASH = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")


class Finding(NamedTuple):
    """What is wrong, and where: with event `first`, or with something from `first` to `last`."""

    first: int
    last: int
    issue: Issue


class Doubt(NamedTuple):
    """An event whose hash is not that of its header; the next event may tell which of the two was altered."""

    seq: int
    line: int
    computed: bytes


class Erasure(NamedTuple):
    """What a `redacted` event says: by which event, and why."""

    by: int
    reason: str


@dataclass(slots=True)
class Walk:
    """What one pass found. `wanted`: the numbers whose hashes are asked for; they are then in `heads`."""

    file: str
    study: str = ""
    wanted: Collection[int] = ()
    events: int = 0
    payloads: int = 0
    head: str = ""
    began: str = ""
    ended: str = ""
    more: int = 0
    heads: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    missing: dict[int, tuple[int, str]] = field(default_factory=dict)
    erasures: dict[int, Erasure] = field(default_factory=dict)
    idem: str = ""
    idems: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)
    begun: tuple[int, int] = (1, 2)  # the run that is going on: its first event and line
    doubt: Doubt | None = None
    unreadable: int = 0  # lines since the last event

    @property
    def last(self) -> int:
        """The highest number of an event."""
        return max((run.last for run in self.runs), default=0)

    # -------------------------------------------------------------------------------------------------- the pass

    def walk(self, lines: Iterable[Line | Issue]) -> None:
        """Every event in its order. What is usual is compared here, what is not is looked at below."""
        seq, at, own, wanted, known = 0, "", origin_of(self.study), self.wanted, KINDS
        prev: bytes | None = bytes.fromhex(own)
        for line in lines:
            if isinstance(line, Issue):
                self._pass_over(line, seq)
                continue
            tip = own
            number, header, own, salt, payload, head, body, before = line
            if header[2] != seq + 1 or header[1] != self.study or self.unreadable:
                at = at if header[2] == seq + 1 else ""
                prev, tip = self._arrive(number, header, seq, prev, tip)
            seq, kind = header[2], header[7]
            self.events += 1
            if before is not None and before != tip:
                prev = self._joined(number, seq, own, head, before, prev)
            digest = _read(own) if prev is None else sha256(prev + head).digest()
            if self.doubt or digest is None or digest.hex() != own:
                digest = self._weigh(number, seq, own, head, prev, digest)
            prev = digest
            if body is None:
                self.missing[seq] = (number, salt)
            elif _digest(salt, body) == header[14]:
                self.payloads += 1
            else:
                self._find(issues.payload_altered(self._place(number), seq), seq)
            if header[3] != at:
                at = self._time(number, seq, header[3], at)
            if kind not in known:
                self._find(issues.kind_unknown(self._place(number), seq, kind), seq)
            elif kind == "redacted":
                self._redaction(seq, payload)
            if header[17] != self.idem:
                self._save(number, seq, header[17])
            if seq in wanted:
                self.heads.setdefault(seq, own)
        self._end(seq, own if self.events else "", at)

    # ------------------------------------------------------------------------------------------- what is not usual

    def _pass_over(self, issue: Issue, seq: int) -> None:
        """A line that is no event; it may stand for the one after `seq`."""
        self.unreadable += 1
        self._find(issue, seq + self.unreadable)

    def _arrive(
        self, number: int, header: list[Any], seq: int, prev: bytes | None, tip: str
    ) -> tuple[bytes | None, str]:
        """The hash before an event of another study, or one that does not come next: None where nobody knows it."""
        study, arrived = header[1], header[2]
        if study != self.study:
            prev, tip = self._strange(number, study, arrived, prev, tip)
        lost, self.unreadable = self.unreadable, 0
        if arrived == seq + 1:
            return prev, tip
        self._settle()
        if not seq < arrived <= seq + 1 + lost:
            self._close(seq)
            self.begun = arrived, number
        return None, ""

    def _strange(
        self, number: int, study: str, seq: int, prev: bytes | None, tip: str
    ) -> tuple[bytes | None, str]:
        """An event of another study; the first event tells the study where the title does not."""
        if self.study:
            self._find(issues.wrong_study(self._place(number), seq, study, self.study), seq)
        if self.events:
            return prev, tip
        self.study = study
        origin = origin_of(study)
        return bytes.fromhex(origin), origin

    def _joined(
        self, number: int, seq: int, own: str, head: bytes, before: str, prev: bytes | None
    ) -> bytes | None:
        """The hash before an event that tells another one than the event before it bears."""
        told = _read(before)
        if prev is None or (self.doubt and told == self.doubt.computed):
            return told
        if sha256(prev + head).hexdigest() == own:
            self._find(issues.link_altered(self._place(number), seq), seq)
            return prev
        if seq == 1:
            self._find(issues.origin_wrong(self._place(number), self.study), seq)
        else:
            self._find(issues.rehashed(self._place(number), seq - 1), seq - 1)
        return told

    def _weigh(
        self, number: int, seq: int, own: str, head: bytes, prev: bytes | None, digest: bytes | None
    ) -> bytes | None:
        """The hash to go on with, where that of an event or of the one before it is not as computed."""
        doubt, self.doubt = self.doubt, None
        if prev is None or digest is None:
            self._altered(number, seq)
            return _read(own)
        if doubt and digest.hex() == own and prev != doubt.computed:
            self._altered(doubt.line, doubt.seq)
            return digest
        if doubt and (other := sha256(doubt.computed + head).digest()).hex() == own:
            self._find(issues.hash_altered(self._place(doubt.line), doubt.seq), doubt.seq)
            return other
        self.doubt = doubt
        self._settle()
        self.doubt = Doubt(seq, number, digest)
        return _read(own) or digest

    def _settle(self) -> None:
        """Nothing after it tells more about an event in doubt."""
        if self.doubt:
            self._altered(self.doubt.line, self.doubt.seq)
        self.doubt = None

    def _altered(self, number: int, seq: int) -> None:
        """This event was altered, or the one before it together with its hash: nobody can tell which."""
        self._find(issues.header_altered(self._place(number), seq), max(seq - 1, 1), seq)

    def _time(self, number: int, seq: int, at: str, before: str) -> str:
        """The time that the next event must not be earlier than."""
        if not _is_time(at):
            self._find(issues.time_unreadable(self._place(number), seq, at), seq)
            return before
        if at < before:
            self._find(issues.time_backwards(self._place(number), seq, at, before), seq)
        self.began = self.began or at
        return at

    def _redaction(self, seq: int, payload: Payload | None) -> None:
        """Two persons, a reason, and an earlier event: anything less erases nothing."""
        told = payload or {}
        erased, reason, first, second = (told.get(name) for name in ("seq", "reason", "first", "second"))
        if isinstance(erased, int) and erased < seq and reason and first and second and first != second:
            self.erasures[erased] = Erasure(seq, str(reason))

    def _save(self, number: int, seq: int, idem: str) -> None:
        """The events of one save stand together, once."""
        if idem in self.idems:
            self._note(issues.save_twice(self._place(number), seq, idem), seq)
        elif idem:
            self.idems.add(idem)
        self.idem = idem

    # ----------------------------------------------------------------------------------------------------- the end

    def _end(self, seq: int, head: str, at: str) -> None:
        self.head, self.ended = head, at
        self._settle()
        self._close(seq)
        for what, first, last, line in misplaced(self.runs):
            constructor = _ORDER[what]
            self._find(constructor(self._place(line), first, last), first, last)
        for erased, (line, salt) in self.missing.items():
            self._erased(erased, self._place(line), salt)
        for erased, by in self.erasures.items():
            if erased not in self.missing and erased > 0:
                self._note(issues.not_erased(self._place(erased + 1), erased, by.by), erased)

    def _erased(self, seq: int, place: Place, salt: str) -> None:
        erasure = self.erasures.get(seq)
        if erasure is None:
            self._find(issues.payload_missing(place, seq), seq)
            return
        self._note(issues.payload_erased(place, seq, erasure.by, erasure.reason), seq)
        if salt:
            self._note(issues.salt_left(place, seq), seq)

    def _close(self, seq: int) -> None:
        """The end of a run of consecutive numbers."""
        if self.events:
            self.runs.append(Run(self.begun[0], seq, self.begun[1]))

    def _place(self, number: int) -> Place:
        return Place(self.file, number)

    def _find(self, issue: Issue, first: int, last: int | None = None) -> None:
        if len(self.findings) < MOST:
            self.findings.append(Finding(first, first if last is None else last, issue))
        else:
            self.more += 1

    def _note(self, issue: Issue, seq: int) -> None:
        if len(self.notes) < MOST:
            self.notes.append(Finding(seq, seq, issue))


_ORDER = {"missing": issues.events_missing, "moved": issues.out_of_place, "repeated": issues.repeated}


def _read(text: str) -> bytes | None:
    """32 bytes of 64 hexadecimal digits in small letters; None of anything else."""
    return bytes.fromhex(text) if _HASH.fullmatch(text) else None


def _digest(salt: str, body: bytes) -> str:
    """The digest of a payload; '' where the salt is none."""
    return sha256(bytes.fromhex(salt) + body).hexdigest() if _SALT.fullmatch(salt) else ""


def _is_time(text: str) -> bool:
    try:
        return _TIME.fullmatch(text) is not None and dt.datetime.fromisoformat(text) is not None
    except ValueError:
        return False
