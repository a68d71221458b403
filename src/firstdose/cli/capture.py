"""The command that serves the trial's web application."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstdose.cli.application import app
from firstdose.cli.arguments import NOT_SERVED, PROTOCOL, StudyFolder
from firstdose.cli.printing import place_of, progress, stop
from firstdose.cli.reading import read_checked_protocol
from firstdose.values.issue import Issue


@app.command()
def serve(
    study: StudyFolder,
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this computer a proxy with https is needed.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    threads: Annotated[int, typer.Option(help="Requests answered at the same time.", min=1, max=64)] = 8,
    administrator: Annotated[str, typer.Option(help="E-mail address of the first account.")] = "",
    rehearsal: Annotated[
        bool,
        typer.Option(
            "--rehearsal",
            help="Invented people of every role and no second factor: to try it, never for a trial.",
        ),
    ] = False,
) -> None:
    """Serve capture: forms, calendar, dose sheets and safety desk of the study, from its protocol file."""
    try:
        import django  # noqa: F401

        from firstdose.web.project import serving
    except ImportError:
        stop([_not_installed(study)], NOT_SERVED)
    file = study / "protocol.yaml"
    protocol = read_checked_protocol(file)
    from firstdose.protocol.identity import compute_identity

    serving.configure(study, rehearsal=rehearsal)
    with progress("preparing the database"):
        serving.prepare_database()
    try:
        note = serving.ensure_protocol(protocol, file.read_text(encoding="utf-8"), compute_identity(protocol))
    except ValueError as why:
        stop(
            [Issue(place_of(file), "FD-W190", str(why), "Serve each trial from a folder of its own.")],
            PROTOCOL,
        )
    try:
        told = serving.first_account(administrator, f"http://{host}:{port}", rehearsal=rehearsal)
    except ValueError as why:
        remedy = "Say who administers it: --administrator you@example.org; or try it with --rehearsal."
        stop([Issue(place_of(study), "FD-W191", str(why), remedy)], NOT_SERVED)
    for line in filter(None, [note, *told]):
        typer.echo(line)
    typer.echo(f"{protocol.trial.id}: http://{host}:{port}  (end with Ctrl+C)")
    serving.run(host, port, threads)


def _not_installed(study: Path) -> Issue:
    return Issue(
        place_of(study),
        "FD-W192",
        "capture is not installed.",
        "Install it with: pip install 'firstdose[web]'.",
    )
