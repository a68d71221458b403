"""Rows written past Django's objects: a save in one statement a table, a whole log by the database's own quick way."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FEW = 1000  # rows a statement: SQLite takes 32,766 cells
_MANY = 20_000


def insert_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """The rows of a save."""
    for statement, cells in _statements(table, columns, rows):
        _execute(statement, cells)


def upsert_rows(
    table: str, columns: Sequence[str], unique: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """The rows of a save, each in the place of the one that bears its key, where there is one."""
    change = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in unique)
    for statement, cells in _statements(table, columns, rows):
        _execute(f"{statement} ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {change}", cells)


def write_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """As many rows as there are, past no trigger: COPY on PostgreSQL, one prepared statement on SQLite."""
    names, rows = ", ".join(columns), iter(rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        while chunk := list(islice(rows, _MANY)):
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", chunk)  # noqa: S608, names of our own


def _statements(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Iterator[tuple[str, list[Any]]]:
    names = ", ".join(columns)
    for start in range(0, len(rows), _FEW):
        part = rows[start : start + _FEW]
        yield f"INSERT INTO {table} ({names}) {_source(table, columns, len(part))}", _cells(columns, part)


def _source(table: str, columns: Sequence[str], many: int) -> str:
    """The rows within a statement. PostgreSQL's driver looks for marks in the text of each: one for all is read at once."""
    if connection.vendor == "postgresql":
        return f"SELECT {', '.join(columns)} FROM json_populate_recordset(NULL::{table}, %s)"  # noqa: S608, names of our own
    marks = f"({', '.join(['%s'] * len(columns))})"
    return f"VALUES {', '.join([marks] * many)}"


def _cells(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Any]:
    if connection.vendor == "postgresql":
        return [json.dumps([dict(zip(columns, row, strict=True)) for row in rows])]
    return [cell for row in rows for cell in row]


def _execute(statement: str, cells: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, cells)
