"""Coverage as a finite sum, and what no event excludes."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.escalation.coverage import INTERVALS, compute_coverage, exclude_without_event


@pytest.mark.parametrize(
    ("n", "one_sided", "two_sided", "wilson", "three"),
    [
        (5, 0.451, 0.522, 0.434, 0.600),
        (6, 0.393, 0.459, 0.390, 0.500),
        (10, 0.259, 0.308, 0.278, 0.300),
        (12, 0.221, 0.265, 0.242, 0.250),
        (20, 0.139, 0.168, 0.161, 0.150),
        (30, 0.095, 0.116, 0.114, 0.100),
    ],
)
def test_what_no_event_excludes(n, one_sided, two_sided, wilson, three):
    """1 - .05^(1/n), 1 - .025^(1/n), z^2 / (n + z^2) and 3 / n (Hanley & Lippman-Hand 1983; Wilson 1927)."""
    found = exclude_without_event(n)
    assert (found.one_sided, found.two_sided, found.wilson, found.three) == pytest.approx(
        (one_sided, two_sided, wilson, three), abs=5e-4
    )
    assert found.wilson < found.two_sided


@given(st.sampled_from(INTERVALS), st.integers(1, 12), st.floats(0.001, 0.999))
def test_the_coverage_is_the_probability_of_the_counts_whose_interval_holds_the_rate(method, n, rate):
    found = compute_coverage(method, n)
    held = [x for x in range(n + 1) if found.low[x] <= rate <= found.high[x]]
    chance = sum(comb(n, x) * rate**x * (1 - rate) ** (n - x) for x in held)
    assert found.under(rate) == pytest.approx(chance, abs=1e-12)
    assert found.under(rate) >= found.least - 1e-12


@pytest.mark.parametrize("method", INTERVALS)
def test_the_least_coverage_is_approached_and_the_mean_is_the_integral(method):
    found = compute_coverage(method, 7)
    rates = (np.arange(20_000) + 0.5) / 20_000
    grid = np.array([found.under(rate) for rate in rates])
    assert found.least <= grid.min() <= found.least + 2e-3
    assert found.mean == pytest.approx(grid.mean(), abs=1e-4)


@pytest.mark.parametrize("n", [1, 3, 6, 15])
def test_only_the_exact_interval_never_holds_less_than_it_says(n):
    assert compute_coverage("exact_binomial", n).least >= 0.95
    assert compute_coverage("wilson", n).least < 0.95
    assert compute_coverage("jeffreys", n).least < 0.95
