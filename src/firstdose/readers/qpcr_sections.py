"""Exports of QuantStudio and StepOne, as text or workbook: a preamble of keys and named tables, all as text."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.archive import read_archive
from firstdose.readers.plain_text import delimiter_of, text_of
from firstdose.readers.qpcr_rows import filled, numbered_rows
from firstdose.readers.qpcr_words import columns_of, plain_word

if TYPE_CHECKING:
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

RESULTS, AMPLIFICATION, MELT = "results", "amplification data", "melt curve raw data"
PREAMBLE = ("block type", "experiment name", "instrument type")
_SECTION = re.compile(r"\[([A-Za-z][A-Za-z ]{2,40})\]")
_LEAST_CELLS, _CELLS_A_BYTE = 100_000, 20


@dataclass(slots=True)
class Table:
    """One table: its header, the header's line, and its rows with their lines."""

    line: int
    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass(slots=True)
class Sections:
    """`keys` of the preamble and the foot in plain words > value; `tables` by their names in lower case."""

    keys: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)


def read_sections(source: Source) -> Sections:
    """The sections of a text export, tab or comma between its cells."""
    text = text_of(source)
    rows = numbered_rows(text, delimiter_of(text.split("\n")))
    starts = [(at, name) for at, (_, row) in enumerate(rows) if (name := _section_name(row))]
    found = Sections()
    if not starts:
        _one_table(rows, found)
        return found
    _take_keys(rows[: starts[0][0]], found)
    for (at, name), end in zip(starts, [*(at for at, _ in starts[1:]), len(rows)], strict=True):
        if name not in found.tables:
            found.tables[name] = _table(rows[at : at + 1], rows[at + 1 : end], found)
    return found


def _section_name(row: list[str]) -> str:
    match = _SECTION.fullmatch(row[0]) if row and not any(row[1:]) else None
    return match[1].lower() if match else ""


def _table(title: list[tuple[int, list[str]]], rows: list[tuple[int, list[str]]], found: Sections) -> Table:
    table = Table(line=title[0][0])
    body = list(filled(rows))
    if body:
        table.line, table.header = body[0]
        table.rows = body[1:]
    _take_keys(rows[len(body) :], found)
    return table


def _one_table(rows: list[tuple[int, list[str]]], found: Sections) -> None:
    """A file without section names: the table begins where a row names well and quantification cycle."""
    at = next((at for at, (_, row) in enumerate(rows) if is_header(row)), None)
    if at is None:
        _take_keys(rows, found)
        return
    _take_keys(rows[:at], found)
    found.tables[RESULTS] = _table(rows[at : at + 1], rows[at:], found)


def is_header(row: list[str]) -> bool:
    """Whether a row names the columns of results."""
    columns = columns_of(row)
    return "well" in columns and "cq" in columns and len(row) > 3


def _take_keys(rows: list[tuple[int, list[str]]], found: Sections) -> None:
    for _, row in rows:
        if not row or not row[0]:
            continue
        key, sign, value = row[0].removeprefix("*").partition("=")
        if not sign:
            value = next((cell for cell in row[1:] if cell), "")
        found.keys.setdefault(plain_word(key), value.strip())


def read_sheets(source: Source) -> tuple[Sections, list[Issue]]:
    """The sections of a workbook: one sheet a table, the preamble repeated above each."""
    _, refused = read_archive(source)  # its size is bounded before anything else looks into it
    if refused:
        return Sections(), refused
    found = Sections()
    for name, rows in _sheets(source).items():
        at = next((at for at, (_, row) in enumerate(rows) if _names_columns(row)), None)
        _take_keys(rows[:at], found)
        if at is not None:
            found.tables[name.lower()] = _table(rows[at : at + 1], rows[at:], found)
    if not found.tables:
        return found, [refusals.damaged(source.place, "no sheet of the workbook can be read as a table")]
    return found, []


def _names_columns(row: list[str]) -> bool:
    return len(row) > 3 and plain_word(row[0]) in {"well", "well position"}


def _sheets(source: Source) -> dict[str, list[tuple[int, list[str]]]]:
    """Sheet name > rows of text; nothing where the workbook cannot be opened."""
    from openpyxl import load_workbook

    found: dict[str, list[tuple[int, list[str]]]] = {}
    left = max(
        _LEAST_CELLS, _CELLS_A_BYTE * len(source.content)
    )  # one far cell makes a wide row, or many rows
    try:
        book = load_workbook(io.BytesIO(source.content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = found.setdefault(sheet.title, [])
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                left -= 1 + len(row)
                if left < 0:
                    return {}
                rows.append((number, ["" if cell is None else str(cell).strip() for cell in row]))
    except _DAMAGED:
        return {}
    return found


_DAMAGED = (
    ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError,
)  # fmt: skip
