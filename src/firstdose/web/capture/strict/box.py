"""How an item is asked for: the kind of control, its unit, its hint and its choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firstdose.values.number import plain
from firstdose.web.capture.strict.numbers import places_of
from firstdose.web.capture.strict.reading import longest
from firstdose.web.capture.strict.times import shape_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.catalogue import Item

Control = Literal["strip", "select", "line", "area"]
MOST_IN_STRIP = 12

# Texts of one line: names, numbers of labels, ids. Everything else may be a sentence.
_SHORT_TEXTS = frozenset(
    {
        *("lot", "donor", "donor_id", "vehicle", "operator", "dose_level", "reader", "slide_id", "device"),
        *("version", "lesion", "unit", "person", "id", "kind", "parent", "attribute", "override_by_1"),
        *("override_by_2", "participant", "visit", "cohort", "site"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One control. `choices`: (code, label), for `strip` and `select` only.

    `maxlength` is one more than may be typed: a browser that cuts a pasted text never makes it acceptable.
    `ltr`: numbers, dates and codes are typed from left to right on every page.
    """

    control: Control
    inputmode: Literal["", "numeric", "decimal", "text"] = ""
    unit: str = ""
    hint: str = ""
    maxlength: int = 0
    choices: tuple[tuple[str, str], ...] = ()
    ltr: bool = True


def box_of(item: Item, gettext: Callable[[str], str] = str) -> Box:
    """The control of an item; `gettext` translates the words of hints, never the protocol's own labels."""
    choices = _choices(item, gettext)
    if choices:
        control: Control = "strip" if len(choices) <= MOST_IN_STRIP else "select"
        return Box(control=control, unit=item.unit, choices=choices, ltr=False)
    if item.kind == "text" and not shape_of(item):
        short = item.name in _SHORT_TEXTS
        return Box(control="line" if short else "area", maxlength=longest(item) + 1, ltr=False)
    return Box(
        control="line",
        inputmode=_inputmode(item),
        unit=item.unit,
        hint=_hint(item, gettext),
        maxlength=longest(item) + 1,
    )


def _choices(item: Item, gettext: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Codes with their labels, a truth as yes and no, the grades of a short scale."""
    if item.kind == "truth":
        return (("yes", gettext("yes")), ("no", gettext("no")))
    if item.codes:
        return tuple((code, label or code) for code, label in item.codes)
    if item.kind != "ordinal" or item.low is None or item.high is None:
        return ()
    grades = range(int(item.low), int(item.high) + 1)
    return tuple((str(grade), str(grade)) for grade in grades) if len(grades) <= MOST_IN_STRIP else ()


def _inputmode(item: Item) -> Literal["numeric", "decimal", "text"]:
    """The keys of a tablet: those of digits only where no sign can be needed."""
    if item.kind not in {"integer", "ordinal", "number", "quantity"}:
        return "text"
    compared = item.kind == "quantity" and (item.lloq is not None or item.uloq is not None)
    if compared or item.low is None or item.low < 0:
        return "text"
    return "numeric" if places_of(item) == 0 else "decimal"


def _hint(item: Item, gettext: Callable[[str], str]) -> str:
    """Limits and decimals in words, or how a date or a time is written."""
    if item.kind == "date":
        return gettext("YYYY-MM-DD; YYYY-MM or YYYY where the day is not known")
    if shape := shape_of(item):
        return gettext("hh:mm") if shape == "time" else gettext("YYYY-MM-DDThh:mm")
    return "; ".join(
        each for each in (_limits(item, gettext), _decimals(item, gettext), _signs(item, gettext)) if each
    )


def _limits(item: Item, gettext: Callable[[str], str]) -> str:
    low = "" if item.low is None else plain(item.low)
    high = "" if item.high is None else plain(item.high)
    if low and high:
        return gettext("%(low)s to %(high)s") % {"low": low, "high": high}
    if low:
        return gettext("at least %(low)s") % {"low": low}
    return gettext("at most %(high)s") % {"high": high} if high else ""


def _decimals(item: Item, gettext: Callable[[str], str]) -> str:
    places = places_of(item)
    if places is None:
        return ""
    if places == 0:
        return gettext("whole number")
    if places == 1:
        return gettext("at most 1 decimal")
    return gettext("at most %(places)s decimals") % {"places": places}


def _signs(item: Item, gettext: Callable[[str], str]) -> str:
    if item.kind != "quantity" or (item.lloq is None and item.uloq is None):
        return ""
    return gettext("< or > before the limit of quantification")
