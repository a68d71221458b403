"""The report as a tree of blocks, built once; renderers only draw it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.results import ResultRow


@dataclass(frozen=True, slots=True)
class Text:
    """Words. Numbers of the results never stand here."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number of record: printed as its row's text, linked to its trace."""

    row: ResultRow

    @property
    def text(self) -> str:
        return self.row.text


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another block by its id."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A place that a person fills: what is to be written and by whom."""

    what: str
    by_whom: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The place in the appendix of traces that a Number leads to. Made by the renderers' own appendix only."""

    row: ResultRow

    @property
    def text(self) -> str:
        return self.row.text


Span = Text | Number | Link | ToWrite | Origin
Cell = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: tuple[Span, ...]
    kind: str = "plain"  # plain, caution, invented, key


@dataclass(frozen=True, slots=True)
class Column:
    """A column head; `over` groups neighbours under one word; numeric columns are set flush right."""

    title: str
    over: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    title: str
    unit_of_count: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footnotes: tuple[str, ...] = ()
    row_heads: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure: SVG text for both renderers, alternative text, and the numbers drawn as a table."""

    id: str
    title: str
    alternative: str
    svg: str
    table: Table | None = None
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of records as text. `whole` names the CSV file with every row where only the first are shown."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int = 0
    whole: str = ""
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section; `e3` is the section of ICH E3 it answers to. Levels never skip."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    e3: str = ""


Block = Section | Paragraph | Table | Figure | Listing | Bullets


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole. `page_per_section`: each section of the first level starts a page when printed."""

    title: str
    trial: str
    snapshot: str
    protocol: str
    software: str
    language: str = "en"
    status: str = "draft"
    invented: bool = False
    page_per_section: bool = False
    facts: tuple[tuple[str, str], ...] = field(default=())
    blocks: tuple[Section, ...] = ()


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Every block, depth first, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)
