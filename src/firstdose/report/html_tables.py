"""Tables of the page: caption, heads with their scope, and a region of its own for what is wider than the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report import wording
from firstdose.report.columns import LONGEST_WORD, is_brief, lay_out
from firstdose.report.html_spans import attribute, escaped, render_spans
from firstdose.report.lettering import broken_up
from firstdose.report.outline import head_lines
from firstdose.report.trace import is_trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.report.outline import Head
    from firstdose.report.tree import Cell, Column, Table

_SHORT = 12
# Characters of the longest cell of a text column, and the room the column is given before the table scrolls.
_ROOM = ((_SHORT, ""), (24, "w1"), (48, "w2"), (96, "w3"))
_WIDEST = "w4"


def render_table(
    table: Table, label: str, targets: frozenset[str], told: str = "", kind: str = "table"
) -> str:
    """`label`: its number, or nothing for the numbers of a figure; `told`: a ready line under the title."""
    grouped = any(column.over for column in table.columns)
    paper = _paper(table)
    turned = " broad" if "broad" in paper else ""
    name = f"{label}: {table.title}" if label else f"{wording.NUMBERS_OF}{table.title}"
    parts = [
        f'<div class="scroll{paper}" role="region" tabindex="0" aria-label={attribute(name)}>',
        f'<table id={attribute(table.id)} class="{kind}{" many" if len(table.columns) > 5 else ""}">',
        _caption(table, label, told),
        *_heads(table, grouped=grouped),
        "<tbody>",
        *_body(table, targets, grouped=grouped),
        "</tbody>",
        "</table>",
        "</div>",
    ]
    return "\n".join([*parts, *(f'<p class="foot{turned}">{escaped(note)}</p>' for note in table.footnotes)])


def _paper(table: Table) -> str:
    """What print needs to know: whether the table stays on one page, whether the page is turned for it."""
    texts = [
        [column.title, *(broken_up(_plain(row[place]), LONGEST_WORD) for row in table.rows)]
        for place, column in enumerate(table.columns)
    ]
    numeric = [column.numeric for column in table.columns]
    layout = lay_out(texts, numeric, table.row_heads, turned=is_trace(table))
    return f"{' brief' if is_brief(texts, layout) else ''}{' broad' if layout.landscape else ''}"


def _caption(table: Table, label: str, told: str) -> str:
    number = f'<span class="label">{escaped(label)}</span> ' if label else ""
    counted = f' <span class="counted">{escaped(wording.COUNTED + table.unit_of_count)}</span>'
    shown = f' <span class="counted">{told}</span>' if told else ""
    return (
        f"<caption><span>{number}{escaped(table.title)}"
        f"{counted if table.unit_of_count else ''}{shown}</span></caption>"
    )


def _heads(table: Table, *, grouped: bool) -> Iterator[str]:
    rooms = _rooms(table)
    yield "<thead>"
    for line, heads in enumerate(head_lines(table.columns)):
        yield "<tr>" + "".join(_head(table, head, line, rooms, grouped=grouped) for head in heads) + "</tr>"
    yield "</thead>"


def _head(table: Table, head: Head, line: int, rooms: Sequence[str], *, grouped: bool) -> str:
    over = head.columns > 1 or (grouped and line == 0 and head.lines == 1)
    kinds = ["over"] if over else [*(["numeric"] if head.numeric else []), rooms[head.first]]
    classes = " ".join(filter(None, kinds))
    marks = f' class="{classes}"' if classes else ""
    scope = "colgroup" if over else "col"
    marks += f' scope="{scope}"' if head.text else ""
    marks += f' colspan="{head.columns}"' if head.columns > 1 else ""
    marks += f' rowspan="{head.lines}"' if head.lines > 1 else ""
    if grouped:
        marks += f" id={attribute(_head_id(table, head.first, over=over))}"
        if line == 1:
            marks += (
                f" headers={attribute(_head_id(table, _group_start(table.columns, head.first), over=True))}"
            )
    return f"<th{marks}>{escaped(head.text)}</th>" if head.text else f"<td{marks}></td>"


def _body(table: Table, targets: frozenset[str], *, grouped: bool) -> Iterator[str]:
    kinds = [_kind(table, place) for place in range(len(table.columns))]
    for place, row in enumerate(table.rows):
        over = ' class="over"' if len(row) > 1 and row[0] and not any(row[1:]) else ""
        cells = (
            _cell(table, (place, column), render_spans(cell, targets), kinds[column], grouped=grouped)
            for column, cell in enumerate(row)
        )
        yield f"<tr{over}>{''.join(cells)}</tr>"


def _kind(table: Table, column: int) -> str:
    """Numbers flush right; short words (dates, codes) on one line."""
    if table.columns[column].numeric:
        return "numeric"
    return "" if _longest(table, column) > _SHORT else "k"


def _cell(table: Table, place: tuple[int, int], words: str, kind: str, *, grouped: bool) -> str:
    row, column = place
    if column < table.row_heads and words:
        marks = f" id={attribute(_row_id(table, row, column))}" if grouped else ""
        return f'<th scope="row"{marks}{_inset(table.rows[row][column])}>{words}</th>'
    marks = f' class="{kind}"' if kind and words else ""
    if grouped:
        marks += f" headers={attribute(' '.join(_heads_of(table, row, column)))}"
    return f"<td{marks}>{words}</td>"


def _inset(cell: Cell) -> str:
    """Two blanks before the first word set a row under the one above."""
    text = getattr(cell[0], "text", "")
    depth = (len(text) - len(text.lstrip(" "))) // 2
    return f' class="inset{min(depth, 3)}"' if depth else ""


def _rooms(table: Table) -> list[str]:
    return [
        "" if column.numeric else _room(_longest(table, place)) for place, column in enumerate(table.columns)
    ]


def _room(longest: int) -> str:
    return next((name for limit, name in _ROOM if longest <= limit), _WIDEST)


def _longest(table: Table, column: int) -> int:
    return max((_length(row[column]) for row in table.rows), default=0)


def _length(cell: Cell) -> int:
    return len(_plain(cell))


def _plain(cell: Cell) -> str:
    return "".join(getattr(span, "text", "") for span in cell)


def _group_start(columns: Sequence[Column], place: int) -> int:
    while place > 0 and columns[place - 1].over == columns[place].over:
        place -= 1
    return place


def _head_id(table: Table, column: int, *, over: bool) -> str:
    return f"{table.id}-{'g' if over else 'c'}{column}"


def _row_id(table: Table, place: int, column: int) -> str:
    return f"{table.id}-r{place}-{column}"


def _heads_of(table: Table, place: int, column: int) -> Iterator[str]:
    if table.columns[column].over:
        yield _head_id(table, _group_start(table.columns, column), over=True)
    if table.columns[column].title:
        yield _head_id(table, column, over=False)
    yield from (_row_id(table, place, c) for c in range(min(table.row_heads, column)) if table.rows[place][c])
