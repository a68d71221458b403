"""From bytes to lines: encoding, characters that cannot be seen, line ends, the first line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstdose.protocol import issues_of_text as issues
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.values.issue import Issue

MOST_BYTES = 1_000_000
LOST = "\ufffd"

# Controls; blanks that are no blank; marks without width or that turn the direction of the text (the two joiners
# of Arabic script may stay); and the line ends U+0085, U+2028 and U+2029, at which YAML cuts a value silently.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ud800-\udfff\ufeff\ufff9-\ufffc\ufffe\uffff]"
)
_FORMAT = re.compile(r"# *firstdose protocol, format +(\S+)")


def decode(raw: bytes) -> str:
    """The text of a file: a byte-order mark is dropped, what is not UTF-8 becomes U+FFFD and is told later."""
    return raw.decode("utf-8-sig", errors="replace")


def split_lines(text: str) -> list[str]:
    """The lines without their ends; LF, CRLF and CR end a line and nothing else does."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def check_characters(lines: list[str], file: str) -> Iterator[Issue]:
    """An Issue for the first unseen or lost character of each line."""
    for number, line in enumerate(lines, start=1):
        if line.isascii() and line.isprintable():
            continue
        found = _UNSEEN.search(line)
        if found:
            yield issues.unseen_character(Place(file, number, found.start() + 1), found.group())
        if LOST in line:
            yield issues.not_utf8(Place(file, number, line.index(LOST) + 1))


def without_unseen(lines: list[str]) -> list[str]:
    """The lines with a plain mark for every unseen character, so that the rest can still be read."""
    return [line if line.isascii() and line.isprintable() else _UNSEEN.sub(LOST, line) for line in lines]


def check_first_line(lines: list[str], file: str) -> Iterator[Issue]:
    """The first line must name the format, and a format that is known."""
    found = _FORMAT.fullmatch(lines[0].rstrip(" \t"))
    if not found:
        yield issues.first_line_missing(Place(file, 1, 1))
    elif found[1] != "1":
        yield issues.unknown_format(Place(file, 1, found.start(1) + 1), found[1])
