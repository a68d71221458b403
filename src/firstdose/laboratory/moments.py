"""Days and times of records about the product: 2024-03-04, 2024-03-04T09:15 or with a blank between."""

from __future__ import annotations

import re
from datetime import datetime

_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


def read_moment(text: str) -> datetime | None:
    """The moment (a day alone: its midnight), None where the text is none. Clocks of one place: no time zones."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        return None
    try:
        year, month, day, hour, minute, second = found.groups("00")
        return datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}")
    except ValueError:
        return None


def last_moment(text: str) -> datetime | None:
    """The same, a day alone being over at its end: until when something may be used."""
    found = read_moment(text)
    return found if found is None or has_time(text) else found.replace(hour=23, minute=59, second=59)


def has_time(text: str) -> bool:
    """Whether the text tells a time of day, not a day alone."""
    return ":" in text
