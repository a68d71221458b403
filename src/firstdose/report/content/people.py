"""Who took part: flow, sets, attendance, deviations, baseline (ICH E3 10 and 11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.names import forms
from firstdose.report.content.pieces import Material, mean_sd, sentence, text
from firstdose.report.tree import Block, Column, Listing, Number, Section, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.results import ResultRow
    from firstdose.report.tree import Cell

SHOWN = 200


def people_section(material: Material) -> Section:
    """Section 10 of ICH E3 with the baseline of 11.2."""
    blocks: list[Block] = [
        Section("disposition", "Disposition", tuple(_disposition(material)), e3="10.1"),
        Section("deviations", "Protocol deviations", tuple(_deviations(material)), e3="10.2"),
        Section("baseline", "Demographics and baseline", tuple(_baseline(material)), e3="11.2"),
    ]
    return Section("participants", "Participants", tuple(blocks), e3="10")


def _disposition(material: Material) -> Iterator[Block]:
    from firstdose.report.content.drawings import flow_figure

    numbers, flow = material.numbers, material.basis.flow
    yield flow_figure(material)
    rows = tuple(
        (text(row.variable), (Number(row),))
        for row in numbers.of_analysis("flow")
        if row.statistic == "participants"
    )
    yield Table(
        "t-flow", "Participant flow", "participants", (Column("step"), Column("n/N", numeric=True)), rows
    )
    sets = tuple(
        (text(row.variable), text(_why(material, row)), (Number(row),)) for row in numbers.of_analysis("sets")
    )
    columns = (Column("analysis set"), Column("who"), Column("n/N", numeric=True))
    yield Table(
        "t-sets",
        "Analysis sets",
        "participants",
        columns,
        sets,
        footnotes=tuple(_outside(numbers.of_analysis("sets"))),
    )
    if flow.left:
        left = tuple(
            (each.participant, each.status, each.reason or "no reason on record") for each in flow.left
        )
        yield Listing(
            "l-left", "Participants who left early", ("participant", "status", "reason"), left, len(left)
        )
    yield from _attendance(material)


def _why(material: Material, row: ResultRow) -> str:
    sentences = {each.name: each.sentence for each in material.basis.protocol.analysis_sets}
    builtin = {"all": "everyone on record", "treated": "everyone with an administration on record"}
    return sentences.get(row.variable) or builtin.get(row.variable, "")


def _outside(rows: list[ResultRow]) -> Iterator[str]:
    for row in rows:
        names = [name for name, _ in row.excluded]
        if names:
            more = f" and {len(names) - 20} more" if len(names) > 20 else ""
            yield f"Not in the set '{row.variable}': {', '.join(names[:20])}{more}."


def _attendance(material: Material) -> Iterator[Block]:
    numbers = material.numbers
    visits = numbers.words("attendance", "visit")
    if not visits:
        return
    labels = {visit.visit: visit.label or visit.visit for visit in material.basis.protocol.visits}
    rows = tuple(
        (
            text(f"{name} ({labels[name]})" if labels[name] != name else name),
            numbers.cell("attendance", "participants", variable="done", visit=name),
            numbers.cell("attendance", "participants", variable="missed", visit=name),
        )
        for name in visits
    )
    columns = (Column("visit"), Column("done", numeric=True), Column("missed", numeric=True))
    yield Table("t-attendance", "Visits", "participants", columns, rows)


def _deviations(material: Material) -> Iterator[Block]:
    numbers = material.numbers
    kinds = numbers.words("deviations", "variable")
    if not kinds:
        yield sentence(
            "The records show no deviation from windows, order, eligibility or number of administrations."
        )
        return
    rows = tuple(
        (
            text(kind),
            numbers.cell("deviations", "participants", variable=kind),
            numbers.cell("deviations", "events", variable=kind, unit="event"),
        )
        for kind in kinds
    )
    columns = (Column("kind"), Column("participants", numeric=True), Column("deviations", numeric=True))
    yield Table("t-deviations", "Deviations by kind", "participants and deviations", columns, rows)
    found = material.basis.deviations
    shown = tuple(
        (each.participant, each.kind, each.visit, each.lesion, each.sentence) for each in found[:SHOWN]
    )
    heads = ("participant", "kind", "visit", material.basis.protocol.lesion_word, "what happened")
    yield Listing("l-deviations", "Every deviation", heads, shown, len(found), "listings/deviations.csv")


def _baseline(material: Material) -> Iterator[Block]:
    numbers = material.numbers
    for activity, label in _fact_forms(material):
        rows = tuple(_fact_rows(material, activity))
        columns = (
            Column("characteristic"),
            Column("n", numeric=True),
            Column("mean (SD)", numeric=True),
            Column("SD, divisor n", numeric=True),
            Column("median", numeric=True),
            Column("range", numeric=True),
        )
        counts = tuple(_count_rows(material, activity))
        if rows:
            note = (
                "SD has divisor n - 1; the column beside it has divisor n. Median and range of recorded values.",
            )
            yield Table(f"t-{activity}", label, "participants", columns, rows, footnotes=note)
        if counts:
            heads = (Column("characteristic"), Column("value"), Column("n/N", numeric=True))
            yield Table(f"t-{activity}-codes", f"{label}: shares", "participants", heads, counts, row_heads=2)
    if not numbers.of_analysis("facts"):
        yield sentence("No baseline form is kept once per participant.")


def _fact_forms(material: Material) -> list[tuple[str, str]]:
    variables = material.numbers.words("facts", "variable")
    names = dict.fromkeys(variable.partition(".")[0] for variable in variables)
    known = forms(material.basis.protocol)
    return [(name, known[name].label) for name in names]


def _fact_rows(material: Material, activity: str) -> Iterator[tuple[Cell, ...]]:
    numbers = material.numbers
    for item in forms(material.basis.protocol)[activity].items:
        variable = f"{activity}.{item.name}"
        if numbers.find("facts", "median", variable=variable) is None:
            continue
        low = numbers.find("facts", "min", variable=variable)
        high = numbers.find("facts", "max", variable=variable)
        unit = f", {item.unit}" if item.unit else ""
        yield (
            text(f"{item.label}{unit}"),
            numbers.cell("facts", "n", variable=variable),
            mean_sd(numbers, "facts", variable=variable),
            numbers.cell("facts", "sd_population", variable=variable),
            numbers.cell("facts", "median", variable=variable),
            (Number(low), Text(" to "), Number(high)) if low and high else text("–"),
        )


def _count_rows(material: Material, activity: str) -> Iterator[tuple[Cell, ...]]:
    numbers = material.numbers
    for item in forms(material.basis.protocol)[activity].items:
        variable = f"{activity}.{item.name}"
        meanings = dict(item.codes)
        hidden = {"no"} if item.kind == "truth" else set()
        for level in numbers.words("facts", "level", variable=variable, statistic="count"):
            word = meanings.get(level) or level
            if level in hidden:
                continue
            yield (
                text(item.label),
                text(word),
                numbers.cell("facts", "count", variable=variable, level=level),
            )
