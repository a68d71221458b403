"""Numbers of a form: `-?(0|[1-9][0-9]*)` with at most the declared decimals; all else is refused with its remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from firstdose.values.number import LARGEST, MOST_DIGITS, SMALLEST, plain
from firstdose.values.unreadable import quoted
from firstdose.web.capture.strict.scripts import THOUSANDS_MARK, read_script
from firstdose.web.capture.strict.typed import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.catalogue import Item

WHOLE = ("integer", "ordinal")
_NUMBER = re.compile(r"(?P<sign>[<>]?)(?P<number>-?(?:0|[1-9][0-9]*)(?:\.(?P<decimals>[0-9]+))?)")
_DASHES = "\u2212\u2012\u2013\u2014\u2015\ufe58\ufe63\uff0d\u2010\u2011"
_EXPONENT = re.compile(r"([<>]?[+-]?[0-9]+(?:\.[0-9]+)?)[eE]([+-]?[0-9]{1,2})")
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\u00ad"


def read_number(item: Item, bare: str, language: str) -> tuple[str, str]:
    """(cell text, echo): '3.5', '<0.5'; the value is that of the digits, exactly."""
    text = read_script(bare, language, partial(_is_right, item))
    found = _NUMBER.fullmatch(text)
    if not found or (found["sign"] and item.kind != "quantity"):
        raise _why_not(item, bare, text)
    number = Decimal(found["number"])
    _refuse_sign_of_zero(bare, found["number"], number)
    _refuse_decimals(item, bare, found["decimals"] or "")
    _refuse_size(bare, found["number"], number)
    kept = found["sign"] + plain(number)
    return kept, kept if text != bare else ""


def _refuse_sign_of_zero(bare: str, typed: str, number: Decimal) -> None:
    if number == 0 and typed.startswith("-"):
        message = _("%(typed)s is a zero with a sign.") % {"typed": quoted(bare)}
        raise Refused("FD-W014", message, _("Write %(offered)s.") % {"offered": "0"})


def _refuse_decimals(item: Item, bare: str, decimals: str) -> None:
    most = places_of(item)
    if most is None or len(decimals) <= most:
        return
    if most == 0:
        whole = bare.isascii() and not decimals.strip("0")
        remedy = (
            _("Write %(offered)s.") % {"offered": bare.split(".", maxsplit=1)[0]}
            if whole
            else _("Write a whole number.")
        )
        message = _("%(typed)s has decimals; whole numbers are recorded here.")
        raise Refused("FD-W015", message % {"typed": quoted(bare)}, remedy)
    message = _("%(typed)s has more decimals than the %(most)s that are recorded.")
    remedy = _("Write at most %(most)s, rounded as the protocol says.") % {"most": most}
    raise Refused("FD-W015", message % {"typed": quoted(bare), "most": most}, remedy)


def _refuse_size(bare: str, typed: str, number: Decimal) -> None:
    if len(re.sub("[^0-9]", "", typed).lstrip("0")) > MOST_DIGITS:
        message = _("%(typed)s has more than %(most)s digits.")
        told = {"typed": quoted(bare), "most": MOST_DIGITS}
        raise Refused("FD-W017", message % told, _("Write fewer digits, as they stand in the source."))
    if number != 0 and not SMALLEST <= abs(number) < LARGEST:
        message = _("%(typed)s is too large or too small.") % {"typed": quoted(bare)}
        raise Refused("FD-W017", message, _("Check value and unit."))


def places_of(item: Item) -> int | None:
    """How many decimals the item may have; None where that is not declared."""
    return 0 if item.kind in WHOLE else item.decimals


@dataclass(frozen=True, slots=True)
class _Mistake:
    """One known way of writing that is not read. `rewritten` gives texts to offer, the first that is right wins.

    `message` and `otherwise` are translated where they are said.
    """

    code: str
    pattern: re.Pattern[str]
    message: str
    rewritten: Callable[[str], tuple[str, ...]]
    otherwise: str


def _nothing(_text: str) -> tuple[str, ...]:
    return ()


def _without(marks: str) -> Callable[[str], tuple[str, ...]]:
    return lambda text: (re.sub(f"[{marks}]", "", text),)


def _point_for(mark: str) -> Callable[[str], tuple[str, ...]]:
    return lambda text: (text.replace(mark, "."),)


def _comma_either_way(text: str) -> tuple[str, ...]:
    """`1,500` is ambiguous: no single reading is offered."""
    if re.fullmatch(r"[<>]?-?[1-9][0-9]{0,2},[0-9]{3}", text):
        return ()
    return (text.replace(",", "."),)


def _in_full(text: str) -> tuple[str, ...]:
    found = _EXPONENT.fullmatch(text)
    if not found:
        return ()
    sign = text[0] if text[0] in "<>" else ""
    number = found[1].lstrip("<>").lstrip("+")
    return (sign + plain(Decimal(f"{number}e{found[2]}")),)


def _without_zeros(text: str) -> tuple[str, ...]:
    return (re.sub(r"^([<>]?-?)0+(?=[0-9])", r"\1", text),)


_MARK = f"'\u2019\u02bc\u00b4`{THOUSANDS_MARK}"
_MISTAKES = (
    _Mistake("FD-W011", re.compile(f".*[{_INVISIBLE}].*", re.DOTALL), noop("%(typed)s has a mark that cannot be seen."),
             _without(_INVISIBLE), noop("Delete it and type the number again.")),
    _Mistake("FD-W014", re.compile(f".*[{_DASHES}].*", re.DOTALL), noop("%(typed)s has a dash that is not the minus sign."),
             lambda text: (re.sub(f"^([<>]?)[{_DASHES}]", r"\1-", text),), noop("Write '-' as on the keyboard.")),
    _Mistake("FD-W014", re.compile(r"[<>]?\+.*", re.DOTALL), noop("%(typed)s has a plus sign."), _without("+"),
             noop("Write the number without it.")),
    _Mistake("FD-W014", re.compile(r"[<>]?-?0[0-9]+(?:\.[0-9]+)?"), noop("%(typed)s begins with a zero."), _without_zeros,
             noop("Write the number without it.")),
    _Mistake("FD-W016", re.compile(r"[<>]?-?[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|[<>]?-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+"),
             noop("%(typed)s has marks between thousands."), _without(","), noop("Write the digits without them.")),
    _Mistake("FD-W016", re.compile(r"[<>]?-?[0-9]+,[0-9]+"), noop("%(typed)s has a comma, which is not read as a decimal mark."),
             _comma_either_way, noop("Write a point before decimals and nothing between thousands.")),
    _Mistake("FD-W016", re.compile(r"[<>]?-?[0-9]+[/\u060c][0-9]+"), noop("%(typed)s has another mark than the decimal point."),
             lambda text: (re.sub("[/\u060c]", ".", text),), noop("Write a point before decimals.")),
    _Mistake("FD-W016", re.compile(rf"[<>]?-?[0-9]{{1,3}}(?:[{_MARK}][0-9]{{3}})+(?:\.[0-9]+)?"),
             noop("%(typed)s has marks between thousands."), _without(_MARK), noop("Write the digits without them.")),
    _Mistake("FD-W016", re.compile(r"[<>]?-?[0-9]{1,3}(?:\.[0-9]{3}){2,}"), noop("%(typed)s has marks between thousands."),
             _without("."), noop("Write the digits without them.")),
    _Mistake("FD-W016", re.compile(r"[<>]?-?[0-9]{1,3}(?:\s[0-9]{3})+(?:\.[0-9]+)?"),
             noop("%(typed)s has blanks between thousands."), _without(r"\s"), noop("Write the digits without them.")),
    _Mistake("FD-W014", re.compile(r"[<>]?-?[0-9_]*_[0-9_.]*"), noop("%(typed)s has an underscore."), _without("_"),
             noop("Write the digits without it.")),
    _Mistake("FD-W014", re.compile(r"[<>]?[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+"), noop("%(typed)s has an exponent."), _in_full,
             noop("Write the number in full.")),
    _Mistake("FD-W014", re.compile(r"[<>]?-?\.[0-9]+"), noop("%(typed)s has no digit before the point."),
             lambda text: (text.replace(".", "0."),), noop("Write a digit before the point.")),
    _Mistake("FD-W014", re.compile(r"[<>]?-?[0-9]+\."), noop("%(typed)s has no digit after the point."), _without("."),
             noop("Write the number without the point.")),
    _Mistake("FD-W014", re.compile(r"[<>]\s+\S+"), noop("%(typed)s has a blank after the sign."), _without(r"\s"),
             noop("Write the sign right before the number.")),
    _Mistake("FD-W014", re.compile(r"(?:[<>]=|=[<>]|[\u2264\u2265\u226a\u226b=~]).*", re.DOTALL),
             noop("%(typed)s begins with a sign that is not read."), _nothing, noop("Write < or > where the laboratory reports one.")),
    _Mistake("FD-W014", re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE), noop("%(typed)s is not a number."), _nothing,
             noop("Choose why the value is missing and write the reason.")),
    _Mistake("FD-W011", re.compile(r"[^\x00-\x1f\x7f-\x9f]*[\x00-\x1f\x7f-\x9f].*|\s.*|.*\s", re.DOTALL),
             noop("%(typed)s has a tab, a line end or a special blank."), lambda text: (text.strip(),),
             noop("Delete it and type the number again.")),
    _Mistake("FD-W014", re.compile(r"[<>]?-?[0-9]+(?:\.[0-9]+)?\s*[^\s0-9.].*", re.DOTALL),
             noop("%(typed)s has more than a number."), _nothing,
             noop("Write the number alone; its unit stands beside the box.")),
)  # fmt: skip


def _why_not(item: Item, bare: str, text: str) -> Refused:
    """The first of the known mistakes that the text shows."""
    if text[:1] in {"<", ">"} and item.kind != "quantity":
        message = _("%(typed)s has a sign of comparison; this item is a plain number.")
        remedy = _("Write the number alone, or say why it is missing.")
        return Refused("FD-W014", message % {"typed": quoted(bare)}, remedy)
    for mistake in _MISTAKES:
        if mistake.pattern.fullmatch(text):
            return _refusal(item, bare, text, mistake)
    example = "12" if places_of(item) == 0 else "12.5"
    message = _("%(typed)s is not a number.") % {"typed": quoted(bare)}
    return Refused("FD-W014", message, _("Write digits, such as %(example)s.") % {"example": example})


def _refusal(item: Item, bare: str, text: str, mistake: _Mistake) -> Refused:
    offered = next((each for each in mistake.rewritten(text) if _is_right(item, each)), None)
    remedy = _(mistake.otherwise) if offered is None else _("Write %(offered)s.") % {"offered": offered}
    return Refused(mistake.code, _(mistake.message) % {"typed": quoted(bare)}, remedy)


def _is_right(item: Item, offered: str) -> bool:
    """Whether what a remedy would say is itself taken; the length keeps it readable."""
    found = _NUMBER.fullmatch(offered)
    if not found or len(offered) > MOST_DIGITS + 3 or (found["sign"] and item.kind != "quantity"):
        return False
    try:
        read_number(item, offered, "en")
    except Refused:
        return False
    return True
