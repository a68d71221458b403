"""The mapping file: how a spreadsheet that somebody else laid out becomes records, in the notation of the protocol."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from firstdose.protocol.table import NONE, read_table
from firstdose.protocol.text import decode, split_lines
from firstdose.protocol.tree import Block, Branch, Cell, read_tree, without_echoes
from firstdose.records import mapping_issues as issues
from firstdose.values.dates import DateStyle
from firstdose.values.issue import Issue, Place
from firstdose.values.missing import read_missing_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from firstdose.protocol.tree import Node

FIRST_LINE = "# firstdose mapping, format 1"
ROW_NUMBER = "row number"

_NAMES = (
    "file",
    "sheet",
    "activity",
    "participant",
    "visit",
    "at",
    "lesion",
    "date",
    "dates",
    "decimal_comma",
    "once",
)
_TABLES: dict[
    str, tuple[tuple[str, ...], tuple[str, ...]]
] = {  # columns that must stand there, columns that may
    "columns": (("column", "item"), ("unit", "visit", "lesion")),
    "visits": (("word", "visit"), ()),
    "codes": (("item", "text", "code"), ()),
    "missing_when": (("column", "is", "items", "reason"), ("visit",)),
    "constants": (("item", "value"), ()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bring:
    """A source column and the item it fills; `unit` of the source; visit and lesion where the column is of one only."""

    column: str
    item: str
    unit: str = ""
    visit: str = ""
    lesion: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingWhen:
    """Where the source column holds this text, these items (of this visit) are missing, whatever stands there."""

    column: str
    value: str
    items: tuple[str, ...]
    reason: str
    visit: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One table of somebody else and the activity it fills. `keys`: key > column, `at`: the one visit of all rows."""

    name: str
    place: Place
    file: str
    activity: str
    participant: str
    sheet: str | None = None
    keys: tuple[tuple[str, str], ...] = ()
    at: str = ""
    dates: DateStyle = "ymd"
    decimal_comma: bool = False
    once: bool = False
    absent: tuple[str, ...] = ()
    columns: tuple[Bring, ...] = ()
    visits: tuple[tuple[str, str], ...] = ()
    codes: tuple[tuple[str, str, str], ...] = ()
    missing_when: tuple[MissingWhen, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    places: dict[str, Place] = field(default_factory=dict)

    def place_of(self, key: str) -> Place:
        return self.places.get(key, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMapping:
    """All sources of a study; `roster`: everybody who took part, with or without a row anywhere."""

    sources: tuple[Source, ...] = ()
    source_folder: str = ""
    roster: tuple[str, ...] = ()


def read_mapping(path: Path, *, name: str | None = None) -> tuple[RecordMapping | None, list[Issue]]:
    """The mapping of a file and everything that is wrong with it; None where nothing could be read."""
    file = name or path.name
    try:
        text = decode(path.read_bytes())
    except OSError as refusal:
        return None, [issues.not_readable(Place(file), refusal.strerror or "it cannot be opened")]
    return mapping_of(text, file)


def mapping_of(text: str, file: str) -> tuple[RecordMapping | None, list[Issue]]:
    """`read_mapping` for a text that is already there."""
    lines = split_lines(text)
    found = [] if lines[0].rstrip() == FIRST_LINE else [issues.first_line(Place(file, 1, 1), FIRST_LINE)]
    # The reader of trees wants the first line of a protocol; ours is judged already.
    tree = read_tree("\n".join(["# firstdose protocol, format 1", *lines[1:]]), file)
    if tree.root is None:
        return None, sorted([*found, *tree.issues])
    reader = _Reader(file, [])
    mapping = reader.mapping(tree.root)
    return mapping, sorted({*found, *tree.issues, *without_echoes(reader.issues, tree.doubtful)})


@dataclass(slots=True)
class _Reader:
    """One reading: what was found wrong so far."""

    file: str
    issues: list[Issue]

    def mapping(self, tree: Branch) -> RecordMapping:
        self._check_keys(tree, ("source_folder", "participants", "sources"), "the mapping")
        entry = tree.entry("sources")
        if entry is None or not isinstance(entry.node, Branch):
            self.issues.append(issues.key_missing(Place(self.file, 1, 1), "sources", "the mapping"))
            return RecordMapping()
        sources = [self._source(each.key, each.place, each.node) for each in entry.node.entries]
        return RecordMapping(
            sources=tuple(source for source in sources if source),
            source_folder=self._text(tree, "source_folder"),
            roster=tuple(_roster(self._text(tree, "participants"))),
        )

    def _source(self, name: str, place: Place, node: Node | None) -> Source | None:
        if not isinstance(node, Branch):
            self.issues.append(issues.key_missing(place, "file", name))
            return None
        self._check_keys(node, (*_NAMES, "absent", *_TABLES), name)
        texts = {key: self._text(node, key) for key in (*_NAMES, "absent")}
        missing = [key for key in ("file", "activity", "participant") if not texts[key]]
        self.issues += [issues.key_missing(place, key, name) for key in missing]
        if missing:
            return None
        return Source(
            name=name,
            place=place,
            file=texts["file"],
            activity=texts["activity"],
            participant=texts["participant"],
            sheet=texts["sheet"] or None,
            keys=tuple((key, texts[key]) for key in ("visit", "lesion", "date") if texts[key]),
            at=texts["at"],
            dates=self._dates(node, texts["dates"]),
            decimal_comma=self._chosen(node, "decimal_comma", texts["decimal_comma"], ("yes", "no")) == "yes",
            once=self._chosen(node, "once", texts["once"], ("yes", "no")) == "yes",
            absent=tuple(texts["absent"].split()),
            columns=tuple(self._columns(node)),
            visits=tuple((row["word"].text, row["visit"].text) for row in self._rows(node, "visits")),
            codes=tuple(self._codes(node)),
            missing_when=tuple(self._missing_when(node)),
            constants=tuple((row["item"].text, row["value"].text) for row in self._rows(node, "constants")),
            places={entry.key: entry.place for entry in node.entries},
        )

    def _check_keys(self, branch: Branch, known: Sequence[str], where: str) -> None:
        unknown = [entry for entry in branch.entries if entry.key not in known]
        self.issues += [issues.unknown_key(entry.place, entry.key, known, where) for entry in unknown]

    def _text(self, branch: Branch, key: str) -> str:
        entry = branch.entry(key)
        if entry is None or entry.node is None:
            return ""
        if not isinstance(entry.node, Cell):
            self.issues.append(issues.text_expected(entry.place, key))
            return ""
        return "" if entry.node.text == NONE else entry.node.text

    def _chosen(self, branch: Branch, key: str, text: str, choices: Sequence[str]) -> str:
        entry = branch.entry(key)
        if entry is not None and text and text not in choices:
            self.issues.append(issues.not_in_list(entry.place, key, text, choices))
        return text

    def _dates(self, branch: Branch, text: str) -> DateStyle:
        self._chosen(branch, "dates", text, get_args(DateStyle))
        return next((style for style in get_args(DateStyle) if style == text), "ymd")

    def _rows(self, branch: Branch, key: str) -> Iterator[dict[str, Cell]]:
        """The rows of a table by column; '.' is nothing."""
        entry = branch.entry(key)
        if entry is None or entry.node is None:
            return
        if not isinstance(entry.node, Block):
            self.issues.append(issues.table_expected(entry.place, key))
            return
        table, told = read_table(entry.node, self.file)
        self.issues += told
        if table is None or not self._check_columns(table.header, key):
            return
        for row in table.rows:
            if not row.broken:
                yield {
                    name: Cell("" if cell.text == NONE else cell.text, cell.place)
                    for name, cell in zip(table.columns, row.cells, strict=True)
                }

    def _check_columns(self, header: Sequence[Cell], key: str) -> bool:
        needed, allowed = _TABLES[key]
        names = [cell.text for cell in header]
        unknown = [cell for cell in header if cell.text not in {*needed, *allowed}]
        missing = [name for name in needed if name not in names]
        self.issues += [
            issues.unknown_key(cell.place, cell.text, (*needed, *allowed), key) for cell in unknown
        ]
        self.issues += [issues.key_missing(header[0].place, name, key) for name in missing]
        return not missing

    def _columns(self, branch: Branch) -> Iterator[Bring]:
        for row in self._rows(branch, "columns"):
            more = {name: row[name].text for name in ("unit", "visit", "lesion") if name in row}
            yield Bring(column=row["column"].text, item=row["item"].text, place=row["column"].place, **more)

    def _codes(self, branch: Branch) -> Iterator[tuple[str, str, str]]:
        for row in self._rows(branch, "codes"):
            yield row["item"].text, row["text"].text, row["code"].text

    def _missing_when(self, branch: Branch) -> Iterator[MissingWhen]:
        for row in self._rows(branch, "missing_when"):
            if read_missing_reason(row["reason"].text) is None:
                self.issues.append(issues.not_a_reason(row["reason"].place, row["reason"].text))
                continue
            yield MissingWhen(
                column=row["column"].text,
                value=row["is"].text,
                items=tuple(row["items"].text.split()),
                reason=row["reason"].text,
                visit=row["visit"].text if "visit" in row else "",
                place=row["column"].place,
            )


def _roster(text: str) -> Iterator[str]:
    """'1 .. 40', or names with blanks between."""
    span = re.fullmatch(r"([0-9]{1,6}) *\.\. *([0-9]{1,6})", text)
    if span:
        yield from (str(number) for number in range(int(span[1]), int(span[2]) + 1))
    else:
        yield from text.split()
