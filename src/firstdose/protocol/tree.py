"""The tree of a protocol file: keys and what they hold, each with its place. YAML builds it, from mended lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from firstdose.protocol import issues_of_text as issues
from firstdose.protocol.lines import walk_lines
from firstdose.protocol.text import check_characters, check_first_line, split_lines, without_unseen
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.protocol.lines import BlockLine, Walk
    from firstdose.values.issue import Issue

# Without the resolver every scalar stays text: 1.10, NO and 007 are what was typed. The one in C is the quicker.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Cell(NamedTuple):
    """A text and where its first character stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Block:
    """The lines below a `|`: a table or prose, as the receiving field decides. `place` is the bar's."""

    lines: tuple[BlockLine, ...]
    place: Place
    indent: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and what it holds; None where nothing was written and an Issue says so."""

    key: str
    place: Place
    node: Node | None


@dataclass(frozen=True, slots=True)
class Branch:
    """Keys in the order of the file, each once."""

    entries: tuple[Entry, ...]

    def entry(self, key: str) -> Entry | None:
        """The entry of this key, where it is written."""
        return next((entry for entry in self.entries if entry.key == key), None)


Node = Cell | Block | Branch


@dataclass(frozen=True, slots=True)
class Tree:
    """What a text gave. `root` is None where YAML cannot go on; `doubtful`: lines that reading had to guess."""

    root: Branch | None
    issues: tuple[Issue, ...]
    doubtful: frozenset[int] = frozenset()


def read_tree(text: str, file: str) -> Tree:
    """The tree and every mistake of characters, lines and YAML."""
    original = split_lines(text)
    unseen = list(check_characters(original, file))
    lines = without_unseen(original)
    walk = walk_lines(lines, file)
    found = [*unseen, *check_first_line(original, file), *walk.issues]
    try:
        root = yaml.compose("\n".join(walk.mended), _LOADER)
    except yaml.YAMLError as error:
        return Tree(None, (*found, _from_yaml(error, file)))
    if not isinstance(root, yaml.MappingNode):
        return Tree(Branch(()), tuple(found))
    grower = _Grower(file, lines, walk)
    branch = grower.branch(root)
    doubtful = frozenset(walk.doubtful | {issue.place.line for issue in unseen})
    return Tree(branch, (*found, *without_echoes(grower.issues, doubtful)), doubtful)


def without_echoes(found: Iterable[Issue], doubtful: frozenset[int]) -> tuple[Issue, ...]:
    """Without the Issues on lines that reading had to guess: the first mistake may be their only cause."""
    return tuple(issue for issue in found if issue.place.line not in doubtful)


class _Grower:
    def __init__(self, file: str, lines: Sequence[str], walk: Walk) -> None:
        self.file, self.lines, self.walk = file, lines, walk
        self.issues: list[Issue] = []

    def branch(self, node: yaml.MappingNode) -> Branch:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            place = self._place(key)
            first = entries.get(key.value)
            if first:
                self.issues.append(issues.defined_twice(place, key.value, first.place))
            else:
                entries[key.value] = Entry(key.value, place, self._node(key, value, place))
        return Branch(tuple(entries.values()))

    def _node(self, key: yaml.Node, value: Any, place: Place) -> Node | None:
        if isinstance(value, yaml.MappingNode):
            return self.branch(value)
        if value.style == "|":
            block = Block(tuple(self.walk.blocks[place.line]), self._place(value), key.start_mark.column)
            node: Node | None = block if any(line.text.strip(" \t") for line in block.lines) else None
        else:
            node = self._cell(value) if value.value.strip() else None
        if node is None:
            self.issues.append(issues.no_value(place, key.value))
        return node

    def _cell(self, node: yaml.Node) -> Cell:
        place = self._place(node)
        line = self.lines[place.line - 1]
        quoted = line[place.column - 1 : place.column] in {'"', "'"}
        return Cell(node.value, Place(self.file, place.line, place.column + 1) if quoted else place)

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)


def _from_yaml(error: yaml.YAMLError, file: str) -> Issue:
    mark = getattr(error, "problem_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    return issues.not_readable(place, str(getattr(error, "problem", None) or "not YAML"))
