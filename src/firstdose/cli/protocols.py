"""Commands about a protocol file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import EXPORT, RECORDS, AsJson, ProtocolFile, Shape, SourceFolder
from firstdose.cli.printing import already_there, counted, make_folder, print_issues, progress, stop
from firstdose.cli.reading import read_checked_protocol, read_checked_records
from firstdose.values.issue import errors


@app.command()
def new(file: Annotated[Path, typer.Argument(help="The protocol file to start.", metavar="FILE")]) -> None:
    """Start a protocol file: a small complete trial to be edited."""
    from firstdose.protocol.writing import starter

    if file.exists():
        stop([already_there(file)], EXPORT)
    make_folder(file.parent)
    file.write_text(starter(), encoding="utf-8")
    typer.echo(f"{file} is ready to be edited. Then: firstdose check {file}")


@app.command()
def check(
    what: Annotated[
        Path, typer.Argument(help="A protocol file or a study folder.", metavar="PROTOCOL|STUDY")
    ],
    source: SourceFolder = None,
    as_json: AsJson = False,
) -> None:
    """Check a protocol file, or a study folder with its records; every mistake is told at once."""
    if not what.is_dir():
        read_checked_protocol(what, show=True, as_json=as_json)
        return
    from firstdose.escalation.on_record import check_escalation

    protocol = read_checked_protocol(what / "protocol.yaml")
    reading, issues = read_checked_records(what, protocol, source)
    issues = sorted([*issues, *check_escalation(protocol, reading.snapshot)])
    print_issues(issues, as_json=as_json)
    if not as_json:
        from firstdose.derived.deviations import derive_deviations

        snapshot = reading.snapshot
        for each in derive_deviations(protocol, snapshot):
            typer.echo(f"deviation  {each.participant}  {each.kind}: {each.sentence}")
        typer.echo(
            f"{counted(issues)}; {len(snapshot.participants)} participants, {len(snapshot.tables)} tables, "
            f"snapshot {snapshot.digest[:16]}"
        )
    if errors(issues):
        raise typer.Exit(RECORDS)


@app.command()
def tell(file: ProtocolFile) -> None:
    """Read the protocol back in sentences under the ICH M11 headings, with what so few participants can show."""
    from firstdose.protocol.identity import compute_identity
    from firstdose.protocol.telling import render_telling, tell_protocol

    protocol = read_checked_protocol(file)
    typer.echo(
        render_telling(tell_protocol(protocol), f"Identity {compute_identity(protocol)} (format 1)"), nl=False
    )


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="The protocol before.", metavar="OLD")],
    new_file: Annotated[Path, typer.Argument(help="The protocol after.", metavar="NEW")],
) -> None:
    """List what an amendment changes, in the sentences of `tell`."""
    from firstdose.protocol.comparing import compare_protocols
    from firstdose.protocol.telling import tell_differences

    before, after = read_checked_protocol(old), read_checked_protocol(new_file)
    differences = compare_protocols(before, after)
    typer.echo(tell_differences(before, after, differences), nl=False)


@app.command()
def plan(
    file: ProtocolFile,
    out: Annotated[Path | None, typer.Option(help="Folder for plan.json, plan.csv and plan.md.")] = None,
    trials: Annotated[int, typer.Option(help="How many simulated trials.", min=1)] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.", min=0)] = 1,
    workers: Annotated[int, typer.Option(help="Processes of this machine.", min=1)] = 1,
    cluster: Annotated[str, typer.Option(help="Address of a dask scheduler, in place of --workers.")] = "",
    shape: Annotated[Shape, typer.Option(help="Shape of the simulated values.")] = "normal",
) -> None:
    """Simulate the declared analyses before the first participant: error, power and coverage with so few people."""
    from firstdose.planning import compute_characteristics, export_characteristics, tell_characteristics

    protocol = read_checked_protocol(file)
    if out is not None:
        make_folder(out)
    with progress("simulating trials") as step:
        found = compute_characteristics(
            protocol, trials=trials, seed=seed, shape=shape, workers=workers, cluster=cluster, progress=step
        )
    typer.echo(tell_characteristics(found), nl=False)
    for written in export_characteristics(found, out) if out is not None else ():
        typer.echo(written)


@app.command()
def registry(
    file: ProtocolFile,
    against: Annotated[
        Path | None, typer.Option(help="A registered ICTRP record (XML); every difference is printed.")
    ] = None,
) -> None:
    """Print the trial's registration as ICTRP XML, or compare it with the registered one."""
    from firstdose.datasets.ictrp import compare_registration, render_registration

    protocol = read_checked_protocol(file)
    if against is None:
        typer.echo(render_registration(protocol), nl=False)
        return
    differences, issues = compare_registration(protocol, against)
    print_issues(issues)
    for line in differences:
        typer.echo(line)
    if issues or differences:
        raise typer.Exit(EXPORT)
