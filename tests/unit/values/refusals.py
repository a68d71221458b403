"""What a reader says of a text that it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.values.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable


def read_or_refusal(read: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Any, Unreadable | None]:
    """(what was read, None) or (None, the refusal)."""
    try:
        return read(*arguments, **named), None
    except Unreadable as refusal:
        return None, refusal
