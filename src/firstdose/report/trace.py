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

_COLUMNS = tuple(
    Column(title)
    for title in ("Numbers", "Of", "Method", "Set and counts", "Left out", "Caveats", "Records")
)


def with_trace(report: Report) -> Report:
    """The report with its last section: one table per analysis, numbers of one origin in one row."""
    rows = printed_rows(report.blocks)
    if not rows:
        return report
    analyses = list(dict.fromkeys(row.analysis for row in rows))
    tables = tuple(_table(place, name, rows) for place, name in enumerate(analyses, start=1))
    note = Paragraph((Text(TRACE_NOTE),))
    return replace(report, blocks=(*report.blocks, Section("trace", TRACE, (note, *tables))))


def printed_rows(blocks: tuple[Section, ...]) -> tuple[ResultRow, ...]:
    """Each row that some Number prints, once, in reading order."""
    found: dict[str, ResultRow] = {}
    for span in (span for block in walk(blocks) for span in _spans(block)):
        if isinstance(span, Number):
            found.setdefault(trace_id(span.row), span.row)
    return tuple(found.values())


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
    groups: dict[tuple[Cell, ...], list[ResultRow]] = {}
    for row in rows:
        if row.analysis == analysis:
            groups.setdefault(_origin_of(row), []).append(row)
    lines = tuple((_numbers(members), *cells) for cells, members in groups.items())
    return Table(f"trace-{place}", analysis, "", _COLUMNS, lines)


def _numbers(rows: Sequence[ResultRow]) -> Cell:
    spans: list[Span] = []
    for row in rows:
        spans += [Text("\n")] if spans else []
        spans += [Text(f"{row.statistic} "), Origin(row), Text(f" {trace_id(row)}")]
    return tuple(spans)


def _origin_of(row: ResultRow) -> tuple[Cell, ...]:
    """All that the numbers of one row of the appendix have in common."""
    return tuple(
        (Text("\n".join(part for part in parts if part)),)
        for parts in (_what(row), _how(row), _whom(row), _left_out(row), _caveats(row), _records(row))
    )


def _what(row: ResultRow) -> tuple[str, ...]:
    group = " ".join(part for part in (row.group, row.level) if part)
    return (row.variable, row.visit, group, row.measure_unit and f"in {row.measure_unit}", row.purpose)


def _how(row: ResultRow) -> tuple[str, ...]:
    kind = {True: "exact", False: "asymptotic", None: ""}[row.exact]
    return (row.method, row.variant, kind, row.estimand and f"estimand {row.estimand}")


def _whom(row: ResultRow) -> tuple[str, ...]:
    counts = (("participants", row.n_participants), ("lesions", row.n_lesions), ("events", row.n_events))
    told = (f"{count} {word}" for word, count in counts if count is not None)
    return (row.analysis_set, f"unit: {row.unit}", *told)


def _left_out(row: ResultRow) -> tuple[str, ...]:
    reasons: dict[str, list[str]] = {}
    for participant, reason in row.excluded:
        reasons.setdefault(reason, []).append(participant)
    return tuple(f"{', '.join(those)}: {reason}" for reason, those in reasons.items()) or ("nobody",)


def _caveats(row: ResultRow) -> tuple[str, ...]:
    return (*row.caveats, row.reason)


def _records(row: ResultRow) -> tuple[str, ...]:
    return tuple(map(_source, row.sources))


def _source(source: Source) -> str:
    parts = (
        source.activity + (f" ({', '.join(source.items)})" if source.items else ""),
        f"at {', '.join(source.visits)}" if source.visits else "",
        f"of {', '.join(source.participants)}" if source.participants else "",
    )
    return " ".join(part for part in parts if part)
