"""Planning: closed forms, tables, limiting cases, and simulated trials judged by the methods themselves."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from firstdose import methods
from firstdose.catalogue.loading import load
from tests.reference.methods.cases import expected, same

LARGE = 0.8413447460685429  # P(Z < 1)


def test_power_and_detectable_effect_are_those_of_the_tables():
    tables = expected("tables_small_n")
    for row in tables["power_paired_t"]:
        assert methods.power_paired_t(row["n"], row["dz"], 1 - row["alpha"]) == same(row["power"])
    for row in tables["minimal_detectable_dz_paired_t"]:
        found = methods.detectable_dz(row["n"], row["power"], 1 - row["alpha"])
        assert found == same(row["two_sided_dz"])


def test_attainable_p_is_that_of_the_tables():
    tables = expected("tables_small_n")
    for row in tables["signed_rank_min_p"]:
        for method in ("signed_rank_exact", "signed_rank_pratt_exact", "sign_flip_exact", "sign_test"):
            assert methods.attainable_p(method, row["n"]) == row["min_two_sided"]
            assert methods.attainable_p(method, row["n"], 2, "greater") == row["min_one_sided"]
    for row in tables["friedman_no_ties"]:
        assert methods.attainable_p("friedman_exact", row["n"], row["k"]) == same(row["p_at_max"])
    assert methods.attainable_p("fisher_exact", 5, sizes=(3, 2)) == pytest.approx(0.1)
    assert methods.attainable_p("mcnemar_exact", 5) == 0.0625
    assert methods.attainable_p("paired_t", 5) is None
    with pytest.raises(LookupError, match="no_such_test"):
        methods.attainable_p("no_such_test", 5)


def test_trap_11_no_result_offers_an_observed_power():
    """Hoenig & Heisey 2001: it repeats p. The effect that was detectable at the n reached is printed instead."""
    y = np.array([[5.0, 4.1], [6.0, 4.0], [5.5, 5.1], [7.0, 5.2], [6.1, 4.4]])
    r = load("methods")["paired_t"].estimate(y, decimals=1)
    assert r.value("detectable_dz_80") == pytest.approx(1.681996965954, rel=1e-9)
    one = load("methods")["paired_t"].estimate(y, decimals=1, alternative="less")
    assert one.value("detectable_dz_80") == methods.detectable_dz(5, 0.8, 0.95, "less") < 0
    shown = [name for name, _ in r.more]
    assert not [name for name in shown if "power" in name]


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_a_two_sample_t_test_has_the_power_of_its_noncentral_t(alternative):
    n1, n2, d = 3, 6, 1.4
    nc, df = d * np.sqrt(n1 * n2 / (n1 + n2)), n1 + n2 - 2
    t = stats.t.ppf(0.975 if alternative == "two-sided" else 0.95, df)
    wanted = {
        "two-sided": stats.nct.sf(t, df, nc) + stats.nct.cdf(-t, df, nc),
        "greater": stats.nct.sf(t, df, nc),
        "less": stats.nct.cdf(-t, df, nc),
    }[alternative]
    assert methods.power_two_sample_t(n1, n2, d, 0.95, alternative) == pytest.approx(wanted, rel=1e-9)
    found = methods.detectable_d(n1, n2, 0.8, 0.95, alternative)
    assert methods.power_two_sample_t(n1, n2, found, 0.95, alternative) == pytest.approx(0.8)
    assert methods.power_two_sample_t(1, 1, d) is methods.detectable_d(1, 1, 0.8) is None


def test_two_times_of_an_analysis_of_variance_are_a_paired_t_test():
    """f = d/2 of one time's standard deviation; dz = d / sqrt(2 (1 - r))."""
    for n, f, r in ((5, 0.5, 0.5), (8, 0.3, 0.8), (30, 0.2, 0.0)):
        dz = 2 * f / np.sqrt(2 * (1 - r))
        assert methods.power_rm_anova(n, 2, f, r) == pytest.approx(methods.power_paired_t(n, dz), rel=1e-9)
    f = methods.detectable_f(5, 3, 0.8, 0.6, 0.7)
    assert methods.power_rm_anova(5, 3, f, 0.6, 0.7) == pytest.approx(0.8)
    assert methods.power_rm_anova(5, 3, 0.0) == pytest.approx(0.05)
    assert methods.power_rm_anova(1, 3, 1.0) is methods.detectable_f(5, 3, 0.04) is None
    with pytest.raises(ValueError, match="epsilon"):
        methods.power_rm_anova(5, 3, 0.5, epsilon=0.4)


