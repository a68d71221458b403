"""How a field's text becomes a value: one function per kind of the grammar. What is wrong is told, never raised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from firstdose.protocol import issues_of_values as issues
from firstdose.protocol.desk import UNREAD, cleaned
from firstdose.protocol.kinds_of_limits import read_limit
from firstdose.protocol.kinds_of_lists import (
    read_codes,
    read_measures,
    read_names,
    read_numbers,
    read_options,
    read_visits,
)
from firstdose.protocol.model import Sentinel
from firstdose.protocol.model_of_product import Limit
from firstdose.values.number import NotANumber, plain, read_number
from firstdose.values.quantity import NotAQuantity, Quantity, read_quantity
from firstdose.values.units import NoSuchUnit, dimension_words, read_unit
from firstdose.values.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.protocol.desk import Asked, Unread

    Reader = Callable[[Asked], Any]

LONGEST_TEXT = 2000

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_MEASURE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")
_ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_]*\.[A-Za-z][A-Za-z0-9_]*")
_LOOK = re.compile(
    r"(?P<alone>value|any event|profile)"
    r"|(?P<change>change|percent change|worst change) from (?P<visit>[A-Za-z]\w*)"
    r"|response (?P<cut>\S+)(?: %| percent)? from (?P<start>[A-Za-z]\w*)",
    re.ASCII,
)
_LOOKS = (
    "value", "any event", "profile", "change from VISIT", "percent change from VISIT", "worst change from VISIT",
    "response NUMBER from VISIT",
)  # fmt: skip


_SENTINEL = re.compile(
    r"(?P<days>\d{1,4}) days? after the first participant of (?:a |each |the )?(?P<of>dose level|cohort|trial)"
    r"(?:, then (?P<between>\d{1,4}) days? between participants)?",
    re.ASCII,
)
_SENTINELS = (
    "N days after the first participant of a dose level",
    "N days after the first participant of each cohort",
    "N days after the first participant of the trial",
    "N days after the first participant of a dose level, then M days between participants",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind is read, what stands in for a required value that could not be read, and what it is in words."""

    read: Reader
    stand_in: Any
    meaning: str


def read_text(asked: Asked) -> str | Unread:
    if len(asked.text) > LONGEST_TEXT:
        return asked.tell(issues.text_too_long(asked.place, len(asked.text), LONGEST_TEXT))
    return cleaned(asked.text)


def read_paragraphs(asked: Asked) -> str:
    """Paragraphs, told apart by an empty line."""
    return "\n\n".join(map(cleaned, asked.text.split("\n\n")))


def read_rule(asked: Asked) -> str:
    return asked.text.rstrip()


def read_name(asked: Asked) -> str:
    return _named(asked, _NAME)


def read_measure(asked: Asked) -> str:
    return _named(asked, _MEASURE)


def read_item(asked: Asked) -> str | Unread:
    """'screening.systemic_last'; a name without its activity could be of any form."""
    if not _ITEM.fullmatch(asked.text):
        return asked.tell(issues.not_an_item(asked.place, asked.text))
    return asked.text


def _named(asked: Asked, pattern: re.Pattern[str]) -> str:
    """The name even where it is badly formed: whoever refers to it shall still find it."""
    if not pattern.fullmatch(asked.text):
        asked.tell(issues.not_a_name(asked.place, asked.text))
    return asked.text


def read_decimal(asked: Asked) -> Decimal | Unread:
    number = _number(asked.text, asked)
    return number if isinstance(number, Decimal) and _within(number, asked, asked.field.limits) else UNREAD


def read_share(asked: Asked) -> Decimal | Unread:
    number = _number(asked.text, asked)
    return number if isinstance(number, Decimal) and _within(number, asked, (0, 1)) else UNREAD


def read_integer(asked: Asked) -> int | Unread:
    whole = _integer(asked.text, asked)
    return whole if isinstance(whole, int) and _within(Decimal(whole), asked, asked.field.limits) else UNREAD


def read_number_text(asked: Asked) -> str | Unread:
    """The text itself, since its decimals say how precise it is."""
    return UNREAD if _number(asked.text, asked) is UNREAD else asked.text


def read_amount(asked: Asked) -> Quantity | Unread:
    return _quantity(asked.text, asked)


