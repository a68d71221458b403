"""Times of day, hh:mm, and moments, YYYY-MM-DDThh:mm: texts of the core whose label says that they are one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from firstdose.values.unreadable import quoted
from firstdose.web.capture.strict.dates import read_date
from firstdose.web.capture.strict.scripts import read_script
from firstdose.web.capture.strict.typed import Refused

if TYPE_CHECKING:
    from firstdose.catalogue import Item

Shape = Literal["", "time", "moment"]
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_SHORT = re.compile(r"([0-9]{1,2})[:.h]?([0-9]{2})")


def shape_of(item: Item) -> Shape:
    """`time` or `moment` where the label of a text item ends in hh:mm or YYYY-MM-DDThh:mm, else nothing."""
    if item.kind != "text" or not item.label.endswith("hh:mm"):
        return ""
    return "moment" if item.label.endswith("YYYY-MM-DDThh:mm") else "time"


def read_time(bare: str, language: str) -> tuple[str, str]:
    """('09:30', echo); 24 hours, two digits each."""
    text = read_script(bare, language, is_time)
    if is_time(text):
        return text, text if text != bare else ""
    found = _SHORT.fullmatch(text)
    offered = f"{int(found[1]):02d}:{found[2]}" if found else ""
    remedy = (
        _("Write %(offered)s.") % {"offered": offered}
        if is_time(offered)
        else _("Write hours and minutes as 09:30, from 00:00 to 23:59.")
    )
    raise Refused("FD-W021", _("%(typed)s is not a time of day.") % {"typed": quoted(bare)}, remedy)


def is_time(text: str) -> bool:
    """Whether this is a time of day as it is kept."""
    return _TIME.fullmatch(text) is not None


def read_moment(bare: str, language: str) -> tuple[str, str]:
    """('2024-05-12T09:30', echo); a blank may stand for the T, the day must be complete."""
    day, _mark, clock = bare.partition("T") if "T" in bare else bare.partition(" ")
    if not clock:
        raise Refused(
            "FD-W021", _("%(typed)s is not a day with its time.") % {"typed": quoted(bare)}, _write_both()
        )
    date, date_echo = read_date(day, language)
    time, time_echo = read_time(clock, language)
    if len(date) != len("2024-05-12"):
        raise Refused("FD-W021", _("%(typed)s has no complete day.") % {"typed": quoted(bare)}, _write_both())
    text = f"{date}T{time}"
    return text, text if date_echo or time_echo else ""


def _write_both() -> str:
    return _("Write both, as 2024-05-12T09:30.")
