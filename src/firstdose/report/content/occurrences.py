"""Endpoints that ask whether or how often something happened: main and sensitivity analyses side by side (E3 12.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report.content.pieces import NONE, Material, caveats_of, interval, left_out, text
from firstdose.report.content.planned import MAIN, analyses_of, label_of, where_of
from firstdose.report.tree import Bullets, Column, Number, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.results import ResultRow
    from firstdose.protocol.model import Endpoint
    from firstdose.report.tree import Block, Cell

# The number that stands for each run of an analysis: of participants, of events over their denominator, of groups.
HEADS = ("count", "events", "estimate")


def occurrence_blocks(material: Material) -> Iterator[Block]:
    """One table for each endpoint of events."""
    for endpoint in material.basis.protocol.endpoints:
        if endpoint.kind == "any event":
            yield from _planned(material, endpoint)


def _planned(material: Material, endpoint: Endpoint) -> Iterator[Block]:
    heads = [row for name in analyses_of(material, endpoint) for row in _heads(material, name)]
    if not heads:
        return
    grouped = any(head.level for head in heads)
    columns = (
        Column("analysis"),
        Column("assumption in doubt"),
        *((Column("group"),) if grouped else ()),
        Column("method"),
        Column("estimated"),
        Column("counted", numeric=True),
        Column("estimate", numeric=True),
        Column("interval", numeric=True),
        Column("one-sided bound", numeric=True),
    )
    title = f"{endpoint.endpoint}: events as planned"
    rows = tuple(_row(material, head, grouped=grouped) for head in heads)
    notes = ("A bound is printed where no event was seen.", *left_out(heads))
    yield Table(f"t-planned-{endpoint.endpoint}", title, "participants", columns, rows, notes)
    caveats = caveats_of(heads)
    if caveats:
        yield Bullets(tuple((Text(caveat),) for caveat in caveats))


def _heads(material: Material, analysis: str) -> list[ResultRow]:
    rows = [row for row in material.numbers.of_analysis(analysis) if not row.effect]
    kinds = {row.statistic for row in rows}
    head = next((name for name in HEADS if name in kinds), "")
    return [row for row in rows if row.statistic == head]


def _row(material: Material, head: ResultRow, *, grouped: bool) -> tuple[Cell, ...]:
    numbers, where = material.numbers, where_of(head)
    doubts = {each.check: each.attacks for each in material.basis.protocol.sensitivity}
    low, high = (numbers.find(head.analysis, name, **where) for name in ("ci_low", "ci_high"))
    bound = numbers.find(head.analysis, "upper_one_sided", **where)
    return (
        text(head.analysis),
        text(doubts.get(head.analysis, MAIN)),
        *((text(head.level or "all"),) if grouped else ()),
        text(label_of(head)),
        text(head.measure_unit or head.quantity),
        _counted(material, head),
        numbers.cell(head.analysis, "estimate", **where),
        interval(low, high),
        (Number(bound),) if bound is not None and _is_none(material, head) else NONE,
    )


def _is_none(material: Material, head: ResultRow) -> bool:
    found = (material.numbers.find(head.analysis, name, **where_of(head)) for name in ("numerator", "events"))
    return any(row is not None and row.value == 0 for row in found)


def _counted(material: Material, head: ResultRow) -> Cell:
    """`1/5 (20.0%)` of participants, or events in what they are divided by."""
    if head.statistic == "count":
        return (Number(head),)
    events, of = (
        material.numbers.find(head.analysis, name, **where_of(head)) for name in ("events", "exposure")
    )
    return NONE if events is None or of is None else (Number(events), Text(" in "), Number(of))
