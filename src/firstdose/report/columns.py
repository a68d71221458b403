"""Widths of columns, size of letters and way of the paper, chosen so that nothing is clipped."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PORTRAIT, LANDSCAPE = 481.0, 728.0  # room between the margins of A4, in points
LONGEST_WORD = 18  # letters, before a word may break
_PADDING = 8.0  # points, both sides of a cell
_WAYS = ((PORTRAIT, 9.0), (PORTRAIT, 8.0), (LANDSCAPE, 9.0), (LANDSCAPE, 8.0), (LANDSCAPE, 7.0))
_TALLEST = {False: 450.0, True: 280.0}  # points, of a table that is kept on one page, by way of the paper
_MOST_TEXT = 45.0  # em beyond which a column of words asks for no more than its neighbours
_LEAST_TEXT = 9.0  # em that a column of words keeps where it can
# Lines break at blanks and after hyphens, not inside a date.
_BREAKS = re.compile(r"[ \n\u200b]|(?<=-)(?!\d)")
_NARROW = frozenset(" .,:;|!'()[]{}/\\iljtfrI-\u00a0\u200b")
_WIDE = frozenset("mwMW@%—…")


@dataclass(frozen=True, slots=True)
class Layout:
    """`parts`: columns of each piece of the table; `widths` in points, none where the natural ones fit."""

    size: float
    landscape: bool
    parts: tuple[tuple[int, ...], ...]
    widths: tuple[tuple[float, ...], ...]


def lay_out(
    columns: Sequence[Sequence[str]], numeric: Sequence[bool], row_heads: int, *, turned: bool = False
) -> Layout:
    """The layout for columns of cell texts, heads among them; `turned`: on landscape paper in any case."""
    natural = [_natural(column) for column in columns]
    least = [_least(column) for column in columns]
    easy = [
        wide if number else max(low, min(wide, max(wide / 3, _LEAST_TEXT)))
        for wide, low, number in zip(natural, least, numeric, strict=True)
    ]
    for room, size in _WAYS[2:] if turned else _WAYS:
        if _sum(easy, size) <= room:
            return _one_piece(natural, easy, room, size)
    room, size = _WAYS[-1]
    if _sum(least, size) <= room:
        return _one_piece(natural, least, room, size)
    return _pieces(natural, least, room, size, row_heads)


def is_brief(columns: Sequence[Sequence[str]], layout: Layout) -> bool:
    """The table surely fits on one page and is better not broken."""
    if len(layout.parts) > 1:
        return False
    widths = layout.widths[0] or [_natural(column) * layout.size + _PADDING for column in columns]
    room = [max((width - _PADDING) / layout.size, 1.0) for width in widths]
    height = 0.0
    for row in zip(*columns, strict=True):
        lines = max((_lines(cell, ems) for cell, ems in zip(row, room, strict=True)), default=1)
        height += lines * layout.size * 1.3 + 7.0
        if height > _TALLEST[layout.landscape]:
            return False
    return True


def _lines(cell: str, ems: float) -> int:
    """Lines of a cell, rather too many: what a word leaves free at the end of a line is lost."""
    return sum(math.ceil(1.2 * _ems(line) / ems) if _ems(line) > ems else 1 for line in cell.split("\n"))


def _one_piece(natural: Sequence[float], least: Sequence[float], room: float, size: float) -> Layout:
    every = tuple(range(len(natural)))
    return Layout(size, room == LANDSCAPE, (every,), (_shared(natural, least, room, size),))


def _shared(natural: Sequence[float], least: Sequence[float], room: float, size: float) -> tuple[float, ...]:
    """What is left of the room goes to the columns in proportion to what they lack; none where nothing lacks."""
    if _sum(natural, size) <= room:
        return ()
    lacking = [min(wide, max(low, _MOST_TEXT)) - low for wide, low in zip(natural, least, strict=True)]
    rest = (room - _sum(least, size)) / size
    share = rest / (sum(lacking) or 1)
    return tuple((low + share * lack) * size + _PADDING for low, lack in zip(least, lacking, strict=True))


def _pieces(
    natural: Sequence[float], least: Sequence[float], room: float, size: float, row_heads: int
) -> Layout:
    """Too many columns for any page: pieces one below the other, each with the row heads."""
    heads = list(range(min(row_heads, len(natural) - 1)))
    parts = [[*heads]]
    for column in range(len(heads), len(natural)):
        tried = [*parts[-1], column]
        if len(parts[-1]) > len(heads) and _sum([least[c] for c in tried], size) > room:
            parts.append([*heads, column])
        else:
            parts[-1] = tried
    widths = (_shared([natural[c] for c in part], [least[c] for c in part], room, size) for part in parts)
    return Layout(size, landscape=True, parts=tuple(map(tuple, parts)), widths=tuple(widths))


def _sum(ems: Sequence[float], size: float) -> float:
    return sum(ems) * size + _PADDING * len(ems)


def _natural(column: Sequence[str]) -> float:
    return max((_ems(line) for cell in column for line in cell.split("\n")), default=0.0)


def _least(column: Sequence[str]) -> float:
    words = {word for cell in column for word in _BREAKS.split(cell)}
    return max(map(_ems, words), default=0.0)


@lru_cache(maxsize=65536)
def _ems(text: str) -> float:
    """Width in em of the letter size, rather too wide than too narrow."""
    return sum(map(_em, text))


@cache
def _em(letter: str) -> float:
    if letter in _NARROW:
        return 0.37
    if letter in _WIDE:
        return 0.9
    if ord(letter) > 0x24F:
        return 0.78
    return 0.72 if letter.isupper() else 0.54