def test_the_power_over_times_is_that_of_simulated_trials():
    """2,000 trials of 8 participants at 3 times, correlation .5, spherical; Monte Carlo error .011."""
    rng = np.random.default_rng(4)
    means = np.array([0.0, 0.4, 0.8])
    y = means + np.sqrt(0.5) * (rng.normal(size=(2_000, 8, 1)) + rng.normal(size=(2_000, 8, 3)))
    centred = y - y.mean(axis=2, keepdims=True)
    ss = 8 * (centred.mean(axis=1) ** 2).sum(axis=1)
    f = ss / 2 / (((centred**2).sum(axis=(1, 2)) - ss) / 14)
    share = float((f > stats.f.ppf(0.95, 2, 14)).mean())
    assert methods.power_rm_anova(8, 3, float(means.std()), 0.5) == pytest.approx(share, abs=0.035)


def test_ranks_of_six_reject_only_when_all_changes_go_one_way():
    for n, level in ((6, 0.95), (5, 0.9)):
        wanted = LARGE**n + (1 - LARGE) ** n
        for power in (methods.power_signed_rank, methods.power_sign_flip, methods.power_sign_test):
            assert power(n, 1.0, level) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("method", ["signed_rank", "sign_flip", "sign_test"])
def test_exact_paired_tests_that_can_reach_nothing_have_no_power_and_no_detectable_effect(method):
    power, detectable = (getattr(methods, f"{kind}_{method}") for kind in ("power", "detectable"))
    assert power(5, 3.0) == 0.0
    assert detectable(5, 0.8) is None
    assert power(0, 1.0) is None
    assert (
        load("methods")[method if method == "sign_test" else f"{method}_exact"].detectable(5, 0.8, 0.95)
        is None
    )
    found = detectable(5, 0.8, 0.9)
    assert power(5, found, 0.9) == pytest.approx(0.8)
    assert power(5, -found, 0.95, "less") == pytest.approx(power(5, found, 0.95, "greater"))


@pytest.mark.parametrize("n", [7, 9, 12])
@pytest.mark.parametrize(
    "method, entry",
    [("signed_rank", "signed_rank_exact"), ("sign_flip", "sign_flip_exact"), ("sign_test", "sign_test")],
)
def test_the_power_of_exact_paired_tests_is_the_share_of_simulated_trials_they_reject(method, entry, n):
    """4,000 trials with dz .8; Monte Carlo error at most .008 here, .005 in the planned power of the sign flip."""
    d = np.random.default_rng(7).normal(0.8, 1, (4_000, n))
    p = load("methods")[entry].many(np.stack([np.zeros_like(d), d], axis=2)).arrays["p"]
    planned = getattr(methods, f"power_{method}")(n, 0.8)
    assert planned == pytest.approx(float((p <= 0.05).mean()), abs=0.03)


def test_a_signed_rank_test_without_effect_rejects_as_often_as_its_null_distribution_says():
    for n in (6, 8, 10, 20):
        alone = methods.power_signed_rank(n, 0.0)
        sums = np.array([1.0])
        for rank in range(1, n + 1):
            sums = (np.pad(sums, (0, rank)) + np.pad(sums, (rank, 0))) / 2
        upper = np.cumsum(sums[::-1])
        assert alone == pytest.approx(2 * float(upper[upper <= 0.025 + 1e-12][-1]), rel=1e-9)


def test_power_of_counts_is_the_sum_over_all_outcomes():
    reject = [
        x for x in range(13) if 2 * min(stats.binom.cdf(x, 12, 0.3), stats.binom.sf(x - 1, 12, 0.3)) <= 0.05
    ]
    assert methods.power_binomial(12, 0.3, 0.7) == same(float(stats.binom.pmf(reject, 12, 0.7).sum()))
    counts = [x for x in range(60) if stats.poisson.sf(x - 1, 3.0) <= 0.05]
    assert methods.power_poisson(30, 0.1, 0.3, 0.95, "greater") == same(
        float(stats.poisson.pmf(np.arange(counts[0], 120), 9.0).sum())
    )
    assert methods.power_binomial(0, 0.3, 0.7) is methods.power_poisson(0, 0.1, 0.2) is None


