"""One row per number: the only source of every table, figure, sentence and file."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IDENTITY = ("analysis", "group", "level", "variable", "visit", "statistic", "unit", "method", "variant")
LINE = ("effect_kind", "effect")  # of a number that belongs to one line of an analysis with several


@dataclass(frozen=True, slots=True)
class Source:
    """Which records made a number: activity, item columns, visits and participants (empty: all)."""

    activity: str
    items: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One number of record. `value` is unrounded, `text` is formatted once; null value: `text` says NC and why.

    `analysis`: endpoint or display id (`E5`, `demographics`, `events.term`); `statistic`: operation id (`mean`, `ci_low`).
    `unit`: participant, lesion or event; `measure_unit`: unit of the value. `level`: level of `group`, e.g. DL1.
    `effect`: the line of an analysis with several (`time`, `M6 - BL`), "" for its headline; `effect_kind`: test,
    contrast, mean or component. `quantity`, `statistic_name`: what the estimate and the statistic
    are, in the method's words (`mean difference`, `t`).
    `excluded`, `incomplete`: participants who are not in the number, or in it without some of their values, and why.
    """

    analysis: str
    statistic: str
    value: float | None
    text: str
    unit: str
    variable: str = ""
    visit: str = ""
    group: str = ""
    level: str = ""
    effect: str = ""
    effect_kind: str = ""
    quantity: str = ""
    statistic_name: str = ""
    measure_unit: str = ""
    estimand: str = ""
    analysis_set: str = ""
    purpose: str = ""
    reason: str = ""
    n_participants: int | None = None
    n_lesions: int | None = None
    n_events: int | None = None
    excluded: tuple[tuple[str, str], ...] = ()
    incomplete: tuple[tuple[str, str], ...] = ()
    method: str = ""
    variant: str = ""
    exact: bool | None = None
    caveats: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    result: str = ""

    def plain(self) -> dict[str, object]:
        """Column > value, without the lists that rows share."""
        return {name: getattr(self, name) for name in PLAIN}

    def named(self) -> ResultRow:
        """The row with its id: a short hash of what it is, the same in the next data cut."""
        columns = (*IDENTITY, *LINE) if self.effect else IDENTITY
        key = "\x1f".join(str(getattr(self, column)) for column in columns)
        return replace(self, result=sha256(key.encode()).hexdigest()[:12])


LISTS = ("excluded", "incomplete", "sources")
PLAIN = tuple(each.name for each in fields(ResultRow) if each.name not in LISTS)


@dataclass(frozen=True, slots=True)
class _Shared:
    """Lists that stand once in the file, each under a hash of its content."""

    sources: dict[str, dict[str, object]] = field(default_factory=dict)
    participants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    seen: dict[object, str] = field(default_factory=dict)

    def names_of(self, row: ResultRow) -> dict[str, object]:
        return {
            "excluded": self._excluded(row.excluded),
            "incomplete": self._excluded(row.incomplete),
            "sources": [self._source(each) for each in row.sources],
        }

    def _name(self, content: object) -> str:
        if content not in self.seen:
            self.seen[content] = sha256(repr(content).encode()).hexdigest()[:12]
        return self.seen[content]

    def _excluded(self, content: tuple[tuple[str, str], ...]) -> str:
        if not content:
            return ""
        name = self._name(content)
        self.excluded[name] = content
        return name

    def _source(self, source: Source) -> str:
        name = self._name(source)
        if name not in self.sources:
            self.sources[name] = {
                "activity": source.activity,
                "items": source.items,
                "visits": source.visits,
                "participants": self._people(source.participants),
            }
        return name

    def _people(self, people: tuple[str, ...]) -> str:
        if not people:
            return "all"
        name = self._name(people)
        self.participants[name] = people
        return name


@dataclass(frozen=True, slots=True)
class Results:
    """All numbers of one report in order of making, with the identity of what they were made from."""

    rows: tuple[ResultRow, ...]
    snapshot: str
    protocol: str
    software: str
    invented: bool = False

    def __iter__(self) -> Iterator[ResultRow]:
        return iter(self.rows)

    def of(self, analysis: str, **where: str) -> tuple[ResultRow, ...]:
        """Rows of one analysis; further columns must equal the words given."""
        return tuple(
            row
            for row in self.rows
            if row.analysis == analysis
            and all(getattr(row, column) == word for column, word in where.items())
        )

    def one(self, analysis: str, **where: str) -> ResultRow:
        """The single row that fits; of an analysis with several lines its headline where no `effect` is named.

        Raises:
            LookupError: none or several rows fit.
        """
        found = self.of(analysis, **{"effect": "", **where})
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows fit {analysis} {where}")
        return found[0]

    def as_json(self) -> dict[str, object]:
        """The whole table as one JSON-ready mapping, keys in fixed order.

        Lists that many rows share (sources, participants left out, participants behind a source) stand once, and rows
        name them by a short hash.
        """
        shared = _Shared()
        rows = [{**row.plain(), **shared.names_of(row)} for row in self.rows]
        return {
            "format": "firstdose results 1",
            "snapshot": self.snapshot,
            "protocol": self.protocol,
            "software": self.software,
            "invented": self.invented,
            "results": rows,
            "sources": shared.sources,
            "participants": shared.participants,
            "excluded": shared.excluded,
        }


def named_rows(rows: Iterable[ResultRow]) -> tuple[ResultRow, ...]:
    """Rows with ids.

    Raises:
        ValueError: two rows claim to be the same number.
    """
    named = tuple(row.named() for row in rows)
    seen: dict[str, ResultRow] = {}
    for row in named:
        if row.result in seen:
            raise ValueError(f"two rows are the same number: {row} and {seen[row.result]}")
        seen[row.result] = row
    return named
