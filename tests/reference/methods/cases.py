"""Reference numbers and the data they belong to; `../shared/data/stats/README.md` names the sources."""

from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np
import pytest

from firstdose.catalogue.loading import load
from firstdose.catalogue.result import Result
from tests.shared import shared_data

REL = 1e-9


def estimate(method: str, *args: Any, **named: Any) -> Result:
    return load("methods")[method].estimate(*args, **named)


def expected(case: str) -> dict[str, Any]:
    return json.loads(shared_data("stats", f"{case}.json").read_text("utf-8"))["analyses"]


def table(case: str) -> list[dict[str, str]]:
    with shared_data("stats", f"{case}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wide(rows: list[dict[str, str]], who: str, when: str, what: str) -> np.ndarray:
    """One row a participant, one column a time, both in order of appearance."""
    people, times = (list(dict.fromkeys(row[name] for row in rows)) for name in (who, when))
    y = np.full((len(people), len(times)), np.nan)
    for row in rows:
        y[people.index(row[who]), times.index(row[when])] = float(row[what])
    return y


def sleep() -> np.ndarray:
    return wide(table("sleep"), "ID", "group", "extra")


def rabbit(doses: tuple[str, ...], treatment: str = "MDL") -> np.ndarray:
    rows = [r for r in table("rabbit_n5") if r["Treatment"] == treatment and r["Dose"] in doses]
    return wide(rows, "Animal", "Dose", "BPchange")


def rabbit_pairs() -> np.ndarray:
    """Control and MDL at dose 100."""
    return np.hstack([rabbit(("100",), "Control"), rabbit(("100",))])


def rounding_times() -> np.ndarray:
    return np.array(
        [[float(r[n]) for n in ("RoundOut", "NarrowAngle", "WideAngle")] for r in table("rounding_times")]
    )


def codes(result: Result) -> set[str]:
    return {caveat.code for caveat in result.caveats}


def same(value: float | None) -> Any:
    return pytest.approx(value, rel=REL, abs=1e-15)