def test_power_of_two_by_two_tables_is_the_share_of_all_tables_that_are_rejected():
    grid = [(a, b) for a in range(6) for b in range(5)]
    for alternative in ("two-sided", "greater", "less"):
        wanted = sum(
            stats.binom.pmf(a, 5, 0.2) * stats.binom.pmf(b, 4, 0.9)
            for a, b in grid
            if stats.fisher_exact([[b, 4 - b], [a, 5 - a]], alternative=alternative).pvalue <= 0.05
        )
        assert methods.power_fisher(5, 4, 0.2, 0.9, 0.95, alternative) == same(float(wanted))
    wanted = sum(
        stats.multinomial.pmf([b, c, 8 - b - c], 8, [0.1, 0.7, 0.2])
        for b in range(9)
        for c in range(9 - b)
        if b + c and stats.binomtest(c, b + c).pvalue <= 0.05
    )
    assert methods.power_mcnemar(8, 0.1, 0.7) == same(float(wanted))
    assert methods.power_fisher(0, 4, 0.2, 0.9) is methods.power_mcnemar(5, 0.0, 0.0) is None


def test_n_for_a_half_width_has_the_assurance_that_was_asked_for():
    """Half-width t S / sqrt(n): S^2 (n - 1) is chi-squared."""
    for half, assurance in ((0.5, 0.8), (1.0, 0.5), (0.25, 0.95)):
        n = methods.n_for_half_width_t(half, 0.95, assurance)
        share = [
            stats.chi2.cdf((m - 1) * m * (half / stats.t.ppf(0.975, m - 1)) ** 2, m - 1) for m in (n - 1, n)
        ]
        assert share[0] < assurance <= share[1]
        assert methods.assurance_t(n, half) == same(float(share[1]))
    draws = np.random.default_rng(1).normal(size=(20_000, 5)).std(axis=1, ddof=1)
    mean = float(draws.mean()) * stats.t.ppf(0.975, 4) / np.sqrt(5)
    assert methods.expected_half_width_t(5) == pytest.approx(mean, rel=0.02)
    assert methods.expected_half_width_t(1) is methods.assurance_t(1, 1.0) is None


def test_n_for_a_proportion_has_the_mean_half_width_that_was_asked_for():
    n = methods.n_for_half_width_binomial(0.2, 0.3)
    widths = [methods.expected_half_width_binomial(m, 0.3) for m in (n - 1, n)]
    assert widths[1] <= 0.2 < widths[0]
    intervals = [stats.binomtest(x, n).proportion_ci() for x in range(n + 1)]
    wanted = sum(stats.binom.pmf(x, n, 0.3) * (i.high - i.low) / 2 for x, i in enumerate(intervals))
    assert widths[1] == same(float(wanted))
    assert (
        methods.n_for_half_width_binomial(1e-4, 0.3) is methods.expected_half_width_binomial(0, 0.3) is None
    )


def test_n_for_no_event_is_the_first_that_excludes_the_rate():
    for row in expected("tables_small_n")["proportions"]:
        if row["x"] == 0:
            assert methods.n_for_zero_events(row["clopper_pearson_one_sided_upper"]) == row["n"]
    for row in expected("tables_small_n")["poisson"]:
        if row["events"] == 0:
            assert methods.exposure_for_zero_events(row["one_sided_upper95"]) == same(row["person_time"])
    assert methods.n_for_zero_events(0.0) is methods.exposure_for_zero_events(0.0) is None


def test_n_for_power_is_the_first_with_it():
    n = methods.n_for_power(lambda n: methods.power_paired_t(n, 1.0), 0.8)
    assert methods.power_paired_t(n, 1.0) >= 0.8 > methods.power_paired_t(n - 1, 1.0)
    assert methods.n_for_power(lambda n: methods.power_paired_t(n, 1e-9), 0.8, 100) is None


def test_every_planning_function_is_found_on_the_shelf_and_nothing_else_is():
    assert all(callable(getattr(methods, name)) for name in methods.__all__)
    assert set(methods.__all__) <= set(dir(methods))
    with pytest.raises(AttributeError, match="observed_power"):
        _ = methods.observed_power


def test_naming_a_planning_function_loads_no_scipy():
    ask = "import sys; from firstdose.methods import power_paired_t, power_fisher; print('scipy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
