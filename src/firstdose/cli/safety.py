"""Commands about the safety of the next dose: what is due, how the rule behaves, the packet of the board."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import RECORDS, UNDECIDED, OutFolder, ProtocolFile, SourceFolder, StudyFolder
from firstdose.cli.printing import progress, stop, write_json
from firstdose.cli.reading import read_checked_protocol, read_checked_records
from firstdose.cli.writing import write_report
from firstdose.values.issue import UserError, errors

Cut = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="What was known on this day; all records if not said.",
    ),
]
ResumedAfter = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day of the review that let dosing go on."),
]


@app.command()
def decide(
    what: Annotated[
        Path, typer.Argument(help="A study folder, or a protocol file.", metavar="STUDY|PROTOCOL")
    ],
    outcomes: Annotated[
        str, typer.Option(help="Outcomes typed in place of records, N or T for each: '1NNN 2NTN'.")
    ] = "",
    cut: Cut = None,
    resumed_after: ResumedAfter = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the decision as JSON.")] = None,
    source: SourceFolder = None,
) -> None:
    """Decide the next dose: what is due, when and why, who counts, and what can follow."""
    if (outcomes or not what.is_dir()) and (cut or resumed_after or source):
        raise typer.BadParameter(
            "--cut, --resumed-after and --source are about the records of a study folder."
        )
    from firstdose.escalation import deciding, foreseeing, telling
    from firstdose.escalation.lesions_on_record import evaluable_lesions

    protocol = read_checked_protocol(what / "protocol.yaml" if what.is_dir() else what)
    snapshot = None
    try:
        if outcomes or not what.is_dir():
            decision = deciding.decide_line(protocol, outcomes)
        else:
            reading, found = read_checked_records(what, protocol, source)
            if errors(found):
                stop(found, RECORDS)
            snapshot, days = (
                reading.snapshot,
                [each.date() if each else None for each in (cut, resumed_after)],
            )
            decision = deciding.decide(protocol, snapshot, days[0], resumed_after=days[1])
    except UserError as refusal:
        stop(refusal.issues, refusal.exit_code)
    foreseen = foreseeing.foresee(decision)
    if json_file is not None:
        written = telling.decision_as_json(decision, foreseen)
        if snapshot is not None and protocol.safety is not None and protocol.safety.local_dlt:
            seen = evaluable_lesions(protocol, snapshot, decision.cut)
            written |= {"local": telling.lesions_seen_as_json(seen)}
        write_json(json_file, written)
    typer.echo("\n".join(telling.tell_decision(decision, foreseen)))
    if decision.standing == "undecided":
        stop(decision.issues, UNDECIDED)


@app.command()
def design(
    file: ProtocolFile,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the appendix as HTML and PDF.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="A protocol whose design is set beside this one.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the numbers as JSON.")] = None,
    trials: Annotated[
        int, typer.Option(help="Trials drawn where nothing exact can be held.", min=100)
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the drawn trials.", min=0)] = 1,
) -> None:
    """Show how the planned rule behaves: decisions, exact operating characteristics, length, boundaries, worst case."""
    from firstdose.escalation import appendix, appendix_json, comparing
    from firstdose.report.design_appendix import build_design_appendix
    from firstdose.report.text import render_text

    protocol = read_checked_protocol(file)
    other = read_checked_protocol(against) if against else None
    try:
        if size := appendix.tell_size(protocol):
            typer.echo(size, err=True)
        with progress("looking at every way the trial can go") as step:
            found = appendix.compute_appendix(protocol, trials=trials, seed=seed, progress=step)
            beside = (
                comparing.compare_protocols(found, other, against.stem, trials, seed, step)
                if other and against
                else None
            )
    except UserError as refusal:
        stop(refusal.issues, refusal.exit_code)
    if json_file is not None:
        write_json(json_file, appendix_json.appendix_as_json(protocol, found, beside))
    if out is None:
        typer.echo(render_text(build_design_appendix(protocol, found, beside, drawn=False)), nl=False)
    else:
        write_report(build_design_appendix(protocol, found, beside), None, out, "design")


@app.command()
def board(
    study: StudyFolder,
    out: OutFolder,
    cut: Cut = None,
    resumed_after: ResumedAfter = None,
    source: SourceFolder = None,
) -> None:
    """Write the packet of the safety board: exposure, events, decision with its trace, what can follow, the vote."""
    from firstdose.escalation import deciding, foreseeing, on_record
    from firstdose.report.board import build_board_packet

    protocol = read_checked_protocol(study / "protocol.yaml")
    reading, issues = read_checked_records(study, protocol, source)
    snapshot = reading.snapshot
    days = [each.date() if each else None for each in (cut, resumed_after)]
    try:
        decision = deciding.decide(protocol, snapshot, days[0], resumed_after=days[1])
    except UserError as refusal:
        stop(refusal.issues, refusal.exit_code)
    issues += on_record.check_escalation(protocol, snapshot)
    packet = build_board_packet(protocol, snapshot, decision, foreseeing.foresee(decision), issues)
    write_report(packet, snapshot, out, "board")
