"""The application that all commands belong to."""

from __future__ import annotations

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="firstdose: one protocol file drives a phase I trial of a locally injected therapy.",
)
