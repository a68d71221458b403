"""Each of the known traps of small trials has a test named after it; what the trap is, in one line."""

from __future__ import annotations

import re

import pytest

from tests.shared import ROOT

TRAPS = {
    1: "decimal ties that binary arithmetic takes apart",
    2: "'exact' tests that are not, with ties, zeros or few participants",
    3: "a Greenhouse-Geisser label over an uncorrected p",
    4: "Kenward-Roger without saying which",
    5: "REML likelihoods compared between codings of the fixed effects",
    6: "type II or type III not said in unbalanced mixed designs",
    7: "lesions tested as if they were participants",
    8: "percent change and ratios where zero is possible",
    9: "a change without comparison group called an effect of the cells",
    10: "effect sizes without name and denominator",
    11: "observed power, which repeats the p value",
    12: "Huynh-Feldt above 1, two formulas of it, Mauchly as a gate",
    13: "differences that are all equal",
    14: "a participant dropped for one missed visit",
    15: "groups of 3 against 2",
    16: "carry-over between lesions of one participant",
    17: "a one-sided p quoted as two-sided, or a direction chosen later",
    18: "a Monte Carlo p of zero",
    19: "rates of adverse events without a declared denominator",
    20: "half the limit of detection in place of a value",
    21: "visits of the same participants counted as independent points",
    22: "participants dropped in silence",
}


@pytest.fixture(scope="module")
def named() -> dict[int, list[str]]:
    """Trap > tests that bear its number."""
    found: dict[int, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, number in re.findall(r"^def (test_trap_(\d+)_\w+)", path.read_text("utf-8"), re.MULTILINE):
            found.setdefault(int(number), []).append(name)
    return found


@pytest.mark.parametrize("number", TRAPS, ids=lambda number: f"trap {number}")
def test_the_trap_has_a_test_named_after_it(named, number):
    assert named.get(number), TRAPS[number]


def test_no_test_bears_the_number_of_a_trap_that_is_not_listed(named):
    assert set(named) <= set(TRAPS)
