"""The Schedule of Activities: fixed columns, then one column for each visit, in the order of the visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstdose.protocol import issues_of_values as issues
from firstdose.protocol.desk import UNREAD
from firstdose.protocol.model import Activity
from firstdose.protocol.table import NONE, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.protocol.desk import Desk
    from firstdose.protocol.fields import Section
    from firstdose.protocol.table import Row, Table
    from firstdose.protocol.tree import Block, Cell
    from firstdose.values.issue import Issue, Place

PLANNED = "x"


def fill_schedule(section: Section, block: Block, desk: Desk, fill_row: Callable[..., dict[str, Any]]) -> Any:
    """The activities with their visits. A column of no visit is told once and then left out."""
    table, found = read_table(block, desk.file)
    desk.issues += found
    if table is None:
        return UNREAD
    fixed = tuple(field.key for field in section.fields)
    desk.issues += _check_header(section, table, fixed, desk.visits)
    visit_of = _meant(table, fixed, desk.visits)
    activities: dict[str, Activity] = {}
    seen: dict[str, Place] = {}
    for row in table.rows:
        values = fill_row(section.fields, table.columns, row, (section.name,))
        name = values["activity"]
        if name in seen:
            desk.tell(issues.row_twice(row.place, name, seen[name]))
            continue
        seen[name] = row.place
        at = desk.visits if row.broken else tuple(_planned(table, row, name, visit_of, desk))
        activities[name] = Activity(**values, at=at)
    return tuple(activities.values())


def _planned(table: Table, row: Row, name: str, visit_of: dict[str, str], desk: Desk) -> Iterator[str]:
    """The visits at which a row is planned, in the order of the columns."""
    for column, cell in zip(table.columns, row.cells, strict=True):
        if column not in visit_of:
            continue
        desk.places.note(("schedule", name, visit_of[column]), cell.place)
        if cell.text not in {PLANNED, NONE}:
            desk.tell(issues.neither_x_nor_dot(cell.place, cell.text))
        if cell.text != NONE and visit_of[column]:
            yield visit_of[column]


def _meant(table: Table, fixed: tuple[str, ...], visits: tuple[str, ...]) -> dict[str, str]:
    """Column -> visit. A misspelt column stands for the visit whose column is missing, so that it is told once."""
    columns = [column for column in table.columns if column not in fixed]
    if not visits:
        return {column: column for column in columns}
    unknown = [column for column in columns if column not in visits]
    missing = [visit for visit in visits if visit not in columns]
    guessed = dict(zip(unknown, missing, strict=True)) if len(unknown) == len(missing) else {}
    return {column: column if column in visits else guessed.get(column, "") for column in columns}


def _check_header(
    section: Section, table: Table, fixed: tuple[str, ...], visits: tuple[str, ...]
) -> Iterator[Issue]:
    first = table.header[0].place
    for field in section.fields:
        if field.key not in table.columns:
            yield issues.column_missing(first, field.key, field.meaning)
    if not visits:
        return
    columns = [cell for cell in table.header if cell.text not in fixed]
    for cell in columns:
        if cell.text not in visits:
            yield issues.no_such_visit(cell.place, cell.text, visits)
    known = [cell for cell in columns if cell.text in visits]
    if len(known) == len(columns):  # a misspelt visit is not also a missing one
        named = {cell.text for cell in known}
        for visit in visits:
            if visit not in named:
                yield issues.column_missing(first, visit, "one for each visit")
    yield from _check_order(known, [visit for visit in visits if visit in {cell.text for cell in known}])


def _check_order(columns: list[Cell], expected: list[str]) -> Iterator[Issue]:
    for cell, visit in zip(columns, expected, strict=False):
        if cell.text != visit:
            yield issues.column_order(cell.place, cell.text, expected)
            return
