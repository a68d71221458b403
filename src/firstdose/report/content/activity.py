"""Activity: each measured thing by visit, drawn, tested as planned with its sensitivity analyses beside it (E3 11.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.analysis.summaries import first_visit, is_ordinal
from firstdose.catalogue import load
from firstdose.derived.events import EVENTS
from firstdose.protocol.names import forms, measures
from firstdose.report.content.drawings import trajectory_figures
from firstdose.report.content.pieces import (
    Material,
    caveats_of,
    interval,
    mean_sd,
    plain_table,
    sentence,
    text,
)
from firstdose.report.content.planned import analyses_of, planned_blocks
from firstdose.report.tree import Block, Column, Number, Section, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.results import ResultRow
    from firstdose.protocol.model import Endpoint, Family
    from firstdose.protocol.names import Variable
    from firstdose.report.tree import Cell

CAUTION = (
    "There is no control group: a change from baseline holds the natural course of the disease, regression to the "
    "mean and everything else that happened, beside whatever the intervention did."
)


def activity_section(material: Material) -> Section | None:
    """All endpoints but the occurrence of events, each with its own subsection; None where there is no other."""
    protocol = material.basis.protocol
    seen: set[str] = set()
    measured = [_endpoint(material, each, seen) for each in protocol.endpoints if each.kind != "any event"]
    if not measured:
        return None
    compared = any(analysis.by for analysis in protocol.analyses)
    caution = () if compared else (sentence(CAUTION, kind="caution"),)
    blocks = (*caution, *measured, *_families(material))
    return Section("activity", "Activity and measurements", blocks, e3="11.4")


def _endpoint(material: Material, endpoint: Endpoint, seen: set[str]) -> Section:
    title = f"{endpoint.endpoint}: {_title(material, endpoint)}"
    blocks: list[Block] = [_plan_sentence(material, endpoint)]
    for variable in measures(material.basis.protocol, endpoint.measure):
        if variable.name not in seen:
            seen.add(variable.name)
            blocks += _by_visit(material, variable)
    blocks += planned_blocks(material, endpoint)
    blocks += _shares(material, endpoint)
    return Section(f"endpoint-{endpoint.endpoint}", title, tuple(blocks), e3="11.4.1")


def _title(material: Material, endpoint: Endpoint) -> str:
    found = measures(material.basis.protocol, endpoint.measure)
    if len(found) == 1:
        return found[0].label
    form = forms(material.basis.protocol).get(endpoint.measure)
    return form.label if form else endpoint.measure


def _plan_sentence(material: Material, endpoint: Endpoint) -> Block:
    from firstdose.protocol.telling import tell_part

    words = tell_part(material.basis.protocol, "endpoints", endpoint.endpoint)
    return sentence(words)


def _by_visit(material: Material, variable: Variable) -> list[Block]:
    numbers, visits = (
        material.numbers,
        material.numbers.words("by_visit.value", "visit", variable=variable.name),
    )
    if not visits:
        return []
    blocks: list[Block] = []
    for unit in numbers.words("by_visit.value", "unit", variable=variable.name):
        word = material.basis.protocol.lesion_word if unit == "lesion" else "participant"
        rows = tuple(_visit_row(material, variable, visit, unit) for visit in visits)
        reference = first_visit(material.basis, variable.activity)
        columns = (
            Column("visit"),
            Column("n", numeric=True),
            Column("mean (SD)", over="value", numeric=True),
            Column("median", over="value", numeric=True),
            Column("range", over="value", numeric=True),
            Column("n", over=f"change from {reference}", numeric=True),
            Column("mean (SD)", over=f"change from {reference}", numeric=True),
        )
        title = f"{variable.label} by visit, per {word}" + (f" ({variable.unit})" if variable.unit else "")
        note = _visit_notes(material, variable, unit, word)
        blocks.append(
            Table(f"t-{variable.name}-{unit}".replace(".", "-"), title, f"{word}s", columns, rows, note)
        )
    return [*trajectory_figures(material, variable), *blocks]


def _visit_notes(material: Material, variable: Variable, unit: str, word: str) -> tuple[str, ...]:
    ordinal = is_ordinal(material.basis, variable)
    middle = "median" if ordinal else "mean"
    notes = ["Grades are not averaged." if ordinal else "SD has divisor n - 1.", "NC: not calculable."]
    if variable.per == "lesion" and unit == "participant":
        notes.append(f"A participant's value is the {middle} of the participant's {word_plural(material)}.")
    if unit == "lesion":
        notes.append(
            f"{word.capitalize()}s of one participant are not independent; this table tests nothing."
        )
    rows = [row for row in material.numbers.of_analysis("by_visit.value") if row.variable == variable.name]
    if variable.lloq is not None:
        notes.append(
            f"Below quantification (<{variable.lloq} {variable.unit}) is shown as such and enters no mean."
        )
    return (*notes, *caveats_of(row for row in rows if row.unit == unit)[:1])


def word_plural(material: Material) -> str:
    """The trial's word for lesions."""
    return f"{material.basis.protocol.lesion_word}s"