def read_symbol(asked: Asked) -> str | Unread:
    try:
        return read_unit(asked.text).symbol
    except NoSuchUnit as why:
        return asked.tell(issues.no_such_unit(asked.place, why))


def read_percent(asked: Asked) -> Decimal | Unread:
    """'10 %' as the share 0.1."""
    quantity = _quantity(asked.text, asked)
    return _share_of(quantity, asked) if isinstance(quantity, Quantity) else UNREAD


def read_choice(asked: Asked) -> str | Unread:
    words = cleaned(asked.text).split(" ")
    text = " ".join("lesion" if asked.field.local and word == asked.desk.lesion else word for word in words)
    if text in asked.field.choices:
        return text
    return asked.tell(
        issues.not_listed(asked.place, asked.text, [_localised(c, asked) for c in asked.field.choices])
    )


def _localised(choice: str, asked: Asked) -> str:
    return choice.replace("lesion", asked.desk.lesion) if asked.field.local else choice


def read_truth(asked: Asked) -> bool | Unread:
    if asked.text in {"yes", "no"}:
        return asked.text == "yes"
    return asked.tell(issues.not_listed(asked.place, asked.text, ("yes", "no")))


def read_days(asked: Asked) -> Window | Unread:
    ends = _ends(asked, _integer)
    return Window(*ends) if isinstance(ends, tuple) else ends


def read_range(asked: Asked) -> Any:
    """(low, high) as Decimal."""
    return _ends(asked, _number)


def read_integer_range(asked: Asked) -> Any:
    """(low, high) as int."""
    return _ends(asked, _integer)


def read_quantity_range(asked: Asked) -> Any:
    """'1 .. 500 cm2': the unit stands once, at the end."""
    first, dots, last = _parted(asked.text)
    unit = last.partition(" ")[2]
    if not dots or not unit:
        return asked.tell(issues.not_a_range(asked.place, asked.text, "1 .. 500 cm2"))
    return _ordered(_quantity(f"{first} {unit}", asked), _quantity(last, asked), (first, last), asked)


def read_percent_range(asked: Asked) -> tuple[Decimal, Decimal] | Unread:
    """'90 .. 110 %' as the shares 0.9 and 1.1."""
    ends = read_quantity_range(asked)
    if not isinstance(ends, tuple):
        return UNREAD
    low, high = (_share_of(end, asked) for end in ends)
    return (low, high) if isinstance(low, Decimal) and isinstance(high, Decimal) else UNREAD


def read_look(asked: Asked) -> tuple[str, str, Decimal | None] | Unread:
    """(kind, reference visit, cut) of the column `as`."""
    found = _LOOK.fullmatch(cleaned(asked.text))
    if not found:
        return asked.tell(issues.not_listed(asked.place, asked.text, _LOOKS))
    if found["cut"] is None:
        return found["alone"] or found["change"], found["visit"] or "", None
    cut = _number(found["cut"], asked)
    if isinstance(cut, Decimal) and _within(cut, asked, (0, 100)):
        return "response", found["start"], cut
    return UNREAD


def read_sentinel(asked: Asked) -> Sentinel | Unread:
    """'14 days after the first participant of a dose level, then 7 days between participants'."""
    found = _SENTINEL.fullmatch(cleaned(asked.text))
    if not found:
        return asked.tell(issues.not_listed(asked.place, asked.text, _SENTINELS))
    between = found["between"]
    return Sentinel(int(found["days"]), found["of"], int(between) if between else None)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------- parts of them


def _number(text: str, asked: Asked) -> Decimal | Unread:
    try:
        return read_number(text)
    except NotANumber as why:
        return asked.tell(issues.not_a_number(asked.place, why))


def _integer(text: str, asked: Asked) -> int | Unread:
    number = _number(text, asked)
    if isinstance(number, Decimal):
        whole = number == number.to_integral_value() and abs(number) < 10**9
        return int(number) if whole else asked.tell(issues.not_whole(asked.place, text))
    return number


def _quantity(text: str, asked: Asked) -> Quantity | Unread:
    try:
        return read_quantity(text)
    except (NoSuchUnit, NotAQuantity) as why:
        return asked.tell(issues.no_such_unit(asked.place, why))
    except NotANumber as why:
        return asked.tell(issues.not_a_number(asked.place, why))


