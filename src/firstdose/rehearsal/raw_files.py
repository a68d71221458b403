"""Rehearsed laboratory values as the raw files that an instrument would have left, with their list of samples."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.laboratory.samples import SAMPLES
from firstdose.protocol.names import forms
from firstdose.rehearsal.raw_of_blood import write_blood
from firstdose.rehearsal.raw_of_plates import write_expression, write_immunoassay
from firstdose.rehearsal.raw_of_slides import write_slides
from firstdose.rehearsal.specimens import Specimen, Written, specimens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_laboratory import PlannedAssay

    Writer = Callable[[PlannedAssay, Sequence[Specimen], int], Written]

# Assays whose files can be invented; values of the others stay in a table.
WRITERS: dict[str, Writer] = {
    "multiplex": write_immunoassay,
    "qpcr": write_expression,
    "flow_cytometry": write_blood,
    "digital_pathology": write_slides,
}


@dataclass(frozen=True, slots=True)
class RawFolder:
    """The files of one activity: name below its folder > bytes."""

    activity: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def raw_folders(protocol: Protocol, tables: Mapping[str, pl.DataFrame], seed: int) -> tuple[RawFolder, ...]:
    """A folder for each activity that the protocol measures by an assay whose files can be invented."""
    return tuple(
        _folder(protocol, planned, tables[planned.activity], seed)
        for planned in protocol.laboratory
        if planned.assay in WRITERS and planned.activity in tables and tables[planned.activity].height
    )


def _folder(protocol: Protocol, planned: PlannedAssay, table: pl.DataFrame, seed: int) -> RawFolder:
    form = forms(protocol)[planned.activity]
    specimens = specimens_of(table, planned, form)
    written = WRITERS[planned.assay](planned, [each for each in specimens if each.is_measured], seed)
    files = dict(written.files) | {SAMPLES: _sample_list(planned, specimens, written)}
    return RawFolder(planned.activity, files)


def _sample_list(planned: PlannedAssay, specimens: Sequence[Specimen], written: Written) -> bytes:
    """Whose every sample is; a value that is missing stands there with its reason."""
    measured = [row.item for row in planned.quantities]
    typed = [name for name in measured if any(each.missing.get(name) for each in specimens)]
    rows = [_row(each, written, typed) for each in specimens]
    rows += [dict(row) for row in written.further]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _row(specimen: Specimen, written: Written, typed: Sequence[str]) -> dict[str, str]:
    placed = written.places.get(specimen.name)
    row = {"file": placed.file if placed else "", "sample": placed.sample if placed else ""}
    if any(place.run for place in written.places.values()):
        row["run"] = placed.run if placed else ""
    row |= dict(specimen.keys) | dict(specimen.others)
    row |= dict(placed.facts) if placed else {}
    return row | {name: specimen.missing.get(name, "") for name in typed}
