"""What is asked of an entry beyond its own box: a second typing of the same value, and its day against the server's clock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Protocol

from firstdose.records.checking_days import may_lie_ahead
from firstdose.values.missing import read_missing
from firstdose.web.capture import issues
from firstdose.web.capture.strict import read_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from firstdose.catalogue import Item
    from firstdose.protocol.model_of_capture import Capture
    from firstdose.records.log.event import Key
    from firstdose.web.capture.entries import Entry
    from firstdose.web.capture.strict import Objection


class Answer(Protocol):
    """One value of a page, as far as it is looked at here."""

    key: Key
    item: Item
    entry: Entry
    text: str
    twice: bool
    hard: list[Objection]
    soft: list[Objection]

    @property
    def changed(self) -> bool: ...


TYPED = frozenset({"integer", "number", "quantity", "date"})


def is_twice(capture: Capture, form: str, item: Item) -> bool:
    """Whether the protocol wants this value typed twice; answers that are chosen never are."""
    return item.kind in TYPED and (form in capture.twice or f"{form}.{item.name}" in capture.twice)


def ask_again(capture: Capture, reading: Answer, language: str) -> None:
    """FD-W059, FD-W060: a new value that is typed twice must be the same twice; what stands is not typed again."""
    wanted = is_twice(capture, reading.key.form, reading.item) and is_value(reading.text)
    if not reading.changed or not wanted:
        return
    entry = reading.entry
    if fault := second_typing(reading.item, reading.text, entry.typed, entry.again, language):
        reading.hard.append(fault)
    else:
        reading.twice = True


def is_value(text: str) -> bool:
    """Whether there is anything to be typed a second time: an empty box has nothing, a reason for no value is chosen."""
    return bool(text) and not read_missing(text)


def second_typing(item: Item, text: str, typed: str, again: str, language: str) -> Objection | None:
    """What speaks against a value by its second typing. `text`: the first one as it was read."""
    again = again.strip()
    if not again:
        return issues.once_more()
    same = _says_the_same(text, read_typed(item, again, language).text)
    return None if same else issues.typed_otherwise(typed.strip(), again)


def _says_the_same(first: str, second: str) -> bool:
    """1.5 and 1.50 are one number; everything else is compared as it is kept."""
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return first == second


def ask_days(readings: Iterable[Answer], capture: Capture, today: Callable[[], date]) -> None:
    """FD-W057, FD-W058 at every date that is new. `today`: the day it is where the site is, asked only where needed."""
    for each in readings:
        if each.changed and each.item.kind == "date" and each.text[:4].isdigit():
            each.soft += say_of_day(each.key.form, each.item, each.text, today(), capture)


def say_of_day(form: str, item: Item, text: str, today: date, capture: Capture) -> list[Objection]:
    """A day that is still to come, or a record's own day that is longer ago than the protocol plans for entering it."""
    if text > today.isoformat()[: len(text)] and not may_lie_ahead(capture, form, item.name):
        return [issues.still_to_come(text, today.isoformat())]
    within = capture.entered_within
    if within is not None and item.name == "date" and (ago := _days_ago(text, today)) > within:
        return [issues.long_ago(text, ago, within)]
    return []


def _days_ago(text: str, today: date) -> int:
    """0 where the day is not known."""
    try:
        return (today - date.fromisoformat(text)).days
    except ValueError:
        return 0
