"""The walls between the rooms stand, and each of them notices a hole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE
from tests.shared import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]

# By contract: the module that gets a line too many, and the line.
HOLES = {
    "layers": ("values/__init__.py", "import firstdose.report"),
    "shelves": ("methods/planted.py", "import firstdose.instruments.planted"),
    "knowledge": ("designs/__init__.py", "import polars"),
    "cycles": ("records/__init__.py", "import firstdose.protocol, firstdose.records.planted"),
    "strangers": ("derived/__init__.py", "import pandas"),
    "django": ("planning/__init__.py", "import django"),
    "terminal": ("report/__init__.py", "import rich"),
    "homes": ("analysis/__init__.py", "import typst"),
    "compiled": ("derived/__init__.py", "import numba"),
}


def lint(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_wall_stands() -> None:
    answer = lint(ROOT / "src", ROOT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.slow
def test_every_wall_notices_a_hole(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "firstdose", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "firstdose" / "instruments" / "planted.py").touch()
    (tmp_path / "firstdose" / "records" / "planted.py").write_text("import firstdose.records.planted_too\n")
    (tmp_path / "firstdose" / "records" / "planted_too.py").write_text("import firstdose.records.planted\n")
    for module, line in HOLES.values():
        with (tmp_path / "firstdose" / module).open("a") as file:
            file.write(f"\n{line}\n")
    answer = lint(tmp_path, tmp_path).stdout
    broken = {
        name
        for name in (each["name"] for each in CONTRACTS)
        if re.search(rf"{re.escape(name)} BROKEN", answer)
    }
    assert broken == {each["name"] for each in CONTRACTS}, answer


def test_every_contract_has_its_planted_hole() -> None:
    assert {each["id"] for each in CONTRACTS} == set(HOLES)
