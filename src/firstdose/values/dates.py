"""Dates as far as they are known: 2023-04-15, 2023-04, 2023 or UNK; impossible days are refused."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.values.unreadable import Unreadable, quoted

if TYPE_CHECKING:
    import polars as pl

DateStyle = Literal["ymd", "dmy", "mdy"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
UNKNOWN = "UNK"

_EXAMPLE = {"ymd": "2023-04-15, 2023-04 or 2023", "dmy": "15.04.2023, 04.2023 or 2023", "mdy": "04/15/2023"}
_ORDER = {"ymd": "year, month, day", "dmy": "day, month, year", "mdy": "month, day, year"}
_YEAR, _PART = r"(?P<year>[0-9]{4})", r"[0-9]{1,2}|UNK"
_MARK = r"(?P<mark>[./-])"
_GRAMMAR = {
    "ymd": re.compile(rf"{_YEAR}(?:-(?P<month>[0-9]{{2}}|UNK)(?:-(?P<day>[0-9]{{2}}|UNK))?)?"),
    "dmy": re.compile(rf"(?:(?:(?P<day>{_PART}){_MARK})?(?P<month>{_PART})(?(mark)(?P=mark)|[./-]))?{_YEAR}"),
    "mdy": re.compile(rf"(?:(?P<month>{_PART}){_MARK}(?:(?P<day>{_PART})(?P=mark))?)?{_YEAR}"),
}


class NotADate(Unreadable):
    """The text is no date, or no day of the calendar."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known: no day without a month, no month without a year."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        known = [part is not None for part in (self.year, self.month, self.day)]
        if known != sorted(known, reverse=True):
            raise NotADate(
                "The date has a day without a month, or a month without a year.", "Leave the day out."
            )
        if self.year is not None and not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise NotADate(
                f"The year {self.year} is outside {FIRST_YEAR} to {LAST_YEAR}.", "Correct the year."
            )
        if self.month is not None and not 1 <= self.month <= 12:
            raise NotADate(
                f"There is no month {self.month}.", "Write a month from 01 to 12; check the order."
            )
        if self.day is not None and not 1 <= self.day <= _days_in_month(self.year, self.month):
            raise NotADate(f"There is no {self.iso()}.", "Correct the day.")

    @classmethod
    def of(cls, date: dt.date) -> PartialDate:
        """The complete PartialDate of a calendar date."""
        return cls(date.year, date.month, date.day)

    @property
    def complete(self) -> bool:
        """Whether year, month and day are known."""
        return self.day is not None

    def first(self) -> dt.date:
        """The earliest day it can be; of an unknown date the earliest that any date may be."""
        return dt.date(self.year or FIRST_YEAR, self.month or 1, self.day or 1)

    def last(self) -> dt.date:
        """The latest day it can be; of an unknown date the latest that any date may be."""
        year, month = self.year or LAST_YEAR, self.month or 12
        return dt.date(year, month, self.day or _days_in_month(year, month))

    def date(self) -> dt.date | None:
        """The calendar date where it is complete, else None."""
        return self.first() if self.complete else None

    def iso(self) -> str:
        """2023-04-15, 2023-04, 2023 or UNK."""
        parts = [self.year, self.month, self.day]
        known = [
            f"{part:0{width}d}" for part, width in zip(parts, (4, 2, 2), strict=True) if part is not None
        ]
        return "-".join(known) or UNKNOWN

    def __str__(self) -> str:
        return self.iso()


def read_date(text: str, style: DateStyle = "ymd") -> PartialDate:
    """The date as far as the text tells it, in the declared order; plain blanks around it are allowed.

    ymd 2023-04-15; dmy 15.04.2023, 15/04/2023; mdy 04/15/2023; 'UNK' for parts not known. NotADate says why not.
    """
    bare = text.strip(" ")
    if bare == UNKNOWN:
        return PartialDate()
    found = _GRAMMAR[style].fullmatch(bare)
    if not found:
        raise _why_not(text, bare, style)
    parts = (found["year"], found["month"], found["day"])
    try:
        return PartialDate(*(None if part in (None, UNKNOWN) else int(part) for part in parts))
    except NotADate as unreadable:
        raise NotADate(f"{quoted(text)} is not a date. {unreadable.message}", unreadable.remedy) from None


def days_between(start: PartialDate, end: PartialDate) -> tuple[int, int]:
    """(fewest, most) days from start to end that the known parts allow; equal where both are complete."""
    return (end.first() - start.last()).days, (end.last() - start.first()).days


def read_date_column(column: pl.Series, style: DateStyle = "ymd") -> tuple[pl.Series, pl.Series]:
    """(ISO text, null where not readable; readable as Boolean): `read_date` for a whole column."""
    import polars as pl

    typed = column.cast(pl.String)
    iso = typed.str.strip_chars(" ")
    for mark in () if style == "ymd" else (r"\.", "/", "-"):
        arranged = "$3-$2-$1" if style == "dmy" else "$3-$1-$2"
        iso = iso.str.replace(rf"^([0-9]{{2}}){mark}([0-9]{{2}}){mark}([0-9]{{4}})$", arranged)
    whole = iso.str.contains(r"^(?:19[0-9]{2}|20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}$")
    # A dmy column may hold ymd texts; only what was turned round, or is ymd by declaration, takes the short way.
    whole = whole if style == "ymd" else whole & (iso != typed.str.strip_chars(" "))
    sure = (whole & iso.str.to_date("%Y-%m-%d", strict=False).is_not_null()).fill_null(value=False)
    slow = {text: _iso_or_none(text, style) for text in typed.filter(~sure & typed.is_not_null()).unique()}
    frame = pl.DataFrame({"typed": typed, "iso": iso, "sure": sure})
    if slow:
        read = pl.col("typed").replace_strict(
            list(slow), list(slow.values()), default=None, return_dtype=pl.String
        )
    else:
        read = pl.lit(None, dtype=pl.String)
    result = frame.select(pl.when("sure").then("iso").otherwise(read).alias(column.name)).to_series()
    return result, result.is_not_null().alias("readable")


def _days_in_month(year: int | None, month: int | None) -> int:
    return calendar.monthrange(year or LAST_YEAR, month or 12)[1]


def _iso_or_none(text: str, style: DateStyle) -> str | None:
    try:
        return read_date(text, style).iso()
    except NotADate:
        return None


def _why_not(text: str, bare: str, style: DateStyle) -> NotADate:
    said = quoted(text)
    if not bare:
        return NotADate("There is no date here.", f"Write it as {_EXAMPLE[style]}, or UNK.")
    if not bare.isascii():
        return NotADate(
            f"{said} has characters that a date does not have.", f"Write it as {_EXAMPLE[style]}."
        )
    if re.fullmatch(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}", bare):
        return NotADate(
            f"{said} has a year of two digits.", f"Write the year with four, as {_EXAMPLE[style]}."
        )
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*", bare):
        return NotADate(f"{said} has a time of day.", f"Write the date alone: {bare[:10]}.")
    return NotADate(
        f"{said} is not a date in the order {_ORDER[style]}.", f"Write it as {_EXAMPLE[style]}, or UNK."
    )
