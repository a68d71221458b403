"""`firstdose import`: what a mapping brings in is written as the tables of a study, one an activity."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.names import forms
from firstdose.records import mapping_issues as issues
from firstdose.records.cells import NO_COLUMN
from firstdose.records.mapped import collect_mapped
from firstdose.records.sources import Sources
from firstdose.records.study import MAPPING, RECORDS, reading_of
from firstdose.records.visits import PARTICIPANTS, PARTICIPANTS_FORM, VISITS, VISITS_FORM
from firstdose.values.issue import Place, errors
from firstdose.values.missing import MISSING
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue

_KEYS = ("participant", "visit", "lesion", "date")
Gaps = dict[tuple[object, ...], str]


def import_records(
    folder: Path, protocol: Protocol, out: Path, source_folder: Path | None = None
) -> tuple[tuple[Path, ...], tuple[Issue, ...]]:
    """Write `out/records/ACTIVITY.csv` for everything the study's mapping brings: (files written, Issues).

    Values are written as they were read: units converted, codes translated, missing values with their reason.
    Nothing is written where an error was found, and nothing is overwritten.
    """
    sources = Sources()
    known = dict(forms(protocol)) | {VISITS: VISITS_FORM, PARTICIPANTS: PARTICIPANTS_FORM}
    collect_mapped(folder / MAPPING, protocol, known, sources, source_folder)
    reading = reading_of(protocol, known, sources)
    tables = {name: _as_text(reading.snapshot, name) for name in [*sources.parts, PARTICIPANTS]}
    paths = tuple(out / RECORDS / f"{name}.csv" for name in tables)
    found = [*reading.issues, *(issues.already_there(Place(str(path))) for path in paths if path.exists())]
    if errors(found):
        return (), tuple(sorted(found))
    (out / RECORDS).mkdir(parents=True, exist_ok=True)
    for path, frame in zip(paths, tables.values(), strict=True):
        path.write_bytes(frame.write_csv().encode())
    return paths, tuple(sorted(found))


def _as_text(snapshot: Snapshot, activity: str) -> pl.DataFrame:
    """A table as people keep it: the columns that hold something, every cell as text."""
    table = snapshot.tables[activity]
    gaps = _gaps(snapshot.gaps.filter(pl.col("activity") == activity))
    names = [name for name in table.columns if not name.startswith("_") and not name.endswith("__comparator")]
    rows = [[_cell(row, name, gaps) for name in names] for row in table.iter_rows(named=True)]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    empty = [name for name in names if name in _KEYS and (frame[name] == "").all()]
    return frame.drop([name for name in empty if name != "participant"])


def _gaps(gaps: pl.DataFrame) -> Gaps:
    told = gaps.filter(pl.col("item").is_not_null())
    keys = ("participant", "visit", "lesion", "_file", "_row", "item")
    return {tuple(row[key] for key in keys): _reason(row) for row in told.iter_rows(named=True)}


def _reason(gap: Mapping[str, str]) -> str:
    code = "ND" if gap["reason"] == NO_COLUMN else gap["reason"]
    if code not in MISSING:
        return ""
    return f"{code}: {gap['detail']}" if gap["detail"] else code


def _cell(row: Mapping[str, object], name: str, gaps: Gaps) -> str:
    value = row[name]
    if value is None:
        place = tuple(row.get(key) for key in ("participant", "visit", "lesion", "_file", "_row"))
        return gaps.get((*place, name), "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        sign = row.get(f"{name}__comparator") or ""
        return f"{sign}{plain(Decimal(repr(value)))}"
    return str(value)
