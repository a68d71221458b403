"""The report, built once from protocol, results and records, in the order of ICH E3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report.content.activity import activity_section
from firstdose.report.content.exposure import exposure_section
from firstdose.report.content.front import (
    assumptions_section,
    contents_note,
    plan_section,
    synopsis_section,
)
from firstdose.report.content.laboratory import laboratory_section
from firstdose.report.content.people import people_section
from firstdose.report.content.pieces import Material, Numbers
from firstdose.report.content.safety import safety_section
from firstdose.report.content.scrutiny import (
    consistency_section,
    feasibility_section,
    records_section,
    sources_section,
)
from firstdose.report.tree import Report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.results import Results
    from firstdose.laboratory.activity import ActivityReading
    from firstdose.values.issue import Issue


def build_report(
    basis: Basis, results: Results, issues: Iterable[Issue], laboratory: tuple[ActivityReading, ...] = ()
) -> Report:
    """The tree that every renderer draws."""
    material = Material(basis, Numbers.of(results), tuple(sorted(issues)), laboratory)
    sections = (
        synopsis_section(material),
        assumptions_section(material),
        plan_section(material),
        feasibility_section(material),
        people_section(material),
        exposure_section(material),
        activity_section(material),
        laboratory_section(material),
        safety_section(material),
        consistency_section(material),
        records_section(material),
        sources_section(material),
    )
    trial = basis.protocol.trial
    return Report(
        title=trial.title,
        trial=trial.id,
        snapshot=results.snapshot,
        protocol=results.protocol,
        software=results.software,
        invented=results.invented,
        facts=contents_note(material),
        blocks=tuple(section for section in sections if section is not None and section.blocks),
    )
