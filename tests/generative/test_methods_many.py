"""Two ways that must agree: limits of many data sets together, and of each by search or by trying every shift."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.catalogue.loading import load
from firstdose.methods import paired_t
from firstdose.methods._kernel import noncentral, walsh, walsh_many
from firstdose.methods._kernel.distributions import noncentral_t_cdf

ENTRIES = dict(load("methods"))
unhurried = settings(deadline=None, max_examples=25)


@given(
    st.integers(1, noncentral.MOST_DF),
    st.floats(-200, 200),
    st.sampled_from([0.005, 0.025, 0.1, 0.5, 0.9, 0.975, 0.995]),
)
def test_the_noncentrality_found_by_newtons_steps_has_the_chance_asked_for(df, t, p):
    (nc,) = noncentral.noncentralities(np.array([t]), df, p)
    assert noncentral_t_cdf(t, df, float(nc)) == pytest.approx(p, rel=1e-9)


@given(st.integers(2, noncentral.MOST_DF + 5), st.floats(-3, 3), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_of_dz_is_that_found_by_search(n, dz, level):
    found = paired_t._dz_intervals(np.array([dz]), n, level)[:, 0]
    t, tail = dz * math.sqrt(n), (1 - level) / 2
    wanted = [paired_t._noncentrality(t, n - 1, p, 10 * (1 + abs(t))) for p in (1 - tail, tail)]
    assert found * math.sqrt(n) == pytest.approx(np.array(wanted), rel=1e-9, abs=1e-9)


def test_differences_that_hardly_vary_have_no_interval_of_dz_among_others_that_have():
    found = paired_t._dz_intervals(np.array([0.5, 1e6, np.nan]), 5, 0.95)
    assert np.isfinite(found).tolist() == [[True, False, False]] * 2


@given(
    st.integers(1, 14).flatmap(
        lambda n: st.lists(st.lists(st.integers(-9, 12), min_size=n, max_size=n), min_size=1, max_size=4)
    ),
    st.sampled_from([1, 5, 1000]),
    st.sampled_from([0.5, 0.8, 0.95, 0.99]),
)
def test_signed_rank_limits_of_many_are_those_found_by_trying_every_shift(rows, spread, level):
    """With few ties, with many, and with none."""
    whole = np.array(rows) * spread + np.arange(len(rows[0])) % spread
    found = walsh_many.exact_intervals(whole, level)
    alpha = walsh.left_out(level)
    for i, row in enumerate(whole):
        if found is None:
            assert walsh.exact_interval(row, walsh.walsh_sums(row), level) is None
            continue
        steps = np.unique(walsh.walsh_sums(row))
        (low, below), (high, above) = (
            walsh._first_kept(d, s, alpha) for d, s in ((row, steps), (-row, -steps[::-1]))
        )
        assert found[:, i].tolist() == [low, -high, 1.0 - below - above]


@unhurried
@given(st.integers(0, 10_000), st.sampled_from(["none", "toeplitz_h ar1"]))
def test_mixed_models_fitted_together_are_each_alone(seed, fallback):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(18, 5, 4)) + rng.normal(size=(18, 5, 1))
    y[rng.random(y.shape) < 0.1] = np.nan
    y[3, 0, 0], y[5] = 1e60, 2.0
    many = ENTRIES["mmrm"].many(y, fallback=fallback)
    for i, rows in enumerate(y):
        assert many[i] == ENTRIES["mmrm"].estimate(rows, fallback=fallback)
