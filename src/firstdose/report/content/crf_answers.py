"""What stands in a cell of a case report form: boxes to fill, what is taken, and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.number import plain

if TYPE_CHECKING:
    from decimal import Decimal

    from firstdose.catalogue import Item
    from firstdose.protocol.names import Form

BOX = CHOICE = "☐"
LINE = "________________"
DAY = f"{BOX * 4}-{BOX * 2}-{BOX * 2}"
MOST_BOXES = 7  # digits; a longer number gets a line
LONGEST_SCALE = 11
LONGEST_LINE = 75  # letters of choices side by side
# The part of an SDTM variable's name after the domain, for what an instrument says of all its records.
_ABOUT = {"term": "TERM", "category": "CAT", "object": "OBJ", "test": "TESTCD"}


def boxes(item: Item) -> str:
    """An empty answer, in the shape that is wanted."""
    match item.kind:
        case "date":
            return DAY
        case "truth":
            return f"{CHOICE} yes   {CHOICE} no"
        case "text":
            return LINE
        case "quantity":
            return f"{CHOICE} <   {CHOICE} >   {_digits(item)}"
        case "code" | "ordinal":
            return choices(item)
        case _:
            return _digits(item)


def choices(item: Item) -> str:
    """Every code with a box before it; codes with words of their own one below the other."""
    codes = item.codes or tuple((grade, "") for grade in _grades(item))
    if not codes:
        return _digits(item)
    told = [f"{CHOICE} {_code(code, words)}" for code, words in codes]
    in_a_line = "   ".join(told)
    brief = len(in_a_line) <= LONGEST_LINE or not any(":" in each for each in told)
    return in_a_line if brief else "\n".join(told)


def narrow_boxes(item: Item) -> str:
    """An empty answer for a narrow column: the code is written, its list stands beside the label."""
    if item.kind in {"code", "ordinal"}:
        longest = max((len(code) for code in item.code_names), default=len(_said(item.high)) or 2)
        return BOX * longest if longest <= 3 else "________"
    return "________" if item.kind == "text" else boxes(item)


def takes(item: Item) -> str:
    """Unit, limits and decimals."""
    said = [item.unit, limits(item), _decimals(item)]
    return ", ".join(word for word in said if word)


def limits(item: Item) -> str:
    """`0 to 100`, or nothing where codes say it already."""
    if item.codes or _grades(item):
        return ""
    low, high = _said(item.low), _said(item.high)
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def codes_told(item: Item) -> str:
    """The codes with their words, one below the other; in one line where they are brief."""
    told = [_code(code, words) for code, words in item.codes]
    in_a_line = "; ".join(told)
    brief = len(in_a_line) <= LONGEST_LINE or not any(":" in each for each in told)
    return in_a_line if brief else "\n".join(told)


def annotation(form: Form, item: Item) -> str:
    """Our own name with its kind, and the SDTM variable where the instrument names it."""
    said = dict(form.instrument.mapping) if form.instrument else {}
    variable = f"{said['domain']}.{said[item.name]}" if item.name in said and "domain" in said else ""
    own = f"{form.name}.{item.name} ({item.kind})"
    return f"{variable}\n{own}" if variable else own


def form_annotation(form: Form) -> str:
    """The domain and what holds for every record of the form; empty where the instrument says nothing."""
    said = dict(form.instrument.mapping) if form.instrument else {}
    domain = said.get("domain", "")
    if not domain:
        return ""
    items = {item.name for item in form.items} | {"domain"}
    about = [
        f"{domain}{_ABOUT.get(name, '')} = {words}" if name in _ABOUT else f"{name}: {domain}.{words}"
        for name, words in (
            (name, words.replace("{VARIANT}", form.variant.upper())) for name, words in said.items()
        )
        if name not in items
    ]
    return "; ".join([f"SDTM domain {domain}", *about])


def _code(code: str, words: str) -> str:
    """Words that say no more than the code are left out."""
    return code if words in {"", code, code.replace("_", " ")} else f"{code}: {words}"


def _digits(item: Item) -> str:
    """As many boxes as the largest value asks for."""
    high = item.high if item.high is not None else None
    whole = len(f"{abs(int(high))}") if high is not None else 4
    decimals = item.decimals or 0
    if whole + decimals > MOST_BOXES:
        return LINE
    return BOX * whole + (f".{BOX * decimals}" if decimals else "")


def _grades(item: Item) -> tuple[str, ...]:
    if item.kind != "ordinal" or item.low is None or item.high is None:
        return ()
    grades = range(int(item.low), int(item.high) + 1)
    return tuple(map(str, grades)) if len(grades) <= LONGEST_SCALE else ()


def _decimals(item: Item) -> str:
    return f"{item.decimals} decimal{'s' if item.decimals > 1 else ''}" if item.decimals else ""


def _said(limit: Decimal | None) -> str:
    return "" if limit is None else plain(limit)
