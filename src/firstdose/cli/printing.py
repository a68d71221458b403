"""What a command says: Issues, their number, how far it has come, and why it stops."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from firstdose.cli.arguments import EXPORT
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PLURAL = {"error": "errors", "query": "queries", "warning": "warnings"}


def counted(issues: list[Issue]) -> str:
    """`2 errors, 1 query`, or `no Issue`."""
    if not issues:
        return "no Issue"
    counts = {word: sum(issue.weight == word for issue in issues) for word in PLURAL}
    return ", ".join(f"{n} {word if n == 1 else PLURAL[word]}" for word, n in counts.items() if n)


def print_issues(issues: Iterable[Issue], *, as_json: bool = False) -> None:
    ordered = sorted(issues)
    if as_json:
        typer.echo(json.dumps([issue.as_json() for issue in ordered], ensure_ascii=False, indent=1))
        return
    for issue in ordered:
        typer.echo(str(issue))


def stop(issues: Iterable[Issue], exit_code: int, *, as_json: bool = False) -> NoReturn:
    print_issues(issues, as_json=as_json)
    raise typer.Exit(exit_code)


def make_folder(folder: Path) -> None:
    from firstdose.datasets.output import make_output_folder

    if issues := make_output_folder(folder):
        stop(issues, EXPORT)


def write_json(file: Path, written: object) -> None:
    """The object as JSON; where nothing can be written the command ends with exit code 13."""
    make_folder(file.parent)
    try:
        file.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as why:
        message = f"no file can be written here ({why.strerror})."
        stop([Issue(place_of(file), "FD-D002", message, "Name another place for the output.")], EXPORT)


def already_there(path: Path) -> Issue:
    return Issue(
        place_of(path),
        "FD-R028",
        f"'{path.name}' is already there.",
        "Name another place; nothing is overwritten.",
    )


def place_of(path: Path) -> Place:
    return Place(str(path))


class progress:  # noqa: N801
    """A spinner and, where a share is known, a bar on the error stream; silent when nobody looks."""

    def __init__(self, label: str) -> None:
        self.label = label

    def __enter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        if not sys.stderr.isatty():
            return lambda _share: None
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._bar.start()
        task = self._bar.add_task(self.label, total=None)
        return lambda share: self._bar.update(task, total=1.0, completed=share)

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_bar"):
            self._bar.stop()
