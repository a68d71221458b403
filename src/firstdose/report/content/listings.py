"""Listings as files (ICH E3 16.2): every row, so that a long listing in the report may show its first rows only."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.events import EVENTS, derive_events

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from firstdose.analysis.basis import Basis
    from firstdose.values.issue import Issue
    from firstdose.values.quantity import Quantity


def export_listings(basis: Basis, issues: Iterable[Issue], out: Path) -> list[Path]:
    """Write deviations, Issues, gaps, adverse events and each table of the snapshot as CSV under `listings/`."""
    folder = out / "listings"
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "deviations": pl.DataFrame([asdict(each) for each in basis.deviations]),
        "issues": pl.DataFrame([issue.as_json() for issue in issues]),
        "gaps": basis.snapshot.gaps,
    }
    frames |= {name: frame for name, frame in basis.snapshot.tables.items() if frame.height}
    frames["doses"] = _doses(basis)
    if basis.snapshot.table(EVENTS) is not None:
        frames[EVENTS] = derive_events(basis.protocol, basis.snapshot)
    written = []
    for name, frame in sorted(frames.items()):
        if frame.width:
            path = folder / f"{name}.csv"
            frame.write_csv(path)
            written.append(path)
    return written


def _doses(basis: Basis) -> pl.DataFrame:
    """Each lesion with cells planned and given, as plain numbers of cells."""
    rows = [
        {
            "participant": dose.participant,
            "lesion": dose.lesion,
            "visit": dose.visit,
            "dose_level": dose.level,
            "planned_cells": _cells(dose.plan.cells if dose.plan else None),
            "given_cells": _cells(dose.given.cells if dose.given else None),
        }
        for dose in basis.doses
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _cells(quantity: Quantity | None) -> float | None:
    return None if quantity is None else float(quantity.to("cells").value)
