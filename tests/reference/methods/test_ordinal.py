"""Ordinal scores: win_probability, shift_table, cumulative_link."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.loading import load
from firstdose.methods._kernel import ordinal
from tests.reference.methods.cases import codes, estimate, same, sleep
from tests.reference.methods.plain import ordinal as plain

# Political ideology (1 very liberal to 5 very conservative) of 407 Republicans and 428 Democrats, General Social
# Survey 1991: Agresti, An Introduction to Categorical Data Analysis (1996), table 8.6; (2007), table 6.7.
REPUBLICANS, DEMOCRATS = (30, 46, 148, 84, 99), (80, 81, 171, 41, 55)


def ideology():
    scores = np.concatenate([np.repeat(np.arange(1, 6), counts) for counts in (REPUBLICANS, DEMOCRATS)])
    return scores.astype(float), np.repeat([0, 1], (407, 428))


def scores(n, shift=0.8, seed=1):
    rng = np.random.default_rng(seed)
    groups = np.arange(n) % 2
    return np.clip(np.rint(rng.normal(2 + shift * groups, 1.2)), 0, 4), groups


def grades(n, seed=1):
    rng = np.random.default_rng(seed)
    before = rng.integers(1, 5, n)
    return np.column_stack([before, np.clip(before - rng.integers(-1, 3, n), 0, 4)]).astype(float)


# Win probability.


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [6, 15, 40])
def test_the_win_probability_is_that_of_munzel_and_brunner(n, seed):
    pairs = grades(n, seed)
    wins = np.sign(pairs[:, 1][:, None] - pairs[:, 0][None, :])
    p_hat, se = plain.win_probability(pairs)
    r = estimate("win_probability", pairs, decimals=0)
    assert r.estimate == same((1 + wins.mean()) / 2) == same(p_hat)
    assert r.value("se") == same(se)
    assert r.p == same(2 * stats.t.sf(abs(p_hat - 0.5) / se, n - 1))
    half = stats.t.ppf(0.975, n - 1) * se
    centre = math.log(p_hat / (1 - p_hat))
    wanted = [1 / (1 + math.exp(-centre - side * half / (p_hat * (1 - p_hat)))) for side in (-1, 1)]
    assert [r.ci_low, r.ci_high] == pytest.approx(wanted, rel=1e-9)
    direct = estimate("win_probability", pairs, decimals=0, interval="direct")
    assert [direct.ci_low, direct.ci_high] == pytest.approx([max(0, p_hat - half), min(1, p_hat + half)])


def test_the_win_probability_of_the_marginals_is_not_the_share_of_participants_who_rose():
    """sleep: nobody slept less with the second drug, one slept as long; over all pairs it is 76.5%."""
    r = estimate("win_probability", sleep(), decimals=1)
    assert (r.value("paired_win_probability"), r.value("unchanged"), r.value("falling")) == (0.95, 1, 0)
    x, y = sleep().T
    assert r.estimate == same(stats.mannwhitneyu(y, x).statistic / 100)


def test_the_order_alone_counts():
    pairs = grades(12)
    r, stretched = (estimate("win_probability", x, decimals=0) for x in (pairs, pairs**3))
    assert (r.estimate, r.p, r.ci_low) == (stretched.estimate, stretched.p, stretched.ci_low)
    turned = estimate("win_probability", pairs[:, ::-1], decimals=0)
    assert (turned.estimate, turned.p) == (same(1 - r.estimate), same(r.p))


def test_below_ten_participants_it_is_flagged_and_at_the_boundary_it_has_no_interval():
    assert "FD-A190" in codes(estimate("win_probability", grades(9), decimals=0))
    assert "FD-A190" not in codes(estimate("win_probability", grades(10), decimals=0))
    r = estimate("win_probability", [[3, 1], [4, 0], [3, 2], [4, 1], [3, 0]], decimals=0)
    assert (r.estimate, r.ci_low, r.p, codes(r)) == (0.0, None, None, {"FD-A191"})
    flat = estimate("win_probability", np.full((12, 2), 2.0), decimals=0)
    assert (flat.estimate, flat.p, codes(flat)) == (0.5, None, {"FD-A191"})


def test_decimals_that_are_ties_are_ties():
    pairs = np.array([[0.3, 0.1 + 0.2], [0.5, 0.2], [0.4, 0.6]] * 5)
    assert estimate("win_probability", pairs, decimals=1).value("unchanged") == 5
    assert "FD-A106" in codes(estimate("win_probability", pairs))


@pytest.mark.parametrize("interval", ["logit", "direct"])
def test_win_probabilities_of_many_data_sets_are_each_as_alone(interval, monkeypatch):
    monkeypatch.setattr(ordinal, "_CHUNK", 300)
    y = np.stack([grades(11, seed) for seed in range(6)])
    y[2] = [4, 0]
    many = load("methods")["win_probability"].many(y, decimals=0, interval=interval)
    for i, r in enumerate(many):
        for key in ("estimate", "p", "ci_low", "ci_high", "statistic"):
            number, found = getattr(r, key), many.arrays[key][i]
            assert (np.isnan(found) and number is None) or found == pytest.approx(number, rel=1e-9)


# Shift table.


def test_a_shift_table_counts_every_participant_once():
    pairs = np.array([[3, 1], [3, 1], [2, 2], [1, 2], [4, 0]], dtype=float)
    r = estimate("shift_table", pairs, decimals=0)
    assert [r.value(name) for name in ("improved", "same", "worse")] == [3, 1, 1]
    cells = {line.name: line.estimate for line in r.effects}
    assert (cells["3 to 1"], cells["2 to 2"], cells["1 to 2"], cells["4 to 0"], cells["1 to 1"]) == (
        2,
        1,
        1,
        1,
        0,
    )
    assert (len(cells), sum(cells.values())) == (25, 5)
    assert r.effect("3 to 1").value("share") == 0.4
    higher = estimate("shift_table", pairs, decimals=0, better="higher")
    assert (higher.value("improved"), higher.value("worse")) == (1, 3)


def test_the_share_that_improved_has_the_exact_interval():
    pairs = grades(9)
    r = estimate("shift_table", pairs, decimals=0)
    wanted = estimate("exact_binomial", (pairs[:, 1] < pairs[:, 0]).astype(float))
    assert (r.estimate, r.ci_low, r.ci_high) == (wanted.estimate, wanted.ci_low, wanted.ci_high)
    assert (r.value("worse_low"), r.p) == (estimate("exact_binomial", pairs[:, 1] > pairs[:, 0]).ci_low, None)


def test_measurements_make_no_shift_table():
    pairs = np.random.default_rng(1).normal(size=(12, 2))
    r = estimate("shift_table", pairs, decimals=3)
    assert (r.effects, codes(r)) == ((), {"FD-A193"})
    assert r.estimate == (pairs[:, 1] < pairs[:, 0]).mean()


# Proportional odds.


def test_the_proportional_odds_model_is_that_of_agresti():
    """Agresti: log odds ratio .975, standard error .129, likelihood ratio 58.6."""
    y, groups = ideology()
    r = estimate("cumulative_link", y, groups=groups, decimals=0)
    assert (round(r.estimate, 3), round(r.value("se"), 3)) == (-0.975, 0.129)
    assert round(r.value("likelihood_ratio"), 1) == 58.6
    assert [round(line.estimate, 3) for line in r.effects] == [-2.469, -1.475, 0.237, 1.070]
    assert r.value("score_norm") < 1e-8
    assert r.p == pytest.approx(stats.chi2.sf(r.value("likelihood_ratio"), 1), rel=1e-9)
    turned = estimate("cumulative_link", y, groups=1 - groups, decimals=0)
    assert (turned.estimate, turned.ci_low, turned.p) == (same(-r.estimate), same(-r.ci_high), same(r.p))


@pytest.mark.parametrize("seed", range(4))
def test_the_maximum_is_that_of_a_general_optimiser(seed):
    y, groups = scores(30, seed=seed)
    r = estimate("cumulative_link", y, groups=groups, decimals=0)
    cuts, slope, loglik = plain.proportional_odds(y, groups)
    assert r.estimate == pytest.approx(slope, abs=1e-5)
    assert [line.estimate for line in r.effects] == pytest.approx(cuts, abs=1e-5)
    assert r.value("log_likelihood") == pytest.approx(loglik, abs=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_score_and_information_are_derivatives_of_the_likelihood(seed):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 9, (3, 4)).astype(float)
    at = np.array([-1.1, 0.3, 0.9, rng.normal()])
    _, score, information = ordinal._likelihood(table, at)
    for i, step in enumerate(np.eye(4) * 1e-6):
        up, down = ordinal._likelihood(table, at + step), ordinal._likelihood(table, at - step)
        assert score[i] == pytest.approx((up[0] - down[0]) / 2e-6, rel=1e-5, abs=1e-5)
        assert information[i] == pytest.approx((down[1] - up[1]) / 2e-6, rel=1e-5, abs=1e-4)


def test_profile_limits_are_where_the_likelihood_ratio_reaches_its_quantile():
    y, groups = scores(40)
    r = estimate("cumulative_link", y, groups=groups, decimals=0)
    table = ordinal.count_table(groups, np.unique(y, return_inverse=True)[1])
    for limit in (r.ci_low, r.ci_high):
        found = ordinal.fit_odds(table, limit)
        assert 2 * (r.value("log_likelihood") - found.loglik) == pytest.approx(
            stats.chi2.ppf(0.95, 1), rel=1e-7
        )
    wald = estimate("cumulative_link", y, groups=groups, decimals=0, interval="wald")
    assert (wald.ci_low, wald.ci_high) == (
        same(r.estimate - stats.norm.ppf(0.975) * r.value("se")),
        same(r.estimate + stats.norm.ppf(0.975) * r.value("se")),
    )
    assert wald.p == same(2 * stats.norm.sf(abs(r.value("z"))))
    assert r.value("odds_ratio_low") == same(math.exp(r.ci_low))


def test_two_categories_are_logistic_regression():
    table = np.array([[12.0, 8.0], [5.0, 15.0]])
    fit = ordinal.fit_odds(table)
    assert fit.slope == pytest.approx(math.log((15 / 5) / (8 / 12)), rel=1e-9)
    assert fit.se == pytest.approx(math.sqrt((1 / table).sum()), rel=1e-9)


def test_more_groups_are_a_trend_per_step():
    y, _ = scores(45)
    three = np.arange(45) % 3
    r = estimate("cumulative_link", y, groups=three, decimals=0)
    assert r.estimate_name == "log odds ratio per group"
    assert r.estimate == pytest.approx(plain.proportional_odds(y, three)[1], abs=1e-5)


def test_below_twenty_participants_it_is_refused_and_said_beforehand():
    y, groups = scores(19)
    r = estimate("cumulative_link", y, groups=groups, decimals=0)
    assert (r.estimate, codes(r)) == (None, {"FD-A192"})
    cannot = load("methods")["cumulative_link"].cannot
    assert cannot(19, 1, 2, {}).endswith(".")
    assert cannot(20, 1, 2, {}) == ""


def test_groups_that_do_not_overlap_have_no_odds_ratio():
    y = np.repeat([0.0, 1.0, 1.0, 2.0], 6)
    r = estimate("cumulative_link", y, groups=np.repeat([0, 1], 12), decimals=0)
    assert (r.estimate, r.p, codes(r)) == (None, None, {"FD-A194"})
    y[0] = 2.0
    overlapping = estimate("cumulative_link", y, groups=np.repeat([0, 1], 12), decimals=0)
    assert overlapping.ci_low < overlapping.estimate < overlapping.ci_high


def test_measurements_and_equal_scores_are_refused():
    rng = np.random.default_rng(1)
    assert codes(estimate("cumulative_link", rng.normal(size=30), groups=np.arange(30) % 2, decimals=2)) == {
        "FD-A193"
    }
    assert codes(estimate("cumulative_link", np.ones(30), groups=np.arange(30) % 2, decimals=0)) == {
        "FD-A120"
    }
