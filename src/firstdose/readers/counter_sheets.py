"""The sheets of a workbook in memory as rows of text, bounded by the archive's own rules."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from firstdose.readers import refusals
from firstdose.readers.archive import read_archive

if TYPE_CHECKING:
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_MOST_CELLS = 1_000_000

# What the layers below a workbook raise at a damaged one.
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ParseError, OSError, EOFError, KeyError, ValueError,
    TypeError, AttributeError, IndexError, NotImplementedError, RuntimeError, OverflowError, struct.error,
)  # fmt: skip


def rows_of_sheets(source: Source) -> tuple[dict[str, list[list[str]]], Issue | None]:
    """Sheet > rows of one width with blanks around texts removed, or why the workbook cannot be read."""
    members, found = read_archive(source)
    if found:
        return {}, found[0]
    if any(b"<!ENTITY" in content or b"<!DOCTYPE" in content for content in members.values()):
        return {}, refusals.unsafe(source.place, "its XML declares entities")
    try:
        return _sheets(source.content), None
    except _DAMAGED as why:
        return {}, refusals.damaged(source.place, f"it is no whole workbook ({type(why).__name__})")


def _sheets(content: bytes) -> dict[str, list[list[str]]]:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, of which a table has none
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    return {sheet.title: _rows(sheet) for sheet in book.worksheets}


def _rows(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # what the file says of its size may be a trap
    left = _MOST_CELLS
    rows: list[list[str]] = []
    for row in sheet.iter_rows(values_only=True):
        left -= len(row) + 1
        if left < 0:
            raise ValueError("more cells than a counter's workbook holds")
        rows.append([_text(cell) for cell in row])
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell).strip()
