"""Reading a protocol costs no plotting library, and asking for help costs nearly nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.architecture.source import dotted, modules

DRAWING = {"matplotlib", "typst"}
TERMINAL = {"typer", "rich"}
ESTIMATING = {"openpyxl", "polars", "scipy"}
ASK = "import importlib, json, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(json.dumps([*sys.modules]))"


def loaded_by(*names: str) -> set[str]:
    """What stands in `sys.modules` of a new process that imports these."""
    answer = subprocess.run([sys.executable, "-c", ASK, *names], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_the_core_loads_nothing_that_draws_and_no_terminal() -> None:
    core = [dotted(path) for path in modules() if not path.startswith(("cli", "__main__", "report/", "web/"))]
    assert len(core) > 1
    assert loaded_by(*core) & (DRAWING | TERMINAL) == set()


def test_the_command_line_loads_nothing_that_draws_or_estimates() -> None:
    if not any(path.startswith(("cli.py", "cli/")) for path in modules()):
        pytest.skip("there is no command line yet")
    assert loaded_by("firstdose.cli") & (DRAWING | ESTIMATING) == set()


def test_the_core_and_the_command_line_load_no_web_framework() -> None:
    core = [dotted(path) for path in modules() if not path.startswith(("__main__", "web/"))]
    assert loaded_by(*core) & {"django", "cryptography", "PIL"} == set()


def test_a_loaded_library_is_seen() -> None:
    assert "typer" in loaded_by("typer")
