"""Activities whose record is a folder of instrument files: their tables come through the room `laboratory`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.records import issues
from firstdose.records.snapshot import SourceFile
from firstdose.records.sources import Sources, part_of
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form


def is_raw_folder(path: Path, known: Mapping[str, Form]) -> bool:
    """Whether a folder among the records bears the name of an activity."""
    return path.is_dir() and path.name in known


def collect_laboratory(
    records: Path,
    protocol: Protocol,
    known: Mapping[str, Form],
    sources: Sources,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Measure every folder of raw files; an activity has a folder or a table, never both."""
    if not records.is_dir():
        return
    folders = [path for path in sorted(records.iterdir()) if is_raw_folder(path, known)]
    for number, path in enumerate(folders):
        name = f"{records.name}/{path.name}"
        if path.name in sources.parts:
            sources.issues.append(
                issues.activity_twice(Place(name), path.name, sources.parts[path.name][0].file)
            )
            continue
        _collect(path, name, protocol, known[path.name], sources, _share(progress, number, len(folders)))


def _share(progress: Callable[[float], None] | None, number: int, of: int) -> Callable[[float], None] | None:
    """The share of all folders from the share of one."""
    return None if progress is None else lambda share: progress((number + share) / of)


def _collect(
    path: Path,
    name: str,
    protocol: Protocol,
    form: Form,
    sources: Sources,
    progress: Callable[[float], None] | None,
) -> None:
    from firstdose.laboratory.activity import read_activity

    reading = read_activity(path, name, protocol, form, progress=progress)
    sources.laboratory.append(reading)
    sources.issues += reading.issues
    for file, sha256, rows in reading.files:
        sources.files[file] = SourceFile(file, sha256, rows)
    if reading.table is not None:
        sources.parts.setdefault(form.name, []).append(part_of(reading.table, form.name))


def laboratory_values(sources: Sources) -> pl.DataFrame | None:
    """Every reportable value of all activities; None where there are no instrument files."""
    if not sources.laboratory:
        return None
    from firstdose.laboratory.reportable import frame_of

    return frame_of(value for reading in sources.laboratory for value in reading.values)
