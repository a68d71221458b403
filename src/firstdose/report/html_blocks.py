"""Blocks of the page: one function per kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from firstdose.report import wording
from firstdose.report.html_spans import attribute, escaped, render_prose
from firstdose.report.html_svg import inline_svg
from firstdose.report.html_tables import render_table
from firstdose.report.tree import Bullets, Column, Figure, Listing, Paragraph, Section, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstdose.report.tree import Block


@dataclass(frozen=True, slots=True)
class Drawing:
    """What every block needs to know of the others: their numbers and which of them can be linked to."""

    numbers: Mapping[str, str]
    targets: frozenset[str]


def render_blocks(blocks: Iterable[Block], drawing: Drawing, level: int) -> Iterator[str]:
    for block in blocks:
        yield from _render(block, drawing, level)


def _render(block: Block, drawing: Drawing, level: int) -> Iterator[str]:
    match block:
        case Section():
            yield from _section(block, drawing, level)
        case Paragraph():
            yield _paragraph(block, drawing)
        case Bullets():
            items = (f"<li>{render_prose(item, drawing.targets)}</li>" for item in block.items)
            yield f"<ul>{''.join(items)}</ul>"
        case Table():
            yield render_table(block, drawing.numbers[block.id], drawing.targets)
        case Figure():
            yield from _figure(block, drawing)
        case Listing():  # pragma: no branch - there is no other kind of block
            yield _listing(block, drawing)


def _section(section: Section, drawing: Drawing, level: int) -> Iterator[str]:
    head = f"h{min(level, 6)}"
    number = f'<span class="number">{drawing.numbers[section.id]}</span>'
    yield f"<section id={attribute(section.id)} aria-labelledby={attribute(f'{section.id}-head')}>"
    yield f"<{head} id={attribute(f'{section.id}-head')}>{number} {escaped(section.title)}</{head}>"
    if section.e3:
        yield f'<p class="e3">{escaped(wording.E3 + section.e3)}</p>'
    yield from render_blocks(section.blocks, drawing, level + 1)
    yield "</section>"


def _paragraph(paragraph: Paragraph, drawing: Drawing) -> str:
    words = render_prose(paragraph.spans, drawing.targets)
    if paragraph.kind == "plain":
        return f"<p>{words}</p>"
    return f'<p class={attribute(paragraph.kind)} role="note">{words}</p>'


def _figure(figure: Figure, drawing: Drawing) -> Iterator[str]:
    label = drawing.numbers[figure.id]
    yield f"<figure id={attribute(figure.id)}>"
    yield f'<figcaption><span class="label">{label}</span> {escaped(figure.title)}</figcaption>'
    yield f'<div class="drawing" role="region" tabindex="0" aria-label={attribute(f"{label}: {figure.title}")}>'
    yield inline_svg(figure.svg, figure.id, wording.spoken(figure.alternative, label, figure.title))
    yield "</div>"
    yield from (f'<p class="foot">{escaped(note)}</p>' for note in figure.footnotes)
    if figure.table is not None:
        name = drawing.numbers[figure.table.id]
        yield f"<details><summary>{name}</summary>"
        yield render_table(figure.table, "", drawing.targets)
        yield "</details>"
    yield "</figure>"


def _listing(listing: Listing, drawing: Drawing) -> str:
    rows = tuple(tuple((Text(cell),) for cell in row) for row in listing.rows)
    columns = tuple(map(Column, listing.columns))
    table = Table(listing.id, listing.title, "", columns, rows, listing.footnotes)
    told = escaped(wording.rows_told(len(listing.rows), listing.total, listing.whole))
    if listing.whole and listing.total > len(listing.rows):
        told += f"<a href={attribute(quote(listing.whole))}>{escaped(listing.whole)}</a>"
    return render_table(table, drawing.numbers[listing.id], drawing.targets, told, kind="listing")
