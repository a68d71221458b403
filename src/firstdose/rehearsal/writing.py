"""The invented study as a folder, laid out like a real one and marked as invented."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from firstdose.records.study import INVENTED, RECORDS
from firstdose.rehearsal import issues
from firstdose.rehearsal.raw_files import raw_folders
from firstdose.values.issue import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.rehearsal.raw_files import RawFolder
    from firstdose.rehearsal.rehearsing import Rehearsed

PROTOCOL_FILE = "protocol.yaml"
RECORDS_EXIT = 11


def write_study(
    rehearsed: Rehearsed, protocol_text: str | None, folder: Path, *, raw: bool = True
) -> tuple[Path, ...]:
    """Writes protocol.yaml and one CSV file, or folder of raw files, an activity under `records`; the files in order.

    `raw`: laboratory values as files of instruments, where the protocol measures them so; else as tables.
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
    folders = raw_folders(rehearsed.protocol, rehearsed.tables, rehearsed.seed) if raw else ()
    by_name = {each.activity: each for each in folders}
    for name, table in rehearsed.tables.items():
        if name in by_name:
            written += _write_raw(by_name[name], records / name)
            continue
        path = records / f"{name}.csv"
        table.write_csv(path, line_terminator="\n", quote_style="necessary")
        written.append(path)
    return tuple(written)


def _write_raw(raw: RawFolder, folder: Path) -> list[Path]:
    folder.mkdir()
    for name, content in raw.files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in raw.files]


def _clear(records: Path) -> None:
    """Removes the tables and raw files of an earlier rehearsal."""
    tables = [path for path in records.glob("*") if path.suffix.lower() in {".csv", ".xlsx"} or path.is_dir()]
    if tables and not (records / INVENTED).is_file():
        raise UserError([issues.folder_is_not_invented(str(records))], RECORDS_EXIT)
    for path in tables:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _mark(rehearsed: Rehearsed) -> str:
    kept = f", with {rehearsed.facts} values held fixed" if rehearsed.facts else ""
    return (
        "Invented records. No person stands behind them, and nothing may be concluded from them.\n"
        f"Protocol {rehearsed.protocol.trial.id}, version {rehearsed.protocol.trial.version}.\n"
        f"{rehearsed.participants} participants, seed {rehearsed.seed}{kept}.\n"
    )