def _visit_row(material: Material, variable: Variable, visit: str, unit: str) -> tuple[Cell, ...]:
    numbers = material.numbers
    where = {"variable": variable.name, "visit": visit, "unit": unit}
    low, high = (numbers.find("by_visit.value", name, **where) for name in ("min", "max"))
    return (
        text(visit),
        numbers.cell("by_visit.value", "n", **where),
        mean_sd(numbers, "by_visit.value", **where),
        numbers.cell("by_visit.value", "median", **where),
        (Number(low), Text(" to "), Number(high)) if low and high else text("–"),
        numbers.cell("by_visit.change", "n", **where),
        mean_sd(numbers, "by_visit.change", **where),
    )


def _shares(material: Material, endpoint: Endpoint) -> list[Block]:
    """Responders and other shares: observed cases beside non-responder imputation."""
    rows = [
        _share_row(material, rule, row)
        for name in analyses_of(material, endpoint)
        for rule in (name, f"{name}.nonresponder")
        for row in material.numbers.of_analysis(rule)
        if row.statistic == "count" and not row.effect and endpoint.measure != EVENTS
    ]
    if not rows:
        return []
    columns = (
        Column("analysis"),
        Column("response"),
        Column("visit"),
        Column("group"),
        Column("handling of missing"),
        Column("n/N (%)", numeric=True),
        Column("interval", numeric=True),
    )
    note = (
        "Observed cases leave participants without a value out; imputation counts them as not responding.",
    )
    return [Table(f"t-shares-{endpoint.endpoint}", "Shares", "participants", columns, tuple(rows), note)]


def _share_row(material: Material, analysis: str, row: ResultRow) -> tuple[Cell, ...]:
    where = {"variable": row.variable, "visit": row.visit, "level": row.level}
    low, high = (material.numbers.find(analysis, name, **where) for name in ("ci_low", "ci_high"))
    label = row.variable.partition(": ")[2] or row.variable
    return (
        text(analysis.partition(".")[0]),
        text(label),
        text(row.visit or "–"),
        text(row.level or "all"),
        text(row.variant),
        (Number(row),),
        interval(low, high),
    )


def _why_unjudged(family: Family) -> str:
    return "no adjustment is planned" if family.method == "none" else "not judged: a member has no p"


def _how_judged(family: Family) -> tuple[str, ...]:
    procedure = load("methods.multiplicity").get(family.method.replace(" ", "_"))
    said = (procedure.sentence,) if procedure else ()
    if not family.after:
        return said
    before = " and ".join(family.after)
    return (*said, f"Its hypotheses fall only where all of {before} have fallen; the adjusted p says so.")


def _families(material: Material) -> Iterator[Block]:
    numbers = material.numbers
    for family in material.basis.protocol.families:
        rows = [
            row for row in numbers.of_analysis(f"family.{family.family}") if row.statistic == "p_adjusted"
        ]
        if not rows:
            yield plain_table(
                f"t-family-{family.family}",
                f"Family {family.family}: {family.method}",
                ("members", "state"),
                [(" ".join(family.members), _why_unjudged(family))],
            )
            continue
        body = tuple((text(row.variable), text(row.visit), (Number(row),)) for row in rows)
        columns = (Column("test"), Column("visit"), Column("adjusted p", numeric=True))
        title = f"Family {family.family}: p adjusted by {family.method}, level {family.alpha}"
        yield Table(f"t-family-{family.family}", title, "participants", columns, body, _how_judged(family))
