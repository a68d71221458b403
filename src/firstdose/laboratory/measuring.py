"""Runs: the files that belong together are read, measured by their assay, and kept under their digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.catalogue import Run
from firstdose.laboratory import issues
from firstdose.laboratory.keeping import keep, key_of, recall
from firstdose.laboratory.reading import read_source
from firstdose.values.issue import Place, errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.catalogue import Assay, Request
    from firstdose.readers.reader import Reading, Source
    from firstdose.values.issue import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRun:
    """A run with where it comes from. `refused`: a file of it could not be read, so nothing was measured.

    `origins`: file > (digest, reader, instrument, software, run date).
    """

    name: str
    run: Run
    issues: tuple[Issue, ...]
    origins: dict[str, Origin]
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the values of a file come from."""

    sha256: str
    reader: str = ""
    instrument: str = ""
    software: str = ""
    run_date: str = ""


_ORIGIN = "origin: "  # label before a file's origin among the facts of a kept run


def measure_run(assay: Assay, request: Request, sources: Sequence[Source], name: str) -> MeasuredRun:
    """The run of these files, from what was kept where everything is as it was."""
    key = key_of(assay, request, [(source.name, source.sha256) for source in sources])
    kept = recall(key)
    if kept is None:
        kept = _measure(assay, request, sources)
        keep(key, *kept)
    run, found = kept
    origins = {
        label.removeprefix(_ORIGIN): _origin(text) for label, text in run.facts if label.startswith(_ORIGIN)
    }
    facts = tuple(fact for fact in run.facts if not fact[0].startswith(_ORIGIN))
    shown = Run(measured=run.measured, findings=run.findings, panels=run.panels, facts=facts)
    return MeasuredRun(name=name, run=shown, issues=found, origins=origins, refused=bool(errors(found)))


def _measure(assay: Assay, request: Request, sources: Sequence[Source]) -> tuple[Run, tuple[Issue, ...]]:
    readings = [read_source(source) for source in sources]
    found = [issue for reading in readings for issue in reading.issues]
    found += [issue for reading in readings for issue in _not_understood(reading, assay)]
    origins = tuple((f"{_ORIGIN}{reading.file}", _told(reading)) for reading in readings)
    if errors(found):
        return Run(measured=(), facts=origins), tuple(found)
    run = assay.measure(readings, request)
    whole = Run(measured=run.measured, findings=run.findings, panels=run.panels, facts=(*run.facts, *origins))
    return whole, tuple(found)


def _not_understood(reading: Reading, assay: Assay) -> list[Issue]:
    kinds = [type(content).__name__ for content in reading.contents]
    if not kinds or any(kind in assay.takes for kind in kinds):
        return []
    return [issues.not_understood(Place(reading.file), assay.name, kinds[0], assay.takes)]


def _told(reading: Reading) -> str:
    parts = (reading.sha256, reading.reader, reading.instrument, reading.software, reading.run_date)
    return "\t".join(part.replace("\t", " ") for part in parts)


def _origin(text: str) -> Origin:
    sha256, reader, instrument, software, run_date = text.split("\t")
    return Origin(sha256=sha256, reader=reader, instrument=instrument, software=software, run_date=run_date)
