"""Freezing: typed tables in fixed order under one digest that any machine computes again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.records.order import order_of
from firstdose.records.snapshot import ORIGIN, Snapshot
from firstdose.records.tables import GAP_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.protocol.model import Protocol
    from firstdose.records.order import Order
    from firstdose.records.snapshot import SourceFile

_FORMAT = b"firstdose snapshot 1\n"


def freeze(
    protocol: Protocol,
    tables: Mapping[str, pl.DataFrame],
    gaps: pl.DataFrame,
    *,
    protocol_identity: str,
    files: Sequence[SourceFile] = (),
    invented: bool = False,
    columns: Mapping[tuple[str, str], Mapping[str, int]] | None = None,
) -> Snapshot:
    """The Snapshot of these tables: rows by participant, visit, lesion and row; dates of visits where records have none.

    The digest does not depend on the order of rows and files, nor on where they lie.
    """
    order = order_of(protocol, tables)
    dated = {name: _dated(table, tables.get("visits"), order) for name, table in tables.items()}
    ordered = {name: _ordered(dated[name], order) for name in sorted(dated)}
    told = _ordered_gaps(gaps, order)
    return Snapshot(
        tables=ordered,
        gaps=told,
        files=tuple(sorted(files, key=lambda file: file.name)),
        protocol_identity=protocol_identity,
        digest=compute_digest(ordered, told, protocol_identity),
        invented=invented,
        columns=columns or {},
    )


def _dated(table: pl.DataFrame, visits: pl.DataFrame | None, order: Order) -> pl.DataFrame:
    """Records without a date of their own have that of their visit."""
    if visits is None or "date" not in table.columns or table["date"].null_count() == 0 or visits.height == 0:
        return table
    nowhere = np.zeros(1, dtype=np.int64)
    at, when = (
        order.number(order.ranks(rows, "participant"), order.ranks(rows, "visit"), nowhere)
        for rows in (table, visits)
    )
    _, first = np.unique(when, return_index=True)
    keys = pl.DataFrame({"_key": when[first], "_day": visits["date"].gather(first)})
    days = pl.DataFrame({"_key": at}).join(keys, on="_key", how="left", maintain_order="left")["_day"]
    return table.with_columns(pl.col("date").fill_null(days))


def _ordered(table: pl.DataFrame, order: Order) -> pl.DataFrame:
    if "visit" not in table.columns:
        return table
    keys = order.keys(table)
    rows = (
        np.zeros(table.height, dtype=np.int64)
        if "_row" not in table.columns
        else table["_row"].fill_null(0).to_numpy()
    )
    same_file = table["_file"].n_unique() <= 1
    ascending = (
        bool(np.all((np.diff(keys) > 0) | ((np.diff(keys) == 0) & (np.diff(rows) >= 0)))) and same_file
    )
    if ascending:
        return table
    sorting = pl.DataFrame({"key": keys, "file": table["_file"], "row": rows})
    return table[sorting.select(pl.arg_sort_by("key", "file", "row", nulls_last=False)).to_series()]


def _ordered_gaps(gaps: pl.DataFrame, order: Order) -> pl.DataFrame:
    sorting = gaps.select("activity", "item", "_file", "_row").with_columns(
        pl.Series("key", order.keys(gaps))
    )
    by = sorting.select(pl.arg_sort_by("activity", "key", "_file", "_row", "item")).to_series()
    return gaps.select(list(GAP_COLUMNS))[by]


def compute_digest(tables: Mapping[str, pl.DataFrame], gaps: pl.DataFrame, protocol_identity: str) -> str:
    """SHA-256 over the values of all tables and gaps, without their origin, and the protocol's identity."""
    digest = hashlib.sha256(_FORMAT + protocol_identity.encode())
    for name in sorted(tables):
        for part in _canonical(name, tables[name]):
            digest.update(part)
    for part in _canonical("gaps", gaps):
        digest.update(part)
    return digest.hexdigest()


def _canonical(name: str, table: pl.DataFrame) -> Iterator[bytes]:
    """The bytes of a table: rows in an order that its values alone decide, columns by name."""
    columns = sorted(column for column in table.columns if column not in ORIGIN)
    yield f"{name}\0{table.height}\0{len(columns)}\0".encode()
    rows = _sorted_by_values(table.select(columns))
    for column in columns:
        yield f"{column}\0".encode()
        yield from _bytes_of(rows[column])


def _sorted_by_values(table: pl.DataFrame) -> pl.DataFrame:
    """Sorted by all columns; quick where the keys alone decide."""
    keys = [key for key in ("participant", "visit", "lesion", "activity", "item") if key in table.columns]
    if not keys:
        return table.sort(table.columns)
    texts = table.select(keys)
    if texts.is_duplicated().any():
        return table.sort([*keys, *(column for column in table.columns if column not in keys)])
    return table[texts.select(pl.arg_sort_by(keys)).to_series()]


def _bytes_of(column: pl.Series) -> Iterator[bytes]:
    """Type, which values are missing, values: little-endian numbers, or lengths and UTF-8 text."""
    yield column.is_null().to_numpy().tobytes()
    if column.dtype == pl.String:
        texts = column.fill_null("")
        yield b"text\0" + texts.str.len_bytes().to_numpy().astype("<i8").tobytes()
        yield (texts.str.join("").item() or "").encode()
    elif column.dtype.is_float():
        yield b"number\0" + (column.fill_null(0.0) + 0.0).to_numpy().astype("<f8").tobytes()
    else:
        yield b"whole\0" + column.to_physical().cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()
