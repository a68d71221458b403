"""Words of the file against the words that a method or a design declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.checking_words import problem
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import did_you_mean
from firstdose.values.number import NotANumber, read_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from firstdose.catalogue import Option
    from firstdose.protocol.checking_words import Places
    from firstdose.values.issue import Issue, Place

MOST_STEPS = 1000


def check_options(
    entry: str,
    known: Iterable[Option],
    said: Iterable[tuple[str, str]],
    places: Places,
    path: tuple[str, ...],
) -> Iterator[Issue]:
    """Every word is one of the entry's, with a value that it can have."""
    options: Mapping[str, Option] = {option.name: option for option in known}
    for name, value in said:
        place = places.of(*path, name)
        if name not in options:
            guess = did_you_mean(name, options)
            words = f"It knows {listed(list(options))}." if options else "Take the word away: it knows none."
            yield problem("FD-P079", place, entry=entry, option=name, guess=guess, known=words)
        elif not is_value(options[name], value):
            yield _of_value(entry, options[name], value, place)


def _of_value(entry: str, option: Option, value: str, place: Place) -> Issue:
    words = value.split() if option.kind == "words" else [value]
    unknown = next((word for word in words if word not in option.values), value)
    guess = did_you_mean(unknown, option.values)
    return problem(
        "FD-P080",
        place,
        entry=entry,
        option=option.name,
        value=value,
        guess=guess,
        known=values_of(option),
    )


def values_of(option: Option) -> str:
    """What the option takes, in words."""
    if option.kind == "range":
        return "first .. last by step, such as 0 .. 5 by 0.5"
    if option.kind == "words" and not option.values:
        return "one or more names"
    if option.kind == "words":
        return f"one or more of {listed(list(option.values))}, with single spaces"
    if option.values:
        return listed(list(option.values), "or")
    return "numbers with blanks between" if takes_several(option) else "a number"


def is_value(option: Option, value: str) -> bool:
    """Whether the option takes this text."""
    if option.kind == "words":
        words = value.split()
        known = not option.values or all(word in option.values for word in words)
        return bool(words) and len({*words}) == len(words) and known
    if option.kind == "range":
        return _is_range(value)
    if option.values:
        return value in option.values
    words = value.split() if takes_several(option) else [value]
    return all(_number(word) is not None for word in words)


def takes_several(option: Option) -> bool:
    """Whether it takes numbers with blanks between: its default is several, or a blank."""
    return not option.values and not option.kind and (" " in option.default)


def _is_range(text: str) -> bool:
    """`first .. last by step`, rising, in a number of steps that somebody can read."""
    ends, by, step_text = text.partition(" by ")
    first_text, dots, last_text = ends.partition("..")
    first, last, step = (_number(part.strip()) for part in (first_text, last_text, step_text))
    if not dots or not by or first is None or last is None or step is None:
        return False
    return first < last and step > 0 and (last - first) / step <= MOST_STEPS


def _number(text: str) -> Decimal | None:
    try:
        return read_number(text)
    except NotANumber:
        return None
