"""Pages that show a terminal, walked as a reader would walk them: in order, in one empty folder.

    ```yaml trial/mapping.yaml     a fence that names a file: the file is written
    ```console                     lines that start with `$ ` are typed, the lines below are what is told
    <!-- console                   the same, for what a reader does by hand

`...` alone stands for any number of lines, inside a line for any text; where nothing is shown, anything may be told. A command ends with exit code 0,
unless `$ echo $?` below it says otherwise. `firstdose` runs here, everything else in a shell.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from firstdose import cli

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK = re.compile(r"(?sm)^(?:```|<!-- )(\S+) ?([^\n]*)\n(.*?)^(?:```|-->)$")
_SHOWN = re.compile(r"(?m)^\$ (.+)\n((?:(?!\$ ).*\n?)*)")
ANY = "..."
EXIT_CODE = "echo $?"


@dataclass(slots=True)
class Walk:
    """One walk through a page: where it is, the last exit code, what was not as shown."""

    folder: Path
    code: int = 0
    wrong: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


def walk(page: str, folder: Path) -> Walk:
    """Everything of a page that is not as it shows; the caller stands in the folder."""
    going = Walk(folder)
    for kind, words, text in _BLOCK.findall(page):
        if kind == "console":
            for command, shown in _SHOWN.findall(text):
                _try(going, command.strip(), shown.splitlines())
            _no_failure(going)
        elif words:
            path = folder / words
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return going


def _try(going: Walk, command: str, shown: Sequence[str]) -> None:
    if command == EXIT_CODE:
        told, going.code = [str(going.code)], 0
    else:
        _no_failure(going)
        going.commands.append(command)
        going.code, told = run_firstdose(command) if command.startswith("firstdose") else run_shell(command)
    if shown and not agree(list(shown), told):
        going.wrong += [
            f"$ {command}",
            *(f"shown  {line}" for line in shown),
            *(f"told   {line}" for line in told),
        ]


def _no_failure(going: Walk) -> None:
    if going.code:
        going.wrong.append(f"$ {going.commands[-1]}: exit code {going.code}, and the page does not say so")
    going.code = 0


def agree(shown: list[str], told: list[str]) -> bool:
    """Whether the lines told are those shown, `...` standing for any of them."""
    if not shown:
        return not told
    if shown[0] == ANY:
        return any(agree(shown[1:], told[start:]) for start in range(len(told) + 1))
    return bool(told) and _alike(shown[0], told[0]) and agree(shown[1:], told[1:])


def _alike(shown: str, told: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, shown.split(ANY))), told.rstrip()) is not None


def run_firstdose(command: str) -> tuple[int, list[str]]:
    """(exit code, lines) of the command line itself; `> FILE` at the end writes them there."""
    typed, _, file = command.partition(" > ")
    out = io.StringIO()
    before, sys.argv = sys.argv, shlex.split(typed)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = _ended()
    finally:
        sys.argv = before
    if not file:
        return code, out.getvalue().splitlines()
    Path(file).write_text(out.getvalue(), encoding="utf-8")
    return code, []


def _ended() -> int:
    try:
        cli.run()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def run_shell(command: str) -> tuple[int, list[str]]:
    words = os.environ | {"LC_ALL": "C"}  # `ls` sorts as the page shows
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=words)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def options_typed(commands: Sequence[str]) -> Iterator[str]:
    """Every `--option` of these commands."""
    for command in commands:
        yield from re.findall(r"(?<!\S)--[a-z-]+", command)
