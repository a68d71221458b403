"""A study folder: protocol.yaml, records with one table an activity, perhaps a mapping; read into one Snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.laboratory.product_forms import product_forms
from firstdose.protocol.identity import compute_identity
from firstdose.protocol.names import forms
from firstdose.protocol.names_of_forms import once
from firstdose.readers.recognising import read_table
from firstdose.records import issues
from firstdose.records.branching import answer_unasked
from firstdose.records.due import absent_records
from firstdose.records.freezing import freeze
from firstdose.records.laboratory import collect_laboratory, is_raw_folder, laboratory_values
from firstdose.records.mapped import collect_mapped
from firstdose.records.order import order_of
from firstdose.records.overrides import OVERRIDE, OVERRIDE_FORM
from firstdose.records.snapshot import Snapshot, SourceFile
from firstdose.records.sources import Sources, part_of
from firstdose.records.tables import GAP_COLUMNS, joined, read_part
from firstdose.records.visits import (
    PARTICIPANTS,
    PARTICIPANTS_FORM,
    VISITS,
    VISITS_FORM,
    participants_of,
    visits_of,
)
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from firstdose.laboratory.activity import ActivityReading
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.tables import Part, TableReading

RECORDS, MAPPING, INVENTED = "records", "mapping.yaml", "INVENTED.txt"


@dataclass(frozen=True, slots=True)
class StudyReading:
    """The Snapshot of everything that could be read, and what is to be said about the rest."""

    snapshot: Snapshot
    issues: tuple[Issue, ...]
    laboratory: tuple[ActivityReading, ...] = ()


def read_study(
    folder: Path,
    protocol: Protocol,
    source_folder: Path | None = None,
    *,
    progress: Callable[[float], None] | None = None,
) -> StudyReading:
    """Everything the study folder holds, never an exception for bad input: what cannot be read is a gap and an Issue.

    `source_folder`: where the files of the mapping lie, if elsewhere than the mapping says; `progress`: told the share
    of the instrument files that are measured.
    """
    known = dict(forms(protocol)) | {VISITS: VISITS_FORM, PARTICIPANTS: PARTICIPANTS_FORM}
    known |= product_forms(protocol)
    known.setdefault(OVERRIDE, OVERRIDE_FORM)
    sources = Sources()
    _collect_tables(folder, known, sources)
    collect_laboratory(folder / RECORDS, protocol, known, sources, progress)
    if (folder / MAPPING).is_file():
        collect_mapped(folder / MAPPING, protocol, known, sources, source_folder)
    elif not (folder / RECORDS).is_dir():
        sources.issues.append(issues.no_records(Place(folder.name)))
    return reading_of(protocol, known, sources, invented=(folder / RECORDS / INVENTED).is_file())


def reading_of(
    protocol: Protocol, known: Mapping[str, Form], sources: Sources, *, invented: bool = False
) -> StudyReading:
    """The Snapshot of these sources."""
    readings = [
        reading_of_part(protocol, part, known[activity])
        for activity, parts in sources.parts.items()
        for part in parts
    ]
    return frozen_of(protocol, known, sources, readings, invented=invented)


def reading_of_part(protocol: Protocol, part: Part, form: Form) -> TableReading:
    """A part as the protocol reads it: what is not asked says so."""
    return read_part(answer_unasked(protocol, part), form, visits_at(protocol, part.activity))


def frozen_of(
    protocol: Protocol,
    known: Mapping[str, Form],
    sources: Sources,
    readings: Sequence[TableReading],
    *,
    invented: bool = False,
    passing: bool = False,
) -> StudyReading:
    """The Snapshot of these readings of sources. `passing`: a look at what is being typed: nothing is due yet, and no digest."""
    tables = _tables(readings, known, sources.roster)
    order = order_of(protocol, tables)
    absent = [] if passing else [absent_records(protocol, known, tables, order)]
    own = [reading.gaps for reading in readings if reading.activity != VISITS]
    gaps = pl.concat([pl.DataFrame(schema=GAP_COLUMNS), *own, *absent])
    snapshot = freeze(
        protocol,
        tables,
        gaps,
        protocol_identity=_identity(protocol),
        files=list(sources.files.values()),
        invented=invented or protocol.trial.invented,
        columns={at: columns for reading in readings for at, columns in reading.columns.items()},
        order=order,
        laboratory=laboratory_values(sources),
        passing=passing,
    )
    found = [*sources.issues, *(issue for reading in readings for issue in reading.issues)]
    return StudyReading(snapshot, tuple(sorted(found)), tuple(sources.laboratory))


_identity = once(compute_identity)


def visits_at(protocol: Protocol, activity: str) -> tuple[str, ...]:
    """The visits at which the schedule has this activity."""
    row = protocol.activity(activity)
    return row.at if row else ()


def _tables(
    readings: Iterable[TableReading], known: Mapping[str, Form], roster: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    by_activity: dict[str, list[TableReading]] = {}
    for reading in readings:
        by_activity.setdefault(reading.activity, []).append(reading)
    tables = {activity: joined(found, known[activity]) for activity, found in by_activity.items()}
    participants = participants_of(tables, roster)
    tables.pop(PARTICIPANTS, None)
    if VISITS not in tables:
        tables[VISITS] = visits_of(tables.values())
    return tables | {PARTICIPANTS: participants}


def _collect_tables(folder: Path, known: Mapping[str, Form], sources: Sources) -> None:
    """Every table of the folder `records`, one an activity."""
    records = folder / RECORDS
    if not records.is_dir():
        return
    first: dict[str, str] = {}
    for path in sorted(records.iterdir()):
        name = f"{RECORDS}/{path.name}"
        if path.name.startswith((".", "~$")) or path.name == INVENTED or is_raw_folder(path, known):
            continue
        if path.suffix.lower() not in {".csv", ".xlsx"}:
            sources.issues.append(issues.not_read(Place(name)))
        elif path.stem not in known:
            sources.issues.append(issues.no_such_activity(Place(name), path.stem, known))
        elif path.stem in first:
            sources.issues.append(issues.activity_twice(Place(name), path.stem, first[path.stem]))
        else:
            first[path.stem] = name
            _collect_table(path, name, sources)


def _collect_table(path: Path, name: str, sources: Sources) -> None:
    table, found = read_table(path, name=name)
    sources.issues += found
    if table is None:
        return
    sources.files[name] = SourceFile(name, table.sha256, table.height)
    sources.parts.setdefault(path.stem, []).append(part_of(table, path.stem))
