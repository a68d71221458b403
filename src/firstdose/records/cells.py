"""One cell: its text becomes a value, a missing value with its reason, or says why it is neither."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.values.dates import DateStyle, read_date
from firstdose.values.issue import Issue, Place, Weight, did_you_mean
from firstdose.values.missing import read_missing_reason
from firstdose.values.number import DecimalMark, plain, read_number
from firstdose.values.quantity import Quantity
from firstdose.values.units import NoSuchUnit, read_unit
from firstdose.values.unreadable import Unreadable, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from firstdose.catalogue import Item

# A closed list, in any case: what people and spreadsheets write. 1 and 0 are codes of somebody's own: a mapping says
# what they mean.
TRUTHS = {"yes": True, "no": False, "y": True, "n": False, "true": True, "false": False}

# Reasons of a gap beside the codes of values.missing.
UNREADABLE, EMPTY, NO_COLUMN, MISSED, NO_RECORD = (
    "unreadable",
    "empty",
    "no column",
    "visit missed",
    "no record",
)

_COMPARED = re.compile(r" *([<>]) *([^<>=].*)", re.DOTALL)
_WITH_UNIT = re.compile(r"(?s) *([+-]?[0-9][0-9.,eE+-]*) +(\S.*?) *")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a source writes a column, where it differs from the plain way. `words`: source text > the form's text."""

    decimal_mark: DecimalMark = "."
    dates: DateStyle = "ymd"
    unit: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Fault:
    """An Issue that has no place yet."""

    code: str
    message: str
    remedy: str
    weight: Weight = "error"

    def at(self, place: Place) -> Issue:
        return Issue(place, self.code, self.message, self.remedy, self.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a text says. Without a value, `reason` is a code of values.missing, `unreadable` or `empty`."""

    value: float | bool | str | None = None
    comparator: str | None = None
    reason: str | None = None
    detail: str = ""
    faults: tuple[Fault, ...] = ()


def read_cell(item: Item, text: str, style: Style = PLAIN) -> Cell:
    """The value of one cell; never raises, never changes a value without a Fault."""
    meant = style.words.get(text, text)
    if not meant.strip():
        return _empty(item)
    if item.kind == "code" and meant in item.code_names:
        return Cell(value=meant)
    missing = read_missing_reason(meant)
    if missing is not None:
        return Cell(reason=missing.code, detail=missing.reason)
    try:
        return _READ[item.kind](item, meant, style)
    except Unreadable as why:
        return unreadable(meant, Fault("FD-R030", f"{item.name}: {why.message}", why.remedy))


def unreadable(text: str, fault: Fault) -> Cell:
    """No value, because of this Fault."""
    return Cell(reason=UNREADABLE, detail=text, faults=(fault,))


def _empty(item: Item) -> Cell:
    if not item.required:
        return Cell(reason=EMPTY)
    message = f"{item.name} is missing without a reason."
    fault = Fault(
        "FD-R037", message, "Write the value, or ND, UNK, REF or NA with the reason after a colon.", "query"
    )
    return Cell(reason=EMPTY, faults=(fault,))


def _read_truth(item: Item, text: str, _: Style) -> Cell:
    truth = TRUTHS.get(text.strip(" ").lower()) if text.isascii() else None
    if truth is not None:
        return Cell(value=truth)
    return unreadable(
        text, Fault("FD-R034", f"{item.name}: {quoted(text)} is neither yes nor no.", "Write yes or no.")
    )


def _read_code(item: Item, text: str, _: Style) -> Cell:
    names = item.code_names
    remedy = did_you_mean(text, names) or f"Write one of: {', '.join(names)}."
    message = f"{item.name}: {quoted(text)} is not in the code list."
    return unreadable(text, Fault("FD-R033", message, remedy.rstrip()))


def _read_text(_: Item, text: str, __: Style) -> Cell:
    return Cell(value=text)


def _read_date(_: Item, text: str, style: Style) -> Cell:
    return Cell(value=read_date(text, style.dates).iso())


def _read_number(item: Item, text: str, style: Style) -> Cell:
    return _judged(item, text, read_number(text, decimal_mark=style.decimal_mark), None, style)


def _read_whole(item: Item, text: str, style: Style) -> Cell:
    number = read_number(text, decimal_mark=style.decimal_mark)
    if number != number.to_integral_value():
        fault = Fault(
            "FD-R031", f"{item.name}: {quoted(text)} is not a whole number.", "Write a whole number."
        )
        return unreadable(text, fault)
    if item.kind == "ordinal" and not _within(item, number):
        message = f"{item.name}: {quoted(text)} is not on the scale {_limits(item)}."
        return unreadable(text, Fault("FD-R032", message, f"Write a grade from {_limits(item)}."))
    return _judged(item, text, number, None, style)


def _read_quantity(item: Item, text: str, style: Style) -> Cell:
    compared = _COMPARED.fullmatch(text)
    comparator, amount = (compared[1], compared[2]) if compared else (None, text)
    number = _amount(item, amount, style)
    if comparator and number < 0:
        message = f"{item.name}: {quoted(text)} compares with a negative number."
        return unreadable(
            text, Fault("FD-R030", message, "Write the limit of quantification after '<' or '>'.")
        )
    return _judged(item, text, number, comparator, style)


def _amount(item: Item, text: str, style: Style) -> Decimal:
    """The number, whose unit may stand beside it if it is the declared one."""
    found = _WITH_UNIT.fullmatch(text)
    if not found or found[2][0].isdigit():
        return read_number(text, decimal_mark=style.decimal_mark)
    number = read_number(found[1], decimal_mark=style.decimal_mark)
    declared = style.unit or item.unit
    if not same_unit(found[2], declared):
        said = f"its unit is {declared}" if declared else "it has no unit"
        message = f"{quoted(text)} is in another unit; {said}."
        raise Unreadable(message, "Convert it, or declare the source's unit in a mapping.")
    return number


def same_unit(text: str, declared: str) -> bool:
    """Whether a typed unit is the declared one, in any spelling of it."""
    if text == declared:
        return True
    try:
        typed, unit = read_unit(text), read_unit(declared)
    except NoSuchUnit:
        return False
    return typed.symbol == unit.symbol


def _judged(item: Item, text: str, number: Decimal, comparator: str | None, style: Style) -> Cell:
    """The value as it is, with what is to be said about it."""
    converted = bool(style.unit) and not same_unit(style.unit, item.unit)
    value = Quantity(number, read_unit(style.unit)).to(item.unit).value if converted else number
    faults = [
        *(_outside(item, text, value) if not _within(item, value) else ()),
        *(_too_fine(item, text) if not converted and _decimals(value) > _allowed(item) else ()),
        *(_not_quantifiable(item, text, value) if comparator is None else ()),
    ]
    return Cell(value=float(value), comparator=comparator, faults=tuple(faults))


def _within(item: Item, value: Decimal) -> bool:
    return (item.low is None or value >= item.low) and (item.high is None or value <= item.high)


def _limits(item: Item) -> str:
    low = "" if item.low is None else plain(item.low)
    high = "" if item.high is None else plain(item.high)
    return f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"


def _outside(item: Item, text: str, value: Decimal) -> tuple[Fault, ...]:
    converted = f" ({plain(value)} {item.unit})" if f"{plain(value)}" not in text else ""
    message = f"{item.name}: {quoted(text)}{converted} is outside its limits, {_limits(item)}{_unit(item)}."
    return (Fault("FD-R032", message, "Check value and unit at the source.", "query"),)


def _unit(item: Item) -> str:
    return f" {item.unit}" if item.unit else ""


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _allowed(item: Item) -> int:
    return 99 if item.decimals is None else item.decimals


def _too_fine(item: Item, text: str) -> tuple[Fault, ...]:
    message = f"{item.name}: {quoted(text)} has more decimals than the {item.decimals} declared."
    return (Fault("FD-R038", message, "It is kept as typed. Check it at the source.", "warning"),)


def _not_quantifiable(item: Item, text: str, value: Decimal) -> tuple[Fault, ...]:
    low, high = item.lloq, item.uloq
    if low is not None and value < low:
        side, limit, sign = "below", low, "<"
    elif high is not None and value > high:
        side, limit, sign = "above", high, ">"
    else:
        return ()
    message = (
        f"{item.name}: {quoted(text)} is {side} the limit of quantification, {plain(limit)}{_unit(item)}."
    )
    return (
        Fault("FD-R039", message, f"Write {sign}{plain(limit)}, as the laboratory reports it.", "warning"),
    )


_READ = {
    "integer": _read_whole,
    "ordinal": _read_whole,
    "number": _read_number,
    "quantity": _read_quantity,
    "code": _read_code,
    "text": _read_text,
    "date": _read_date,
    "truth": _read_truth,
}
