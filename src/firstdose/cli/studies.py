"""Commands about a study: a protocol with its records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import (
    EXPORT,
    PROTOCOL,
    RECORDS,
    OutFolder,
    ProtocolFile,
    SourceFolder,
    StudyFolder,
)
from firstdose.cli.printing import already_there, make_folder, place_of, print_issues, progress, stop
from firstdose.cli.reading import read_checked_protocol, read_checked_records
from firstdose.cli.writing import write_report
from firstdose.values.issue import Issue, errors

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.records.study import StudyReading


@app.command(name="import")
def import_(
    study: StudyFolder,
    out: OutFolder,
    source: SourceFolder = None,
) -> None:
    """Bring somebody else's spreadsheets into the layout of firstdose by mapping.yaml; the originals stay as they are."""
    from firstdose.records.importing import import_records

    protocol = read_checked_protocol(study / "protocol.yaml")
    files, issues = import_records(study, protocol, out, source)
    print_issues(issues)
    for file in files:
        typer.echo(file)
    if errors(issues):
        raise typer.Exit(RECORDS)


@app.command()
def dose(study: StudyFolder, out: OutFolder, source: SourceFolder = None) -> None:
    """Write the dose sheets, one page a participant, as HTML and PDF."""
    from firstdose.report.dose_sheet import build_dose_sheets

    protocol = read_checked_protocol(study / "protocol.yaml")
    reading, _ = read_checked_records(study, protocol, source)
    write_report(build_dose_sheets(protocol, reading.snapshot), reading.snapshot, out, "dose")


@app.command()
def report(
    study: StudyFolder,
    out: OutFolder,
    source: SourceFolder = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Also set the report as PDF.")] = True,
) -> None:
    """Analyse the study as planned and write the report: results.json, results.parquet, report.html, report.pdf."""
    make_folder(out)
    protocol = read_checked_protocol(study / "protocol.yaml")
    reading, issues = read_checked_records(study, protocol, source)
    write_outputs(protocol, reading, issues, out, pdf=pdf)


@app.command()
def rehearse(
    file: ProtocolFile,
    out: OutFolder,
    participants: Annotated[
        int, typer.Option(help="How many invented participants; fewer where the rule ends the trial.", min=1)
    ] = 5,
    seed: Annotated[int, typer.Option(help="The same seed gives the same study.", min=0)] = 1,
    raw: Annotated[
        bool, typer.Option("--raw/--no-raw", help="Laboratory values as files of instruments, or as tables.")
    ] = True,
    facts: Annotated[
        Path | None,
        typer.Option(help="Values held fixed: a CSV of activity, participant, lesion, visit, item, value."),
    ] = None,
) -> None:
    """Let invented participants walk the whole protocol; the study folder goes through every other command."""
    from firstdose.rehearsal import read_facts, write_study
    from firstdose.rehearsal import rehearse as walk

    protocol = read_checked_protocol(file)
    if (out / "records").exists():
        stop([already_there(out / "records")], EXPORT)
    make_folder(out)
    held, found = read_facts(facts) if facts else (None, ())
    if errors(found):
        stop(found, RECORDS)
    with progress("inventing participants") as step:
        rehearsed = walk(protocol, participants, seed, facts=held, progress=step)
    print_issues(rehearsed.issues)
    if errors(rehearsed.issues):
        raise typer.Exit(PROTOCOL)
    write_study(rehearsed, file.read_text(encoding="utf-8"), out, raw=raw)
    typer.echo(
        f"{out}: {rehearsed.participants} invented participants, seed {seed}. Then: firstdose report {out} --out report"
    )


@app.command()
def demo(out: OutFolder = Path("demo")) -> None:
    """Run the psoriasis plaque trial on invented records: check, dose sheets and report."""
    study = Path(__file__).parents[3] / "trials" / "adsc_psoriasis"
    if not study.is_dir():
        stop(
            [
                Issue(
                    place_of(study),
                    "FD-R014",
                    "the demonstration trial is not here.",
                    "Run it in a clone of the project.",
                )
            ],
            RECORDS,
        )
    protocol = read_checked_protocol(study / "protocol.yaml")
    reading, issues = read_checked_records(study, protocol, None)
    from firstdose.report.dose_sheet import build_dose_sheets

    write_report(build_dose_sheets(protocol, reading.snapshot), reading.snapshot, out, "dose")
    write_outputs(protocol, reading, issues, out, pdf=True)


def write_outputs(
    protocol: Protocol, reading: StudyReading, issues: list[Issue], out: Path, *, pdf: bool
) -> None:
    """Everything `firstdose report` leaves behind."""
    from firstdose.analysis.basis import make_basis
    from firstdose.analysis.exporting import export_results
    from firstdose.analysis.running import analyse_basis
    from firstdose.datasets.ars import export_ars
    from firstdose.report.content.building import build_report
    from firstdose.report.content.listings import export_listings

    make_folder(out)
    with progress("analysing"):
        basis = make_basis(protocol, reading.snapshot)
        results = analyse_basis(basis)
    for file in (*export_results(results, out), *export_ars(protocol, results, out)):
        typer.echo(file)
    listed = export_listings(basis, issues, out)
    typer.echo(f"{out / 'listings'} ({len(listed)} tables)")
    with progress("building the report"):
        tree = build_report(basis, results, issues, reading.laboratory)
    write_report(tree, reading.snapshot, out, "report", pdf=pdf)
