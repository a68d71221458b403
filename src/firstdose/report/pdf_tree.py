"""The report as plain lists and words that the page template can read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.report import wording
from firstdose.report.columns import LONGEST_WORD, PORTRAIT, is_brief, lay_out
from firstdose.report.figures.glyphs import is_drawable
from firstdose.report.lettering import bound_together, broken_up, written_out
from firstdose.report.outline import head_lines, number_blocks, target_ids
from firstdose.report.trace import is_trace, trace_id, with_trace
from firstdose.report.tree import (
    Bullets,
    Column,
    Figure,
    Link,
    Listing,
    Number,
    Origin,
    Paragraph,
    Section,
    Table,
    Text,
    ToWrite,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.report.tree import Block, Cell, Report, Span

Plain = dict[str, Any]

_LONGEST_IN_PROSE = 60
_TALLEST = 640.0  # points, of a figure
_BREAKS = re.compile("[\n\u200b]")
_VIEW = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')


def plain_report(report: Report) -> Plain:
    """Everything the template prints; every character in it can be drawn."""
    report = with_trace(report)
    numbers = number_blocks(report)
    walker = _Walker(numbers, target_ids(report, numbers))
    left, right = wording.identity(report.title, report.trial, report.snapshot, report.status)
    language, _, region = report.language.partition("-")
    return {
        "name": written_out(wording.full_title(report.title, report.trial)),
        "title": _shown(report.title),
        "trial": _shown(report.trial),
        "language": language.lower(),
        "region": region.upper() if re.fullmatch("[A-Za-z]{2}", region) else "",
        "left": _shown(left),
        "right": _shown(right),
        "mark": wording.INVENTED_MARK if report.invented else "",
        "invented": wording.INVENTED if report.invented else "",
        "paged": report.page_per_section,
        "contents": wording.CONTENTS,
        "facts": [[_shown(name), _shown(value)] for name, value in report.facts],
        "runs": _runs([*walker.blocks(report.blocks, 1)]),
    }


@dataclass(frozen=True, slots=True)
class _Walker:
    numbers: Mapping[str, str]
    targets: frozenset[str]

    def blocks(self, blocks: Iterable[Block], level: int) -> Iterator[Plain]:
        """All blocks in reading order, sections opened into their heading and their blocks."""
        for block in blocks:
            match block:
                case Section():
                    yield self._heading(block, level)
                    yield from self.blocks(block.blocks, level + 1)
                case Paragraph():
                    yield {"kind": "paragraph", "look": block.kind, "spans": self._prose(block.spans)}
                case Bullets():
                    yield {"kind": "bullets", "items": [self._prose(item) for item in block.items]}
                case Table():
                    yield self._table(block)
                case Figure():
                    yield self._figure(block)
                    if block.table is not None:
                        yield self._table(block.table)
                case Listing():  # pragma: no branch - there is no other kind of block
                    yield self._listing(block)

    def _heading(self, section: Section, level: int) -> Plain:
        return {
            "kind": "heading",
            "level": level,
            "number": self.numbers[section.id],
            "title": _shown(section.title),
            "id": section.id,
            "e3": _shown(wording.E3 + section.e3) if section.e3 else "",
        }

    def _table(self, table: Table, told: str = "") -> Plain:
        counted = wording.COUNTED + table.unit_of_count if table.unit_of_count else ""
        rows = [[self._cell(cell) for cell in row] for row in table.rows]
        texts = _texts(table, rows)
        numeric = [column.numeric for column in table.columns]
        layout = lay_out(texts, numeric, table.row_heads, turned=is_trace(table))
        parts = [
            _part(table, rows, part, widths) for part, widths in zip(layout.parts, layout.widths, strict=True)
        ]
        return {
            "kind": "table",
            "id": table.id,
            "label": self.numbers[table.id],
            "title": _shown(table.title),
            "counted": _shown(told or counted),
            "size": layout.size,
            "landscape": layout.landscape,
            "whole": is_brief(texts, layout),
            "parts": parts,
            "footnotes": [_shown(note) for note in table.footnotes],
        }

    def _listing(self, listing: Listing) -> Plain:
        rows = tuple(tuple((Text(cell),) for cell in row) for row in listing.rows)
        columns = tuple(map(Column, listing.columns))
        told = wording.rows_told(len(listing.rows), listing.total, listing.whole)
        if listing.whole and listing.total > len(listing.rows):
            told += listing.whole
        return self._table(Table(listing.id, listing.title, "", columns, rows, listing.footnotes), told)

    def _figure(self, figure: Figure) -> Plain:
        label = self.numbers[figure.id]
        return {
            "kind": "figure",
            "id": figure.id,
            "label": label,
            "title": _shown(figure.title),
            "alternative": written_out(wording.spoken(figure.alternative, label, figure.title)),
            "svg": figure.svg,
            "width": _width(figure.svg),
            "footnotes": [_shown(note) for note in figure.footnotes],
        }

    def _prose(self, spans: Iterable[Span]) -> list[list[str]]:
        return [
            [kind, bound_together(text), *rest]
            for kind, text, *rest in (self._span(span, _LONGEST_IN_PROSE) for span in spans)
        ]

    def _cell(self, cell: Cell) -> list[list[str]]:
        return [self._span(span, LONGEST_WORD) for span in cell]

    def _span(self, span: Span, longest: int) -> list[str]:
        match span:
            case Text(text, strong=strong):
                return ["strong" if strong else "text", _shown(text, longest)]
            case Number():
                return ["number", _shown(span.text, longest), f"n-{trace_id(span.row)}"]
            case Origin():
                return ["origin", _shown(span.text, longest), f"n-{trace_id(span.row)}", trace_id(span.row)]
            case Link(target, text):
                return ["link", _shown(text, longest), target if target in self.targets else ""]
            case ToWrite(what, by_whom):  # pragma: no branch - there is no other kind of span
                return ["towrite", _shown(wording.to_write(what, by_whom), longest)]


def _shown(text: str, longest: int = _LONGEST_IN_PROSE) -> str:
    return broken_up(written_out(text, is_drawable), longest)


def _texts(table: Table, rows: Sequence[Sequence[list[list[str]]]]) -> list[list[str]]:
    """The words of each column, its head first."""
    return [
        [_shown(column.title, LONGEST_WORD), *("".join(map(_words, row[place])) for row in rows)]
        for place, column in enumerate(table.columns)
    ]


def _words(span: Sequence[str]) -> str:
    """A number of the appendix and its identity stay on one line."""
    return f"{span[1]} {span[3]}".replace(" ", "\u00a0") if span[0] == "origin" else span[1]


def _part(
    table: Table, rows: Sequence[Sequence[list[list[str]]]], part: Sequence[int], widths: Sequence[float]
) -> Plain:
    columns = [table.columns[c] for c in part]
    heads = [
        [
            {"text": _shown(h.text, LONGEST_WORD), "first": h.first, "columns": h.columns, "lines": h.lines}
            for h in line
        ]
        for line in head_lines(columns)
    ]
    return {
        "widths": list(widths) or len(part),
        "numeric": [column.numeric for column in columns],
        "heads": heads,
        "rows": [_line([row[c] for c in part]) for row in rows],
    }


def _line(cells: list[list[list[str]]]) -> Plain | list[Any]:
    """A row; one that has only its head stands over those that follow. Plain words stay plain strings."""
    first = cells[0][0][1] if cells and cells[0] else ""
    inset = (len(first) - len(first.lstrip(" "))) // 2
    over = len(cells) > 1 and bool(cells[0]) and not any(cells[1:])
    shown = [_plain_words(cell) for cell in cells]
    if over or inset or not all(isinstance(each, str) for each in shown):
        return {"cells": shown, "over": over, "inset": inset}
    return shown


def _plain_words(cell: list[list[str]]) -> str | list[list[str]]:
    if len(cell) == 1 and cell[0][0] == "text" and not _BREAKS.search(cell[0][1]):
        return cell[0][1]
    return cell


def _width(svg: str) -> float:
    """The width at which the figure fits between the margins, at most its own."""
    found = _VIEW.search(svg)
    if not found:
        return PORTRAIT
    width, height = map(float, found.groups())
    return min(width, PORTRAIT, width * _TALLEST / height)


def _runs(blocks: Sequence[Plain]) -> list[Plain]:
    """Blocks by the way of their paper; headings and the words under them go with the wide table they announce."""
    runs: list[Plain] = []
    waiting: list[Plain] = []
    for block in blocks:
        waiting.append(block)
        if block["kind"] in ("heading", "paragraph", "bullets"):
            continue
        landscape = bool(block.get("landscape"))
        with_it = _announcing(waiting) if landscape else len(waiting) - 1
        _append(runs, waiting[: len(waiting) - 1 - with_it], landscape=False)
        _append(runs, waiting[len(waiting) - 1 - with_it :], landscape=landscape)
        waiting = []
    _append(runs, waiting, landscape=False)
    return runs


def _announcing(waiting: Sequence[Plain]) -> int:
    """How many blocks before the last belong to it: from its headings on, if little stands between."""
    before = [block["kind"] for block in waiting[:-1]]
    words = 0
    while words < len(before) and before[len(before) - 1 - words] != "heading":
        words += 1
    if words > 2 or words == len(before):
        return 0
    heads = 0
    while words + heads < len(before) and before[len(before) - 1 - words - heads] == "heading":
        heads += 1
    return words + heads


def _append(runs: list[Plain], blocks: Sequence[Plain], *, landscape: bool) -> None:
    if not blocks:
        return
    if runs and runs[-1]["landscape"] == landscape:
        runs[-1]["blocks"] += blocks
    else:
        runs.append({"landscape": landscape, "blocks": list(blocks)})
