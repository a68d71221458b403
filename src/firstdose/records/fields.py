"""Whole columns of text: what is certainly right is read at once; the rest cell by distinct cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.records.cells import EMPTY, PLAIN, Cell, Fault, Style, read_cell
from firstdose.values.missing import MISSING_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.catalogue import Item

# So many Issues of one code are told for a column one by one; one more says how many follow.
MOST_TOLD = 1000

NUMBERS = ("integer", "ordinal", "number", "quantity")
GAPS = {"_at": pl.UInt32, "reason": pl.String, "detail": pl.String}
_UNUSUAL = r"[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}]"
_WHOLE_DIGITS, _MOST_DECIMALS = 9, 6  # together 15 digits: no rounding and no limit of size is in question


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReading:
    """A typed column. `gaps`: row from 0, reason, detail of each missing value, or None; `faults`: (row, what)."""

    values: pl.Series
    comparators: pl.Series | None = None
    gaps: pl.DataFrame | None = None
    faults: tuple[tuple[int, Fault], ...] = ()


def dtype_of(item: Item) -> type[pl.DataType]:
    """Float64 for numbers, Boolean for truths, String for codes, texts and dates (ISO)."""
    if item.kind in NUMBERS:
        return pl.Float64
    return pl.Boolean if item.kind == "truth" else pl.String


def read_column(item: Item, texts: pl.Series, style: Style = PLAIN) -> ColumnReading:
    """`read_cell` for a column (null counts as empty): the same answers, fast where all is well."""
    frame = texts.fill_null("").rename(item.name).to_frame()
    return read_columns([item], frame, {item.name: style})[item.name]


def read_columns(
    items: Sequence[Item], frame: pl.DataFrame, styles: Mapping[str, Style]
) -> dict[str, ColumnReading]:
    """Every item that has a column of text in this frame (without nulls), read together."""
    plain = [item for item in items if styles.get(item.name, PLAIN) == PLAIN]
    fast = frame.select(
        *(_value(item).alias(item.name) for item in plain),
        *(_easy(item).alias(f"{item.name}?") for item in plain),
    )
    names = [f"{item.name}?" for item in plain]
    all_easy = dict(zip(names, fast.select(pl.col(names).all()).row(0), strict=True)) if names else {}
    return {
        item.name: ColumnReading(values=fast[item.name], comparators=_no_comparators(item, frame.height))
        if all_easy.get(f"{item.name}?")
        else _read_slowly(item, frame[item.name], styles.get(item.name, PLAIN), fast)
        for item in items
    }


def _value(item: Item) -> pl.Expr:
    """The value of a cell that is easy."""
    text = pl.col(item.name)
    if item.kind in NUMBERS:
        return text.cast(pl.Float64, strict=False) + 0.0  # -0 is 0
    return text == "yes" if item.kind == "truth" else text


def _easy(item: Item) -> pl.Expr:
    """Where a cell is certainly right and needs no second look."""
    text = pl.col(item.name)
    if item.kind in NUMBERS:
        return _easy_number(item)
    if item.kind == "truth":
        return text.is_in(["yes", "no"])
    if item.kind == "code":
        return text.is_in(list(item.code_names))
    if item.kind == "date":
        fits = text.str.contains(r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
        return fits & text.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return ~text.str.contains(rf"{MISSING_PATTERN}|^\s*$|{_UNUSUAL}")


def _easy_number(item: Item) -> pl.Expr:
    decimals = 0 if item.kind in {"integer", "ordinal"} else item.decimals
    most = _MOST_DECIMALS if decimals is None else min(decimals, _MOST_DECIMALS)
    fraction = rf"(?:\.[0-9]{{1,{most}}})?" if most else ""
    fits = pl.col(item.name).str.contains(rf"^-?[0-9]{{1,{_WHOLE_DIGITS}}}{fraction}$")
    lowest = max((float(limit) for limit in (item.low, item.lloq) if limit is not None), default=None)
    highest = min((float(limit) for limit in (item.high, item.uloq) if limit is not None), default=None)
    if lowest is not None:
        fits &= (_value(item) >= lowest).fill_null(value=False)
    if highest is not None:
        fits &= (_value(item) <= highest).fill_null(value=False)
    return fits


def _no_comparators(item: Item, height: int) -> pl.Series | None:
    return (
        pl.Series(item.name, [None], dtype=pl.String).new_from_index(0, height)
        if item.kind == "quantity"
        else None
    )


def _read_slowly(item: Item, texts: pl.Series, style: Style, fast: pl.DataFrame) -> ColumnReading:
    """The easy cells as they are, the others by their distinct texts."""
    if style == PLAIN:
        values, at = fast[item.name], (~fast[f"{item.name}?"]).arg_true()
    else:
        values = pl.Series(item.name, [None], dtype=dtype_of(item)).new_from_index(0, len(texts))
        at = pl.int_range(len(texts), dtype=pl.UInt32, eager=True)
    odd = texts.gather(at)
    cells = {text: read_cell(item, text, style) for text in sorted(odd.unique().to_list())}
    read = _looked_up(odd, {text: cell.value for text, cell in cells.items()}, dtype_of(item))
    return ColumnReading(
        values=values.clone().scatter(at, read).rename(item.name),
        comparators=_comparators(item, odd, at, cells, len(texts)),
        gaps=_gaps(odd, at, cells),
        faults=tuple(_told(item, odd, at, cells)),
    )


def _looked_up(texts: pl.Series, read: Mapping[str, object], dtype: type[pl.DataType]) -> pl.Series:
    new = pl.Series(list(read.values()), dtype=dtype)
    return texts.replace_strict(pl.Series(list(read), dtype=pl.String), new, default=None, return_dtype=dtype)


def _comparators(
    item: Item, odd: pl.Series, at: pl.Series, cells: Mapping[str, Cell], height: int
) -> pl.Series | None:
    signs = {text: cell.comparator for text, cell in cells.items()}
    nothing = _no_comparators(item, height)
    return nothing if nothing is None else nothing.scatter(at, _looked_up(odd, signs, pl.String))


def _gaps(odd: pl.Series, at: pl.Series, cells: Mapping[str, Cell]) -> pl.DataFrame | None:
    missing = {text: cell for text, cell in cells.items() if cell.value is None}
    if not missing:
        return None
    reasons = _looked_up(odd, {text: cell.reason or EMPTY for text, cell in missing.items()}, pl.String)
    details = _looked_up(odd, {text: cell.detail for text, cell in missing.items()}, pl.String)
    gaps = pl.DataFrame({"_at": at.cast(pl.UInt32), "reason": reasons, "detail": details}, schema=GAPS)
    return gaps.filter(pl.col("reason").is_not_null())


def _told(item: Item, odd: pl.Series, at: pl.Series, cells: Mapping[str, Cell]) -> list[tuple[int, Fault]]:
    """Faults by row; of each code the first ones, and one that counts the rest."""
    codes = {fault.code for cell in cells.values() for fault in cell.faults}
    told: list[tuple[int, Fault]] = []
    for code in sorted(codes):
        faults = {text: fault for text, cell in cells.items() for fault in cell.faults if fault.code == code}
        places = odd.is_in(list(faults)).arg_true().to_list()
        told += [(at[place], faults[odd[place]]) for place in places[:MOST_TOLD]]
        if (more := len(places) - MOST_TOLD) > 0:
            weight = next(iter(faults.values())).weight
            message = f"{item.name}: {more} more of the same kind follow."
            remedy = "Mend the first ones and read the file again."
            told.append((at[places[MOST_TOLD]], Fault(code, message, remedy, weight)))
    return told
