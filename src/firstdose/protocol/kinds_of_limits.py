"""How the limit of a release attribute is read: '>= 80 %', '0.9 .. 1.1 fold', 'negative', 'normal or reviewed'."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstdose.protocol import issues_of_values as issues
from firstdose.protocol.desk import cleaned
from firstdose.protocol.model_of_product import Limit
from firstdose.values.number import NotANumber, read_number
from firstdose.values.units import NoSuchUnit, read_unit

if TYPE_CHECKING:
    from firstdose.protocol.desk import Asked, Unread

_ENDS = re.compile(r"(?P<low>\S+) ?\.\. ?(?P<high>\S+)(?: (?P<unit>\S.*))?")
_ONE_SIDED = re.compile(r"(?P<sign><=|>=|<|>) ?(?P<number>\S+)(?: (?P<unit>\S.*))?")
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9 _/-]*")
_FORMS = (">= 80 %", "<= 5 EU/kg/h", "0.9 .. 1.1 fold", "negative", "normal or reviewed")


def read_limit(asked: Asked) -> Limit | Unread:
    """A limit; what it may not be is told."""
    text = cleaned(asked.text)
    try:
        if found := _ONE_SIDED.fullmatch(text):
            return _one_sided(found)
        if found := _ENDS.fullmatch(text):
            return _between(found, asked)
    except NotANumber as why:
        return asked.tell(issues.not_a_number(asked.place, why))
    except NoSuchUnit as why:
        return asked.tell(issues.no_such_unit(asked.place, why))
    words = tuple(text.split(" or "))
    if all(map(_WORDS.fullmatch, words)):
        return Limit(words=words)
    return asked.tell(issues.not_listed(asked.place, text, _FORMS))


def _one_sided(found: re.Match[str]) -> Limit:
    number, unit = read_number(found["number"]), _symbol(found["unit"])
    is_open = len(found["sign"]) == 1
    if found["sign"].startswith(">"):
        return Limit(low=number, open_low=is_open, unit=unit)
    return Limit(high=number, open_high=is_open, unit=unit)


def _between(found: re.Match[str], asked: Asked) -> Limit:
    """A reversed range is told and turned round."""
    low, high = read_number(found["low"]), read_number(found["high"])
    if low > high:
        asked.tell(issues.range_reversed(asked.place, found["low"], found["high"]))
        low, high = high, low
    return Limit(low=low, high=high, unit=_symbol(found["unit"]))


def _symbol(unit: str | None) -> str:
    return read_unit(unit).symbol if unit else ""
