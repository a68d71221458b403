"""Anchors: the head of the chain at a moment, signed, and kept where the owner of the database cannot reach."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from firstdose.records.log.chain import canonical
from firstdose.records.log.ed25519 import verify
from firstdose.records.log.issues import (
    anchor_not_read,
    anchor_unreadable,
    key_unknown,
    no_anchor,
    signature_wrong,
)
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from firstdose.values.issue import Issue

FORMAT = 1
TITLE = "firstdose anchor"
NOWHERE = Place("anchor")

_BEGIN = re.compile(r"firstdose\s+anchor\s+\d")
_HEX = r"([0-9a-f]{64})"
_ANCHOR = re.compile(
    r"firstdose\s+anchor\s+1\s+([A-Za-z0-9._~%-]+)\s+(0|[1-9][0-9]{0,17})"
    r"\s+([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)"
    rf"\s+{_HEX}\s+{_HEX}\s+{_HEX}\s+{_HEX}(?![0-9A-Za-z])"
)
_QUOTED = re.compile(r"(?m)^[ \t]*(?:>[ \t]?)+")  # lines of a mail that was answered or sent on
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")  # lines of a mail in quoted-printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Event `seq` of the study had this hash at that time. `key`: 64, `signature`: 128 hexadecimal digits.

    `place`: where the anchor was read, no part of what it says.
    """

    study: str
    seq: int
    hash: str
    at: str
    key: str
    signature: str = ""
    place: Place = NOWHERE

    def to_sign(self) -> bytes:
        """The canonical bytes under the signature."""
        return canonical([TITLE, FORMAT, self.study, self.seq, self.hash, self.at, self.key])

    def __str__(self) -> str:
        """One line in which every word stands alone, so that mails and footers may break it at any blank."""
        study, half = quote(self.study, safe=""), len(self.signature) // 2
        halves = f"{self.signature[:half]} {self.signature[half:]}"
        return f"{TITLE} {FORMAT} {study} {self.seq} {self.at} {self.hash} {self.key} {halves}"


def read_anchors(path: Path) -> tuple[list[Anchor], list[Issue]]:
    """Every anchor of a text file, whatever else it says: a list of anchors, a mail, the text of a PDF."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except OSError as why:
        return [], [anchor_not_read(Place(str(path)), why.strerror or "no reason was given")]
    found = list(anchors_in(text, str(path)))
    anchors = [each for each in found if isinstance(each, Anchor)]
    issues = [each for each in found if not isinstance(each, Anchor)]
    return anchors, issues if found else [no_anchor(Place(str(path)))]


def anchors_in(text: str, name: str = "anchor") -> Iterator[Anchor | Issue]:
    """Anchors of a text in their order; an Issue for what begins like one and is none."""
    pieces = _SOFT_BREAK.split(_QUOTED.sub("", text))
    joints, plain = list(accumulate(map(len, pieces))), "".join(pieces)
    for begin in (found.start() for found in _BEGIN.finditer(plain)):
        line = 1 + plain.count("\n", 0, begin) + bisect_right(joints[:-1], begin)
        place, found = Place(name, line), _ANCHOR.match(plain, begin)
        yield _anchor(found, place) if found else anchor_unreadable(place)


def _anchor(found: re.Match[str], place: Place) -> Anchor | Issue:
    study, seq, at, own, key, one, other = found.groups()
    try:
        name = unquote(study, errors="strict")
    except UnicodeDecodeError:
        return anchor_unreadable(place)
    return Anchor(study=name, seq=int(seq), hash=own, at=at, key=key, signature=one + other, place=place)


def check_anchor(anchor: Anchor, keys: Collection[str] = ()) -> Issue | None:
    """What speaks against trusting it: a key that is none of `keys` (if there are any), a signature that is wrong."""
    if keys and anchor.key not in keys:
        return key_unknown(anchor.place, anchor.seq, anchor.key)
    try:
        key, signature = bytes.fromhex(anchor.key), bytes.fromhex(anchor.signature)
        right = verify(key, anchor.to_sign(), signature)
    except ValueError:
        right = False
    return None if right else signature_wrong(anchor.place, anchor.seq)
