"""Values that hold several things: names, numbers, visits, codes with their meanings, words for a method."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstdose.protocol import issues_of_values as issues
from firstdose.protocol.desk import UNREAD, cleaned
from firstdose.protocol.tree import Cell
from firstdose.values.issue import Place
from firstdose.values.number import NotANumber, read_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from firstdose.protocol.desk import Asked, Desk, Unread

DOTS = ".."

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_MEASURE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")
_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")


def read_names(asked: Asked) -> tuple[str, ...]:
    """Each once, each with its own place; a badly formed one is kept, so that others may refer to it."""
    return _named(asked, _NAME)


def read_measures(asked: Asked) -> tuple[str, ...]:
    """Names, and names with a point between, as `read_names` reads them."""
    return _named(asked, _MEASURE)


def _named(asked: Asked, pattern: re.Pattern[str]) -> tuple[str, ...]:
    words = list(_words(asked.cell))
    for word in words:
        asked.desk.places.note((*asked.path, word.text), word.place)
        if not pattern.fullmatch(word.text):
            asked.tell(issues.not_a_name(word.place, word.text))
    return _once(words, asked.desk)


def read_numbers(asked: Asked) -> tuple[Decimal, ...] | Unread:
    numbers = []
    for word in _words(asked.cell):
        try:
            numbers.append(read_number(word.text))
        except NotANumber as why:
            return asked.tell(issues.not_a_number(word.place, why))
    return tuple(numbers)


def read_visits(asked: Asked) -> tuple[str, ...]:
    """Visits in the order of the plan. Unknown names come last: checking tells of them."""
    words = list(_words(asked.cell))
    for word in words:
        asked.desk.places.note((*asked.path, word.text), word.place)
    named: list[Cell] = []
    while words:
        if len(words) > 2 and words[1].text == DOTS:
            named += _from_to(words[0], words[2], asked.desk)
            del words[:3]
        else:
            named.append(words.pop(0))
    names = _once(named, asked.desk)
    order = {visit: number for number, visit in enumerate(asked.desk.visits)}
    return tuple(sorted(names, key=lambda name: order.get(name, len(order))))


def _from_to(first: Cell, last: Cell, desk: Desk) -> list[Cell]:
    """All visits from one to another; both alone where one of them is unknown."""
    if first.text not in desk.visits or last.text not in desk.visits:
        return [first, last]
    start, end = desk.visits.index(first.text), desk.visits.index(last.text)
    if start > end:
        desk.tell(issues.range_reversed(first.place, first.text, last.text))
        start, end = end, start
    return [Cell(visit, first.place) for visit in desk.visits[start : end + 1]]


def read_codes(asked: Asked) -> tuple[tuple[str, str], ...]:
    """(code, meaning) in order: 'mild severe', or with meanings '0=no pain, 1=mild pain'."""
    written = _parts(asked.cell) if "=" in asked.text else _words(asked.cell)
    codes: dict[str, str] = {}
    for part in written:
        code, _, meaning = (text.strip(" ") for text in part.text.partition("="))
        if not _CODE.fullmatch(code):
            asked.tell(issues.not_a_name(part.place, code))
        elif code in codes:
            asked.tell(issues.named_twice(part.place, code))
        else:
            codes[code] = cleaned(meaning) or meaning_of(code)
    return tuple(codes.items())


def meaning_of(code: str) -> str:
    """What a code means where nothing is said: its own words."""
    return code.replace("_", " ")


def read_options(asked: Asked) -> tuple[tuple[str, str], ...] | Unread:
    """(key, words) by key: 'correction huynh_feldt, ties average'."""
    options: dict[str, str] = {}
    for part in _parts(asked.cell):
        key, _, words = part.text.partition(" ")
        asked.desk.places.note((*asked.path, key), part.place)
        if not _NAME.fullmatch(key):
            return asked.tell(issues.not_a_name(part.place, key))
        if key in options:
            asked.tell(issues.named_twice(part.place, key))
        options.setdefault(key, cleaned(words))
    return tuple(sorted(options.items())) if options else UNREAD


def _words(cell: Cell) -> Iterator[Cell]:
    for found in re.finditer(r"[^ ]+", cell.text):
        yield Cell(found.group(), _at(cell, found.start()))


def _parts(cell: Cell) -> Iterator[Cell]:
    """What stands between commas."""
    for found in re.finditer(r"[^ ,][^,]*", cell.text):
        yield Cell(found.group().rstrip(" "), _at(cell, found.start()))


def _at(cell: Cell, offset: int) -> Place:
    return Place(cell.place.file, cell.place.line, cell.place.column + offset)


def _once(words: Iterable[Cell], desk: Desk) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for word in words:
        if word.text in names:
            desk.tell(issues.named_twice(word.place, word.text))
        names[word.text] = None
    return tuple(names)
