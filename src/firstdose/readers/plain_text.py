"""Text exports of instruments: encodings, line ends and numbers as programs of many years write them."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.readers.reader import Source

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DIGITS_MOST = 40


def text_of(source: Source, most: int | None = None) -> str:
    """The file as text with line ends of one kind: by its byte order mark, UTF-8, else Windows Latin.

    A byte that no encoding knows becomes U+FFFD, which is no part of any number. `most`: bytes to look at.
    """
    content = source.content[:most] if most else source.content
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _lines_alike(content.decode(encoding, errors="replace"))
    try:
        return _lines_alike(content.decode("utf-8"))
    except UnicodeDecodeError as broken:
        if most and broken.start >= len(content) - 3:
            return _lines_alike(content[: broken.start].decode("utf-8"))
        return _lines_alike(content.decode("cp1252", errors="replace"))


def is_text(source: Source) -> bool:
    """Whether the file can be text at all: no zero byte outside UTF-16."""
    start = source.start
    return bool(start) and (start[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" not in start)


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    """Cells of every line, blanks around them removed; double quotes around cells that need them.

    Raises:
        csv.Error: a cell is longer than the format allows.
    """
    lines = text.split("\n")
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]


def delimiter_of(lines: Sequence[str]) -> str:
    """Tab, semicolon or comma: the first that occurs in most of the lines."""
    filled = [line for line in lines if line.strip()] or [""]
    return max("\t;,", key=lambda mark: (sum(mark in line for line in filled), -"\t;,".index(mark)))


def number_of(text: str, *, decimal_comma: bool = False) -> float | None:
    """The number that the text is, else None: no thousands, no words, no NaN, no infinity."""
    told = text.strip()
    if decimal_comma:
        if "." in told:
            return None
        told = told.replace(",", ".", 1)
    if len(told) > _DIGITS_MOST or not _NUMBER.fullmatch(told):
        return None
    value = float(told)
    return value if abs(value) < float("inf") else None


def _lines_alike(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
