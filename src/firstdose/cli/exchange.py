"""Commands that hand the study on: case report forms for paper, files for other systems."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import EXPORT, RECORDS, OutFolder, SourceFolder, StudyFolder
from firstdose.cli.printing import already_there, make_folder, place_of, progress, stop
from firstdose.cli.reading import read_checked_protocol, read_checked_records
from firstdose.cli.writing import write_report
from firstdose.values.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.protocol.model import Protocol
    from firstdose.records.log.event import Event
    from firstdose.records.log.state import State
    from firstdose.records.snapshot import Snapshot
    from firstdose.report.tree import Report

PROTOCOL_FILE = "protocol.yaml"
LogFile = Annotated[
    Path | None,
    typer.Option("--log", help="The exported log: its values in place of records/, with who, when and why."),
]


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What is on record; `events` where a log was given."""

    snapshot: Snapshot
    state: State
    events: Sequence[Event] = ()


@app.command()
def crf(
    place: Annotated[
        Path, typer.Argument(help="A study folder, or a protocol file.", metavar="STUDY|PROTOCOL")
    ],
    out: OutFolder,
    blank: Annotated[
        bool, typer.Option("--blank", help="Forms to be filled by hand, though there are records.")
    ] = False,
    annotated: Annotated[
        bool, typer.Option("--annotated", help="Every form once, with names, codes and SDTM variables.")
    ] = False,
    participant: Annotated[str, typer.Option(help="Only this participant.")] = "",
    log: LogFile = None,
    source: SourceFolder = None,
) -> None:
    """Write case report forms as HTML and PDF: blank, annotated, or filled with the records of each participant."""
    from firstdose.report.crf import build_annotated_crf, build_blank_crf, build_filled_crf

    protocol = read_checked_protocol(place / PROTOCOL_FILE if place.is_dir() else place)
    forms: dict[str, Report] = {}
    if annotated:
        forms["crf_annotated"] = build_annotated_crf(protocol)
    if blank or (not annotated and not place.is_dir() and log is None):
        forms["crf_blank"] = build_blank_crf(protocol)
    recorded = None
    if not forms or participant:
        recorded = _recorded(place, protocol, log, source)
        for name in _chosen(recorded, participant, place):
            forms[f"crf_{_file_name(name)}"] = build_filled_crf(
                protocol, recorded.state, name, events=recorded.events, invented=recorded.snapshot.invented
            )
    for name, form in forms.items():
        write_report(form, recorded.snapshot if recorded else None, out, name)


@app.command()
def export(
    study: StudyFolder,
    out: OutFolder,
    format_: Annotated[
        Literal["odm", "redcap", "csv"],
        typer.Option("--format", help="CDISC ODM 1.3.2, REDCap's files, or tables."),
    ],
    log: LogFile = None,
    source: SourceFolder = None,
) -> None:
    """Write the records for other systems; from a log with every change, who made it, when and why."""
    protocol = read_checked_protocol(study / PROTOCOL_FILE)
    recorded = _recorded(study, protocol, log, source)
    if format_ == "csv" and (out / "records").exists():
        stop([already_there(out / "records")], EXPORT)
    make_folder(out)
    with progress("writing"):
        files = _EXPORTS[format_](protocol, recorded, out)
    for file in files:
        typer.echo(file)


def _recorded(study: Path, protocol: Protocol, log: Path | None, source: Path | None) -> _Recorded:
    """The values of the log where one is given, else of the study folder."""
    from firstdose.records.log.of_snapshot import state_of

    if log is None:
        reading, _ = read_checked_records(study, protocol, source)
        return _Recorded(reading.snapshot, state_of(protocol, reading.snapshot))
    from firstdose.records.log.file import read_log
    from firstdose.records.log.state import fold
    from firstdose.records.log.tables import read_state

    with progress("reading the log"):
        lines = list(read_log(log))
        events = [line for line in lines if not isinstance(line, Issue)]
        if len(events) < len(lines):
            stop([line for line in lines if isinstance(line, Issue)], RECORDS)
        state = fold(events)
        return _Recorded(read_state(protocol, state).snapshot, state, events)


def _chosen(recorded: _Recorded, participant: str, study: Path) -> Sequence[str]:
    """Everybody, or the one that was named."""
    from firstdose.report.crf import check_participant

    everybody = recorded.snapshot.participants
    if participant and (issues := check_participant(participant, everybody, place_of(study))):
        stop(issues, RECORDS)
    return [participant] if participant else everybody


def _file_name(participant: str) -> str:
    """A name in the records may hold what a file's name cannot."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in participant)


def _write_odm(protocol: Protocol, recorded: _Recorded, out: Path) -> list[Path]:
    """The values as they stand; from a log also every transaction."""
    from firstdose.datasets.odm import export_odm, export_odm_of_state
    from firstdose.derived.timing import derive_data_cut

    invented = recorded.snapshot.invented
    if recorded.events:
        events = recorded.events
        return [
            export_odm(protocol, events, out / "odm.xml", transactional=False, invented=invented),
            export_odm(protocol, events, out / "odm_transactions.xml", invented=invented),
        ]
    # The clock never enters a file: the time is the last day on record.
    as_of = f"{derive_data_cut(recorded.snapshot) or '2000-01-01'}T00:00:00Z"
    return [export_odm_of_state(protocol, recorded.state, out / "odm.xml", as_of=as_of, invented=invented)]


def _write_redcap(protocol: Protocol, recorded: _Recorded, out: Path) -> list[Path]:
    from firstdose.datasets.redcap import export_redcap

    return export_redcap(protocol, recorded.state, out)


def _write_tables(protocol: Protocol, recorded: _Recorded, out: Path) -> list[Path]:
    from firstdose.datasets.tables import export_tables
    from firstdose.records.log.overrides import overrides_in
    from firstdose.records.overrides import OVERRIDE

    signed = overrides_in(recorded.events) if recorded.events else recorded.snapshot.table(OVERRIDE)
    own = protocol.activity(OVERRIDE) is not None and not recorded.events  # then its form holds them already
    return export_tables(
        protocol,
        recorded.state,
        out,
        invented=recorded.snapshot.invented,
        overrides=None if own else signed,
    )


_EXPORTS = {"odm": _write_odm, "redcap": _write_redcap, "csv": _write_tables}
