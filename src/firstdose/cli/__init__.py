"""The command line: one function per command, nothing but calls."""

from __future__ import annotations

from typing import Annotated

import typer

from firstdose import __version__
from firstdose.cli import capture, custody, exchange, laboratory, log, protocols, safety, studies  # noqa: F401, they add their commands
from firstdose.cli.application import app
from firstdose.values.issue import UserError


def _version(value: bool) -> None:
    if value:
        typer.echo(f"firstdose {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """firstdose: one protocol file drives a phase I trial of a locally injected therapy."""


def run() -> None:
    """Entry point: a user sees sentences and exit codes, never a traceback for bad input."""
    try:
        app()
    except UserError as error:
        for issue in error.issues:
            typer.echo(str(issue))
        raise SystemExit(error.exit_code) from None
