"""The words that a design declares, read with their limits: each error is one sentence that names the word."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 1000  # participants, cohorts or looks that a word may name


def number(words: Mapping[str, str], name: str, low: float, high: float) -> float:
    """A number from low to high.

    Raises:
        ValueError: it is none, or lies outside.
    """
    read = _read(words[name])
    if read is None or not low <= read <= high:
        raise ValueError(f"{name} is a number from {low:g} to {high:g}, and '{words[name]}' is written.")
    return read


def between(words: Mapping[str, str], name: str, low: float = 0, high: float = 1) -> float:
    """A number above low and below high.

    Raises:
        ValueError: as `number`.
    """
    read = _read(words[name])
    if read is None or not low < read < high:
        raise ValueError(
            f"{name} is a number above {low:g} and below {high:g}, and '{words[name]}' is written."
        )
    return read


def whole(words: Mapping[str, str], name: str, low: int = 0, high: int = MOST) -> int:
    """A whole number from low to high.

    Raises:
        ValueError: as `number`.
    """
    read = _read(words[name])
    if read is None or read != int(read) or not low <= read <= high:
        raise ValueError(f"{name} is a whole number from {low} to {high}, and '{words[name]}' is written.")
    return int(read)


def target(words: Mapping[str, str], name: str = "target") -> float:
    """A target rate or score, from 0.01 to 0.9.

    Raises:
        ValueError: as `number`.
    """
    return number(words, name, 0.01, 0.9)


def rates(words: Mapping[str, str], *names: str) -> tuple[float, ...]:
    """Rates above 0 and below 1, in the order of their names.

    Raises:
        ValueError: the first one that is none.
    """
    found = [_read(words[name]) for name in names]
    if any(each is None or not 0.001 <= each <= 0.999 for each in found):
        raise ValueError(f"{' and '.join(names)} lie between 0 and 1, from 0.001 to 0.999.")
    return tuple(each for each in found if each is not None)


def around(words: Mapping[str, str], target_rate: float) -> tuple[float, float]:
    """`low` and `high`, factors of the target: below and above 1, both rates below 1.

    Raises:
        ValueError: as `number`.
    """
    low, high, most = _read(words["low"]), _read(words["high"]), 0.999 / target_rate
    if low is None or high is None or not 0.01 <= low <= 0.99 or not 1.01 <= high <= most:
        raise ValueError(
            f"low and high are factors of the target: low from 0.01 to 0.99, high from 1.01 to {most:.4g}, and"
            f" '{words['low']}' and '{words['high']}' are written."
        )
    return low, high


def numbers(words: Mapping[str, str], name: str) -> tuple[float, ...]:
    """Numbers with blanks between; none where nothing is written.

    Raises:
        ValueError: one of them is none.
    """
    read = [_read(word) for word in words[name].split()]
    if None in read:
        raise ValueError(f"{name} are numbers with blanks between, and '{words[name]}' is written.")
    return tuple(each for each in read if each is not None)


def one_of(words: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    """A word of a closed list.

    Raises:
        ValueError: another word.
    """
    if words[name] not in values:
        raise ValueError(f"{name} is one of {', '.join(values)}, and '{words[name]}' is written.")
    return words[name]


def _read(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None
