"""The invented study as a folder, laid out like a real one and marked as invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.records.study import INVENTED, RECORDS
from firstdose.rehearsal import issues
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.rehearsal.rehearsing import Rehearsed

PROTOCOL_FILE = "protocol.yaml"
RECORDS_EXIT = 11


def write_study(rehearsed: Rehearsed, protocol_text: str | None, folder: Path) -> tuple[Path, ...]:
    """Writes protocol.yaml and one CSV file an activity under `records`; returns the files in order.

    `protocol_text` None leaves the protocol file alone. An earlier rehearsal in the folder is replaced; UserError where
    the folder holds records that are not marked as invented: they are never touched.
    """
    records = folder / RECORDS
    _clear(records)
    records.mkdir(parents=True, exist_ok=True)
    (records / INVENTED).write_bytes(_mark(rehearsed).encode())
    written = [records / INVENTED]
    if protocol_text is not None:
        (folder / PROTOCOL_FILE).write_bytes(protocol_text.encode())
        written.append(folder / PROTOCOL_FILE)
    for name, table in rehearsed.tables.items():
        path = records / f"{name}.csv"
        table.write_csv(path, line_terminator="\n", quote_style="necessary")
        written.append(path)
    return tuple(written)


def _clear(records: Path) -> None:
    """Removes the tables of an earlier rehearsal."""
    tables = [path for path in records.glob("*") if path.suffix.lower() in {".csv", ".xlsx"}]
    if tables and not (records / INVENTED).is_file():
        raise UserError([issues.folder_is_not_invented(str(records))], RECORDS_EXIT)
    for path in tables:
        path.unlink()


def _mark(rehearsed: Rehearsed) -> str:
    kept = f", with {rehearsed.facts} values held fixed" if rehearsed.facts else ""
    return (
        "Invented records. No person stands behind them, and nothing may be concluded from them.\n"
        f"Protocol {rehearsed.protocol.trial.id}, version {rehearsed.protocol.trial.version}.\n"
        f"{rehearsed.participants} participants, seed {rehearsed.seed}{kept}.\n"
    )
