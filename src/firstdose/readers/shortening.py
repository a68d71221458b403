"""Many Issues of one kind, told as the first of them and how many more there are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.readers.issues import MOST_TOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.values.issue import Issue


def shortened(found: Sequence[Issue]) -> tuple[Issue, ...]:
    """The first Issues, and one of the same code and weight that counts the rest."""
    rest = found[MOST_TOLD:]
    if not rest:
        return tuple(found)
    last = replace(rest[0], message=f"{len(rest)} more of the same kind follow.")
    return (*found[:MOST_TOLD], last)
