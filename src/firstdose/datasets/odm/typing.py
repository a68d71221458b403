"""Which ODM data type an item has, and a recorded text as a value of that type; nothing is ever rounded or dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.datasets.odm.oids import AS_RECORDED
from firstdose.values.dates import NotADate, read_date
from firstdose.values.missing import read_missing_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.catalogue import Item
    from firstdose.catalogue.entries import Kind

TYPES: Mapping[Kind, str] = {
    "integer": "integer",
    "ordinal": "integer",
    "number": "float",
    "quantity": "float",
    "code": "text",
    "text": "text",
    "date": "partialDate",
    "truth": "boolean",
}
TRUTHS = {"yes": "true", "no": "false"}

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """A recorded text in ODM: a value, or none (`IsNull`); `flag` with `comment` says why, or holds the text itself."""

    value: str | None
    comparator: str = ""
    flag: str = ""
    comment: str = ""


def typed(item: Item, text: str) -> Typed:
    """The text as a value of the item's type.

    A word of missing values is no value, with its code and the words as recorded. A text that the type cannot hold as it
    stands ("3.0" as a whole number, "about 3") is kept whole in the comment, flagged TEXT.
    """
    if item.kind == "code" and text in item.code_names:
        return Typed(text)
    missing = read_missing_reason(text)
    if missing is not None:
        return Typed(None, flag=missing.code, comment=text)
    if item.kind == "quantity" and text[:1] in {"<", ">"} and _NUMBER.fullmatch(text[1:]):
        return Typed(text[1:], comparator=text[0])
    value = TRUTHS.get(text) if item.kind == "truth" else text if _holds(item, text) else None
    return Typed(value) if value is not None else Typed(None, flag=AS_RECORDED, comment=text)


def untyped(kind: str, value: str | None, comparator: str, flag: str, comment: str) -> str:
    """The recorded text of a value: what `typed` was made from."""
    if flag or value is None:
        return comment
    truths = {written: ours for ours, written in TRUTHS.items()}
    return comparator + (truths.get(value, value) if kind == "boolean" else value)


def _holds(item: Item, text: str) -> bool:
    match item.kind:
        case "integer":
            return _WHOLE.fullmatch(text) is not None
        case "ordinal":
            return _WHOLE.fullmatch(text) is not None and (not item.codes or text in item.code_names)
        case "number" | "quantity":
            return _NUMBER.fullmatch(text) is not None
        case "code":
            return False
        case "date":
            return _is_iso(text)
        case "truth":
            return False
        case "text":
            # An attribute's line ends and tabs come back as blanks from some readers.
            return not any(mark in text for mark in "\t\n\r")


def _is_iso(text: str) -> bool:
    try:
        return read_date(text).iso() == text
    except NotADate:
        return False
