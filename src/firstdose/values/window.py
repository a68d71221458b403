"""Windows of days around day 0, SDTM study days, and what a month is."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from firstdose.values.unreadable import Unreadable, quoted

MonthConvention = Literal["fixed 30 days", "calendar"]

_DAY = r"[+-]?[0-9]{1,5}"


class NotAWindow(Unreadable):
    """The text is not a window of days."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days from first to last, both inside; day 0 is the day of the first administration."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise NotAWindow(
                f"The window '{self.first} .. {self.last}' is reversed.",
                f"Write {self.last} .. {self.first}.",
            )

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} .. {self.last}"

    def __contains__(self, day: int) -> bool:
        return self.contains(day)

    def contains(self, day: int) -> bool:
        """Whether the day lies inside, ends included."""
        return self.first <= day <= self.last

    def distance(self, day: int) -> int:
        """Days outside: 0 inside, negative before the first day, positive after the last."""
        return day - min(max(day, self.first), self.last)

    def overlaps(self, other: Window) -> bool:
        """Whether some day lies in both."""
        return self.first <= other.last and other.first <= self.last


def read_window(text: str) -> Window:
    """The window of '27 .. 33', '-28 .. -1' or '0'; NotAWindow where it is unreadable or reversed."""
    found = re.fullmatch(rf" *({_DAY})(?: *\.\. *({_DAY}))? *", text)
    if not found:
        raise NotAWindow(f"{quoted(text)} is not a window of days.", "Write first .. last, such as 27 .. 33.")
    return Window(int(found[1]), int(found[2] or found[1]))


def sdtm_day(day: int) -> int:
    """The study day of SDTM, which has no day 0: day + 1 from day 0 on, the same number before."""
    return day + 1 if day >= 0 else day


def add_months(date: dt.date, months: int, convention: MonthConvention) -> dt.date:
    """The date so many months later: 30 days each, or the same day of the month, clipped to its end."""
    if convention == "fixed 30 days":
        return date + dt.timedelta(days=30 * months)
    years, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return dt.date(years, month + 1, min(date.day, last))
