"""What a log proves, alone and together with the anchors that others hold; no server and no database is asked."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from firstdose.records.log import issues
from firstdose.records.log.anchors import check_anchor
from firstdose.records.log.chain import origin_of
from firstdose.records.log.file import line_from, read_lines, read_title
from firstdose.records.log.walking import Finding, Walk
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from firstdose.records.log.anchors import Anchor
    from firstdose.records.log.event import Event
    from firstdose.records.log.file import Line
    from firstdose.values.issue import Issue

LOG = "log"  # what a log is called that is no file


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found in a log, what is proven thereby and what is not.

    `head`: hash of the last event; `anchored`: the last event that an anchor confirms; `more`: findings beyond those
    listed; `notes` tell what is unusual and allowed.
    """

    study: str
    events: int
    last: int
    head: str
    began: str
    ended: str
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    more: int
    anchors: int
    anchored: int
    proven: tuple[str, ...]
    unproven: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(
    events: Iterable[Event],
    anchors: Sequence[Anchor] = (),
    *,
    keys: Collection[str] = (),
    study: str = "",
) -> Verdict:
    """Events as a database holds them, with the hash before each; lines are counted as those of the exported file.

    `keys`: the public keys that are trusted, none: any; `study`: the log's, '' as its first event says.
    """
    return verify_lines(_lines(events), anchors, keys=keys, study=study)


def verify_lines(
    lines: Iterable[Line | Issue],
    anchors: Sequence[Anchor] = (),
    *,
    keys: Collection[str] = (),
    study: str = "",
) -> Verdict:
    """The same of lines, such as a table's rows read by `file.stored_line`."""
    return _verify(lines, anchors, keys, study, LOG)


def verify_file(
    path: Path,
    anchors: Sequence[Anchor] = (),
    *,
    keys: Collection[str] = (),
    progress: Callable[[float], object] | None = None,
) -> Verdict:
    """The exported log; `progress` is told the share that was read."""
    return _verify(read_lines(path, progress), anchors, keys, read_title(path), str(path))


def _lines(events: Iterable[Event]) -> Iterator[Line | Issue]:
    for number, event in enumerate(events, start=2):
        yield line_from(event, number) or issues.no_event(Place(LOG, number))


def _verify(
    lines: Iterable[Line | Issue], anchors: Sequence[Anchor], keys: Collection[str], study: str, file: str
) -> Verdict:
    bad = {id(each): issue for each in anchors if (issue := check_anchor(each, keys))}
    good = sorted((each for each in anchors if id(each) not in bad), key=attrgetter("seq", "hash"))
    walk = Walk(file, study, {each.seq for each in good})
    walk.walk(lines)
    ours = [each for each in good if each.study == walk.study]
    confirmed = [each for each in ours if _hash_at(walk, each.seq) == each.hash]
    found = [
        *walk.findings,
        *(Finding(each.seq, each.seq, bad[id(each)]) for each in anchors if id(each) in bad),
        *(_strange(each, walk.study) for each in good if each.study != walk.study),
        *_contradicted(walk, ours, confirmed),
    ]
    return _verdict(walk, sorted(found), confirmed, trusted=bool(keys))


def _hash_at(walk: Walk, seq: int) -> str:
    return origin_of(walk.study) if seq == 0 else walk.heads.get(seq, "")


def _strange(anchor: Anchor, study: str) -> Finding:
    issue = issues.anchor_of_another_study(anchor.place, anchor.seq, anchor.study, study)
    return Finding(anchor.seq, anchor.seq, issue)


def _contradicted(walk: Walk, anchors: Sequence[Anchor], confirmed: Sequence[Anchor]) -> Iterator[Finding]:
    """The first anchor that tells another hash, and the last that knows of events beyond the end."""
    last = walk.last
    other = [each for each in anchors if each.seq in walk.heads and walk.heads[each.seq] != each.hash]
    if other:
        seq = other[0].seq
        first = max((each.seq for each in confirmed if each.seq < seq), default=0) + 1
        yield Finding(first, seq, issues.rewritten(Place(walk.file), first, seq))
    if anchors and anchors[-1].seq > last:
        cut = issues.tail_cut(Place(walk.file), last + 1, anchors[-1].seq)
        yield Finding(last + 1, anchors[-1].seq, cut)


def _verdict(walk: Walk, found: list[Finding], confirmed: Sequence[Anchor], *, trusted: bool) -> Verdict:
    anchored = confirmed[-1].seq if confirmed else 0
    return Verdict(
        study=walk.study,
        events=walk.events,
        last=walk.last,
        head=walk.head,
        began=walk.began,
        ended=walk.ended,
        findings=tuple(found),
        notes=tuple(walk.notes),
        more=walk.more,
        anchors=len(confirmed),
        anchored=anchored,
        proven=() if found else tuple(_proven(walk, confirmed)),
        unproven=tuple(_unproven(walk, found, confirmed, trusted=trusted)),
    )


# ------------------------------------------------------------------------------------------------------------ words


def _proven(walk: Walk, confirmed: Sequence[Anchor]) -> Iterator[str]:
    if not walk.events:
        yield "The log holds no event."
    else:
        erased = f", {len(walk.missing)} erased on record" if walk.missing else ""
        yield (
            f"Events 1 to {walk.last} of study {walk.study}, {walk.began} to {walk.ended}: none is missing, moved or "
            f"repeated, every hash follows from its header and the hash before it, no time runs backwards."
        )
        yield f"What they say fits the digests in their headers: {walk.payloads} payloads{erased}."
    if confirmed:
        last = confirmed[-1]
        many = "1 anchor" if len(confirmed) == 1 else f"{len(confirmed)} anchors"
        keys = ", ".join(sorted({each.key for each in confirmed}))
        yield (
            f"Up to event {last.seq} nothing was changed, added, cut off or written anew since {last.at}: "
            f"{many} signed with {keys}."
        )


def _unproven(
    walk: Walk, found: Sequence[Finding], confirmed: Sequence[Anchor], *, trusted: bool
) -> Iterator[str]:
    if found:
        yield "The log is not whole. Events that no finding names fit their hashes, and prove no more than that."
    after = confirmed[-1].seq if confirmed else 0
    if not confirmed:
        yield (
            "No anchor confirms the log: that its end was not cut off, or all of it written anew by the owner of the "
            "database, cannot be seen without one."
        )
    elif after < walk.last:
        what, they = f"Event {walk.last}", "it was"
        if after + 1 < walk.last:
            what, they = f"Events {after + 1} to {walk.last}", "they were"
        yield (
            f"{what} came after the last anchor: that {they} not cut off or written anew cannot be seen without a "
            "later one."
        )
    if confirmed and not trusted:
        yield "That the key is the study's: compare it with the one you were handed, or name that by --key."
    yield "That what was entered is true: a log proves what was recorded, when and by which account."
