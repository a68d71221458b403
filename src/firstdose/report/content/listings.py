"""Listings as files (ICH E3 16.2): every row, so that a long listing in the report may show its first rows only."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.deviations import derive_deviations
from firstdose.derived.events import EVENTS, derive_events

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from firstdose.analysis.basis import Basis
    from firstdose.values.issue import Issue


def export_listings(basis: Basis, issues: Iterable[Issue], out: Path) -> list[Path]:
    """Write deviations, Issues, gaps, adverse events and each table of the snapshot as CSV under `listings/`."""
    folder = out / "listings"
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "deviations": pl.DataFrame(
            [asdict(each) for each in derive_deviations(basis.protocol, basis.snapshot)]
        ),
        "issues": pl.DataFrame([issue.as_json() for issue in issues]),
        "gaps": basis.snapshot.gaps,
    }
    frames |= dict(basis.snapshot.tables)
    if basis.snapshot.table(EVENTS) is not None:
        frames[EVENTS] = derive_events(basis.protocol, basis.snapshot)
    written = []
    for name, frame in sorted(frames.items()):
        if frame.width:
            path = folder / f"{name}.csv"
            frame.write_csv(path)
            written.append(path)
    return written
