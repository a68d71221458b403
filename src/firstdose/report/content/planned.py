"""Analyses as planned: the main result, its lines, and the sensitivity analyses beside it (E3 11.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.names import measures
from firstdose.report.content.drawings import change_figure
from firstdose.report.content.lines import effect_blocks
from firstdose.report.content.pieces import NONE, Material, caveats_of, interval, left_out, text
from firstdose.report.tree import Block, Bullets, Column, Number, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.analysis.results import ResultRow
    from firstdose.protocol.model import Endpoint
    from firstdose.report.tree import Cell

MAIN = "main analysis"
DZ = "mean change divided by the standard deviation of the changes"


def analyses_of(material: Material, endpoint: Endpoint) -> list[str]:
    """The main analysis and its sensitivity analyses by name."""
    checks = [
        each.check for each in material.basis.protocol.sensitivity if each.endpoint == endpoint.endpoint
    ]
    return [endpoint.endpoint, *checks]


def planned_blocks(material: Material, endpoint: Endpoint) -> list[Block]:
    """Main and sensitivity analyses side by side, every line of each, what has to be known, and nothing else."""
    names = analyses_of(material, endpoint)
    heads = [row for name in names for row in _heads(material, name)]
    if not heads:
        return []
    caveats = caveats_of(heads)
    listed = (Bullets(tuple((Text(caveat),) for caveat in caveats)),) if caveats else ()
    return [
        _side_by_side(material, endpoint, heads),
        *effect_blocks(material, endpoint, names),
        *_sizes(material, endpoint),
        *change_figure(material, endpoint, names),
        *listed,
    ]


def _heads(material: Material, analysis: str) -> list[ResultRow]:
    """The row of n of each run of an analysis."""
    rows = material.numbers.of_analysis(analysis)
    return [row for row in rows if row.statistic == "n" and not row.effect and ": " not in row.variable]


def _side_by_side(material: Material, endpoint: Endpoint, heads: Sequence[ResultRow]) -> Table:
    several = len({place_of(head) for head in heads}) > 1
    checked = any(head.purpose == "sensitivity" for head in heads)
    columns = (
        Column("analysis"),
        *((Column("assumption in doubt"),) if checked else ()),
        *((Column("variable, visit"),) if several else ()),
        Column("method"),
        Column("estimated"),
        Column("n", numeric=True),
        Column("estimate", numeric=True),
        Column("interval", numeric=True),
        Column("p", numeric=True),
    )
    return Table(
        f"t-tests-{endpoint.endpoint}",
        "Planned analysis and sensitivity analyses" if checked else "Planned analysis",
        "participants",
        columns,
        tuple(_row(material, head, checked=checked, several=several) for head in heads),
        footnotes=(
            *_direction(material, endpoint, heads),
            *_against(material, endpoint),
            *left_out(heads),
        ),
    )


def where_of(row: ResultRow) -> dict[str, str]:
    """The words that tell one run of an analysis from another."""
    return {"variable": row.variable, "visit": row.visit, "level": row.level}


def _row(material: Material, head: ResultRow, *, checked: bool, several: bool) -> tuple[Cell, ...]:
    numbers, where = material.numbers, where_of(head)
    method = load("methods")[head.method]
    doubts = {each.check: each.attacks for each in material.basis.protocol.sensitivity}
    low, high = (numbers.find(head.analysis, name, **where) for name in ("ci_low", "ci_high"))
    return (
        text(head.analysis),
        *((text(doubts.get(head.analysis, MAIN)),) if checked else ()),
        *((text(place_of(head)),) if several else ()),
        text(label_of(head)),
        text(_estimated(material, head)),
        _counted(material, head),
        numbers.cell(head.analysis, "estimate", **where),
        interval(low, high),
        numbers.cell(head.analysis, "p", **where) if method.tests else NONE,
    )


def place_of(row: ResultRow) -> str:
    """Variable, visit and group."""
    return ", ".join(word for word in (row.variable, row.visit, row.level) if word)


def label_of(row: ResultRow) -> str:
    """The method with its variant."""
    label = load("methods")[row.method].label
    return f"{label}{f' ({row.variant})' if row.variant else ''}{'; exact' if row.exact else ''}"


def _counted(material: Material, head: ResultRow) -> Cell:
    """n, and of how many there is every value; lesions where they are the rows."""
    where = where_of(head)
    complete, units = (material.numbers.find(head.analysis, name, **where) for name in ("n_complete", "n_units"))  # fmt: skip
    cell: Cell = (Number(head),)
    if complete is not None and head.incomplete:
        cell = (*cell, Text(" ("), Number(complete), Text(" complete)"))
    if units is not None:
        cell = (*cell, Text(f"; {material.basis.protocol.lesion_word}s: "), Number(units))
    return cell


def _estimated(material: Material, head: ResultRow) -> str:
    """What the number is: not every method estimates a difference. A planned comparison by its words."""
    own = material.basis.protocol.analyses
    planned = {each.contrast: each.compares for analysis in own for each in analysis.contrasts}
    name = head.quantity
    return f"{name}: {planned[name]}" if name in planned else name or "–"


def _direction(material: Material, endpoint: Endpoint, heads: Sequence[ResultRow]) -> tuple[str, ...]:
    analysis = material.basis.protocol.analysis(endpoint.endpoint)
    if analysis is None or not any(load("methods")[row.method].tests for row in heads):
        return ()
    return (
        f"Tests are {analysis.direction}, as the protocol declares. An interval has the level declared there.",
    )


def _against(material: Material, endpoint: Endpoint) -> tuple[str, ...]:
    """The second measure of an association."""
    analysis = material.basis.protocol.analysis(endpoint.endpoint)
    found = measures(material.basis.protocol, analysis.against) if analysis and analysis.against else ()
    return tuple(f"Held against {each.label} at the same visits." for each in found)


def _sizes(material: Material, endpoint: Endpoint) -> Iterator[Block]:
    """The effect size of the main analysis by its name, with what it is divided by and its interval."""
    rows = [
        row
        for row in material.numbers.of_analysis(endpoint.endpoint)
        if row.statistic == "dz" and row.value is not None and not row.effect
    ]
    if not rows:
        return
    columns = (
        Column("variable, visit"),
        Column("effect size"),
        Column("what it is"),
        Column("value", numeric=True),
        Column("interval", numeric=True),
    )
    body = tuple(_size(material, row) for row in rows)
    yield Table(f"t-sizes-{endpoint.endpoint}", "Standardised change", "participants", columns, body)


def _size(material: Material, row: ResultRow) -> tuple[Cell, ...]:
    where = where_of(row)
    low, high = (material.numbers.find(row.analysis, name, **where) for name in ("dz_low", "dz_high"))
    return (text(place_of(row)), text("dz"), text(DZ), (Number(row),), interval(low, high))
