"""The appendix that every printed number leads to: what it is, from whom, how, and from which records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.report.tree import (
    Bullets,
    Column,
    Figure,
    Number,
    Origin,
    Paragraph,
    Section,
    Table,
    Text,
    walk,
)
from firstdose.report.wording import TRACE, TRACE_NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.analysis.results import ResultRow, Source
    from firstdose.report.tree import Block, Cell, Report, Span

_TABLES = "trace-"
_COMMON = ("Method", "Set and counts", "Left out", "Caveats", "Records")


def with_trace(report: Report) -> Report:
    """The report with its last section: one table per analysis, numbers of one origin in one row."""
    rows = printed_rows(report.blocks)
    if not rows:
        return report
    analyses = list(dict.fromkeys(row.analysis for row in rows))
    blocks: list[Block] = [
        Paragraph((Text(TRACE_NOTE),)),
        *(_table(place, name, rows) for place, name in enumerate(analyses)),
    ]
    return replace(report, blocks=(*report.blocks, Section("trace", TRACE, tuple(blocks))))


def printed_rows(blocks: tuple[Section, ...]) -> tuple[ResultRow, ...]:
    """Each row that some Number prints, once, in reading order."""
    found: dict[str, ResultRow] = {}
    for span in (span for block in walk(blocks) for span in _spans(block)):
        if isinstance(span, Number):
            found.setdefault(trace_id(span.row), span.row)
    return tuple(found.values())


def is_trace(table: Table) -> bool:
    return table.id.startswith(_TABLES)


def trace_id(row: ResultRow) -> str:
    return row.result or row.named().result


def _spans(block: Block) -> Iterator[Span]:
    match block:
        case Paragraph():
            yield from block.spans
        case Bullets():
            yield from (span for item in block.items for span in item)
        case Table():
            yield from (span for row in block.rows for cell in row for span in cell)
        case Figure(table=Table() as table):
            yield from _spans(table)


def _table(place: int, analysis: str, rows: Sequence[ResultRow]) -> Table:
    """One analysis; what all its numbers have in common is said once, under the table."""
    groups: dict[tuple[str, ...], list[ResultRow]] = {}
    for row in rows:
        if row.analysis == analysis:
            groups.setdefault((_what(row), *_origin_of(row)), []).append(row)
    origins = [key[1:] for key in groups]
    differing = [n for n in range(len(_COMMON)) if len({origin[n] for origin in origins}) > 1]
    shared = [
        f"{name}: {origins[0][n]}." for n, name in enumerate(_COMMON) if n not in differing and origins[0][n]
    ]
    columns = (Column("Of"), Column("Numbers"), *(Column(_COMMON[n]) for n in differing))
    lines = tuple(
        ((Text(key[0]),), _numbers(members), *((Text(key[n + 1]),) for n in differing))
        for key, members in groups.items()
    )
    return Table(f"{_TABLES}{place}", f"Analysis {analysis}", "", columns, lines, tuple(shared))


def _numbers(rows: Sequence[ResultRow]) -> Cell:
    spans: list[Span] = []
    for row in rows:
        spans += [Text(f"{'; ' if spans else ''}{row.statistic}\u00a0"), Origin(row)]
    return tuple(spans)


def _origin_of(row: ResultRow) -> tuple[str, ...]:
    parts = (_how(row), _whom(row), _left_out(row), (*row.caveats, row.reason), map(_source, row.sources))
    return tuple("; ".join(part for part in each if part) for each in parts)


def _what(row: ResultRow) -> str:
    group = " ".join(part for part in (row.group, row.level) if part)
    unit = row.measure_unit and f"in {row.measure_unit}"
    parts = (row.variable, row.visit, group, row.effect, row.quantity, unit)
    return ", ".join(part for part in parts if part) or row.analysis


def _how(row: ResultRow) -> tuple[str, ...]:
    kind = {True: "exact", False: "asymptotic", None: ""}[row.exact]
    return (row.method, row.variant, kind, row.estimand and f"estimand {row.estimand}", row.purpose)


def _whom(row: ResultRow) -> tuple[str, ...]:
    counts = (("participants", row.n_participants), ("lesions", row.n_lesions), ("events", row.n_events))
    told = (f"{count} {word}" for word, count in counts if count is not None)
    return (row.analysis_set, f"unit: {row.unit}", *told)


def _left_out(row: ResultRow) -> tuple[str, ...]:
    reasons: dict[str, list[str]] = {}
    for participant, reason in row.excluded:
        reasons.setdefault(reason, []).append(participant)
    gaps = tuple(f"of {participant} in part: {reason}" for participant, reason in row.incomplete)
    out = tuple(f"{', '.join(those)}: {reason}" for reason, those in reasons.items())
    return (*out, *gaps) or ("nobody",)


def _source(source: Source) -> str:
    parts = (
        source.activity + (f" ({', '.join(source.items)})" if source.items else ""),
        f"at {', '.join(source.visits)}" if source.visits else "",
        f"of {', '.join(source.participants)}" if source.participants else "",
    )
    return " ".join(part for part in parts if part)
