"""A report as page and PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from firstdose.cli.printing import make_folder, progress

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.records.snapshot import Snapshot
    from firstdose.report.tree import Report


def write_report(tree: Report, snapshot: Snapshot | None, out: Path, name: str, *, pdf: bool = True) -> None:
    """The tree as HTML and PDF, stamped with the last date on record, if any: the clock never enters a file."""
    from firstdose.derived.timing import derive_data_cut
    from firstdose.report.html import render_html
    from firstdose.report.pdf import render_pdf

    make_folder(out)
    page = out / f"{name}.html"
    page.write_text(render_html(tree), encoding="utf-8")
    typer.echo(page)
    if pdf:
        cut = derive_data_cut(snapshot) if snapshot else None
        stamp = (
            datetime(cut.year, cut.month, cut.day, tzinfo=UTC) if cut else datetime(2000, 1, 1, tzinfo=UTC)
        )
        with progress("setting the PDF"):
            content = render_pdf(tree, stamp)
        (out / f"{name}.pdf").write_bytes(content)
        typer.echo(out / f"{name}.pdf")
