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

    from numpy.typing import NDArray

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
    order: Order | None = None,
    laboratory: pl.DataFrame | None = None,
    passing: bool = False,
) -> Snapshot:
    """The Snapshot of these tables: rows by participant, visit, lesion and row, dates of visits where there are none.

    The digest does not depend on the order of rows and files, nor on where they lie. `passing`: not kept, digest ''.
    """
    order = order or order_of(protocol, tables)
    ordered = {name: _ordered(table, tables.get("visits"), order) for name, table in sorted(tables.items())}
    told = _ordered_gaps(gaps, order)
    return Snapshot(
        tables={name: table for name, (table, _) in ordered.items()},
        gaps=told,
        files=tuple(sorted(files, key=lambda file: file.name)),
        protocol_identity=protocol_identity,
        digest="" if passing else _digest(ordered, told, protocol_identity),
        invented=invented,
        columns=columns or {},
        laboratory=laboratory,
    )


Keyed = tuple[pl.DataFrame, "NDArray[np.int64]"]


def _ordered(table: pl.DataFrame, visits: pl.DataFrame | None, order: Order) -> Keyed:
    """The table by its keys and then by file and row, and the keys; dates that it lacks come from the visits."""
    if "visit" not in table.columns:
        return table, np.arange(table.height)
    keys, dated = order.keys(table), _dated(table, visits, order)
    rows = table["_row"].fill_null(0).to_numpy()
    steps = np.diff(keys)
    ascending = np.all((steps > 0) | ((steps == 0) & (np.diff(rows) >= 0)))
    if ascending and table["_file"].n_unique() <= 1:
        return dated, keys
    sorting = pl.DataFrame({"key": keys, "file": table["_file"], "row": rows})
    by = sorting.select(pl.arg_sort_by("key", "file", "row")).to_series()
    return dated[by], keys[by.to_numpy()]


def _dated(table: pl.DataFrame, visits: pl.DataFrame | None, order: Order) -> pl.DataFrame:
    """Records without a date of their own have that of their visit."""
    if visits is None or table["date"].null_count() == 0 or visits.height == 0:
        return table
    nowhere = np.zeros(1, dtype=np.int64)
    at, when = (
        order.number(order.ranks(rows, "participant"), order.ranks(rows, "visit"), nowhere)
        for rows in (table, visits)
    )
    known, first = np.unique(when, return_index=True)
    places = np.minimum(np.searchsorted(known, at), len(known) - 1)
    days = (
        visits["date"]
        .gather(first[places])
        .to_frame("day")
        .with_columns(pl.Series("there", known[places] == at))
    )
    visit_day = days.select(pl.when("there").then("day")).to_series()
    return table.with_columns(pl.col("date").fill_null(visit_day))


def _ordered_gaps(gaps: pl.DataFrame, order: Order) -> pl.DataFrame:
    sorting = gaps.select("activity", "item", "_file", "_row").with_columns(
        pl.Series("key", order.keys(gaps))
    )
    by = sorting.select(pl.arg_sort_by("activity", "key", "_file", "_row", "item")).to_series()
    return gaps.select(list(GAP_COLUMNS))[by]


def compute_digest(protocol: Protocol, snapshot: Snapshot) -> str:
    """The digest of a Snapshot, computed again from its tables and gaps."""
    order = order_of(protocol, snapshot.tables)
    keyed = {name: _ordered(table, None, order) for name, table in snapshot.tables.items()}
    return _digest(keyed, snapshot.gaps, snapshot.protocol_identity)


def _digest(tables: Mapping[str, Keyed], gaps: pl.DataFrame, protocol_identity: str) -> str:
    """SHA-256 over the values of all tables and gaps, without their origin, and the protocol's identity."""
    digest = hashlib.sha256(_FORMAT + protocol_identity.encode())
    for name in sorted(tables):
        for part in _canonical(name, *tables[name]):
            digest.update(part)
    for part in _canonical("gaps", gaps, np.zeros(gaps.height, dtype=np.int64)):
        digest.update(part)
    return digest.hexdigest()


def _canonical(name: str, table: pl.DataFrame, keys: NDArray[np.int64]) -> Iterator[bytes]:
    """The bytes of a table: columns by name, rows by key; rows of one key in the order of their values."""
    columns = sorted(column for column in table.columns if column not in ORIGIN)
    yield f"{name}\0{table.height}\0{len(columns)}\0".encode()
    rows = table.select(columns)
    if np.any(np.diff(keys) <= 0):
        rows = rows.with_columns(pl.Series("_key", keys)).sort("_key", *columns)
    texts = [column for column in columns if rows.schema[column] == pl.String]
    lengths = rows.select(pl.col(texts).str.len_bytes().fill_null(0))
    joined = rows.select(pl.col(texts).str.join(""))
    for column in columns:
        yield f"{column}\0".encode()
        values = rows[column]
        yield values.is_null().to_numpy().tobytes() if values.null_count() else b"all\0"
        if column in lengths.columns:
            yield b"text\0" + lengths[column].to_numpy().astype("<i8").tobytes()
            yield (joined[column].item() or "").encode()
        else:
            yield _bytes_of(values)


def _bytes_of(values: pl.Series) -> bytes:
    """Little-endian numbers, 0 where they are missing."""
    if values.dtype.is_float():
        known = values.fill_null(0.0) if values.null_count() else values
        return b"number\0" + known.to_numpy().astype("<f8").tobytes()
    return b"whole\0" + values.to_physical().cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()
