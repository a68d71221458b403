"""One box read: first the grammar of its kind, then the judgement that an imported cell meets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from firstdose.records.cells import TRUTHS, read_cell
from firstdose.values.unreadable import quoted
from firstdose.web.audit.sayings.of_cells import EMPTY_REMEDY
from firstdose.web.capture.strict import dates, numbers, texts, times
from firstdose.web.capture.strict.typed import Objection, Refused, Typed

if TYPE_CHECKING:
    from firstdose.catalogue import Item

LONGEST_TEXT, LONGEST_VALUE = 4000, 40
_NUMBERS = ("integer", "ordinal", "number", "quantity")


def read_typed(item: Item, typed: str, language: str = "en") -> Typed:
    """What the box of this item says; never raises, never changes a value: it is kept exactly or refused.

    `language` is that of the page (`fa`, `ar-EG`): where it is Persian or Arabic, their digits are read and echoed.
    """
    try:
        _refuse_length(typed, longest(item))
        text, echo = _grammar(item, typed, language)
        if text:
            _refuse_missing(item, text)
    except Refused as why:
        return Typed("", typed, "", (why.objection,))
    return _judged(item, typed, text, echo)


def read_missing(code: str, reason: str) -> Typed:
    """The text of a missing value, 'ND: device broken'; `typed` is the reason as it was written."""
    try:
        _refuse_length(reason, LONGEST_TEXT)
        return Typed(texts.read_reason(code, reason), reason)
    except Refused as why:
        return Typed("", reason, "", (why.objection,))


def longest(item: Item) -> int:
    """How many characters its box takes, counted as a browser counts them."""
    return (
        LONGEST_TEXT
        if item.kind == "text" and not times.shape_of(item)
        else LONGEST_VALUE + _longest_code(item)
    )


def _longest_code(item: Item) -> int:
    return max(map(len, item.code_names), default=0)


def _refuse_length(typed: str, most: int) -> None:
    """UTF-16 units, a line break as one: what `maxlength` counts."""
    if 2 * len(typed) <= most:
        return
    length = len(typed.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2
    if length > most:
        message = _("%(typed)s has %(length)s characters; %(most)s are the most.")
        told = {"typed": quoted(typed), "length": length, "most": most}
        raise Refused("FD-W010", message % told, _("Shorten it."))


def _grammar(item: Item, typed: str, language: str) -> tuple[str, str]:
    """(cell text, echo) as the grammar of this kind reads it; both empty where nothing was typed."""
    bare = typed.strip(" ")
    if not typed.strip():
        return "", ""
    if item.kind == "text" and not times.shape_of(item):
        return texts.read_text(typed), ""
    if item.kind in {"code", "truth"}:
        return _read_choice(item, bare), ""
    _refuse_missing(item, bare)
    if item.kind in _NUMBERS:
        return numbers.read_number(item, bare, language)
    if item.kind == "date":
        return dates.read_date(bare, language)
    read = times.read_moment if times.shape_of(item) == "moment" else times.read_time
    return read(bare, language)


def _read_choice(item: Item, bare: str) -> str:
    """A truth in its one spelling; of a code, and of what is neither, the core judges."""
    truth = TRUTHS.get(bare.lower()) if item.kind == "truth" and bare.isascii() else None
    return bare if truth is None else "yes" if truth else "no"


def _refuse_missing(item: Item, text: str) -> None:
    """A missing value has its own two inputs; a code of the item's list is a value."""
    if item.kind != "code" or text not in item.code_names:
        texts.refuse_missing_word(text)


def _judged(item: Item, typed: str, text: str, echo: str) -> Typed:
    """The core's judgement of the cell text, as at an import."""
    faults = tuple(Objection.of(fault, item.name) for fault in read_cell(item, text).faults)
    if not text:
        faults = tuple(replace(fault, remedy=EMPTY_REMEDY) for fault in faults)
    read = Typed(text, typed, echo, faults)
    return replace(read, text="", echo="") if read.refused else read
