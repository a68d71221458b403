"""What was given: planned and given cells per lesion and per participant (ICH E3 12.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.report.tree import Section

if TYPE_CHECKING:
    from firstdose.report.content.pieces import Material


def exposure_section(material: Material) -> Section | None:
    """Section 12.1 of ICH E3; None where no dose is on record."""
    if not material.numbers.of_analysis("dose"):
        return None
    return Section("exposure", "Exposure", (), e3="12.1")
