"""The table of one activity: keys and items become typed columns, gaps with reasons, and Issues with places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from firstdose.catalogue import Item
from firstdose.records import issues
from firstdose.records.cells import EMPTY, NO_COLUMN, PLAIN, UNREADABLE, Style
from firstdose.records.fields import GAPS, ColumnReading, dtype_of, read_column, read_columns
from firstdose.records.snapshot import KEYS
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from firstdose.protocol.names import Form

REMARK = "remark"  # a column for people, never read
GAP_COLUMNS = {
    "activity": pl.String,
    "participant": pl.String,
    "visit": pl.String,
    "lesion": pl.String,
    "item": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "_file": pl.String,
    "_row": pl.Int64,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of one source laid out as the table of an activity: text, named as in the protocol, with `_row`.

    `columns`: name > number of the cell in the original; `absent`: items that the source is known not to hold.
    """

    activity: str
    file: str
    frame: pl.DataFrame
    columns: Mapping[str, int]
    styles: Mapping[str, Style] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    mapped: bool = False

    def place(self, row: int, name: str = "") -> Place:
        return Place(self.file, self.frame["_row"][row], self.columns.get(name, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReading:
    """What a Part says: typed records, gaps, Issues."""

    activity: str
    frame: pl.DataFrame
    gaps: pl.DataFrame
    issues: tuple[Issue, ...]
    columns: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)


def item_columns(form: Form) -> dict[str, type[pl.DataType]]:
    """Columns of the form's items, each quantity with its comparator; items named as a key are that key."""
    columns: dict[str, type[pl.DataType]] = {}
    for item in form.items:
        if item.name in KEYS:
            continue
        columns[item.name] = dtype_of(item)
        if item.kind == "quantity":
            columns[f"{item.name}__comparator"] = pl.String
    return columns


def table_schema(form: Form) -> dict[str, type[pl.DataType]]:
    """Every column of an activity's table in order."""
    keys: dict[str, type[pl.DataType]] = {"participant": pl.String, "visit": pl.String, "lesion": pl.String}
    return keys | {"date": pl.Date} | item_columns(form) | {"_file": pl.String, "_row": pl.Int64}


def check_header(part: Part, form: Form, at: Sequence[str]) -> list[Issue]:
    """Columns that nobody knows, and keys or required items without a column."""
    known = [*KEYS, *(item.name for item in form.items)]
    unknown = [name for name in part.columns if name not in {*known, REMARK}]
    found = [issues.unknown_column(Place(part.file, 1, part.columns[name]), name, known) for name in unknown]
    items = [item.name for item in form.items if item.required and item.name not in {*KEYS, *part.absent}]
    wanted = [*_needed_keys(form, at, part), *items]
    missing = [name for name in wanted if name not in part.columns]
    if part.mapped and missing:
        return [*found, issues.not_in_source(Place(part.file, 1, 1), missing, part.activity)]
    return [*found, *(issues.column_missing(Place(part.file, 1, 1), name, part.activity) for name in missing)]


def _needed_keys(form: Form, at: Sequence[str], part: Part) -> list[str]:
    visit = ["visit"] if form.by_visit and len(at) != 1 and not form.repeats else []
    whose = ["participant"] if form.of_participants else []
    return [*whose, *visit, *(["lesion"] if form.per == "lesion" else [])] if not part.mapped else []


def read_part(part: Part, form: Form, at: Sequence[str]) -> TableReading:
    """Typed records of one source; a row whose participant, visit or lesion is missing is a gap as a whole."""
    found = check_header(part, form, at)
    part, keyless, lost = _keyed(part, form, at)
    items = [item for item in form.items if item.name not in KEYS]
    readings = _read_items(part, items)
    found += [
        fault.at(part.place(row, name)) for name, reading in readings.items() for row, fault in reading.faults
    ]
    dates, told, undated = _read_dates(part, form)
    origin = [pl.Series("_file", [part.file]).new_from_index(0, part.frame.height), part.frame["_row"]]
    values = [series for reading in readings.values() for series in _both(reading)]
    frame = pl.DataFrame([*(part.frame[key] for key in KEYS[:3]), dates, *values, *origin])
    gaps = [
        reading.gaps.with_columns(item=pl.lit(name))
        for name, reading in readings.items()
        if reading.gaps is not None
    ] + undated
    return TableReading(
        activity=part.activity,
        frame=frame,
        gaps=pl.concat([_placed(part.activity, frame, pl.concat([_NO_GAPS, *gaps])), lost]),
        issues=(*found, *keyless, *told),
        columns={(part.activity, part.file): part.columns},
    )


_NO_GAPS = pl.DataFrame(schema=GAPS | {"item": pl.String})


def _keyed(part: Part, form: Form, at: Sequence[str]) -> tuple[Part, list[Issue], pl.DataFrame]:
    """(rows with all keys, empty keys as null; Issues; the other rows as gaps)."""
    empty = [
        pl.lit("").alias(key) for key in ("participant", "visit", "lesion") if key not in part.frame.columns
    ]
    frame = part.frame.with_columns(empty)
    if "visit" not in part.frame.columns and len(at) == 1:
        frame = frame.with_columns(visit=pl.lit(at[0]))
    needed = ["participant"] if form.of_participants else []
    needed += ["visit"] if form.by_visit and not form.repeats else []
    needed += ["lesion"] if form.per == "lesion" else []
    frame = frame.with_columns(
        pl.when(pl.col(key).str.strip_chars() != "").then(pl.col(key)).alias(key)
        for key in ("participant", "visit", "lesion")
    )
    told = [
        issues.key_empty(Place(part.file, frame["_row"][row], part.columns.get(key, 1)), key)
        for key in needed
        for row in frame[key].is_null().arg_true()
    ]
    if not told:
        return replace(part, frame=frame), [], pl.DataFrame(schema=GAP_COLUMNS)
    whole = ~pl.any_horizontal(pl.lit(value=False), *(pl.col(key).is_null() for key in needed))
    lost = frame.filter(~whole)
    return replace(part, frame=frame.filter(whole)), issues.told(told), _lost(part, lost)


def _lost(part: Part, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that are nobody's: gaps without an item."""
    return rows.select(
        pl.lit(part.activity).alias("activity"),
        "participant",
        "visit",
        "lesion",
        pl.lit(None, dtype=pl.String).alias("item"),
        pl.lit(UNREADABLE).alias("reason"),
        pl.lit("a key is missing").alias("detail"),
        pl.lit(part.file).alias("_file"),
        "_row",
    )


def _read_items(part: Part, items: Sequence[Item]) -> dict[str, ColumnReading]:
    """The items in their order; those without a column are missing everywhere."""
    held = [item for item in items if item.name in part.frame.columns]
    read = read_columns(held, part.frame, part.styles)
    return {item.name: read.get(item.name) or _nothing(item, part.frame.height) for item in items}


def _nothing(item: Item, height: int) -> ColumnReading:
    """An item without a column: gaps where it is required."""
    gap = {"_at": pl.int_range(height, dtype=pl.UInt32, eager=True)}
    why = {"reason": pl.lit(NO_COLUMN), "detail": pl.lit("not in the source")}
    texts = pl.Series(item.name, [None], dtype=pl.String).new_from_index(0, height)
    return ColumnReading(
        values=pl.Series(item.name, [None], dtype=dtype_of(item)).new_from_index(0, height),
        comparators=texts if item.kind == "quantity" else None,
        gaps=pl.DataFrame(gap).with_columns(**why) if item.required else None,
    )


def _both(reading: ColumnReading) -> list[pl.Series]:
    """The values and, where there are, the comparators beside them."""
    if reading.comparators is None:
        return [reading.values]
    return [reading.values, reading.comparators.alias(f"{reading.values.name}__comparator")]


def _read_dates(part: Part, form: Form) -> tuple[pl.Series, list[Issue], list[pl.DataFrame]]:
    """The records' own dates: the column `date`, null where there is none or no whole day; Issues; gaps."""
    if "date" not in part.frame.columns:
        return pl.Series("date", [None], dtype=pl.Date).new_from_index(0, part.frame.height), [], []
    item = form.item("date") or Item(name="date", label="date", kind="date", required=False)
    reading = read_column(item, part.frame["date"], part.styles.get("date", PLAIN))
    whole = reading.values.str.to_date("%Y-%m-%d", strict=False)
    partial = (reading.values.is_not_null() & whole.is_null()).arg_true().to_list()
    found = [fault.at(part.place(row, "date")) for row, fault in reading.faults]
    found += [issues.date_not_complete(part.place(row, "date"), reading.values[row]) for row in partial]
    gaps = [] if reading.gaps is None else [reading.gaps.with_columns(item=pl.lit("date"))]
    if not item.required:
        gaps = [gap.filter(pl.col("reason") != EMPTY) for gap in gaps]
    return whole.alias("date"), found, gaps


def _placed(activity: str, frame: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """Gaps with the keys and origin of their rows."""
    at = gaps["_at"]
    rows = frame.select("participant", "visit", "lesion", "_file", "_row")[at]
    return rows.with_columns(
        pl.lit(activity).alias("activity"), gaps["item"], gaps["reason"], gaps["detail"]
    ).select(list(GAP_COLUMNS))


def with_dates(table: pl.DataFrame, form: Form) -> pl.DataFrame:
    """The same table, dates of items as dates where the whole day is known, else null: as rules want them."""
    dates = [
        item.name for item in form.items if item.kind == "date" and table.schema.get(item.name) == pl.String
    ]
    return table.with_columns(pl.col(dates).str.to_date("%Y-%m-%d", strict=False))


def joined(readings: Iterable[TableReading], form: Form) -> pl.DataFrame:
    """The tables of several sources of one activity, one below the other."""
    frames, schema = [reading.frame for reading in readings], table_schema(form)
    if len(frames) == 1 and frames[0].schema == schema:
        return frames[0]
    return pl.concat([pl.DataFrame(schema=schema), *frames])
