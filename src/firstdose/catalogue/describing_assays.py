"""Assays told in Markdown, one section each, for the reference page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue.describing import render_options, render_table
from firstdose.values.number import plain

if TYPE_CHECKING:
    from decimal import Decimal

    from firstdose.catalogue.assay import Assay, QualityRule


def render_assay(entry: Assay) -> str:
    """The section of an assay: what it takes and yields, its quality rules with limits and sources, its words."""
    parts = [
        f"## `{entry.name}`",
        f"{entry.label}. Goes to SDTM {entry.sdtm}. Understands {', '.join(f'`{name}`' for name in entry.takes)}.",
        _yields(entry),
        _rules(entry),
        render_options(entry.options),
        f"In the report: {entry.sentence}",
        f"Source: {entry.source}",
    ]
    return "\n\n".join(part.rstrip() for part in parts if part) + "\n"


def _yields(entry: Assay) -> str:
    rows = [(f"`{each.name}`", each.label, each.unit or "as the file says", each.of) for each in entry.yields]
    return render_table(("quantity", "what", "unit", "for each"), rows)


def _rules(entry: Assay) -> str:
    rows = [(f"`{rule.name}`", rule.label, _good(rule), rule.breach, rule.source) for rule in entry.rules]
    return render_table(("quality rule", "what", "good", "a breach", "source"), rows) if rows else ""


def _good(rule: QualityRule) -> str:
    """`80 to 120 %`, `at most 20 %`."""
    if rule.low is not None and rule.high is not None:
        return f"{_number(rule.low)} to {_number(rule.high)} {rule.unit}".rstrip()
    if rule.high is not None:
        return f"at most {_number(rule.high)} {rule.unit}".rstrip()
    return f"at least {_number(rule.low)} {rule.unit}".rstrip() if rule.low is not None else "always told"


def _number(limit: Decimal) -> str:
    return plain(limit)
