"""Run a published trial from its protocol and mapping on the original file, as `firstdose report` does."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firstdose.analysis.running import analyse
from firstdose.protocol.reading import read_protocol
from firstdose.records.study import read_study
from firstdose.values.issue import errors
from tests.shared import shared_data

if TYPE_CHECKING:
    from firstdose.analysis.results import Results

TRIALS = Path(__file__).parents[2] / "trials"
CLOSE = 1e-6


def expected_of(folder: str) -> dict[str, Any]:
    """The expected values that lie beside the published data."""
    path = shared_data("published-trials", folder, "expected.json")
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def results_of(trial: str, folder: str) -> Results:
    """All numbers of one published trial; its records must be read without an error."""
    source = shared_data("published-trials", folder)
    protocol = read_protocol(TRIALS / trial / "protocol.yaml").protocol
    assert protocol is not None
    reading = read_study(TRIALS / trial, protocol, source_folder=source)
    assert errors(reading.issues) == []
    return analyse(protocol, reading.snapshot)


def value_of(results: Results, analysis: str, statistic: str, **where: str) -> float:
    """One number by what it is."""
    row = results.one(analysis, statistic=statistic, **where)
    assert row.value is not None
    return row.value
