from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.loading import load
from tests.reference.methods.cases import codes, estimate, expected, rabbit_pairs, same, sleep

CASES = {"sleep": ("paired", sleep, 1), "rabbit_n5": ("paired_dose100", rabbit_pairs, 2)}
RANKED = {
    "signed_rank_exact": "wilcoxon_exact_zeros_dropped",
    "signed_rank_pratt_exact": "wilcoxon_exact_pratt",
}
EXACT = (*RANKED, "sign_flip_exact", "sign_test")
DIRECTIONS = ("two-sided", "greater", "less")


def reference(case):
    analysis, pairs, decimals = CASES[case]
    found = expected(case)[analysis]
    return found.get("result", found), pairs(), decimals


def paired(d):
    return np.column_stack([np.zeros(len(d)), d])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", RANKED)
def test_signed_rank_p_is_exact_with_a_zero_and_a_tie(case, method):
    """Cross-checked with coin 1.4-2 and exactRankTests 0.8-35 (see the case's JSON)."""
    wanted, pairs, decimals = reference(case)
    ranked = wanted[RANKED[method]]
    for direction in DIRECTIONS:
        r = estimate(method, pairs, decimals=decimals, alternative=direction)
        assert r.p == same(ranked[f"p_{direction.replace('-', '_')}"])
        assert r.exact
    assert (r.value("v_plus"), r.value("v_minus")) == (ranked["V_plus"], ranked["V_minus"])
    assert r.value("n_nonzero") == ranked["n_nonzero"]
    assert r.value("hodges_lehmann") == same(wanted["hodges_lehmann"])
    assert r.estimate == r.value("hodges_lehmann")


def test_the_interval_holds_every_shift_that_the_test_keeps_also_with_ties():
    """sleep without its zero: exactRankTests gives [1.05, 2.9] from the tie pattern of the unshifted differences.

    At 2.92 the exact test, given the ties there, does not reject: the upper limit is 2.95.
    """
    wanted, pairs, _ = reference("sleep")
    kept = pairs[np.round(pairs[:, 1] - pairs[:, 0], 1) != 0]
    r = estimate("signed_rank_exact", kept, decimals=1)
    low, high = wanted["hodges_lehmann_ci_exact"]
    assert (r.ci_low, r.ci_high) == (same(low), same(2.95))
    assert r.attained_level >= 0.95
    p = {s: estimate("signed_rank_exact", kept - [[0, s]], decimals=2).p for s in (1.04, 1.06, 2.92, 2.96)}
    assert p[1.04] <= 0.05 < p[1.06]
    assert p[2.96] <= 0.05 < p[2.92]
    assert high == 2.9


def test_the_interval_with_the_zero_keeps_all_ten_differences_and_prints_its_level():
    r = estimate("signed_rank_pratt_exact", sleep(), decimals=1)
    assert (r.ci_low, r.ci_high) == (pytest.approx(0.9), pytest.approx(2.7))
    assert 0.95 <= r.attained_level < 0.96


@pytest.mark.parametrize(
    "method", ["signed_rank_exact", "signed_rank_pratt_exact", "sign_flip_exact", "sign_test"]
)
def test_no_95_percent_interval_exists_at_five_and_one_of_93_75_does(method):
    """rabbit_n5: the full range [-22, 4] that others print as 95% is a 93.75% interval."""
    _, pairs, _ = reference("rabbit_n5")
    r = estimate(method, pairs, decimals=2)
    assert (r.ci_low, r.ci_high, r.attained_level) == (None, None, None)
    assert {"FD-A103", "FD-A109"} <= codes(r)
    lower = estimate(method, pairs, decimals=2, level=0.9)
    assert (lower.ci_low, lower.ci_high) == (pytest.approx(-22), pytest.approx(4))
    assert lower.attained_level == 0.9375


@pytest.mark.parametrize("case", CASES)
def test_sign_flip_counts_every_arrangement(case):
    wanted, pairs, decimals = reference(case)
    flips = wanted["sign_flip_exact_mean"]
    for direction in DIRECTIONS:
        r = estimate("sign_flip_exact", pairs, decimals=decimals, alternative=direction)
        assert r.p == flips[f"p_{direction.replace('-', '_')}"]
    assert r.value("arrangements") == flips["n_assignments"]
    assert r.estimate == same(wanted["paired_t"]["mean_diff"])
    smallest = load("methods")["sign_flip_exact"].smallest_p
    assert smallest(wanted["n"]) == flips["min_attainable_p_two_sided"]
    assert smallest(wanted["n"], 2, "less") == flips["min_attainable_p_one_sided"]


