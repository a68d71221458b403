"""What is installed: the package with its page styles and fonts, and nothing of the tests."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.source import PACKAGE, project_files
from tests.shared import ROOT, shared_data


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    answer = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {PurePosixPath(name).parts[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"firstdose"}


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    ours = {
        path.relative_to(PACKAGE.parent).as_posix() for path in project_files() if PACKAGE in path.parents
    }
    assert ours
    assert ours - set(wheel.namelist()) == set()


def test_the_wheel_holds_no_tests_and_no_reference_data(wheel: zipfile.ZipFile) -> None:
    parts = {part for name in wheel.namelist() for part in PurePosixPath(name).parts}
    assert parts & {"tests", "conftest.py", "shared", "published-trials", "benchmarks"} == set()


def test_the_wheel_says_its_type_hints_may_be_used(wheel: zipfile.ZipFile) -> None:
    assert "firstdose/py.typed" in wheel.namelist()


def test_no_file_of_the_project_is_a_copy_of_a_reference_file() -> None:
    theirs = {
        _digest(path): path for path in shared_data().rglob("*") if path.is_file() and path.stat().st_size
    }
    assert theirs
    copies = [
        f"{path.relative_to(ROOT)} = {theirs[d]}"
        for path in project_files()
        if (d := _digest(path)) in theirs
    ]
    assert copies == []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
