"""Writes docs/reference/validation.md from a run of these tests: `python -m tests.web.validation.report`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from firstdose import __version__
from tests.shared import ROOT
from tests.web.validation.points import POINTS

PAGE = ROOT / "docs" / "reference" / "validation.md"
HERE = Path(__file__).parent
HEAD = """# Validation report

Written by `python -m tests.web.validation.report` from a run of firstdose {version} on {database}. Each line is one test file in
`tests/web/validation`. It says which controls of the software were tried and held. It does not say that a trial, a centre or an
installation complies with anything: procedures, training, contracts and the validation of the installed system stay with the
centre. Procedure templates are in [procedures](../how-to/procedures.md).

| point | has to hold | from | tests | result |
|---|---|---|---|---|
"""


class Outcomes:
    """Of each point, how many of its tests passed, failed or were skipped."""

    def __init__(self) -> None:
        self.by_point: dict[str, dict[str, int]] = {
            name: {"passed": 0, "failed": 0, "skipped": 0} for name in POINTS
        }

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            found = re.search(r"test_([a-z])(\d\d)_", report.nodeid.partition("::")[0].rpartition("/")[2])
            if found:
                self.by_point[f"{found[1].upper()}{int(found[2])}"][report.outcome] += 1


def page(outcomes: Outcomes, database: str) -> str:
    lines = []
    for name, (what, source) in POINTS.items():
        counts = outcomes.by_point[name]
        total = sum(counts.values())
        result = "holds" if total and counts["passed"] == total else "NOT SHOWN" if not total else "FAILS"
        if counts["skipped"] and not counts["failed"]:
            result = f"holds, {counts['skipped']} skipped" if counts["passed"] else "SKIPPED"
        lines.append(f"| {name} | {what} | {source} | {total} | {result} |")
    held = sum(line.endswith("| holds |") for line in lines)
    return (
        HEAD.format(version=__version__, database=database)
        + "\n".join(lines)
        + f"\n\n{held} of {len(POINTS)} points hold.\n"
    )


def main() -> int:
    from django.db import connection

    outcomes = Outcomes()
    code = pytest.main(["-q", "-p", "no:cacheprovider", str(HERE)], plugins=[outcomes])
    PAGE.write_text(page(outcomes, connection.vendor), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
    return int(code)


if __name__ == "__main__":
    raise SystemExit(main())