@pytest.mark.parametrize("case", CASES)
def test_sign_test_is_exact(case):
    wanted, pairs, decimals = reference(case)
    r = estimate("sign_test", pairs, decimals=decimals)
    assert r.p == same(wanted["sign_test"]["p_two_sided"])
    assert r.value("n_positive") == wanted["sign_test"]["n_pos"]
    assert r.value("n_nonzero") == wanted["sign_test"]["n_nonzero"]


@pytest.mark.parametrize("method", EXACT)
def test_the_smallest_p_is_told_before_the_trial_and_reached_by_the_best_case(method):
    entry = load("methods")[method]
    for row in expected("tables_small_n")["signed_rank_min_p"]:
        n = row["n"]
        best = paired(np.arange(1.0, n + 1))
        assert entry.smallest_p(n) == row["min_two_sided"] == entry.estimate(best, decimals=0).p
        one = entry.estimate(best, decimals=0, alternative="greater").p
        assert entry.smallest_p(n, 2, "greater") == row["min_one_sided"] == one


def test_trap_1_decimal_ties_are_ties():
    """10.1 - 9.8 is not 0.3 in binary: the rounded differences tie, the raw ones do not."""
    pairs = np.array([[9.8, 10.1], [0.4, 0.1], [0.1, 0.4], [5.0, 5.9], [7.0, 5.8]])
    d = pairs[:, 1] - pairs[:, 0]
    assert len(np.unique(np.abs(d[:3]))) > 1
    r = estimate("signed_rank_exact", pairs, decimals=1)
    assert (r.value("v_plus"), r.value("v_minus")) == (8.0, 7.0)
    undeclared = estimate("signed_rank_exact", pairs)
    assert undeclared.p == r.p
    assert "FD-A106" in codes(undeclared)
    assert "FD-A106" not in codes(r)


@pytest.mark.parametrize("method", ["signed_rank_exact", "signed_rank_pratt_exact"])
def test_trap_1_scale_does_not_matter(method):
    d = np.array([0.3, -0.3, 0.1, 0.0, 0.7, 0.7, -0.2])
    answers = [
        estimate(method, paired(d * 10.0**power), decimals=max(0, 1 - power)).p for power in (-2, 0, 1, 6)
    ]
    assert len(set(answers)) == 1


def test_trap_2_ties_and_zeros_keep_the_p_exact_where_scipys_exact_is_not():
    """scipy's method="exact" reads the table for untied ranks."""
    d = np.array([4.0, 2.0, 2.0, 1.0, 1.0, 4.0, -1.0])
    r = estimate("signed_rank_exact", paired(d), decimals=0)
    signs = np.array(np.meshgrid(*[[0, 1]] * 7)).reshape(7, -1).T
    ranks = stats.rankdata(np.abs(d[d != 0]))
    v = float(ranks[d[d != 0] > 0].sum())
    null = signs @ ranks
    assert r.p == pytest.approx(min(1.0, 2 * min((null >= v).mean(), (null <= v).mean())))
    assert r.p == 0.0625
    assert float(stats.wilcoxon(d, method="exact").pvalue) < 0.05


@pytest.mark.parametrize("n", [14, 30, 60, 200])
def test_without_ties_the_signed_rank_test_is_the_textbooks_at_any_n(n):
    """scipy is right here; above 13 with ties it falls back to the normal, we do not."""
    d = np.random.default_rng(n).normal(0.2, 1, n)
    r = estimate("signed_rank_exact", paired(d))
    assert r.p == pytest.approx(float(stats.wilcoxon(d, method="exact").pvalue), rel=1e-9)
    assert r.ci_low < r.estimate < r.ci_high
    assert 0.95 <= r.attained_level < 0.96 + 0.03 * (n < 20)


@pytest.mark.parametrize("method", EXACT)
def test_all_differences_zero_leave_a_p_of_one_and_a_caveat(method):
    r = estimate(method, np.full((6, 2), 4.0), decimals=0)
    assert (r.p, r.estimate) == (1.0, 0.0)
    assert "FD-A108" in codes(r)


def test_trap_18_a_monte_carlo_p_is_never_zero_and_can_be_drawn_again():
    d = np.random.default_rng(3).normal(5, 1, 35)
    r = estimate("sign_flip_exact", paired(d), draws="999", seed=7)
    assert r.p == 1 / 1000
    assert (r.exact, r.seed, r.draws) == (False, 7, 999)
    assert "FD-A116" in codes(r)
    assert estimate("sign_flip_exact", paired(d), draws=999, seed=7) == r
    assert estimate("sign_flip_exact", paired(-d), draws=999, seed=7, alternative="greater").p == 1.0


