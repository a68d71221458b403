"""The seed's protocol and snapshots of lesion maps, injections and cell products written for a test."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.protocol.reading import read_protocol
from firstdose.records.freezing import freeze
from firstdose.records.tables import GAP_COLUMNS
from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot

Row = dict[str, Any]
KEYS: dict[str, Any] = {"participant": pl.String, "visit": pl.String, "lesion": pl.String, "date": pl.Date}
ORIGIN: dict[str, Any] = {"_file": pl.String, "_row": pl.Int64}
ITEMS: dict[str, dict[str, Any]] = {
    "lesion_map": {
        **dict.fromkeys(("site", "laterality", "outline", "dose_level", "role"), pl.String),
        **dict.fromkeys(("long_diameter", "short_diameter", "area_given", "area_error"), pl.Float64),
    },
    "injection": {
        **dict.fromkeys(
            ("start_time", "site", "laterality", "dose_level", "concentration_is", "lot"), pl.String
        ),
        **dict.fromkeys(("area_cm2", "concentration", "viability", "planned_cells"), pl.Float64),
        **dict.fromkeys(("volume_drawn", "residual_volume", "points"), pl.Float64),
        "operator": pl.String,
    },
    "cell_product": {"lot": pl.String, "viability": pl.Float64, "viable_concentration": pl.Float64},
    "visits": {"status": pl.String, "reason": pl.String},
}


@cache
def seed_protocol() -> Protocol:
    """The trial of the seed, read from its file."""
    reading = read_protocol(ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml")
    assert reading.protocol is not None
    assert reading.issues == ()
    return reading.protocol


def mapped(
    participant: str, lesion: str, long: float | None = 8, short: float | None = 5, **more: Any
) -> Row:
    """A row of the lesion map: 8 x 5 cm at DL1 unless said otherwise."""
    lesion_row = {"long_diameter": long, "short_diameter": short, "dose_level": "DL1", "role": "treated"}
    return {"participant": participant, "lesion": lesion, "visit": "BL", "site": "knee", **lesion_row, **more}


def injected(participant: str, lesion: str, **more: Any) -> Row:
    """A row of the injection form that follows the sheet of 8 x 5 cm at DL1 with 2e7 cells/mL, 90 % of them living."""
    suspension = {"concentration": 2e7, "concentration_is": "total", "viability": 90.0, "lot": "A1"}
    volumes = {
        "area_cm2": 31.42,
        "planned_cells": 3.14e7,
        "volume_drawn": 1.85,
        "residual_volume": 0.1,
        "points": 32,
    }
    row = {"participant": participant, "lesion": lesion, "visit": "D0", "site": "knee", "dose_level": "DL1"}
    return {**row, **suspension, **volumes, **more}


def product(participant: str, strength: float, viability: float | None = 90.0, **more: Any) -> Row:
    release = {"viable_concentration": strength, "viability": viability, "lot": "A1"}
    return {"participant": participant, "visit": "D0", **release, **more}


def snapshot_of(
    lesions: Iterable[Row] = (), injections: Iterable[Row] = (), products: Iterable[Row] = ()
) -> Snapshot:
    """A Snapshot of these rows; participants and visits follow from them."""
    rows = {"lesion_map": list(lesions), "injection": list(injections), "cell_product": list(products)}
    names = dict.fromkeys(row["participant"] for those in rows.values() for row in those)
    tables = {name: _table(name, those) for name, those in rows.items() if those}
    tables["participants"] = pl.DataFrame({"participant": list(names)}, schema={"participant": pl.String})
    tables["visits"] = _table("visits", [])
    gaps = pl.DataFrame(schema=GAP_COLUMNS)
    return freeze(seed_protocol(), tables, gaps, protocol_identity="test")


def _table(name: str, rows: list[Row]) -> pl.DataFrame:
    placed = [{**row, "_file": f"{name}.csv", "_row": line} for line, row in enumerate(rows, start=2)]
    return pl.DataFrame(placed, schema={**KEYS, **ITEMS[name], **ORIGIN}, strict=False)
