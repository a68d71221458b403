"""The demonstration, run once for all tests of the commands: its report takes longer than anything that is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from firstdose.cli import app

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory) -> Path:
    """What `firstdose demo` leaves of the seed's trial: dose sheets, results, report. Read it, change nothing."""
    folder = tmp_path_factory.mktemp("demonstrated")
    answer = CliRunner().invoke(app, ["demo", "--out", str(folder)])
    assert answer.exit_code == 0, answer.output
    return folder
