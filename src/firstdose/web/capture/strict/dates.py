"""Dates of a form: 2024-05-12, 2024-05 or 2024; on Persian pages also 1403/02/23, read on purpose and echoed."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from firstdose.values.dates import FIRST_YEAR, LAST_YEAR, NotADate
from firstdose.values.dates import read_date as read_iso
from firstdose.values.unreadable import quoted
from firstdose.web.audit.sayings import say_message, say_remedy
from firstdose.web.capture.strict import jalali
from firstdose.web.capture.strict.scripts import primary, read_script
from firstdose.web.capture.strict.typed import Refused

_ISO = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_BY_YEAR = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")
_ANY_ORDER = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
_EARLIEST, _LATEST = 1300, 1500  # years of a Persian or an Islamic calendar


def read_date(bare: str, language: str) -> tuple[str, str]:
    """(ISO text, echo). Refused: days that are none, other orders, years outside 1900 to 2100."""
    text = read_script(bare, language, is_iso)
    if _ISO.match(text) and _EARLIEST <= int(text[:4]) <= _LATEST:
        return _read_other_calendar(bare, text, language)
    if not _ISO.fullmatch(text):
        raise _not_iso(bare, text)
    try:
        iso = read_iso(text).iso()
    except NotADate as why:
        raise Refused(
            "FD-W019", say_message("FD-R030", why.message), say_remedy("FD-R030", why.remedy)
        ) from None
    return iso, iso if text != bare else ""


def is_iso(text: str) -> bool:
    """Whether this is a date as it is kept: complete or partial, of this calendar."""
    if not _ISO.fullmatch(text):
        return False
    try:
        read_iso(text)
    except NotADate:
        return False
    return True


def _read_other_calendar(bare: str, text: str, language: str) -> tuple[str, str]:
    """A day of the Persian calendar where the page is Persian; never a day of this one."""
    found = _BY_YEAR.fullmatch(text)
    iso = _converted(int(found[1]), int(found[3]), int(found[4])) if found else ""
    spoken = primary(language)
    if iso and spoken == "fa":
        return iso, iso
    if spoken == "fa":
        raise _not_jalali(bare, text)
    raise _not_gregorian(bare, text, "" if spoken == "ar" else iso)


def _not_gregorian(bare: str, text: str, iso: str) -> Refused:
    """`iso`: the day that is meant if the calendar is the Persian one."""
    message = _("%(typed)s: the year %(year)s is outside %(first)s to %(last)s.") % {
        "typed": quoted(bare),
        "year": text[:4],
        "first": FIRST_YEAR,
        "last": LAST_YEAR,
    }
    if not iso:
        return Refused("FD-W020", message, _("Write the date of the Gregorian calendar."))
    remedy = _(
        "Write the date of the Gregorian calendar. If it is of the Persian calendar, that day is %(day)s."
    )
    return Refused("FD-W020", message, remedy % {"day": iso})


def _converted(year: int, month: int, day: int) -> str:
    try:
        return jalali.to_gregorian(year, month, day).isoformat()
    except ValueError:
        return ""


def _not_jalali(bare: str, text: str) -> Refused:
    if re.fullmatch(r"[0-9]{4}(?:[-/][0-9]{1,2})?", text):
        message = _(
            "%(typed)s is no whole date: a month or year of the Persian calendar lies in two of the other."
        )
        remedy = _("Write the whole date, or the Gregorian year and month.")
        return Refused("FD-W020", message % {"typed": quoted(bare)}, remedy)
    message = _("%(typed)s is no day of the Persian calendar from %(first)s to %(last)s.") % {
        "typed": quoted(bare),
        "first": jalali.FIRST_YEAR,
        "last": jalali.LAST_YEAR,
    }
    return Refused("FD-W020", message, _("Write it as 1402/11/16, or the Gregorian date as 2024-02-05."))


def _not_iso(bare: str, text: str) -> Refused:
    message = _("%(typed)s is not a date in the order year-month-day.")
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*", text, re.DOTALL):
        message = _("%(typed)s has more than a date.")
    days = list(dict.fromkeys(each for each in _meant(text) if is_iso(each)))
    return Refused("FD-W019", message % {"typed": quoted(bare)}, _write_a_day(days))


def _write_a_day(days: list[str]) -> str:
    if len(days) > 1:
        return _("Write %(one)s or %(other)s.") % {"one": days[0], "other": days[1]}
    if days:
        return _("Write %(offered)s.") % {"offered": days[0]}
    return _("Write 2024-05-12, or 2024-05 or 2024 where the day is not known.")


def _meant(text: str) -> tuple[str, ...]:
    """What a date in another order or with short parts can mean."""
    if found := _BY_YEAR.fullmatch(text):
        return (f"{found[1]}-{int(found[3]):02d}-{int(found[4]):02d}",)
    if found := _ANY_ORDER.fullmatch(text):
        a, b = int(found[1]), int(found[3])
        return (f"{found[4]}-{b:02d}-{a:02d}", f"{found[4]}-{a:02d}-{b:02d}")
    if re.fullmatch(r"[0-9]{8}", text):
        return (f"{text[:4]}-{text[4:6]}-{text[6:]}",)
    if found := re.fullmatch(
        r"([0-9]{4}(?:-[0-9]{2}){0,2})(?:-UNK){1,2}|([0-9]{4}-[0-9]{2}-[0-9]{2})[T ].*", text
    ):
        return (found[1] or found[2],)
    return ()