def test_monte_carlo_is_near_the_exact_answer_and_its_interval_near_that_of_t():
    d = np.random.default_rng(4).normal(0.35, 1, 31)
    drawn, t = estimate("sign_flip_exact", paired(d)), estimate("paired_t", paired(d))
    assert drawn.p == pytest.approx(t.p, rel=0.25)
    assert (drawn.ci_low, drawn.ci_high) == (
        pytest.approx(t.ci_low, abs=0.05),
        pytest.approx(t.ci_high, abs=0.05),
    )
    assert not estimate("sign_flip_exact", paired(d), draws=9).ci_low


def test_thirty_participants_are_still_exact():
    d = np.random.default_rng(5).integers(-20, 40, 30).astype(float)
    r = estimate("sign_flip_exact", paired(d), decimals=0)
    assert r.exact
    weights = np.zeros(int(np.abs(d).sum()) + 1)
    weights[0] = 1
    for w in np.abs(d).astype(int):
        weights = (weights + np.concatenate([np.zeros(w), weights[: len(weights) - w]])) / 2
    upper = weights[int(d[d > 0].sum()) :].sum()
    assert r.p == pytest.approx(min(1.0, 2 * min(upper, 1 - upper + weights[int(d[d > 0].sum())])), rel=1e-9)
    assert r.ci_low < r.estimate < r.ci_high
    assert r.ci_low > 0 or r.p > 0.05


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("n", [6, 9, 16, 22])
def test_an_interval_leaves_out_zero_exactly_when_its_test_rejects_at_the_attained_level(method, n):
    d = np.random.default_rng(n).normal(0.8, 1, n)
    r = estimate(method, paired(d))
    assert (r.ci_low > 0 or r.ci_high < 0) == (r.p <= 1 - r.attained_level + 1e-12)
    assert r.attained_level >= 0.95


def test_large_and_tiny_values_do_not_overflow_the_grid():
    d = np.array([3.0, 1.0, -2.0, 5.0, 4.0, 2.5])
    for factor in (1e-6, 1e9, 1e14):
        r = estimate("sign_flip_exact", paired(d * factor))
        assert r.p == estimate("sign_flip_exact", paired(d), decimals=1).p == 0.09375
        assert r.estimate == pytest.approx(2.25 * factor, rel=1e-3)


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("n", [1, 5, 6, 11, 23, 33])
def test_many_pairs_have_the_numbers_of_each(method, n):
    """Ties, zeros, a missing value, equal differences, and every direction; above 30 the same random signs."""
    entry = load("methods")[method]
    y = np.round(np.random.default_rng(n).normal(0.4, 1, (6, n, 2)), 1)
    y[1, 0, 0], y[2, :, 1], y[3] = np.nan, y[2, :, 0] + 0.3, 4.0
    drawn = {"draws": 99} if method == "sign_flip_exact" else {}
    for direction in DIRECTIONS:
        many = entry.many(y, decimals=1, alternative=direction, **drawn)
        assert {"estimate", "p", "statistic", "ci_low", "ci_high"} <= set(many.arrays)
        for i, r in enumerate(many):
            assert r == entry.estimate(y[i], decimals=1, alternative=direction, **drawn)
            for name in ("estimate", "p", "statistic", "ci_low", "ci_high", "attained_level"):
                one = getattr(r, name)
                wanted = np.nan if one is None else one
                assert many.arrays[name][i] == pytest.approx(wanted, rel=1e-9, abs=1e-12, nan_ok=True), name


@pytest.mark.parametrize("method", ["signed_rank_exact", "signed_rank_pratt_exact"])
def test_many_sets_too_large_for_an_exact_answer_say_so_one_by_one(method):
    y = np.random.default_rng(2).normal(0.1, 1, (2, 205, 2))
    many = load("methods")[method].many(y)
    assert [r.exact for r in many] == [False, False]
    assert many.arrays["p"] == pytest.approx([r.p for r in many])


def test_many_without_a_declared_precision_round_as_one_does():
    y = np.array([[3.0, 1.0, -2.0, 5.0, 4.0, 2.5]]) * np.array([[1e-6], [1.0], [1e3], [1e9], [1e14], [0.0]])
    many = load("methods")["sign_flip_exact"].many(np.stack([np.zeros_like(y), y], axis=2))
    assert many.arrays["p"] == pytest.approx([0.09375] * 5 + [1.0])
