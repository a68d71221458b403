"""Whole columns of text: what is certainly right is read at once; the rest cell by distinct cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.records.cells import EMPTY, PLAIN, Cell, Fault, Style, read_cell
from firstdose.values.missing import MISSING_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.catalogue import Item

# So many Issues of one code are told for a column one by one; one more says how many follow.
MOST_TOLD = 1000

NUMBERS = ("integer", "ordinal", "number", "quantity")
GAPS = {"_at": pl.UInt32, "reason": pl.String, "detail": pl.String}
_UNUSUAL = r"[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}]"
_WHOLE_DIGITS, _MOST_DECIMALS = 9, 6  # together 15 digits: no rounding and no limit of size is in question


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReading:
    """A typed column. `gaps`: row from 0, reason, detail of each missing value; `faults`: (row, what is wrong)."""

    values: pl.Series
    gaps: pl.DataFrame
    faults: tuple[tuple[int, Fault], ...]
    comparators: pl.Series | None = None


def dtype_of(item: Item) -> type[pl.DataType]:
    """Float64 for numbers, Boolean for truths, String for codes, texts and dates (ISO)."""
    if item.kind in NUMBERS:
        return pl.Float64
    return pl.Boolean if item.kind == "truth" else pl.String


def read_column(item: Item, texts: pl.Series, style: Style = PLAIN) -> ColumnReading:
    """`read_cell` for a column (null counts as empty): the same answers, fast where all is well."""
    texts = texts.fill_null("").rename(item.name)
    values, easy = _easy(item, texts) if style == PLAIN else _nothing_easy(item, texts)
    odd = texts.filter(~easy).unique().to_list() if not easy.all() else []
    cells = {text: read_cell(item, text, style) for text in sorted(odd)}
    if cells:
        values = _merged(item, texts, easy, values, {text: cell.value for text, cell in cells.items()})
    return ColumnReading(
        values=values,
        comparators=_comparators(texts, cells) if item.kind == "quantity" else None,
        gaps=_gaps(texts, easy, cells),
        faults=tuple(_told(texts, easy, cells)),
    )


def _easy(item: Item, texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """(values, where they are certainly right)."""
    if item.kind in NUMBERS:
        return _easy_numbers(item, texts)
    if item.kind == "truth":
        return texts == "yes", texts.is_in(["yes", "no"])
    if item.kind == "code":
        return texts, texts.is_in(list(item.code_names))
    if item.kind == "date":
        fits = texts.str.contains(r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
        return texts, fits & texts.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return texts, ~texts.str.contains(rf"{MISSING_PATTERN}|^\s*$|{_UNUSUAL}")


def _easy_numbers(item: Item, texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    decimals = 0 if item.kind in {"integer", "ordinal"} else item.decimals
    most = _MOST_DECIMALS if decimals is None else min(decimals, _MOST_DECIMALS)
    fraction = rf"(?:\.[0-9]{{1,{most}}})?" if most else ""
    fits = texts.str.contains(rf"^-?[0-9]{{1,{_WHOLE_DIGITS}}}{fraction}$")
    values = texts.cast(pl.Float64, strict=False) + 0.0  # -0 is 0
    lowest = max((float(limit) for limit in (item.low, item.lloq) if limit is not None), default=None)
    highest = min((float(limit) for limit in (item.high, item.uloq) if limit is not None), default=None)
    if lowest is not None:
        fits &= (values >= lowest).fill_null(value=False)
    if highest is not None:
        fits &= (values <= highest).fill_null(value=False)
    return values, fits


def _nothing_easy(item: Item, texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    values = pl.Series(item.name, [None] * len(texts), dtype=dtype_of(item))
    return values, pl.Series("easy", [False] * len(texts), dtype=pl.Boolean)


def _merged(
    item: Item, texts: pl.Series, easy: pl.Series, values: pl.Series, read: Mapping[str, object]
) -> pl.Series:
    """The easy values, and for the other rows what was read from their texts."""
    slow = _looked_up(texts, read, dtype_of(item))
    return values.zip_with(easy, slow).rename(item.name)


def _looked_up(texts: pl.Series, read: Mapping[str, object], dtype: type[pl.DataType]) -> pl.Series:
    new = pl.Series(list(read.values()), dtype=dtype)
    return texts.replace_strict(list(read), new, default=None, return_dtype=dtype)


def _comparators(texts: pl.Series, cells: Mapping[str, Cell]) -> pl.Series:
    signs = {text: cell.comparator for text, cell in cells.items() if cell.comparator}
    if not signs:
        return pl.Series(texts.name, [None], dtype=pl.String).new_from_index(0, len(texts))
    return _looked_up(texts, signs, pl.String)


def _gaps(texts: pl.Series, easy: pl.Series, cells: Mapping[str, Cell]) -> pl.DataFrame:
    missing = {text: cell for text, cell in cells.items() if cell.value is None}
    if not missing:
        return pl.DataFrame(schema=GAPS)
    at = (~easy & texts.is_in(list(missing))).arg_true().cast(pl.UInt32)
    there = texts.gather(at)
    reasons = _looked_up(there, {text: cell.reason or EMPTY for text, cell in missing.items()}, pl.String)
    details = _looked_up(there, {text: cell.detail for text, cell in missing.items()}, pl.String)
    return pl.DataFrame({"_at": at, "reason": reasons, "detail": details}, schema=GAPS)


def _told(texts: pl.Series, easy: pl.Series, cells: Mapping[str, Cell]) -> list[tuple[int, Fault]]:
    """Faults by row; of each code the first ones, and one that counts the rest."""
    codes = {fault.code for cell in cells.values() for fault in cell.faults}
    told: list[tuple[int, Fault]] = []
    for code in sorted(codes):
        faults = {text: fault for text, cell in cells.items() for fault in cell.faults if fault.code == code}
        at = (~easy & texts.is_in(list(faults))).arg_true()
        told += [(row, faults[texts[row]]) for row in at.head(MOST_TOLD).to_list()]
        if (more := len(at) - MOST_TOLD) > 0:
            weight = next(iter(faults.values())).weight
            message = f"{texts.name}: {more} more of the same kind follow."
            told.append(
                (at[MOST_TOLD], Fault(code, message, "Mend the first ones and read the file again.", weight))
            )
    return told
