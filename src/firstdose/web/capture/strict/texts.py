"""Free text of a form: NFC, line breaks as LF, surrounding blanks off; what cannot be seen is refused, not removed."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from firstdose.values.missing import MISSING, read_missing_reason
from firstdose.values.unreadable import quoted
from firstdose.web.capture.strict.typed import Refused

# ZWNJ, ZWJ and the marks of direction U+200E, U+200F, U+061C stay: Persian and Arabic are written with them.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_LOST = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")


def read_text(typed: str) -> str:
    """The text that is kept; Refused where it has characters that cannot be kept or seen. May be empty."""
    text = typed.replace("\r\n", "\n")
    if lost := _LOST.search(text):
        message = _("%(typed)s has a character that was lost on the way, the character %(at)s of %(length)s.")
        raise Refused("FD-W011", message % _place(text, lost.start()), _("Type it again."))
    if unseen := _UNSEEN.search(text):
        message = _("%(typed)s has a mark that cannot be seen, the character %(at)s of %(length)s.")
        remedy = _("Delete it; to be sure, type the text again.")
        raise Refused("FD-W011", message % _place(text, unseen.start()), remedy)
    return unicodedata.normalize("NFC", text).strip()


def refuse_missing_word(text: str) -> None:
    """Refused where the text alone would be read as a missing value, here and in a file of records."""
    found = read_missing_reason(text)
    if found:
        message = _("%(typed)s stands for a missing value.") % {"typed": quoted(text)}
        remedy = _("Choose '%(label)s' beside the box and write the reason there.")
        raise Refused("FD-W018", message, remedy % {"label": _(found.label)})


def read_reason(code: str, reason: str) -> str:
    """'ND: device broken'; Refused without one of the codes or without a reason."""
    if code not in MISSING:
        known = ", ".join(f"{each} ({_(words[0])})" for each, words in MISSING.items())
        message = _("%(typed)s is no reason for a missing value.") % {"typed": quoted(code)}
        raise Refused("FD-W022", message, _("Choose one: %(known)s.") % {"known": known})
    text = read_text(reason)
    if not text:
        message = _("'%(label)s' stands without a reason.") % {"label": _(MISSING[code][0])}
        raise Refused("FD-W023", message, _("Write in a few words why there is no value."))
    return f"{code}: {text}"


def _place(text: str, at: int) -> dict[str, str | int]:
    return {"typed": quoted(text), "at": at + 1, "length": len(text)}
