"""Which events are missing, out of place or there twice, from the runs of consecutive numbers that a log is made of."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 2000  # pieces of runs; of more the order is judged one after the other, not as a whole


class Run(NamedTuple):
    """Events `first` to `last` stand one after the other; the first of them on this line."""

    first: int
    last: int
    line: int


class Misplaced(NamedTuple):
    """`what`: missing, moved or repeated; seen on this line."""

    what: str
    first: int
    last: int
    line: int


def misplaced(runs: Sequence[Run]) -> Iterator[Misplaced]:
    """What is wrong with the order; nothing where one run begins at 1."""
    pieces = _pieces(runs)
    in_place = _in_place(pieces)
    kept = {number for place in in_place for number in pieces[place][:2]}
    for place, piece in enumerate(pieces):
        if place not in in_place:
            yield Misplaced("repeated" if piece.first in kept else "moved", *piece)
    after = 1
    for piece in sorted(pieces):
        if piece.first > after:
            yield Misplaced("missing", after, piece.first - 1, _line_after(pieces, piece))
        after = max(after, piece.last + 1)


def _pieces(runs: Sequence[Run]) -> list[Run]:
    """Runs cut where another one begins or ends: two pieces are the same events or have none in common."""
    cuts = sorted({run.first for run in runs} | {run.last + 1 for run in runs})
    pieces: list[Run] = []
    for first, last, line in runs:
        inside = cuts[bisect_right(cuts, first) : bisect_right(cuts, last)]
        for begin, end in pairwise([first, *inside, last + 1]):
            pieces.append(Run(begin, end - 1, line + begin - first))
        if len(pieces) > MOST:
            return list(runs)
    return pieces


def _line_after(pieces: Sequence[Run], piece: Run) -> int:
    return next(each.line for each in pieces if each.first >= piece.first)


def _in_place(pieces: Sequence[Run]) -> set[int]:
    """The pieces that ascend and hold the most events together; the others stand where they do not belong."""
    if len(pieces) > MOST:
        return _ascending(pieces)
    best: list[tuple[int, int]] = []  # (events up to here, piece before)
    for place, piece in enumerate(pieces):
        before = [(best[each][0], each) for each in range(place) if pieces[each].last < piece.first]
        most, earlier = max(before, default=(0, -1))
        best.append((most + piece.last - piece.first + 1, earlier))
    place = max(range(len(pieces)), key=lambda each: best[each][0], default=-1)
    found = set()
    while place >= 0:
        found.add(place)
        place = best[place][1]
    return found


def _ascending(pieces: Sequence[Run]) -> set[int]:
    """The pieces that begin after the end of all before them."""
    found, end = set(), 0
    for place, piece in enumerate(pieces):
        if piece.first > end:
            found.add(place)
            end = piece.last
    return found
