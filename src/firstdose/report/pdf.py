"""The report as PDF: one fixed template walks the tree; no markup is ever built from text."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from firstdose.report.figures.glyphs import font_folder
from firstdose.report.pdf_tree import plain_report

if TYPE_CHECKING:
    from datetime import datetime

    from firstdose.report.tree import Report


def render_pdf(report: Report, stamp: datetime) -> bytes:
    """The report with the appendix of traces; `stamp` is the only date in the file."""
    import typst

    page = typst.compile(
        files("firstdose.report").joinpath("template.typ").read_bytes(),
        format="pdf",
        sys_inputs={"report": json.dumps(plain_report(report), ensure_ascii=False)},
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[font_folder()]),
        ignore_system_fonts=True,
        # Accessible, and fit for the archive, at once.
        pdf_standards=["ua-1", "a-2a"],
        timestamp=stamp,
    )
    assert isinstance(page, bytes)
    return page
