"""What tests borrow from outside the project: reference data beside it, programs of the system."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared_data(*parts: str) -> Path:
    """A file or folder of the reference data, or a skip that says where it was looked for.

    They lie beside the project, in `../shared/data`; FIRSTDOSE_SHARED_DATA names another folder.
    """
    home = Path(os.environ.get("FIRSTDOSE_SHARED_DATA") or ROOT.parent / "shared" / "data")
    wanted = home.joinpath(*parts)
    if not wanted.exists():
        pytest.skip(f"reference data are not here: {wanted} (FIRSTDOSE_SHARED_DATA may name their folder)")
    return wanted


def program(name: str, package: str = "") -> Path:
    """A program of the system (chromium, pdftoppm), or a skip that names the package to install."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: apt-get install {package or name})")
    return Path(found)