def _share_of(quantity: Quantity, asked: Asked) -> Decimal | Unread:
    percent = read_unit("%")
    if quantity.unit.same_dimension(percent):
        return quantity.to("fraction").value
    what = dimension_words(quantity.unit.dimension)
    return asked.tell(
        issues.wrong_dimension(asked.place, asked.text, what, "this field needs a percentage", "10 %")
    )


def _parted(text: str) -> tuple[str, str, str]:
    first, dots, last = text.partition("..")
    return first.strip(" "), dots, last.strip(" ")


def _ends(asked: Asked, read: Callable[[str, Asked], Any]) -> Any:
    """Both ends of 'first .. last', or of a single number."""
    first, dots, last = _parted(asked.text)
    if dots and not (first and last):
        return asked.tell(issues.not_a_range(asked.place, asked.text, "27 .. 33"))
    low = read(first, asked)
    return _ordered(low, read(last, asked) if dots else low, (first, last), asked)


def _ordered(low: Any, high: Any, texts: tuple[str, str], asked: Asked) -> Any:
    """(low, high). A reversed range is told and turned round, so that nothing else complains of it."""
    if low is UNREAD or high is UNREAD:
        return UNREAD
    if low > high:
        asked.tell(issues.range_reversed(asked.place, *texts))
        return high, low
    return low, high


def _within(number: Decimal, asked: Asked, limits: tuple[int, int] | None) -> bool:
    if limits is None or limits[0] <= number <= limits[1]:
        return True
    asked.tell(issues.outside_limits(asked.place, plain(number), f"{limits[0]} to {limits[1]}"))
    return False


KINDS: dict[str, Kind] = {
    "text": Kind(read_text, "", "text on one line"),
    "prose": Kind(read_paragraphs, "", "text, also of several lines below a `|`"),
    "name": Kind(read_name, "", "a letter, then letters, digits or `_`"),
    "names": Kind(read_names, (), "names with single spaces between"),
    "measure": Kind(read_measure, "", "a name, or activity.item"),
    "measures": Kind(read_measures, (), "names, or activity.item, with single spaces between"),
    "item": Kind(read_item, "", "activity.item"),
    "rule": Kind(read_rule, "", "a rule"),
    "integer": Kind(read_integer, 0, "a whole number"),
    "number": Kind(read_decimal, Decimal(0), "a number"),
    "numbers": Kind(read_numbers, (), "numbers with single spaces between"),
    "number text": Kind(read_number_text, "0", "a number whose decimals are kept as typed"),
    "share": Kind(read_share, Decimal(0), "a number from 0 to 1"),
    "percent": Kind(read_percent, Decimal(0), "a percentage, such as `10 %`; kept as the share 0.1"),
    "percent range": Kind(
        read_percent_range, (Decimal(0), Decimal(0)), "first .. last %, such as `90 .. 110 %`"
    ),
    "quantity": Kind(read_amount, Quantity(Decimal(0), read_unit("1")), "a number, a space and a unit"),
    "quantity range": Kind(read_quantity_range, None, "first .. last unit, such as `1 .. 500 cm2`"),
    "unit": Kind(read_symbol, "", "a unit"),
    "range": Kind(read_range, (Decimal(0), Decimal(0)), "first .. last, both inside"),
    "integer range": Kind(read_integer_range, (0, 0), "first .. last in whole numbers, both inside"),
    "window": Kind(read_days, Window(0, 0), "first .. last day, or one day"),
    "choice": Kind(read_choice, "", "one of the words listed"),
    "truth": Kind(read_truth, False, "yes or no"),
    "visits": Kind(read_visits, (), "visits with single spaces between, or first .. last"),
    "look": Kind(read_look, ("value", "", None), "one of: " + ", ".join(f"`{look}`" for look in _LOOKS)),
    "sentinel": Kind(read_sentinel, None, "one of: " + ", ".join(f"`{words}`" for words in _SENTINELS)),
    "limit": Kind(
        read_limit,
        Limit(words=("none",)),
        "`>= 80 %`, `<= 5`, `0.9 .. 1.1 fold`, or words: `negative`, `normal or reviewed`",
    ),
    "codes": Kind(read_codes, (), "`code code`, or `code=words, code=words`"),
    "options": Kind(read_options, (), "`key value, key value`"),
}
