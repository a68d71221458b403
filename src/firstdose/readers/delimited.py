"""Tables as text: comma, semicolon or tab between the cells, double quotes around cells that need them."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.readers import issues
from firstdose.readers.text_table import CONTROL_CHARACTERS, TextTable, check_header
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firstdose.values.issue import Issue

# In this order where several fit: 'Dose, cells;Area, cm2' is two columns.
DELIMITERS = ("\t", ";", ",")

_BLANK = re.compile(r"\s*")
# Bytes of forbidden characters, to pass a clean file at the speed of memory.
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
_FORBIDDEN = re.compile(f"[{CONTROL_CHARACTERS}]|\r(?!\n)")


@dataclass(frozen=True, slots=True)
class _Rows:
    """The header's names and the rows below it; `lines` where a quoted cell runs over several lines."""

    names: tuple[str, ...]
    frame: pl.DataFrame
    first_line: int = 2
    lines: tuple[int, ...] | None = None


def read_delimited(path: Path, *, name: str | None = None) -> tuple[TextTable | None, list[Issue]]:
    """The table of a UTF-8 text file, every cell as typed, or the Issues that say why not.

    `name` is the name under which Issues and the table speak of the file (default: the path as given).
    """
    file = name or str(path)
    try:
        content = path.read_bytes()
    except OSError as refusal:
        return None, [
            issues.not_a_table(Place(file), refusal.strerror or "it cannot be opened", "Check the name.")
        ]
    return table_of(content, file)


def table_of(content: bytes, file: str) -> tuple[TextTable | None, list[Issue]]:
    """`read_delimited` for bytes that are already there."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as refusal:
        return None, [_not_utf8(content, refusal, file)]
    if _BLANK.fullmatch(text):
        return None, [issues.empty_file(Place(file))]
    if _suspicious(content) and (found := issues.told(_control_characters(text, file))):
        return None, found
    delimiter = recognise_delimiter(text)
    rows = _plain_rows(text, delimiter) or _quoted_rows(text, delimiter, file)
    if not isinstance(rows, _Rows):
        return None, rows
    if found := issues.told(check_header(rows.names, file)):
        return None, found
    sha256 = hashlib.sha256(content).hexdigest()
    frame = rows.frame.rename(dict(zip(rows.frame.columns, rows.names, strict=True)))
    return TextTable(
        file=file, sha256=sha256, sheet=None, columns=rows.names, frame=frame,
        first_line=rows.first_line, lines=rows.lines,
    ), []  # fmt: skip


def recognise_delimiter(text: str) -> str:
    """Tab, semicolon or comma: one that the first two lines hold equally often outside quotes.

    Where none does, the one that the first line holds most often; a file of one column is read with commas.
    """
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.split("\n", 2)[:2]]
    header, row = lines[0], lines[-1]
    fitting = [mark for mark in DELIMITERS if 0 < header.count(mark) == row.count(mark)]
    if fitting and header != row:
        return fitting[0]
    return max(DELIMITERS, key=header.count) if any(map(header.count, DELIMITERS)) else ","


def _not_utf8(content: bytes, refusal: UnicodeDecodeError, file: str) -> Issue:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return issues.not_utf8(Place(file), "it is UTF-16")
    before = content[: refusal.start]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    place = Place(file, before.count(b"\n") + 1, column)
    return issues.not_utf8(place, f"byte {refusal.start + 1} is {content[refusal.start]:#04x}")


def _suspicious(content: bytes) -> bool:
    """Whether the bytes may hold a control character; False is certain."""
    return (
        not content.isascii()
        or len(content.translate(None, _CONTROL_BYTES)) < len(content)
        or content.count(b"\r") > content.count(b"\r\n")
    )


def _control_characters(text: str, file: str) -> Iterator[Issue]:
    ends: list[int] | None = None
    for found in _FORBIDDEN.finditer(text):
        ends = ends or [-1, *(end.start() for end in re.finditer("\n", text))]
        line = bisect_right(ends, found.start())
        yield issues.control_character(Place(file, line, found.start() - ends[line - 1]), found[0])


def _plain_rows(text: str, delimiter: str) -> _Rows | None:
    """The fast way, for files whose every line is a well-formed row; None sends the file the careful way."""
    text = text.replace("\r\n", "\n") if "\r" in text else text
    body = text.removesuffix("\n")
    lines = pl.Series("line", body.split("\n"), dtype=pl.String)
    names = tuple(next(csv.reader([lines[0]], delimiter=delimiter)))
    if len(names) < 2 or not _all_well_formed(lines, delimiter, len(names), quotes='"' in body):
        return None
    frame = pl.read_csv(
        body.encode(),
        separator=delimiter,
        quote_char='"' if '"' in body else None,
        has_header=False,
        schema={f"column_{i}": pl.String for i in range(1, len(names) + 1)},
        empty_string_is_null=False,
    )
    return _Rows(names, frame.slice(1))


def _all_well_formed(lines: pl.Series, delimiter: str, names: int, *, quotes: bool) -> bool:
    """Whether each line alone is a row of so many cells, quoted as a whole or not at all."""
    if quotes:
        cell = f'(?:"(?:[^"]|"")*"|[^"{delimiter}]*)'
        if not lines.str.contains(f"^{cell}(?:{delimiter}{cell})*$").all():
            return False
        lines = lines.str.replace_all('"(?:[^"]|"")*"', "")
    return bool((lines.str.count_matches(delimiter, literal=True) == names - 1).all())


def _quoted_rows(text: str, delimiter: str, file: str) -> _Rows | list[Issue]:
    """The careful way: quoted line ends, one column only, or something to be told."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    starts: list[int] = []
    line = 1
    try:
        for row in reader:
            rows.append(row)
            starts.append(line)
            line = reader.line_num + 1
    except csv.Error:
        return [*_ragged(rows, starts, delimiter, file), issues.wrong_quotes(Place(file, line, 1))]
    rows = _without_blank_end(rows)
    if found := _ragged(rows, starts, delimiter, file):
        return found
    return _as_rows(rows, starts[: len(rows)])


def _without_blank_end(rows: list[list[str]]) -> list[list[str]]:
    """Blank lines after the last row end the file; in a file of one column they are empty cells."""
    if len(rows[0]) < 2:
        return [row or [""] for row in rows]
    last = next(i for i in range(len(rows), 0, -1) if rows[i - 1])
    return rows[:last]


def _ragged(rows: list[list[str]], starts: list[int], delimiter: str, file: str) -> list[Issue]:
    names = len(rows[0]) if rows else 0
    return issues.told(
        issues.ragged_row(Place(file, line, 1), len(row), names, delimiter)
        if row
        else issues.blank_line(Place(file, line, 1))
        for row, line in zip(rows, starts, strict=False)
        if len(row) != names
    )


def _as_rows(rows: list[list[str]], starts: list[int]) -> _Rows:
    header, *below = rows
    columns = list(zip(*below, strict=True)) if below else [()] * len(header)
    frame = pl.DataFrame(
        [pl.Series(f"column_{i}", cells, dtype=pl.String) for i, cells in enumerate(columns, 1)]
    )
    first_line = starts[1] if below else 2
    lines = tuple(starts[1:])
    one_each = lines == tuple(range(first_line, first_line + len(lines)))
    return _Rows(tuple(header), frame, first_line, None if one_each else lines)
