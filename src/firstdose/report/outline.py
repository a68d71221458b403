"""Numbers of sections, tables, figures and listings, and the levels of table heads: alike in every rendering."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from firstdose.report.tree import Figure, Listing, Section, Table, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.report.tree import Block, Column, Report


def number_blocks(report: Report) -> dict[str, str]:
    """Block id to what it is called: `2.1`, `Table 3`.

    Raises:
        ValueError: two blocks have the same id.
    """
    named = [*_numbered_sections(report.blocks), *_numbered_displays(report.blocks)]
    twice = [each for each, times in Counter(block for block, _ in named).items() if times > 1]
    if twice:
        raise ValueError(f"two blocks have the same id: {', '.join(sorted(twice))}")
    return dict(named)


def _numbered_sections(blocks: Sequence[Block], above: str = "") -> Iterator[tuple[str, str]]:
    sections = [block for block in blocks if isinstance(block, Section)]
    for place, section in enumerate(sections, start=1):
        number = f"{above}{place}"
        yield section.id, number
        yield from _numbered_sections(section.blocks, f"{number}.")


def _numbered_displays(blocks: tuple[Section, ...]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for block in walk(blocks):
        if isinstance(block, Table | Figure | Listing):
            kind = type(block).__name__
            seen[kind] += 1
            yield block.id, f"{kind} {seen[kind]}"
            if isinstance(block, Figure) and block.table is not None:
                yield block.table.id, f"Numbers of {kind} {seen[kind]}"


def target_ids(report: Report, numbers: Mapping[str, str]) -> frozenset[str]:
    """Ids that a Link may lead to."""
    return frozenset(numbers) - {
        block.table.id for block in walk(report.blocks) if isinstance(block, Figure) and block.table
    }


@dataclass(frozen=True, slots=True)
class Head:
    """One cell of a table's head: how many columns and lines it covers, and from which column on."""

    text: str
    first: int
    columns: int
    lines: int
    numeric: bool


def head_lines(columns: Sequence[Column]) -> tuple[tuple[Head, ...], ...]:
    """One line of heads, or two where neighbours stand under one word."""
    if not any(column.over for column in columns):
        return (tuple(Head(c.title, i, 1, 1, c.numeric) for i, c in enumerate(columns)),)
    upper: list[Head] = []
    lower: list[Head] = []
    for over, group in groupby(enumerate(columns), key=lambda each: each[1].over):
        members = list(group)
        if over:
            upper.append(Head(over, members[0][0], len(members), 1, numeric=True))
        target, lines = (lower, 1) if over else (upper, 2)
        target += [Head(column.title, place, 1, lines, column.numeric) for place, column in members]
    return tuple(upper), tuple(lower)
