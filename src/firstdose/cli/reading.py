"""Protocol and records for a command: with errors they are printed and the command ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from firstdose.cli.arguments import PROTOCOL
from firstdose.cli.printing import counted, print_issues, progress, stop
from firstdose.values.issue import errors

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.protocol.model import Protocol
    from firstdose.records.study import StudyReading
    from firstdose.values.issue import Issue


def read_checked_protocol(file: Path, *, show: bool = False, as_json: bool = False) -> Protocol:
    """The checked protocol; with errors the Issues are printed and the command ends with exit code 10."""
    from firstdose.protocol.checking import check_protocol
    from firstdose.protocol.reading import read_protocol

    reading = read_protocol(file)
    found = list(reading.issues)
    if reading.protocol is not None:
        found += check_protocol(reading.protocol, reading.places, reading.issues)
    if reading.protocol is None or errors(found):
        stop(found, PROTOCOL, as_json=as_json)
    if show:
        print_issues(found, as_json=as_json)
        if not as_json:
            typer.echo(f"{file}: {counted(found)}")
    return reading.protocol


def read_checked_records(
    study: Path, protocol: Protocol, source: Path | None
) -> tuple[StudyReading, list[Issue]]:
    from firstdose.derived.dose_slips import check_doses
    from firstdose.records.checking import check_records
    from firstdose.records.study import read_study

    with progress("reading the records") as step:
        reading = read_study(study, protocol, source, progress=step)
        found = (*check_records(protocol, reading.snapshot), *check_doses(protocol, reading.snapshot))
        return reading, sorted({*reading.issues, *found})
