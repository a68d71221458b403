"""One row per number: the only source of every table, figure, sentence and file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IDENTITY = ("analysis", "group", "level", "variable", "visit", "statistic", "unit", "method", "variant")


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
    measure_unit: str = ""
    estimand: str = ""
    analysis_set: str = ""
    purpose: str = ""
    reason: str = ""
    n_participants: int | None = None
    n_lesions: int | None = None
    n_events: int | None = None
    excluded: tuple[tuple[str, str], ...] = ()
    method: str = ""
    variant: str = ""
    exact: bool | None = None
    caveats: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    result: str = ""

    def named(self) -> ResultRow:
        """The row with its id: a short hash of what it is, the same in the next data cut."""
        key = "\x1f".join(str(getattr(self, column)) for column in IDENTITY)
        return replace(self, result=sha256(key.encode()).hexdigest()[:12])


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
        """The single row that fits.

        Raises:
            LookupError: none or several rows fit.
        """
        found = self.of(analysis, **where)
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows fit {analysis} {where}")
        return found[0]

    def as_json(self) -> dict[str, object]:
        """The whole table as one JSON-ready mapping, keys in fixed order."""
        return {
            "format": "firstdose results 1",
            "snapshot": self.snapshot,
            "protocol": self.protocol,
            "software": self.software,
            "invented": self.invented,
            "results": [asdict(row) for row in self.rows],
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
