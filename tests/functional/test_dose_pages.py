"""The dose sheets print one page a participant."""

from __future__ import annotations

import subprocess
from pathlib import Path

from typer.testing import CliRunner

from firstdose.cli import app
from tests.shared import program

SEED = Path(__file__).parents[2] / "trials" / "adsc_psoriasis"


def test_each_participant_has_one_page_of_its_own(tmp_path):
    reader = program("pdftotext", package="poppler-utils")
    assert CliRunner().invoke(app, ["dose", str(SEED), "--out", str(tmp_path)]).exit_code == 0
    done = subprocess.run(
        [reader, "-layout", tmp_path / "dose.pdf", "-"], capture_output=True, text=True, check=True
    )
    pages = [
        page for page in done.stdout.split("\f") if "Participant INV-" in page and "Contents" not in page
    ]
    heads = [sum(f"Participant INV-00{n}" in page for n in range(1, 6)) for page in pages]
    assert heads == [1, 1, 1, 1, 1]
