"""From the tree to the model: the grammar says what each key and column takes; every mistake is told at its place.

What cannot be read is left out, or replaced by the kind's stand-in where the model needs a value, so that all
other mistakes are still found. What stands under keys has no order in the file: it is sorted by name here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from firstdose.protocol import issues_of_text as issues
from firstdose.protocol import issues_of_values
from firstdose.protocol.desk import UNREAD, Asked, Desk, cleaned
from firstdose.protocol.filling_schedule import fill_schedule
from firstdose.protocol.grammar import BY_NAME, SECTIONS
from firstdose.protocol.kinds import KINDS
from firstdose.protocol.makers import MAKERS, check_item
from firstdose.protocol.model import LocalItem, Protocol, Trial
from firstdose.protocol.places import Places
from firstdose.protocol.table import NONE, check_prose, read_prose, read_table
from firstdose.protocol.tree import Block, Branch, Cell
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.protocol.fields import Field, Section
    from firstdose.protocol.places import Path
    from firstdose.protocol.table import Row, Table
    from firstdose.protocol.tree import Entry
    from firstdose.values.issue import Issue


def fill_protocol(tree: Branch, file: str) -> tuple[Protocol | None, list[Issue], Places]:
    """The protocol (None without a title page), what is wrong, and where everything stands."""
    filler = _Filler(Desk(file, Places(file)))
    parts = filler.sections(tree)
    protocol = Protocol(**parts) if isinstance(parts.get("trial"), Trial) else None
    return protocol, filler.desk.issues, filler.desk.places


@dataclass(slots=True)
class _Filler:
    desk: Desk

    def sections(self, tree: Branch) -> dict[str, Any]:
        """Each section of the file by name, read in the order of the grammar: visits before what names them."""
        for entry in tree.entries:
            self.desk.places.note((entry.key,), entry.place)
            if entry.key not in BY_NAME:
                self.desk.tell(issues.unknown_key(entry.place, entry.key, "", BY_NAME))
        parts: dict[str, Any] = {}
        for section in SECTIONS:
            part = self._part(section, tree.entry(section.name))
            if part is not UNREAD:
                parts[section.name] = part
                self._remember(section.name, part)
        return parts

    def _part(self, section: Section, entry: Entry | None) -> Any:
        if entry is None and section.required:
            place = Place(self.desk.file, 1, 1)
            self.desk.tell(issues.key_missing(place, section.name, "", section.meaning))
        return UNREAD if entry is None or entry.node is None else self._section(section, entry)

    def _remember(self, name: str, part: Any) -> None:
        if name == "visits":
            self.desk.visits = tuple(visit.visit for visit in part)
        elif name == "intervention" and part.unit_of_dosing != "participant":
            self.desk.lesion = part.unit_of_dosing or "lesion"

    def _section(self, section: Section, entry: Entry) -> Any:
        path = (section.name,)
        match section.form:
            case "free":
                return self._free(entry, path)
            case "keys":
                return self._keyed(section, entry, path)
            case "blocks":
                return self._blocks(section, entry)
            case "schedule":
                block = self._block(entry, ("activity", "per", "D0", "..."))
                return fill_schedule(section, block, self.desk, self._fill_row) if block else UNREAD
            case _:
                return self._table(section.fields, section.makes, entry, path)

    # ----------------------------------------------------------------------------------------------------- keys

    def _keyed(self, section: Section, entry: Entry, path: Path, name: str = "") -> Any:
        if not isinstance(entry.node, Branch):
            example = f"{section.fields[0].key}: ..."
            return self.desk.tell(issues.keys_expected(entry.place, entry.key, example))
        values = self._keys(section, entry, entry.node, path)
        if name:
            values[fields(section.makes)[0].name] = name  # type: ignore[arg-type]
        return _make(section.makes, values)

    def _keys(self, section: Section, around: Entry, branch: Branch, path: Path) -> dict[str, Any]:
        known = {field.key: field for field in section.fields}
        values: dict[str, Any] = {}
        others: list[tuple[str, str]] = []
        for entry in branch.entries:
            field = known.get(entry.key)
            where = (*path, entry.key)
            self.desk.places.note(where, entry.node.place if isinstance(entry.node, Cell) else entry.place)
            if field and entry.node is not None:
                values[field.field] = self._field(field, entry, where)
            elif field is None and section.extra:
                others += self._other(entry)
            elif field is None:
                self.desk.tell(issues.unknown_key(entry.place, entry.key, around.key, known))
        self._missing(section.fields, around, branch, values)
        return _without_unread(values) | ({section.extra: tuple(sorted(others))} if others else {})

    def _missing(
        self, listed: Sequence[Field], around: Entry, branch: Branch, values: dict[str, Any]
    ) -> None:
        for field in listed:
            if field.required and values.get(field.field, UNREAD) is UNREAD:
                if branch.entry(field.key) is None:
                    self.desk.tell(issues.key_missing(around.place, field.key, around.key, field.meaning))
                values[field.field] = KINDS[field.kind].stand_in

    def _other(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """A key that the grammar does not list: a word of a design or method."""
        if isinstance(entry.node, Cell):
            yield entry.key, cleaned(entry.node.text)
        elif entry.node is not None:
            self.desk.tell(issues.value_expected(entry.place, entry.key))

    def _field(self, field: Field, entry: Entry, path: Path) -> Any:
        node = entry.node
        if field.kind == "table":
            return self._table(field.columns, field.makes, entry, path)
        if field.kind == "free":
            return self._free(entry, path)
        if field.kind == "prose" and isinstance(node, Block):
            self.desk.issues += check_prose(node, self.desk.file)
            node = Cell(read_prose(node), node.place)
        if not isinstance(node, Cell):
            return self.desk.tell(issues.value_expected(entry.place, entry.key))
        return KINDS[field.kind].read(Asked(node, field, path, self.desk))

    def _free(self, entry: Entry, path: Path) -> Any:
        """Keys of any name with a text each, sorted by key."""
        if not isinstance(entry.node, Branch):
            return self.desk.tell(issues.keys_expected(entry.place, entry.key, "key: value"))
        pairs: list[tuple[str, str]] = []
        for each in entry.node.entries:
            self.desk.places.note(
                (*path, each.key), each.node.place if isinstance(each.node, Cell) else each.place
            )
            pairs += self._other(each)
        return tuple(sorted(pairs))

    def _blocks(self, section: Section, entry: Entry) -> Any:
        """Blocks under a name each, sorted by name, E2 before E10."""
        if not isinstance(entry.node, Branch):
            return self.desk.tell(issues.keys_expected(entry.place, entry.key, "NAME:"))
        parts = []
        for block in sorted(entry.node.entries, key=lambda each: _natural(each.key)):
            path = (section.name, block.key)
            self.desk.places.note(path, block.place)
            if block.node is not None:
                parts.append(self._keyed(section, block, path, block.key))
        return tuple(part for part in parts if part is not UNREAD)

    # --------------------------------------------------------------------------------------------------- tables

    def _block(self, entry: Entry, columns: Sequence[str]) -> Block | None:
        if isinstance(entry.node, Block):
            return entry.node
        self.desk.tell(issues.table_expected(entry.place, entry.key, columns))
        return None

    def _table(self, columns: tuple[Field, ...], makes: type | None, entry: Entry, path: Path) -> Any:
        block = self._block(entry, [field.key for field in columns if field.required])
        table, found = read_table(block, self.desk.file) if block else (None, [])
        self.desk.issues += found
        if table is None:
            return UNREAD
        parts = []
        for row, values in self._rows(columns, table, path):
            part = _make(makes, values)
            if isinstance(part, LocalItem) and not row.broken:
                self.desk.issues += check_item(part, path, self.desk.places)
            parts.append(part)
        return tuple(parts)

    def _rows(
        self, columns: tuple[Field, ...], table: Table, path: Path
    ) -> Iterator[tuple[Row, dict[str, Any]]]:
        by_key = {field.key: field for field in columns}
        for cell in table.header:
            if cell.text not in by_key:
                self.desk.tell(issues_of_values.unknown_column(cell.place, cell.text, by_key))
        for field in columns:
            if field.required and field.key not in table.columns:
                self.desk.tell(
                    issues_of_values.column_missing(table.header[0].place, field.key, field.meaning)
                )
        seen: dict[str, Place] = {}
        for row in table.rows:
            values = self._fill_row(columns, table.columns, row, path)
            name = values[columns[0].field]
            place = seen.setdefault(str(name), row.place)
            if place is row.place:
                yield row, values
            else:
                self.desk.tell(issues_of_values.row_twice(row.place, str(name), place))

    def _fill_row(
        self, columns: tuple[Field, ...], header: Sequence[str], row: Row, path: Path
    ) -> dict[str, Any]:
        """The values of one row by field of the model; of a broken row only its name."""
        cells = dict(zip(header, row.cells, strict=False))
        if row.broken:
            cells = {key: cell for key, cell in cells.items() if key == columns[0].key == header[0]}
        name = cells[columns[0].key].text if columns[0].key in cells else row.place.line
        self.desk.places.note((*path, str(name)), row.place)
        values = {}
        for field in columns:
            cell = cells.get(field.key)
            if cell is not None:
                where = (*path, str(name), field.key)
                self.desk.places.note(where, cell.place)
                values[field.field] = self._cell(field, cell, where)
            if field.required and values.get(field.field, UNREAD) is UNREAD:
                values[field.field] = KINDS[field.kind].stand_in
        return _without_unread(values)

    def _cell(self, field: Field, cell: Cell, path: Path) -> Any:
        if cell.text != NONE:
            return KINDS[field.kind].read(Asked(cell, field, path, self.desk))
        return (
            self.desk.tell(issues_of_values.empty_cell(cell.place, field.key)) if field.required else UNREAD
        )


def _make(makes: type | None, values: dict[str, Any]) -> Any:
    """The part of the model; a plain tuple of the values where the model has no class for it."""
    if makes is None:
        return tuple(values.values())
    return MAKERS.get(makes, makes)(**values)


def _without_unread(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not UNREAD}


def _natural(name: str) -> list[tuple[int, str]]:
    """E2 before E10: digits count as numbers."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", name)]
