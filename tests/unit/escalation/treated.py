"""The seed's protocol with a watch to day 28, and snapshots of treated participants written for a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.protocol.model import Sentinel
from firstdose.records.freezing import freeze
from firstdose.records.tables import GAP_COLUMNS
from tests.unit.derived.dose_records import ITEMS as DOSE_ITEMS
from tests.unit.derived.dose_records import KEYS, ORIGIN, Row, seed_protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

BEGIN = date(2024, 3, 4)
ITEMS: dict[str, dict[str, Any]] = {
    **DOSE_ITEMS,
    "adverse_events": {
        **dict.fromkeys(("term", "onset", "outcome", "related_cells"), pl.String),
        "grade": pl.Float64,
        "serious": pl.Boolean,
    },
    "end_of_study": dict.fromkeys(("status", "reason"), pl.String),
    "dose_override": dict.fromkeys(("reason", "decided_by", "confirmed_by"), pl.String),
}


def protocol(**safety: Any) -> Protocol:
    """3+3 variant A, the first of a cohort watched 14 days, no pause rule unless said."""
    seed = seed_protocol()
    assert seed.safety is not None
    plain = replace(
        seed.safety,
        dlt_until=28,
        sentinel=Sentinel(14, "cohort"),
        pause_when="",
        stop_when="",
        scenarios=(),
    )
    trial = replace(seed.trial, participants=12)
    return replace(seed, trial=trial, safety=replace(plain, **safety))


def day(number: int) -> date:
    """So many days after the first administration of the trial."""
    return BEGIN + timedelta(days=number)


def given(participant: str, on: int | None, level: str | None = "DL1", lesion: str = "L1") -> Row:
    """An injection on a day of the trial."""
    return {
        "participant": participant,
        "visit": "D0",
        "lesion": lesion,
        "date": None if on is None else day(on),
        "dose_level": level,
    }


def seen(participant: str, on: int, visit: str = "W4") -> Row:
    """A visit that took place."""
    return {"participant": participant, "visit": visit, "date": day(on), "status": "done"}


def event(participant: str, onset: int | None, grade: float | None = 3, **more: Any) -> Row:
    """A related event of grade 3 that is over."""
    row = {"term": "pain", "outcome": "recovered", "related_cells": "possible", "serious": False}
    return {
        "participant": participant,
        "onset": None if onset is None else str(day(onset)),
        "grade": grade,
        **row,
        **more,
    }


def left(participant: str, on: int | None, status: str = "withdrawn") -> Row:
    return {
        "participant": participant,
        "date": None if on is None else day(on),
        "status": status,
        "reason": "moved away",
    }


def snapshot(
    injections: Iterable[Row],
    visits: Iterable[Row] = (),
    events: Iterable[Row] = (),
    ends: Iterable[Row] = (),
    overrides: Iterable[Row] = (),
    lesions: Iterable[Row] = (),
) -> Snapshot:
    """A Snapshot of these rows; places are the lines of their tables, from 2 on."""
    rows = {
        "injection": list(injections),
        "visits": list(visits),
        "adverse_events": list(events),
        "end_of_study": list(ends),
        "dose_override": list(overrides),
        "lesion_map": list(lesions),
    }
    tables = {name: _table(name, those) for name, those in rows.items() if those or name == "visits"}
    names = dict.fromkeys(row["participant"] for those in rows.values() for row in those)
    tables["participants"] = pl.DataFrame({"participant": list(names)}, schema={"participant": pl.String})
    return freeze(seed_protocol(), tables, pl.DataFrame(schema=GAP_COLUMNS), protocol_identity="test")


def _table(name: str, rows: list[Row]) -> pl.DataFrame:
    file = f"records/{name}.csv"
    placed = [{**row, "_file": file, "_row": line} for line, row in enumerate(rows, start=2)]
    return pl.DataFrame(placed, schema={**KEYS, **ITEMS[name], **ORIGIN}, strict=False)
