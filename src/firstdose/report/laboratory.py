"""Laboratory runs as blocks: what each run yields, the rules it met or broke, and its pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.report import figures
from firstdose.report.tree import Column, Figure, Paragraph, Report, Section, Table, Text
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.catalogue import Assay, Finding, Measured, Panel, Run, Verdict
    from firstdose.laboratory.measuring import MeasuredRun
    from firstdose.report.tree import Block

MOST_ROWS = 400
_SIGNIFICANT = 5
WORDS: dict[Verdict, str] = {"pass": "good", "flag": "to be looked at", "reject": "rejected"}


def build_assay_report(assay: Assay, measured: MeasuredRun, *, drawn: bool = True) -> Report:
    """One run outside a study: the files, the values, the verdicts, the pictures."""
    sections = (
        Section("files", "The files", (_files(measured), *_facts(measured.run))),
        Section("values", "What they yield", (values_table(measured.run, "values-table"),)),
        Section("verdicts", "Quality", verdict_blocks(measured.run, "verdict")),
        Section("pictures", "Pictures", tuple(panel_figures(measured.run.panels, "panel")) if drawn else ()),
    )
    return Report(
        title="Assay",
        trial=measured.name,
        snapshot="",
        protocol="",
        software=f"firstdose {__version__}",
        facts=(
            ("Assay", f"{assay.label} ({assay.name}, version {assay.version})"),
            ("Source", assay.source),
            ("Verdict on the run", WORDS[measured.run.verdict]),
            ("Verdicts on its values", _verdicts(measured.run)),
        ),
        blocks=tuple(section for section in sections if section.blocks),
    )


def _verdicts(run: Run) -> str:
    """`9 good, 3 rejected`."""
    verdicts = [each.verdict for each in run.measured]
    return (
        ", ".join(f"{verdicts.count(word)} {WORDS[word]}" for word in WORDS if word in verdicts) or "no value"
    )


def _files(measured: MeasuredRun) -> Table:
    rows = tuple(
        (
            (Text(name),),
            (Text(origin.reader),),
            (Text(origin.instrument),),
            (Text(origin.software),),
            (Text(origin.run_date),),
            (Text(origin.sha256[:16]),),
        )
        for name, origin in measured.origins.items()
    )
    heads = ("File", "Format and reader's version", "Instrument", "Software", "Run", "SHA-256 begins")
    return Table("files-table", "Files of the run", "", tuple(map(Column, heads)), rows)


def _facts(run: Run) -> list[Block]:
    return [Paragraph((Text(f"{label}: {text}."),)) for label, text in run.facts]


def values_table(run: Run, name: str) -> Table:
    """Every value of the run, one a row."""
    shown = run.measured[:MOST_ROWS]
    heads = ("Sample", "Analyte", "Quantity", "Value", "Unit", "Spread", "n", "Where", "Verdict")
    columns = tuple(Column(head, numeric=head in {"Value", "Spread", "n"}) for head in heads)
    left = len(run.measured) - len(shown)
    notes = (f"{left} more values stand in the files.",) if left else ()
    rows = tuple(tuple((Text(cell),) for cell in _row(each)) for each in shown)
    return Table(name, "Values", "values", columns, rows, notes, row_heads=1)


def _row(each: Measured) -> tuple[str, ...]:
    return (
        each.sample,
        each.analyte,
        each.quantity.replace("_", " "),
        value_text(each),
        each.unit,
        "" if math.isnan(each.spread) else short(each.spread),
        str(each.replicates),
        each.place,
        WORDS[each.verdict],
    )


def value_text(each: Measured) -> str:
    """`<0.5`, `12.34`, or why it is missing."""
    if not each.comparator:
        return f"missing: {each.reason}"
    return f"{'' if each.comparator == '=' else each.comparator}{short(each.value)}"


def short(value: float) -> str:
    """Five significant digits for the eye; numbers of record are rounded by the protocol."""
    return printed(value, 0) if value != value or abs(value) == float("inf") else f"{value:.{_SIGNIFICANT}g}"  # noqa: PLR0124


def verdict_blocks(run: Run, name: str) -> tuple[Block, ...]:
    """The rules of the run and of its values: broken ones one by one, met ones counted."""
    found = [*run.findings, *(finding for each in run.measured for finding in each.findings)]
    if not found:
        return (Paragraph((Text("No quality rule applies to what these files hold."),)),)
    blocks: list[Block] = [_counts(found, f"{name}-counts")]
    broken = list(dict.fromkeys(finding for finding in found if finding.verdict != "pass"))
    if broken:
        blocks.append(_broken(broken, f"{name}-broken"))
    return tuple(blocks)


def _counts(found: Sequence[Finding], name: str) -> Table:
    rules = dict.fromkeys(finding.rule for finding in found)
    rows = []
    for rule in rules:
        own = [finding.verdict for finding in found if finding.rule == rule]
        cells = (rule.replace("_", " "), *(str(own.count(word)) for word in ("pass", "flag", "reject")))
        rows.append(tuple((Text(cell),) for cell in cells))
    heads = ("Rule", *(WORDS[word].capitalize() for word in ("pass", "flag", "reject")))
    columns = tuple(Column(head, numeric=head != "Rule") for head in heads)
    return Table(name, "Quality rules", "values or runs held to the rule", columns, tuple(rows))


def _broken(broken: Sequence[Finding], name: str) -> Table:
    rows = tuple(
        tuple(
            (Text(cell),)
            for cell in (each.rule.replace("_", " "), each.place, each.message, WORDS[each.verdict])
        )
        for each in broken[:MOST_ROWS]
    )
    heads = ("Rule", "Where", "What was found", "Verdict")
    return Table(name, "Broken rules", "", tuple(map(Column, heads)), rows)


def panel_figures(panels: Sequence[Panel], name: str) -> list[Figure]:
    """The pictures that the assay gives."""
    return [
        Figure(f"{name}-{number}", panel.title, panel.alt, figures.draw_panel(panel))
        for number, panel in enumerate(panels, start=1)
    ]
