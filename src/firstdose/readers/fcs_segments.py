"""HEADER and TEXT of an FCS file: where the segments lie and what the keywords say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plain_text import number_of
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

HEADER_BYTES = 58
VERSIONS = (b"FCS2.0", b"FCS3.0", b"FCS3.1", b"FCS3.2")
_FIELDS = (
    "start of TEXT",
    "end of TEXT",
    "start of DATA",
    "end of DATA",
    "start of ANALYSIS",
    "end of ANALYSIS",
)
_DIGITS = re.compile(r"[+]?[0-9]{1,15}")
_NEEDED = ("$PAR", "$DATATYPE", "$BYTEORD")


class NotRead(Exception):
    """Carries the Issue that ends the reading of one data set."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(issue.message)


@dataclass(frozen=True, slots=True)
class Segments:
    """One data set: where it begins in the file, what HEADER says of DATA (0, 0: nothing), and its keywords."""

    base: int
    version: str
    begin: int
    end: int
    keywords: Mapping[str, str] = field(repr=False)


def read_segments(source: Source, base: int) -> Segments:
    """HEADER and TEXT of the data set that begins at byte `base`.

    Raises:
        NotRead: the bytes are not those of a data set.
    """
    header = source.content[base : base + HEADER_BYTES]
    if len(header) < HEADER_BYTES:
        raise NotRead(
            refusals.damaged(source.place, f"the HEADER at byte {base} ends after {len(header)} bytes")
        )
    if header[:6] not in VERSIONS:
        raise NotRead(_unknown_version(source, header[:6], base))
    places = [_offset(source, header, number, base) for number in range(4)]
    text = _segment(source, base, places[0], places[1], "TEXT")
    keywords = _keywords(source, text, base)
    extra = _supplement(source, base, keywords, places[0])
    return Segments(base, header[:6].decode(), places[2], places[3], {**extra, **keywords})


def whole_number(text: str) -> int | None:
    """The number that digits say, else None."""
    return int(text) if _DIGITS.fullmatch(text := text.strip()) else None


def number_at(source: Source, keywords: Mapping[str, str], key: str) -> int:
    """The whole number under a keyword that must be there.

    Raises:
        NotRead: it is missing or no whole number.
    """
    if key not in keywords:
        raise NotRead(refusals.missing_part(source.place, [key], "keyword"))
    if (value := whole_number(keywords[key])) is None:
        raise NotRead(
            refusals.damaged(source.place, f"{key} is {quoted(keywords[key])}, which is no whole number")
        )
    return value


def decimal_at(source: Source, keywords: Mapping[str, str], key: str) -> float | None:
    """The number under a keyword, None where it is not there.

    Raises:
        NotRead: it is no number.
    """
    if not (text := keywords.get(key, "").strip()):
        return None
    if (value := number_of(text)) is None:
        raise NotRead(refusals.damaged(source.place, f"{key} is {quoted(text)}, which is no number"))
    return value


def _unknown_version(source: Source, magic: bytes, base: int) -> Issue:
    told = quoted(magic.decode("latin-1"))
    what = f"the data set at byte {base} begins with {told}, not with FCS2.0, FCS3.0, FCS3.1 or FCS3.2"
    return refusals.variant_not_read(
        source.place, what, "Save it as FCS 3.1 from the instrument's own program."
    )


def _offset(source: Source, header: bytes, number: int, base: int) -> int:
    start = 10 + 8 * number
    text = header[start : start + 8].decode("latin-1").strip()
    if not text:
        return 0
    if (value := whole_number(text)) is None:
        what = f"the {_FIELDS[number]} at byte {base + start} of HEADER is {quoted(text)}, which is no number"
        raise NotRead(refusals.damaged(source.place, what))
    return value


def _segment(source: Source, base: int, begin: int, end: int, name: str) -> bytes:
    there = len(source.content) - base
    if begin < HEADER_BYTES or end <= begin:
        what = f"HEADER puts {name} from byte {begin} to byte {end}"
        raise NotRead(refusals.damaged(source.place, what))
    if end >= there:
        what = f"{name} ends at byte {base + end}, but the file has {len(source.content)} bytes"
        raise NotRead(refusals.damaged(source.place, what))
    return source.content[base + begin : base + end + 1]


def _supplement(source: Source, base: int, keywords: Mapping[str, str], primary: int) -> dict[str, str]:
    begin, end = (whole_number(keywords.get(key, "0")) or 0 for key in ("$BEGINSTEXT", "$ENDSTEXT"))
    if not begin or begin == primary or end <= begin:
        return {}
    return _pairs(source, _split(_segment(source, base, begin, end, "supplemental TEXT"), escaped=True))


def _keywords(source: Source, text: bytes, base: int) -> dict[str, str]:
    """A doubled delimiter stands for itself; where that leaves no sense, it is an empty value, as old programs write."""
    missing: list[str] = []
    for escaped in (True, False):
        keywords = _pairs(source, _split(text, escaped=escaped))
        missing = [key for key in _NEEDED if key not in keywords]
        if not missing:
            return keywords
    raise NotRead(refusals.missing_part(source.place, missing, f"TEXT at byte {base}: keyword"))


def _split(text: bytes, *, escaped: bool) -> list[str]:
    try:
        told = text.decode("utf-8")
    except UnicodeDecodeError:
        told = text.decode("latin-1")
    told = told.rstrip("\x00 \r\n") if told[:1] not in " \x00\r\n" else told
    mark, body = told[:1], told[1:]
    body = body.removesuffix(mark)
    if not escaped or mark * 2 not in body:
        return body.split(mark)
    return [part.replace("\x00\x01", mark) for part in body.replace(mark * 2, "\x00\x01").split(mark)]


def _pairs(source: Source, tokens: list[str]) -> dict[str, str]:
    keywords: dict[str, str] = {}
    for key, value in zip(tokens[::2], tokens[1::2], strict=False):
        name = key.strip().upper()
        if name.startswith("$") and keywords.get(name, value) != value:
            raise NotRead(refusals.twice(source.place, "keyword", name))
        keywords.setdefault(name, value)
    return keywords
