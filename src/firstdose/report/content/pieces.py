"""Small builders shared by the sections: numbers found by what they are, cells, tables of statistics."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.report.tree import Cell, Column, Number, Paragraph, Span, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.results import ResultRow, Results
    from firstdose.laboratory.activity import ActivityReading
    from firstdose.values.issue import Issue

NONE: Cell = (Text("–"),)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The results, found by analysis and by every word that tells one number from another."""

    results: Results
    index: dict[tuple[str, ...], ResultRow] = field(default_factory=dict)
    groups: dict[str, list[ResultRow]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, results: Results) -> Numbers:
        numbers = cls(results)
        for row in results:
            numbers.index[_key(row)] = row
            numbers.groups[row.analysis].append(row)
        return numbers

    def find(
        self,
        analysis: str,
        statistic: str,
        *,
        variable: str = "",
        visit: str = "",
        unit: str = "participant",
        level: str = "",
        effect: str = "",
        effect_kind: str = "",
    ) -> ResultRow | None:
        return self.index.get((analysis, statistic, variable, visit, unit, level, effect_kind, effect))

    def cell(self, analysis: str, statistic: str, **where: str) -> Cell:
        """The number as a cell, or a dash where there is none."""
        row = self.find(analysis, statistic, **where)
        return NONE if row is None else (Number(row),)

    def of_analysis(self, analysis: str) -> list[ResultRow]:
        return self.groups.get(analysis, [])

    def words(self, analysis: str, column: str, **where: str) -> list[str]:
        """Distinct words of one column in order of appearance."""
        rows = (
            row
            for row in self.of_analysis(analysis)
            if all(getattr(row, name) == word for name, word in where.items())
        )
        return list(dict.fromkeys(getattr(row, column) for row in rows))


def _key(row: ResultRow) -> tuple[str, ...]:
    return (
        row.analysis,
        row.statistic,
        row.variable,
        row.visit,
        row.unit,
        row.level,
        row.effect_kind,
        row.effect,
    )


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a section may look at."""

    basis: Basis
    numbers: Numbers
    issues: tuple[Issue, ...]
    laboratory: tuple[ActivityReading, ...] = ()


def text(words: str) -> Cell:
    return (Text(words),)


def span_of(row: ResultRow | None) -> Span:
    return Text("not calculable") if row is None else Number(row)


def interval(low: ResultRow | None, high: ResultRow | None) -> Cell:
    """`low to high`, or a dash where there is no interval."""
    if low is None or high is None or (low.value is None and high.value is None):
        return NONE
    return (Number(low), Text(" to "), Number(high))


def mean_sd(numbers: Numbers, analysis: str, **where: str) -> Cell:
    """`mean (SD)`."""
    mean, sd = numbers.find(analysis, "mean", **where), numbers.find(analysis, "sd", **where)
    if mean is None:
        return NONE
    return (Number(mean),) if sd is None else (Number(mean), Text(" ("), Number(sd), Text(")"))


def sentence(*parts: str | ResultRow | None, kind: str = "plain") -> Paragraph:
    """A paragraph of words and numbers of record."""
    spans = tuple(Text(part) if isinstance(part, str) else span_of(part) for part in parts)
    return Paragraph(spans, kind)


def plain_table(
    table_id: str,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    unit: str = "",
    footnotes: tuple[str, ...] = (),
) -> Table:
    """A table of words from the protocol; numbers of record never stand here."""
    return Table(
        id=table_id,
        title=title,
        unit_of_count=unit,
        columns=tuple(Column(name) for name in columns),
        rows=tuple(tuple(text(word) for word in row) for row in rows),
        footnotes=footnotes,
    )


def caveats_of(rows: Iterable[ResultRow]) -> tuple[str, ...]:
    """Each caveat sentence once, code first."""
    return tuple(dict.fromkeys(caveat for row in rows for caveat in row.caveats))


def left_out(rows: Iterable[ResultRow]) -> tuple[str, ...]:
    """One sentence for each reason why participants, or some of their values, are not in the numbers."""
    found = list(rows)
    return (
        *_reasons("Not included", (each for row in found for each in row.excluded)),
        *_reasons("Included with values missing", (each for row in found for each in row.incomplete)),
    )


def _reasons(head: str, found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    reasons: dict[str, dict[str, None]] = {}
    for participant, reason in found:
        reasons.setdefault(reason, {})[participant] = None
    return tuple(f"{head}: {', '.join(names)} ({reason})." for reason, names in reasons.items())
