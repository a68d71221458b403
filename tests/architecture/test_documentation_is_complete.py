"""Undocumented means broken: every command with its options, and every Issue code, has its place in docs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.architecture.source import PACKAGE, modules
from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = re.compile(r"\bFD-[PSRLADE]\d{3}\b")
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
ISSUES = ROOT / "docs" / "issues"


def commands() -> dict[str, Any]:
    """Every command of the command line by what is typed: `firstdose check`."""
    if not any(path.startswith(("cli.py", "cli/")) for path in modules()):
        pytest.skip("there is no command line yet")
    import typer

    from firstdose import cli

    apps = [each for each in vars(cli).values() if isinstance(each, typer.Typer)]
    assert len(apps) == 1, "firstdose.cli holds one typer application"
    return dict(_walk("firstdose", typer.main.get_command(apps[0])))


def _walk(typed: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below:
        yield typed, command
    for name, each in below.items():
        yield from _walk(f"{typed} {name}", each)


def codes_in_source() -> set[str]:
    return {code for path in modules() for code in CODE.findall((PACKAGE / path).read_text("utf-8"))}


def test_every_command_is_documented() -> None:
    page = COMMANDS.read_text("utf-8")
    assert [typed for typed in commands() if not re.search(rf"{re.escape(typed)}\b", page)] == []


def test_every_option_is_documented() -> None:
    page = COMMANDS.read_text("utf-8")
    options = {name for command in commands().values() for param in command.params for name in param.opts}
    long = {name for name in options if name.startswith("--")} - {"--help"}
    assert sorted(name for name in long if not re.search(rf"{re.escape(name)}\b", page)) == []


def test_every_documented_command_exists() -> None:
    headings = re.findall(
        r"^#+ .*?`?(firstdose [a-z][\w-]*)", COMMANDS.read_text("utf-8"), flags=re.MULTILINE
    )
    assert [typed for typed in headings if typed not in commands()] == []


def test_every_issue_code_has_its_page() -> None:
    codes = codes_in_source()
    assert codes, "the package raises no Issue at all"
    assert sorted(code for code in codes if not (ISSUES / f"{code}.md").exists()) == []


def test_every_issue_page_belongs_to_a_code() -> None:
    pages = {path.stem for path in ISSUES.glob("FD-*.md")}
    assert sorted(pages - codes_in_source()) == []


def test_every_refusal_of_capture_stands_in_its_table() -> None:
    from docs.refusals import codes, refusals

    assert codes(), "capture refuses nothing at all"
    assert codes() - {code for code, _, _ in refusals()} == set()
    page = (ISSUES / "capture.md").read_text("utf-8")
    assert sorted(code for code in codes() if code not in page) == []
