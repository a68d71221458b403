"""The walk over the lines of a protocol file: which are keys, which are rows of a block, and what is wrong with them.

YAML builds the tree afterwards (`tree`), from the lines as they are handed on here: mended where a mistake was
told, without comments, and with a placeholder for each line of a block, whose text is taken from the file itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.protocol import issues_of_text as issues
from firstdose.protocol import issues_of_values
from firstdose.protocol.traps import Value, in_quotes, judge_value
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.protocol.traps import Holds
    from firstdose.values.issue import Issue

DEEPEST = 6

_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_]*) *:")
_WORD_AND_REST = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?: +(\S.*))?")
_CELLS = re.compile(r"\S(?:  |[ ]*\t)[ \t]*\S")
_MACHINERY = (
    (re.compile(r"---(?:[ \t].*)?|\.\.\.(?:[ \t].*)?"), "A second document ('---')"),
    (re.compile(r"%.*"), "A directive ('%')"),
    (re.compile(r"\?(?:[ \t].*)?"), "A key that starts with '?'"),
    (re.compile(r"&.*"), "An anchor ('&')"),
    (re.compile(r"!.*"), "A tag ('!')"),
    (re.compile(r"\*.*"), "An alias ('*')"),
    (re.compile(r"<<.*"), "A merge key ('<<')"),
)


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A line below a `|`, as the file holds it; `told` where an Issue speaks of its indentation already."""

    number: int
    text: str
    told: bool = False


