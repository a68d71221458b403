"""The report as plain lines for a terminal: every block but the drawings, whose numbers stand as tables."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from firstdose.report import wording
from firstdose.report.outline import head_lines, number_blocks
from firstdose.report.tree import Bullets, Column, Figure, Listing, Paragraph, Section, Table, Text, ToWrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.report.tree import Block, Report, Span

WIDTH = 110
_LOOK = {"caution": "! ", "invented": "! ", "key": "> "}


def render_text(report: Report) -> str:
    """Title, facts and sections one below the other, lines no longer than `WIDTH` where words allow it."""
    numbers = number_blocks(report)
    lines = [f"{report.title}: {report.trial}"]
    if report.invented:
        lines += [wording.INVENTED]
    room = max((len(name) for name, _ in report.facts), default=0)
    for name, value in report.facts:
        lines += _hung(value, f"{name:{room}}  ")
    for section in report.blocks:
        lines += ["", *_section(section, numbers, "=")]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _section(section: Section, numbers: Mapping[str, str], line: str) -> Iterator[str]:
    head = f"{numbers[section.id]}  {section.title}"
    yield head
    yield line * len(head)
    for block in section.blocks:
        yield from _block(block, numbers)


def _block(block: Block, numbers: Mapping[str, str]) -> Iterator[str]:
    match block:
        case Section():
            yield ""
            yield from _section(block, numbers, "-")
        case Paragraph():
            yield from _hung(_words(block.spans), _LOOK.get(block.kind, ""))
        case Bullets():
            for item in block.items:
                yield from _hung(_words(item), "- ")
        case Table():
            yield from _table(block, numbers[block.id])
        case Figure():
            if block.table is not None:
                yield from _table(block.table, numbers[block.id])
        case Listing():  # pragma: no branch - there is no other kind of block
            rows = tuple(tuple((Text(cell),) for cell in row) for row in block.rows)
            columns = tuple(map(Column, block.columns))
            yield from _table(
                Table(block.id, block.title, "", columns, rows, block.footnotes), numbers[block.id]
            )


def _words(spans: Sequence[Span]) -> str:
    return "".join(
        wording.to_write(span.what, span.by_whom) if isinstance(span, ToWrite) else span.text
        for span in spans
    )


def _hung(text: str, start: str) -> list[str]:
    """Folded words, the lines after the first set in under it."""
    return wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start)) or [start]


def _table(table: Table, label: str) -> Iterator[str]:
    yield ""
    yield from _hung(table.title, f"{label}  ")
    counted = f"{wording.COUNTED}{table.unit_of_count}" if table.unit_of_count else ""
    if counted:
        yield counted
    heads = head_lines(table.columns)
    rows = [[_words(cell) for cell in row] for row in table.rows]
    titles = [column.title for column in table.columns]
    widths = [
        max(len(titles[place]), *(len(row[place]) for row in rows if any(row[1:])), 0)
        for place in range(len(titles))
    ]
    if len(heads) > 1:
        yield _over(table.columns, widths)
    yield _line(titles, widths, table.columns)
    yield "  ".join("-" * width for width in widths)
    for row in rows:
        yield _line(row, widths, table.columns) if any(row[1:]) else row[0]
    for note in table.footnotes:
        yield from _hung(note, "  ")


def _line(words: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    return "  ".join(
        word.rjust(width) if column.numeric else word.ljust(width)
        for word, width, column in zip(words, widths, columns, strict=True)
    )


def _over(columns: Sequence[Column], widths: Sequence[int]) -> str:
    """The words that stand over neighbouring columns, each where its first column begins."""
    line, at, before = "", 0, ""
    for column, width in zip(columns, widths, strict=True):
        if column.over and column.over != before:
            line = f"{line:{at}}{column.over}" if len(line) <= at else f"{line} {column.over}"
        before = column.over
        at += width + 2
    return line
