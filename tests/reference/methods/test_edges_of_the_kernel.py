"""Where a number lies far out, or counting everything would take too long: what the methods say then."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firstdose.methods._kernel.arrangements import friedman_tail, ranks_within
from firstdose.methods._kernel.distributions import noncentral_t_cdf
from firstdose.methods._kernel.groups import orders_alike
from tests.reference.methods.cases import codes, estimate


@pytest.mark.parametrize("ratio", [1.2, 2.0, 5.0])
def test_the_noncentral_t_far_out_is_the_tail_of_its_chi_part(ratio):
    """With one degree of freedom T = (Z + nc)/|W|: for a huge t, P(T <= t) is P(|W| >= nc/t) = erfc(ratio/sqrt 2)."""
    t = 1e5
    beyond = math.erfc(ratio / math.sqrt(2))
    assert noncentral_t_cdf(t, 1, ratio * t) == pytest.approx(beyond, rel=1e-6)
    assert noncentral_t_cdf(-t, 1, -ratio * t) == pytest.approx(1 - beyond, rel=1e-6)


def test_an_interval_that_is_to_hold_every_effect_size_has_no_limits():
    r = estimate("paired_t", np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 3.5]]), level=1.0)
    assert (r.value("dz_low"), r.value("dz_high")) == (None, None)


def test_orders_of_seven_times_are_too_many_to_count_and_the_result_says_so():
    rows = np.tile(np.arange(7.0), (3, 1))
    assert friedman_tail(ranks_within(rows.astype(np.int64))) is None
    r = estimate("friedman_exact", rows, decimals=0)
    assert not r.exact
    assert "FD-A115" in codes(r)


def test_complete_separations_of_very_many_groups_count_at_least_as_a_mirror_pair():
    """The variation between separated groups is that of all ranks less that within, whatever their order."""
    assert [orders_alike(sizes) for sizes in ((1, 1, 1), (1, 2, 4))] == [6, 6]
    assert 2 <= orders_alike((1,) * 8) <= math.factorial(8)


def test_a_mauchly_w_that_is_zero_to_double_precision_has_no_p():
    """150 times whose variances span eight decades: the determinant underflows, though no contrast is without variation."""
    rows = np.random.default_rng(1).normal(size=(200, 150)) * np.logspace(0, -4, 150)
    r = estimate("rm_anova", rows)
    assert r.value("mauchly_w") == 0.0
    assert r.value("mauchly_p") is None
    assert 0 < r.value("epsilon_gg") < 1
