"""freedman_lane has no reference numbers: it is held against exact tests where nothing else is in the model."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from firstdose.catalogue.layout import Factor, Layout
from firstdose.catalogue.loading import load
from tests.reference.methods.cases import codes, estimate, rabbit, same, sleep

TIMES = ("25", "50", "100")
GROUPS = np.array([0, 0, 0, 1, 1, 1, 1])


def rows(seed, n=7, k=3):
    return np.round(np.random.default_rng(seed).normal(10, 3, (n, k)), 1)


@pytest.mark.parametrize("seed", range(4))
def test_without_groups_it_is_the_exact_permutation_test_over_times(seed):
    y = rows(seed, n=5)
    exact, r = estimate("permutation_rm_exact", y, decimals=1), estimate("freedman_lane", y, decimals=1)
    assert (r.p, r.statistic, r.estimate) == (same(exact.p), same(exact.statistic), same(exact.estimate))
    assert (r.exact, r.value("arrangements")) == (True, exact.value("arrangements"))
    assert "FD-A146" not in codes(r)


def test_it_is_the_exact_permutation_test_of_the_published_rabbits():
    """rabbit_n5, three doses: p .00077."""
    assert estimate("freedman_lane", rabbit(TIMES), decimals=2).p == pytest.approx(0.00077160, abs=1e-8)


@pytest.mark.parametrize("effect, name", [("between", "group"), ("interaction", "group:time")])
@pytest.mark.parametrize("seed", range(3))
def test_with_one_factor_between_whole_participants_are_exchanged_exactly(effect, name, seed):
    y = rows(seed)
    exact = estimate("permutation_mixed_exact", y, groups=GROUPS, decimals=1).effect(name)
    r = estimate("freedman_lane", y, groups=GROUPS, decimals=1, effect=effect)
    assert (r.effects[0].name, r.p, r.exact) == (name, same(exact.p), True)
    assert r.statistic == same(estimate("rm_anova", y, groups=GROUPS).effect(name).statistic)
    assert r.value("smallest_p") == exact.value("smallest_p")


def test_turning_signs_between_two_times_is_the_exact_sign_flip_test():
    r = estimate("freedman_lane", sleep(), decimals=1, exchanged="signs")
    flips = estimate("sign_flip_exact", sleep(), decimals=1)
    assert (r.p, r.exact, r.value("arrangements")) == (same(flips.p), True, 2**9)
    assert estimate("freedman_lane", sleep(), decimals=1).p == same(flips.p)


def test_time_with_groups_exchanges_residuals_of_the_model_without_time():
    """Counted again: residuals, every order of each participant's, F of the least-squares fit of type III."""
    y, g = rows(9, n=4), np.array([0, 1, 1, 1])
    r = estimate("freedman_lane", y, groups=g, decimals=1)
    z = y - y.mean(axis=1, keepdims=True)
    side = np.where(g == 0, 1.0, -1.0)[:, None]  # group by time without time: only the signed part is fitted
    residuals = z - side * (side * z).mean(axis=0) / (side**2).mean()
    many = load("methods")["rm_anova"].many
    orders = np.array([[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    arranged = np.array(
        [[row[o] for row, o in zip(residuals, chosen, strict=True)] for chosen in product(orders, repeat=4)]
    )
    f = many(arranged, groups=g).arrays["f"]
    assert r.p == pytest.approx(float(np.mean(f >= r.statistic * (1 - 1e-9))))
    assert r.statistic == same(estimate("rm_anova", y, groups=g).effect("time").statistic)
    assert (r.exact, r.value("arrangements")) == (False, 6**3)
    assert "FD-A146" in codes(r)


def test_several_factors_keep_the_f_of_the_analysis_of_variance():
    rng = np.random.default_rng(2)
    y = np.round(rng.normal(size=(9, 4)), 2)
    layout = Layout(
        within=(Factor(name="side", levels=("l", "r")), Factor(name="time", levels=("a", "b"))),
        between=(
            Factor(name="dose", levels=("1", "2"), codes=(0, 0, 0, 0, 1, 1, 1, 1, 1)),
            Factor(name="sex", levels=("m", "f"), codes=(0, 1, 0, 1, 0, 1, 0, 1, 1)),
        ),
    )
    anova = estimate("rm_anova", y, layout=layout)
    for line in anova.effects:
        r = estimate("freedman_lane", y, layout=layout, effect=line.name, draws=199, decimals=2)
        assert r.statistic == same(line.statistic)
        assert 0 < r.p <= 1
        assert "FD-A146" in codes(r)
    signs = estimate("freedman_lane", y, layout=layout, effect="side:time", exchanged="signs", decimals=2)
    assert (signs.value("arrangements"), signs.exact) == (2**8, False)


def test_it_keeps_its_level_when_only_the_other_effects_are_there():
    """400 data sets with groups of 2 and 4, a strong group effect on the course, and none of time."""
    rng = np.random.default_rng(11)
    g = np.array([0, 0, 1, 1, 1, 1])
    course = np.where(g == 0, 1.0, -1.0)[:, None] * np.array([-2.0, 0.0, 2.0])
    p = [
        estimate("freedman_lane", rng.normal(size=(6, 3)) + course, groups=g, decimals=6).p
        for _ in range(400)
    ]
    rejected = np.mean(np.array(p) <= 0.05)
    assert 0.02 <= rejected <= 0.085  # .05 and three times its standard error, .033, above


def test_an_effect_between_participants_needs_groups():
    for effect in ("between", "interaction"):
        r = estimate("freedman_lane", rows(0), effect=effect, decimals=1)
        assert (r.p, codes(r)) == (None, {"FD-A120"})


def test_an_effect_that_is_not_there_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="effect is one of time"):
        estimate("freedman_lane", rows(0), effect="dose")
    with pytest.raises(ValueError, match="exchanged"):
        estimate("freedman_lane", rows(0), exchanged="rows")


def test_trap_18_drawn_arrangements_never_give_zero_and_name_their_seed():
    y = rows(1, n=14, k=4) + np.array([0, 20, 40, 60])
    r = estimate("freedman_lane", y, draws="299", seed="3", decimals=1)
    assert (r.p, r.seed, r.draws, r.exact) == (1 / 300, 3, 299, False)
    assert estimate("freedman_lane", y, draws=299, seed=3, decimals=1) == r
    signs = estimate(
        "freedman_lane", rows(1, n=26) + np.array([0, 9, 99]), draws=299, exchanged="signs", decimals=1
    )
    assert (signs.p, signs.draws) == (1 / 300, 299)
