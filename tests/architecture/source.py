"""What the checkers read: the modules of the package and the files of the project."""

from __future__ import annotations

import ast
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.shared import ROOT

PACKAGE = ROOT / "src" / "firstdose"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module by its path inside the package (`values/issue.py`)."""
    paths = sorted(PACKAGE.rglob("*.py"))
    assert paths, f"no module below {PACKAGE}"
    return {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_bytes()) for path in paths}


def dotted(module: str) -> str:
    """`values/issue.py` as it is imported: firstdose.values.issue."""
    parts = ("firstdose", *Path(module).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def project_files() -> tuple[Path, ...]:
    """Files git keeps, and new ones it would keep; the environment and built things are ignored."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout: which files belong to the project is not known")
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def project_texts() -> dict[str, str]:
    """Every text file of the project by its path; a file with a NUL byte or no UTF-8 is no text."""
    texts = {}
    for path in project_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        texts[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return texts
