"""The Persian (solar Hijri) calendar by the rule of 33 years, where it is the civil calendar of Iran: 1304 on.

Twelve months of 31 (six), 30 (five) and 29 days, 30 in a leap year. The rule gives the same first days of the year as
the equinox at noon of Iran's meridian for every year read here; a test computes both.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

FIRST_YEAR, LAST_YEAR = 1304, 1478
_FIRST_DAY = dt.date(1925, 3, 21)
_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})


def is_leap(year: int) -> bool:
    """Whether the year has 366 days."""
    return year % 33 in _LEAP


@cache
def nowruz(year: int) -> dt.date:
    """The Gregorian day of 1 Farvardin; ValueError outside 1304 to 1478."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the year {year} is outside {FIRST_YEAR} to {LAST_YEAR}")
    leaps = sum(map(is_leap, range(FIRST_YEAR, year)))
    return _FIRST_DAY + dt.timedelta(days=365 * (year - FIRST_YEAR) + leaps)


def days_in_month(year: int, month: int) -> int:
    """29, 30 or 31; 0 where there is no such month."""
    if not 1 <= month <= 12:
        return 0
    return 31 if month <= 6 else 30 if month <= 11 or is_leap(year) else 29


def to_gregorian(year: int, month: int, day: int) -> dt.date:
    """The Gregorian date of a day of the Persian calendar; ValueError where there is no such day."""
    if not 1 <= day <= days_in_month(year, month):
        raise ValueError(f"there is no {year}/{month:02d}/{day:02d}")
    before = 31 * (month - 1) - max(0, month - 7)
    return nowruz(year) + dt.timedelta(days=before + day - 1)
