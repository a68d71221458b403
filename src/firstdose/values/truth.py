"""Truth with three values: yes, no, unknown (None). Unknown is not false."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Truth = bool | None


def and_(truths: Iterable[Truth]) -> Truth:
    """No if any is no, else unknown if any is unknown, else yes (of none: yes)."""
    seen = set(truths)
    if False in seen:
        return False
    return None if None in seen else True


def or_(truths: Iterable[Truth]) -> Truth:
    """Yes if any is yes, else unknown if any is unknown, else no (of none: no)."""
    seen = set(truths)
    if True in seen:
        return True
    return None if None in seen else False


def not_(truth: Truth) -> Truth:
    """The opposite; of unknown, unknown."""
    return None if truth is None else not truth


def count_bounds(truths: Iterable[Truth]) -> tuple[int, int]:
    """(how many are yes for certain, how many may be): equal when nothing is unknown."""
    seen = list(truths)
    certain = sum(truth is True for truth in seen)
    return certain, certain + sum(truth is None for truth in seen)


def count_true(truths: Iterable[Truth]) -> int | None:
    """How many are yes; unknown (None) as soon as one is unknown."""
    low, high = count_bounds(truths)
    return low if low == high else None
