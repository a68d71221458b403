from __future__ import annotations

import numpy as np
import pytest

from firstdose.catalogue.loading import load
from tests.reference.methods.cases import codes, estimate, expected, rabbit, rounding_times, same, table, wide

TIMES = ("25", "50", "100")


def friedman_cases():
    return {
        "rabbit_n5": (lambda: rabbit(TIMES), expected("rabbit_n5")["oneway_three_doses"]["friedman"]),
        "selfesteem": (
            lambda: wide(table("selfesteem"), "id", "time", "score"),
            expected("selfesteem")["oneway"]["friedman"],
        ),
        "rounding_times": (rounding_times, expected("rounding_times")["friedman"]),
    }


@pytest.mark.parametrize("case", ["rabbit_n5", "selfesteem", "rounding_times"])
def test_friedman_is_exact_given_the_ties(case):
    """rounding_times: Hollander & Wolfe 1973, p. 140: chi2 11.143; exact p by dynamic programming."""
    rows, wanted = friedman_cases()[case]
    r = estimate("friedman_exact", rows())
    assert (r.statistic, r.p) == (same(wanted["chi2_tie_corrected"]), same(wanted["p_exact"]))
    assert r.value("p_asymptotic") == same(wanted["p_chi2"])
    assert r.value("kendalls_w") == same(wanted["kendall_W"])
    assert r.exact


def test_trap_2_chi_squared_at_five_is_nine_times_the_exact_p():
    r = estimate("friedman_exact", rabbit(TIMES), decimals=2)
    assert r.p == pytest.approx(0.00077160, abs=1e-8)
    assert r.value("p_asymptotic") == pytest.approx(0.0067379, abs=1e-7)


@pytest.mark.parametrize("k, n", [(3, 4), (3, 5), (3, 6), (4, 4), (4, 5)])
def test_full_agreement_has_the_smallest_p_told_before_the_trial(k, n):
    wanted = next(
        row for row in expected("tables_small_n")["friedman_no_ties"] if (row["k"], row["n"]) == (k, n)
    )
    rows = np.tile(np.arange(float(k)), (n, 1)) + np.arange(n)[:, None]
    r = estimate("friedman_exact", rows, decimals=0)
    assert (r.statistic, r.p) == (same(wanted["max_chi2"]), same(wanted["p_at_max"]))
    assert load("methods")["friedman_exact"].smallest_p(n, k) == same(wanted["p_at_max"])
    assert r.value("smallest_p") == same(wanted["p_at_max"])


def test_permutation_over_times_is_that_of_the_reference():
    wanted = expected("rabbit_n5")["oneway_three_doses"]["permutation"]
    r = estimate("permutation_rm_exact", rabbit(TIMES), decimals=2)
    assert (r.p, r.value("smallest_p")) == (same(wanted["p_exact"]), same(wanted["min_attainable_p"]))
    assert r.value("arrangements") == wanted["n_arrangements"]
    anova = expected("rabbit_n5")["oneway_three_doses"]["anova"]["Dose"]
    assert (r.statistic, r.estimate) == (same(anova["F"]), same(anova["pes"]))
    assert load("methods")["permutation_rm_exact"].smallest_p(5, 3) == same(wanted["min_attainable_p"])


def test_too_many_states_give_the_approximation_and_say_so():
    rows = np.random.default_rng(0).normal(size=(12, 9))
    r = estimate("friedman_exact", rows)
    assert (r.exact, r.p, r.value("p_exact")) == (False, r.value("p_asymptotic"), None)
    assert "FD-A115" in codes(r)


def test_twenty_participants_at_four_times_are_exact():
    rows = np.random.default_rng(0).normal(size=(20, 4))
    r = estimate("friedman_exact", rows)
    assert r.exact
    assert r.p == pytest.approx(r.value("p_asymptotic"), rel=0.1)


def test_trap_18_too_many_arrangements_are_drawn_from_a_seed_and_never_give_zero():
    rows = np.random.default_rng(2).normal(size=(12, 4)) + np.array([0, 5, 10, 15])
    r = estimate("permutation_rm_exact", rows, draws=499, seed="11")
    assert (r.p, r.exact, r.seed, r.draws) == (1 / 500, False, 11, 499)
    assert "FD-A116" in codes(r)
    assert estimate("permutation_rm_exact", rows, draws=499, seed=11) == r


def test_drawn_and_complete_agree():
    from firstdose.methods._kernel.arrangements import count_orders, draw_orders

    y = np.random.default_rng(6).integers(0, 9, (6, 3)).astype(float) + np.array([0, 0, 1])
    centred = 3 * y - y.sum(axis=1, keepdims=True)
    hits, every = count_orders(centred)
    assert every == 6**5
    assert draw_orders(centred, 40_000, 1) / 40_000 == pytest.approx(hits / every, abs=0.015)


@pytest.mark.parametrize("method", ["friedman_exact", "permutation_rm_exact"])
def test_the_same_value_at_all_times_is_no_evidence(method):
    r = estimate(method, np.full((5, 3), 2.0), decimals=0)
    assert (r.p, r.statistic) == (1.0, None)
    assert codes(r) & {"FD-A120", "FD-A121"}


def test_trap_1_ties_within_a_participant_are_judged_by_the_declared_precision():
    rows = np.array([[0.1 + 0.2, 0.3, 1.0], [0.3, 0.1 + 0.2, 0.5], [0.2, 0.7, 0.9]])
    assert rows[0, 0] != rows[0, 1]
    r = estimate("friedman_exact", rows, decimals=1)
    assert (r.value("mean_rank_1"), r.value("mean_rank_2")) == (pytest.approx(4 / 3), pytest.approx(5 / 3))
    assert estimate("friedman_exact", rows).p == r.p


def test_two_participants_cannot_reach_five_percent():
    r = estimate("friedman_exact", [[1, 2, 3], [2, 3, 4]], decimals=0)
    assert (r.p, "FD-A103" in codes(r)) == (pytest.approx(1 / 6), True)
