"""The laboratory: which runs were measured, with which verdict, what was repeated and why, and the pictures of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.catalogue import load
from firstdose.report.content.pieces import Material, plain_table, sentence
from firstdose.report.laboratory import WORDS, panel_figures
from firstdose.report.tree import Block, Listing, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.laboratory.activity import ActivityReading
    from firstdose.laboratory.measuring import MeasuredRun
    from firstdose.protocol.model_of_laboratory import PlannedAssay

SHOWN = 200
_MOST_RUNS = 6
_MOST_PICTURES = 6  # of one activity; `firstdose assay` shows all of any run
_COLUMNS = {
    "participant": "Participant",
    "visit": "Visit",
    "lesion": "Lesion",
    "item": "Item",
    "text": "On record",
    "verdict": "Verdict",
    "rules": "Rules broken",
    "sample": "Sample",
    "place": "Where",
    "file": "File",
}


def laboratory_section(material: Material) -> Section | None:
    """None where no activity was measured from instrument files."""
    sections = tuple(
        _activity(material, reading, number) for number, reading in enumerate(material.laboratory, start=1)
    )
    return Section("laboratory", "Laboratory", sections, e3="12.4") if sections else None


def _activity(material: Material, reading: ActivityReading, number: int) -> Section:
    planned = {row.activity: row for row in material.basis.protocol.laboratory}.get(reading.activity)
    blocks: list[Block] = []
    if planned is not None:
        blocks.append(sentence(_how(planned)))
    if reading.runs:
        blocks.append(_runs(reading, number))
    blocks += _values(material, reading, number)
    blocks += _pictures(reading, number)
    title = reading.activity.replace("_", " ")
    return Section(f"laboratory-{number}", title[:1].upper() + title[1:], tuple(blocks))


def _how(planned: PlannedAssay) -> str:
    entry = load("assays")[planned.assay]
    limits = "".join(
        f" {row.rule.replace('_', ' ')}: the protocol sets its own limits." for row in planned.limits
    )
    return f"{entry.sentence}{limits}"


def _runs(reading: ActivityReading, number: int) -> Block:
    """Every run; of many only those that are not plainly good, and without their facts."""
    runs = [run for run in reading.runs if run.origins]
    many = len(runs) > _MOST_RUNS
    shown = [run for run in runs if run.refused or run.run.verdict != "pass"] if many else runs
    if many and not shown:
        return sentence(f"{len(runs)} runs, all good.")
    rows = [(run.name, *_counted(run), _standing(run), *(() if many else (_facts(run),))) for run in shown]
    heads = ("Run", "Values", "Broken rules", "Verdict", *(() if many else ("What else it says",)))
    left = len(runs) - len(shown)
    notes = (f"{left} more runs are good.",) if left else ()
    return plain_table(f"laboratory-runs-{number}", "Runs", heads, rows, footnotes=notes)


def _counted(run: MeasuredRun) -> tuple[str, str]:
    found = [*run.run.findings, *(each for one in run.run.measured for each in one.findings)]
    return str(len(run.run.measured)), str(sum(each.verdict != "pass" for each in found))


def _standing(run: MeasuredRun) -> str:
    return "file refused" if run.refused else WORDS[run.run.verdict]


def _facts(run: MeasuredRun) -> str:
    return "; ".join(f"{label}: {words}" for label, words in run.run.facts)


def _values(material: Material, reading: ActivityReading, number: int) -> Iterator[Block]:
    """The values that are not plainly good: below or above quantification, missing, rejected, repeated."""
    frame = material.basis.snapshot.laboratory
    if frame is None:
        return
    own = frame.filter(pl.col("activity") == reading.activity)
    good = (pl.col("own_verdict") == "pass") & (pl.col("comparator") == "=") & pl.col("reported")
    rest = own.filter(~good)
    counts = f"{own.height} values, {own.height - rest.height} of them good and within quantification."
    yield sentence(counts)
    if rest.height:
        shown = rest.head(SHOWN).with_columns(
            pl.col("verdict").replace_strict(dict(WORDS)),
            rules=pl.when(pl.col("verdict") == "pass").then(pl.lit("")).otherwise(pl.col("rules")),
        )
        rows = tuple(tuple(map(str, row)) for row in shown.select(list(_COLUMNS)).iter_rows())
        heads = tuple(_COLUMNS.values())
        title = "Values outside quantification, missing, to be looked at, rejected or repeated"
        yield Listing(f"laboratory-values-{number}", title, heads, rows, total=rest.height)


def _pictures(reading: ActivityReading, number: int) -> Sequence[Block]:
    panels = [panel for run in reading.runs for panel in run.run.panels]
    shown = panel_figures(panels[:_MOST_PICTURES], f"laboratory-picture-{number}")
    left = len(panels) - len(shown)
    more = (
        [sentence(f"{left} more pictures can be drawn from the raw files by firstdose assay.")]
        if left
        else []
    )
    return [*shown, *more]