@dataclass(slots=True)
class Walk:
    """What the walk hands on. `blocks`: lines by the line number of their key; `doubtful`: guesses were made there."""

    mended: list[str] = field(default_factory=list)
    blocks: dict[int, list[BlockLine]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    doubtful: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Key:
    """The last key seen."""

    name: str
    number: int
    indent: int
    holds: Holds


def walk_lines(lines: Sequence[str], file: str) -> Walk:
    """One pass over all lines; nothing is skipped without an Issue except comments."""
    walker = _Walker(file)
    for number, line in enumerate(lines, start=1):
        walker.take(number, line)
    return walker.walk


class _Walker:
    """Holds what the next line depends on: the columns of the open keys, the last key, the open block."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.walk = Walk()
        self.columns = [0]
        self.last: _Key | None = None
        self.in_block = False
        self.comments: list[Place] = []  # comments further out than the rows around them, so far

    def take(self, number: int, line: str) -> None:
        bare = line.strip(" \t")
        lead = line[: len(line) - len(line.lstrip(" \t"))]
        if not bare:
            self._blank(number, line)
        elif self.in_block and self._belongs_to_block(lead, bare):
            self._row(number, line, lead)
        elif bare[0] == "#":
            self._comment(number, lead)
        else:
            self._outside(number, lead, bare)

    # ---------------------------------------------------------------------------------------------- in a block

    def _blank(self, number: int, line: str) -> None:
        self.walk.mended.append("")
        if self.in_block and self.last:
            self.walk.blocks[self.last.number].append(BlockLine(number, line, told=True))

    def _comment(self, number: int, lead: str) -> None:
        self.walk.mended.append("")
        if self.in_block:
            self.comments.append(Place(self.file, number, len(lead) + 1))

    def _belongs_to_block(self, lead: str, bare: str) -> bool:
        """Further in than the key, or cells that look pasted without being indented."""
        if self.last is None or ("\t" not in lead and len(lead) > self.last.indent):
            return self.last is not None
        if _KEY.match(bare) or bare[0] == "#" or _is_yaml(bare):
            return False
        return "\t" in lead or _CELLS.search(bare) is not None

    def _row(self, number: int, line: str, lead: str) -> None:
        assert self.last is not None
        place = Place(self.file, number, len(lead) + 1)
        told = True
        if "\t" in lead:
            self._tell(issues.tab_before(Place(self.file, number, lead.index("\t") + 1)))
        elif len(lead) <= self.last.indent:
            self._tell(issues_of_values.row_not_indented(place))
        else:
            told = False
            self.walk.issues += map(issues_of_values.row_not_indented, self.comments)
        self.comments.clear()
        self.walk.blocks[self.last.number].append(BlockLine(number, line, told))
        self.walk.mended.append(" " * (self.last.indent + 1) + "x")

    # ----------------------------------------------------------------------------------------- outside a block

    def _outside(self, number: int, lead: str, bare: str) -> None:
        place = Place(self.file, number, len(lead) + 1)
        yaml = _is_yaml(bare)
        key = _KEY.match(bare)
        if yaml:
            self._leave_out(issues.machinery(place, yaml))
        elif re.match(r"-(?:[ \t]|$)", bare):
            self._leave_out(issues.dashes(place))
        elif bare[0] in "[{":
            self._leave_out(issues.brackets(place))
        elif key:
            self._key(place, lead, key, bare)
        else:
            self._stray(place, lead, bare)

    def _leave_out(self, issue: Issue | None) -> None:
        self.in_block = False
        self.walk.mended.append("")
        if issue:
            self._tell(issue)

    def _key(self, place: Place, lead: str, key: re.Match[str], bare: str) -> None:
        self._close_block()
        indent = self._settle(place, lead)
        rest = bare[key.end() :]
        text = rest.lstrip(" ") if rest.startswith(" ") else rest.lstrip(" \t")
        gap = len(rest) - len(text)
        where = Place(place.file, place.line, place.column + key.end() + gap)
        if rest and rest[0] != " ":
            value = judge_value(text, 2, where)
            value = Value(value.mended, value.holds, (issues.no_blank_after_colon(_before(where, gap)),))
        else:
            value = judge_value(text, gap, where)
        self._open(place.line, key[1], indent, value)
        self.walk.mended.append(f"{' ' * indent}{bare[: key.end()]}{' ' * max(gap, 1)}{value.mended}")

    def _open(self, number: int, name: str, indent: int, value: Value) -> None:
        self.walk.issues += value.issues
        if value.issues:
            self.walk.doubtful.add(number)
        self.last = _Key(name, number, indent, value.holds)
        self.in_block = value.holds == "block"
        if self.in_block:
            self.walk.blocks[number] = []

    def _stray(self, place: Place, lead: str, bare: str) -> None:
        """A line without a key: a value that runs over, a table without its bar, or a forgotten colon."""
        below = self.last is not None and not self.in_block and len(lead) > self.last.indent
        if below and self.last and self.last.holds == "nothing":
            self._tell(issues.bar_missing(self._place_of_last(self.last), self.last.name))
            self._make_block(self.last)
            self._row(place.line, lead + bare, lead)
        elif below and self.last and self.last.holds == "open quote":
            self._leave_out(None)
        elif below and self.last and self.last.holds == "value":
            self._leave_out(issues.second_line(place, self.last.name))
        else:
            self._guess_key(place, lead, bare)

    def _guess_key(self, place: Place, lead: str, bare: str) -> None:
        self._close_block()
        self._tell(issues.neither_key_nor_row(place))
        self.walk.doubtful.add(place.line)
        found = _WORD_AND_REST.fullmatch(bare)
        if not found or lead.strip(" "):
            self.walk.mended.append("")
            return
        indent = self._settle(place, lead, silent=True)
        value = Value(in_quotes(found[2]) if found[2] else "", "value" if found[2] else "nothing")
        self._open(place.line, found[1], indent, value)
        self.walk.mended.append(f"{' ' * indent}{found[1]}: {value.mended}")

    def _make_block(self, key: _Key) -> None:
        key.holds, self.in_block = "block", True
        self.walk.blocks[key.number] = []
        self.walk.mended[key.number - 1] += "|"

    def _close_block(self) -> None:
        self.in_block = False
        self.comments.clear()

    # --------------------------------------------------------------------------------------------- indentation

    def _settle(self, place: Place, lead: str, *, silent: bool = False) -> int:
        """The column in which a key belongs: its own, or after a mistake that of the keys beside it."""
        said = len(self.walk.issues)
        indent = self._column(place, lead, opens=self.last is not None and self.last.holds == "nothing")
        if silent:
            del self.walk.issues[said:]
        elif len(self.walk.issues) > said:
            self.walk.doubtful.add(place.line)
        return indent

    def _column(self, place: Place, lead: str, *, opens: bool) -> int:
        indent = len(lead)
        if "\t" in lead:
            self._tell(issues.tab_before(Place(self.file, place.line, lead.index("\t") + 1)))
            return self._deeper(self.columns[-1] + 2) if opens else self.columns[-1]
        if indent > self.columns[-1]:
            return self._further_in(place, indent, opens=opens)
        gone = self.columns[-1]
        while indent < self.columns[-1]:
            gone = self.columns.pop()
        if indent > self.columns[-1]:
            self._tell(issues.wrong_indent(place))
            self.columns.append(gone)
        return self.columns[-1]

    def _further_in(self, place: Place, indent: int, *, opens: bool) -> int:
        if opens and len(self.columns) < DEEPEST:
            return self._deeper(indent)
        if opens:
            self._tell(issues.too_deep(place))
        elif self.last is None or self.last.holds == "block":
            self._tell(issues.wrong_indent(place))
        else:
            self._tell(issues.under_a_value(place, self.last.name))
        return self.columns[-1]

    def _deeper(self, indent: int) -> int:
        self.columns.append(indent)
        return indent

    # -------------------------------------------------------------------------------------------------- shared

    def _tell(self, issue: Issue) -> None:
        self.walk.issues.append(issue)

    def _place_of_last(self, key: _Key) -> Place:
        return Place(self.file, key.number, key.indent + 1)


def _is_yaml(bare: str) -> str:
    """What of YAML's machinery a line starts with, or nothing."""
    return next((what for pattern, what in _MACHINERY if pattern.fullmatch(bare)), "")


def _before(place: Place, columns: int) -> Place:
    return Place(place.file, place.line, place.column - columns)
