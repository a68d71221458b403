"""Digits of three scripts: ASCII everywhere, Persian and Arabic-Indic on purpose where the page is in fa or ar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from firstdose.values.unreadable import quoted
from firstdose.web.capture.strict.typed import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

LANGUAGES = ("fa", "ar")
PERSIAN = "".join(map(chr, range(0x06F0, 0x06FA)))
ARABIC_INDIC = "".join(map(chr, range(0x0660, 0x066A)))
DECIMAL_MARK, THOUSANDS_MARK = "\u066b", "\u066c"

_TO_ASCII = str.maketrans(PERSIAN + ARABIC_INDIC + DECIMAL_MARK, "0123456789" * 2 + ".")
_SCRIPTS = tuple(re.compile(f"[{digits}]") for digits in ("0-9", PERSIAN, ARABIC_INDIC))
_SUBSTITUTE = re.compile(f"[{PERSIAN}{ARABIC_INDIC}{DECIMAL_MARK}]")


def primary(language: str) -> str:
    """`ar` of `ar-EG`."""
    return re.split("[-_]", language.lower(), maxsplit=1)[0]


def reads_eastern(language: str) -> bool:
    """Whether Persian and Arabic-Indic digits are read on pages of this language."""
    return primary(language) in LANGUAGES


def in_ascii(text: str) -> str:
    """Persian and Arabic-Indic digits and their decimal mark as ASCII, everything else as it is."""
    return text.translate(_TO_ASCII)


def read_script(text: str, language: str, is_right: Callable[[str], bool]) -> str:
    """The text in ASCII digits; Refused where its digits are of a script not read here, or of more than one.

    `is_right` says whether a text in ASCII digits may be offered as the remedy.
    """
    if not _SUBSTITUTE.search(text):
        _refuse_other_digits(text)
        return text
    ascii_text = in_ascii(text)
    if not reads_eastern(language):
        raise Refused("FD-W012", _other_digits(text), _remedy(ascii_text, is_right))
    if not _one_script(text):
        message = _("%(typed)s mixes the digits or the decimal mark of two scripts.")
        raise Refused("FD-W013", message % {"typed": quoted(text)}, _remedy(ascii_text, is_right))
    _refuse_other_digits(ascii_text)
    return ascii_text


def _remedy(ascii_text: str, is_right: Callable[[str], bool]) -> str:
    if is_right(ascii_text):
        return _("Write %(offered)s.") % {"offered": ascii_text}
    return _("Write the digits 0 to 9, all of one script.")


def _one_script(text: str) -> bool:
    found = [bool(script.search(text)) for script in _SCRIPTS]
    point_between_eastern = "." in text and not found[0]
    eastern_mark_between_ascii = DECIMAL_MARK in text and found[0]
    return sum(found) <= 1 and not point_between_eastern and not eastern_mark_between_ascii


def _refuse_other_digits(text: str) -> None:
    if not text.isascii() and any(each.isnumeric() and not each.isascii() for each in text):
        raise Refused("FD-W012", _other_digits(text), _("Write the digits 0 to 9."))


def _other_digits(text: str) -> str:
    return _("%(typed)s has digits that are not 0 to 9.") % {"typed": quoted(text)}
