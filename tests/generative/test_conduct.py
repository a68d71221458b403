"""Simulated escalations walked through the live decision; `benchmarks/conduct.py` walks 10,000 of them."""

from __future__ import annotations

import pytest
from benchmarks.conduct import DESIGNS, Trial, compare_faithful, compare_tempted, walk_faithfully

MANY = 40


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_decision_path_and_drawn_trial_end_alike(name):
    assert compare_faithful(DESIGNS[name](), MANY) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_the_check_of_the_records_finds_exactly_what_was_given_under_an_override(name):
    differ, given = compare_tempted(DESIGNS[name](), MANY)
    assert given > 0
    assert differ == 0


def test_the_comparison_notices_a_trial_that_goes_another_way():
    """The same trial with other toxicities ends with other counts, so the comparison can fail."""
    chosen = DESIGNS["BOIN"]()
    ends = {walk_faithfully(Trial(chosen, number)).state for number in range(6)}
    assert len(ends) > 1
