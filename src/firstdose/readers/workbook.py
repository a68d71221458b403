"""Workbooks (.xlsx): one sheet becomes the text table that its program would save as CSV, with ISO dates."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import struct
import zipfile
import zlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import polars as pl

from firstdose.readers import issues
from firstdose.readers.text_table import CONTROL_CHARACTERS, TextTable, check_header
from firstdose.values.issue import Place
from firstdose.values.number import MOST_DIGITS, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from openpyxl import Workbook

    from firstdose.values.issue import Issue

# A workbook may unpack to many times its size; above this it is no table of a trial.
MOST_UNPACKED_BYTES = 500_000_000

ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")

# What the zip, XML and workbook layers raise at a damaged or hostile file.
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ParseError, OSError, EOFError, KeyError, ValueError,
    TypeError, AttributeError, IndexError, NotImplementedError, RuntimeError, OverflowError, struct.error,
)  # fmt: skip

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")

Row = tuple[Any, ...]


def read_workbook(
    path: Path, sheet: str | None = None, *, name: str | None = None
) -> tuple[TextTable | None, list[Issue]]:
    """The table of one sheet, its names in the first row; the sheet is named unless it is the only one.

    Numbers become plain decimal text with at most 15 digits, which is what the program itself keeps; dates
    ISO text, with the time of day where it is not midnight; truth values TRUE and FALSE; formulas their
    last saved result. Empty rows and columns at the end are left out.
    """
    file = name or str(path)
    try:
        content = path.read_bytes()
    except OSError as refusal:
        return None, [
            issues.not_a_table(Place(file), refusal.strerror or "it cannot be opened", "Check the name.")
        ]
    try:
        return _table(content, sheet, file)
    except _DAMAGED as refusal:
        why = f"the workbook is damaged or of an unknown kind ({type(refusal).__name__})"
        return None, [
            issues.not_a_table(Place(file), why, "Open it in its program and save it as .xlsx again.")
        ]


def _table(content: bytes, sheet: str | None, file: str) -> tuple[TextTable | None, list[Issue]]:
    has_formulas = _look_inside(content)
    if has_formulas is None:
        return None, [issues.not_a_table(Place(file), "it unpacks to more than 500 MB")]
    book = _open(content, values=True)
    wanted = _choose(book, sheet, file)
    if not isinstance(wanted, str):
        return None, [wanted]
    rows = _rows(book, wanted)
    if not rows:
        return None, [issues.empty_file(Place(f"{file}[{wanted}]"))]
    formulas = _rows(_open(content, values=False), wanted) if has_formulas else []
    return _text_table(rows, formulas, content, wanted, file)


def _look_inside(content: bytes) -> bool | None:
    """Whether some sheet holds a formula; None where the content is too large to be unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED_BYTES:
            return None
        sheets = [name for name in archive.namelist() if re.search(r"worksheets?/[^/]+\.xml$", name)]
        return any(_FORMULA.search(archive.read(name)) for name in sheets)


def _open(content: bytes, *, values: bool) -> Workbook:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, of which a table has none
        return load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)


def _choose(book: Workbook, sheet: str | None, file: str) -> str | Issue:
    sheets = [worksheet.title for worksheet in book.worksheets]
    if sheet is None:
        return sheets[0] if len(sheets) == 1 else issues.sheet_not_named(Place(file), sheets)
    return sheet if sheet in sheets else issues.sheet_absent(Place(file), sheet, sheets)


def _rows(book: Workbook, sheet: str) -> list[Row]:
    """The sheet's values without empty rows and columns at its end, all rows of one width."""
    worksheet: Any = book[sheet]
    worksheet.reset_dimensions()  # what the file says of its size may be wrong, or a trap
    rows = [_cut(row) for row in worksheet.iter_rows(values_only=True)]
    while rows and not rows[-1]:
        rows.pop()
    width = max(map(len, rows), default=0)
    return [row + (None,) * (width - len(row)) for row in rows]


def _cut(row: Row) -> Row:
    end = len(row)
    while end and row[end - 1] in (None, ""):
        end -= 1
    return row[:end]


def _text_table(
    rows: list[Row], formulas: list[Row], content: bytes, sheet: str, file: str
) -> tuple[TextTable | None, list[Issue]]:
    where = f"{file}[{sheet}]"
    names = tuple(cell_text(cell) for cell in rows[0])
    found = [
        *issues.told(check_header(names, where)),
        *issues.told(_error_cells(rows, where)),
        *issues.told(_without_value(rows, formulas, where)),
        *issues.told(_control_characters(rows, where)),
    ]
    if found:
        return None, found
    columns = zip(*rows[1:], strict=True) if len(rows) > 1 else [()] * len(names)
    frame = pl.DataFrame(
        [
            pl.Series(name, list(map(cell_text, cells)), dtype=pl.String)
            for name, cells in zip(names, columns, strict=True)
        ]
    )
    sha256 = hashlib.sha256(content).hexdigest()
    notes = tuple(_notes(rows))
    return TextTable(file=where, sha256=sha256, sheet=sheet, columns=names, frame=frame, notes=notes), []


def cell_text(cell: object) -> str:
    """The text of one cell's value; '' for none."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _number_text(number: float) -> str:
    shortest = Decimal(repr(number))
    if len(shortest.as_tuple().digits) > MOST_DIGITS:
        shortest = Decimal(f"{number:.{MOST_DIGITS}g}")
    return plain(shortest)


def _cells(rows: Sequence[Row]) -> Iterator[tuple[int, int, Any]]:
    """(row from 1, column from 1, value) of every cell."""
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            yield line, column, cell


def _error_cells(rows: list[Row], where: str) -> Iterator[Issue]:
    for line, column, cell in _cells(rows):
        if isinstance(cell, str) and cell in ERRORS:
            yield issues.error_cell(Place(where, line, column), _address(line, column), cell)


def _without_value(rows: list[Row], formulas: list[Row], where: str) -> Iterator[Issue]:
    values = (
        {(line, column) for line, column, cell in _cells(rows) if cell is not None} if formulas else set()
    )
    for line, column, cell in _cells(formulas):
        if _is_formula(cell) and (line, column) not in values:
            yield issues.formula_without_value(Place(where, line, column), _address(line, column))


def _is_formula(cell: object) -> bool:
    """Array formulas and data tables are objects of openpyxl, all others text that starts with '='."""
    return cell is not None and (
        cell.startswith("=") if isinstance(cell, str) else type(cell).__module__.startswith("openpyxl.")
    )


def _control_characters(rows: list[Row], where: str) -> Iterator[Issue]:
    forbidden = re.compile(f"[{CONTROL_CHARACTERS}]")
    for line, column, cell in _cells(rows):
        if isinstance(cell, str) and (found := forbidden.search(cell)):
            yield issues.control_character(Place(where, line, column), found[0])


def _notes(rows: list[Row]) -> Iterator[str]:
    longer = sum(
        isinstance(cell, float) and len(Decimal(repr(cell)).as_tuple().digits) > MOST_DIGITS
        for _, _, cell in _cells(rows[1:])
    )
    if longer:
        yield f"{longer} computed numbers were read with {MOST_DIGITS} digits, as the workbook's program keeps them."


def _address(line: int, column: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}{line}"
