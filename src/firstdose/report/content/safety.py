"""Safety: exposure, adverse events by three denominators, local reactions (ICH E3 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.analysis.events import TERMS
from firstdose.analysis.reactions import GRADES, WORST
from firstdose.derived.events import derive_events
from firstdose.instruments.adverse_events import due_dates
from firstdose.report.content.drawings import local_reaction_figures
from firstdose.report.content.occurrences import occurrence_blocks
from firstdose.report.content.pieces import Material, sentence, text
from firstdose.report.tree import Block, Column, Listing, Number, Section, Table
from firstdose.values.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.report.tree import Cell

SHOWN = 500
GRAVE = frozenset({"death", "life-threatening"})


def safety_section(material: Material) -> Section | None:
    """Section 12 of ICH E3; None where neither doses nor events are part of the protocol."""
    blocks = [
        Section("events", "Adverse events", tuple(_events(material)), e3="12.2"),
        Section("local", "Local tolerability", tuple(_local(material)), e3="12.2"),
    ]
    kept = tuple(block for block in blocks if block.blocks)
    return Section("safety", "Safety", kept, e3="12") if kept else None


def _events(material: Material) -> Iterator[Block]:
    yield from occurrence_blocks(material)
    numbers = material.numbers
    if not numbers.of_analysis("events.overall"):
        return
    levels = numbers.words("events.overall", "level")
    yield _counts(material, "overall", "Overview of adverse events", "kind of event", levels)
    for bound in numbers.of_analysis("events.overall"):
        if bound.statistic == "upper_one_sided" and bound.level == "":
            yield _bound_sentence(material, bound.variable)
    displays = {
        "soc": ("Adverse events by system organ class", "class"),
        "term": ("Adverse events by term", "term"),
        "grade": ("Adverse events by grade", "grade"),
        "severity": ("Adverse events by severity", "severity"),
        "relation": ("Adverse events by relation to the intervention", "relation"),
        "relation_procedure": ("Adverse events by relation to the procedure or needle", "relation"),
        "relation_biopsy": ("Adverse events by relation to the biopsy", "relation"),
        "relation_disease": ("Adverse events by relation to the disease", "relation"),
        "special_interest": ("Events of special interest", "kind"),
    }
    for display, (title, head) in displays.items():
        if numbers.of_analysis(f"events.{display}"):
            yield _counts(material, display, title, head, levels)
    yield from _worst_grades(material)
    yield from _clocks(material)
    yield from _listing(material)


def _local(material: Material) -> Iterator[Block]:
    """Grades of the change from before injection: per lesion and per participant, each of those observed."""
    numbers, word = material.numbers, material.basis.protocol.lesion_word
    visits = numbers.words("local", "visit")
    if not visits:
        return
    yield from local_reaction_figures(material)
    columns = [Column("visit")]
    columns += [
        Column(f"{grade}", over=f"{unit}s", numeric=True)
        for unit in (word, "participant")
        for grade in GRADES
    ]
    rows = tuple(
        (
            text(visit if visit != WORST else "worst of all"),
            *(
                numbers.cell("local", "count", variable=grade, visit=visit, unit=unit)
                for unit in ("lesion", "participant")
                for grade in GRADES
            ),
        )
        for visit in visits
    )
    notes = (
        f"Each {word} is graded against its own state before injection: a plaque is red and itches by itself.",
        f"{word.capitalize()}s and participants have separate denominators: those observed at the visit.",
    )
    yield Table(
        "t-local", "Local reactions by visit", f"{word}s and participants", tuple(columns), rows, notes
    )


def _bound_sentence(material: Material, kind: str) -> Block:
    where = {"variable": kind}
    count = material.numbers.find("events.overall", "participants", **where)
    bound = material.numbers.find("events.overall", "upper_one_sided", **where)
    return sentence(
        f"{kind.capitalize()}: ",
        count,
        "; rates above ",
        bound,
        " are excluded with one-sided 95 % confidence.",
    )


def _counts(material: Material, display: str, title: str, head: str, levels: list[str]) -> Table:
    """Participants, lesions and events side by side, each with its own denominator, per level."""
    numbers, word = material.numbers, f"{material.basis.protocol.lesion_word}s"
    analysis = f"events.{display}"
    names = [name for name in numbers.words(analysis, "variable") if name != TERMS]
    with_lesions = any(row.statistic == "lesions" for row in numbers.of_analysis(analysis))
    columns = [Column(head)]
    for level in levels:
        over = level or ("all" if len(levels) > 1 else "")
        columns.append(Column("participants", over=over, numeric=True))
        if with_lesions:
            columns.append(Column(word, over=over, numeric=True))
        columns.append(Column("events", over=over, numeric=True))
    rows = []
    for name in names:
        cells: list[Cell] = [text(name)]
        for level in levels:
            cells.append(numbers.cell(analysis, "participants", variable=name, level=level))
            if with_lesions:
                cells.append(numbers.cell(analysis, "lesions", variable=name, level=level, unit="lesion"))
            cells.append(numbers.cell(analysis, "events", variable=name, level=level, unit="event"))
        rows.append(tuple(cells))
    notes = ["A participant counts once in each line. Events are counted as recorded."]
    if with_lesions:
        notes.append(f"{word.capitalize()}: those named in a local event, of all on the lesion map.")
    return Table(
        f"t-events-{display}",
        title,
        "participants, lesions, events",
        tuple(columns),
        tuple(rows),
        tuple(notes),
    )


def _worst_grades(material: Material) -> Iterator[Block]:
    rows = [row for row in material.numbers.of_analysis("events.term_by_grade") if row.level == ""]
    if not rows:
        return
    body = tuple((*(text(part) for part in row.variable.split(" / ")), (Number(row),)) for row in rows)
    columns = (Column("class"), Column("term"), Column("worst grade"), Column("participants", numeric=True))
    yield Table("t-events-worst", "Terms by worst grade", "participants", columns, body, row_heads=2)


def _clocks(material: Material) -> Iterator[Block]:
    """Serious events with the day the sponsor knew, and until when each report is due."""
    events = derive_events(material.basis.protocol, material.basis.snapshot)
    if "sponsor_aware" not in events.columns:
        return
    rows = []
    for event in events.filter(pl.col("serious") & pl.col("sponsor_aware").is_not_null()).iter_rows(
        named=True
    ):
        aware = read_date(event["sponsor_aware"])
        grave = event["outcome"] == "fatal" or event.get("serious_criterion") in GRAVE
        due = due_dates(aware.first(), fatal=grave)
        follow_up = "–" if due.follow_up is None else due.follow_up.isoformat()
        words = (event["participant"], event["term"], aware.iso())
        rows.append((*words, f"{due.alarm:%Y-%m-%d %H:%M}", due.report.isoformat(), follow_up))
    if rows:
        heads = (
            "participant",
            "term",
            "sponsor aware",
            "24 h alarm",
            "7 or 15 day report due",
            "follow-up due",
        )
        note = (
            "For suspected unexpected reactions: 7 days where fatal or a threat to life (8 more to follow up), else 15.",
        )
        yield Listing(
            "l-clocks", "Serious events: reporting clocks", heads, tuple(rows), len(rows), footnotes=note
        )


def _listing(material: Material) -> Iterator[Block]:
    events = derive_events(material.basis.protocol, material.basis.snapshot)
    columns = {
        "participant": "participant",
        "term": "term as recorded",
        "soc": "class",
        "grade": "grade",
        "day": "first day",
        "last_day": "last day",
        "serious": "serious",
        "related_cells": "relation",
        "lesion": material.basis.protocol.lesion_word,
        "outcome": "outcome",
    }
    kept = [name for name in columns if name in events.columns and events[name].null_count() < events.height]
    shown = tuple(tuple(_word(value) for value in row) for row in events.select(kept).head(SHOWN).iter_rows())
    heads = tuple(columns[name] for name in kept)
    yield Listing(
        "l-events", "Every adverse event", heads, shown, events.height, "listings/adverse_events.csv"
    )


def _word(value: object) -> str:
    """A recorded value as it is listed: a missing one as a dash, a whole number without its point."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
