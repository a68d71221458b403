"""What was walked against what was rehearsed: records, every export read back, and the results of the analysis."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from firstdose.analysis.basis import make_basis
from firstdose.analysis.exporting import export_results
from firstdose.analysis.running import analyse_basis
from firstdose.datasets.odm import read_odm
from firstdose.datasets.redcap import read_redcap_data
from firstdose.protocol.reading import read_protocol
from firstdose.records.log.tables import known_forms, study_tables
from firstdose.records.overrides import OVERRIDE
from firstdose.records.study import INVENTED, RECORDS, read_study
from firstdose.rehearsal import write_study
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

    from firstdose.protocol.model import Protocol
    from firstdose.records.log.state import State
    from firstdose.rehearsal import Rehearsed

Cells = list[tuple[str, ...]]


def write_rehearsed(
    rehearsed: Rehearsed, tables: Mapping[str, pl.DataFrame], folder: Path, text: str
) -> Path:
    """The study folder of these tables, laboratory values as tables."""
    few = replace(rehearsed, tables=dict(tables), participants=tables["participants"].height)
    write_study(few, text, folder, raw=False)
    return folder


def digest_of(folder: Path) -> str:
    """The digest of the Snapshot of a study folder."""
    protocol = read_protocol(folder / "protocol.yaml").protocol
    assert protocol is not None
    return read_study(folder, protocol).snapshot.digest


def results_of(folder: Path, out: Path) -> bytes:
    """results.json of `firstdose report` of a study folder, marked as invented: no form asks for that mark."""
    (folder / RECORDS / INVENTED).touch()
    protocol = read_protocol(folder / "protocol.yaml").protocol
    assert protocol is not None
    out.mkdir()
    results = analyse_basis(make_basis(protocol, read_study(folder, protocol).snapshot))
    written = export_results(results, out)
    return next(path for path in written if path.name == "results.json").read_bytes()


def cells_of(protocol: Protocol, tables: Mapping[str, pl.DataFrame]) -> Cells:
    """Every filled cell as activity, participant, visit, lesion, number of the record, item and text.

    The visit of a form that is kept once is left out: a table need not name it. Numbers stand without trailing zeros, as
    capture keeps them beside the text as typed.
    """
    forms, found = known_forms(protocol), []
    for name, table in tables.items():
        seen: dict[tuple[str, ...], int] = {}
        for row in table.iter_rows(named=True):
            visit = row.get("visit") or "" if forms[name].by_visit else ""
            lesion = row.get("lesion") or "" if forms[name].per == "lesion" else ""
            record = (name, row["participant"], visit, lesion)
            seen[record] = seen.get(record, 0) + 1
            found += [
                (*record, str(seen[record]), item, _plain(text))
                for item, text in row.items()
                if text and item not in {"participant", "visit"} and (item != "lesion" or not lesion)
            ]
    return sorted(found)


def _plain(text: str) -> str:
    try:
        return plain(Decimal(text))
    except InvalidOperation:
        return text


def unpack(content: bytes, folder: Path, name: str) -> Path:
    """A download as a folder: a zip with everything in it, else the file."""
    folder.mkdir(parents=True)
    if not content.startswith(b"PK"):
        (folder / name).write_bytes(content)
        return folder
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        held.extractall(folder)
    return folder


def differences(
    protocol: Protocol, state: State, take: Callable[[str], bytes], folder: Path
) -> dict[str, int]:
    """Format > in how many values its export, read back, differs from what stands on record."""
    there = {key: value.text for key, value in state.values.items() if value.text}
    odm, faults = read_odm(unpack(take("odm"), folder / "odm", "odm.xml") / "odm.xml")
    assert odm is not None, faults
    back = {key: text for key, text in odm.values.items() if text}
    redcap = read_redcap_data(unpack(take("redcap"), folder / "redcap", ""))
    tables = study_tables(protocol, state)
    again = study_tables(protocol, redcap.state)
    csv = {
        path.stem: read_texts(path)
        for path in sorted(unpack(take("csv"), folder / "csv", "").glob("**/*.csv"))
        if path.stem != OVERRIDE  # of the log, beside the records
    }
    return {
        "ODM": len(there.items() ^ back.items()),
        "REDCap": len(set(cells_of(protocol, tables)) ^ set(cells_of(protocol, again))),
        "CSV": len(set(cells_of(protocol, tables)) ^ set(cells_of(protocol, csv))),
    }


def read_texts(path: Path) -> pl.DataFrame:
    """A table of texts."""
    import polars as pl

    return pl.read_csv(path, infer_schema=False)
