"""normal_inverse_gamma, jzs_bayes_factor, beta_binomial, hierarchical_lesions: formulas, limits and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from firstdose.methods._kernel.bayes import jzs
from firstdose.methods._kernel.hierarchical import RatioPrior, posterior, summed
from tests.reference.methods.cases import codes, estimate, rabbit_pairs, same, sleep

# ----------------------------------------------------------------------------------------------------- Bayes factor


def plain_bf10(t, n, r):
    """Rouder et al. 2009, equation 1 with scale r, as the paper writes it."""
    nu = n - 1

    def inside(g):
        spread = 1 + n * g * r**2
        return (
            spread**-0.5
            * (1 + t**2 / (spread * nu)) ** (-(nu + 1) / 2)
            * (2 * math.pi) ** -0.5
            * g**-1.5
            * math.exp(-1 / (2 * g))
        )

    above = integrate.quad(inside, 0, 1)[0] + integrate.quad(inside, 1, np.inf)[0]
    return above / (1 + t**2 / nu) ** (-(nu + 1) / 2)


def test_the_jzs_bayes_factor_of_sleep_is_17_2589():
    """R's BayesFactor on Student's sleep data at r = sqrt(2)/2, as quoted in the handbook."""
    r = estimate("jzs_bayes_factor", sleep())
    assert r.statistic_name == "BF10"
    assert r.statistic == pytest.approx(17.2589, abs=5e-5)
    assert r.value("t") == pytest.approx(4.062127683382)
    assert r.p is None


@pytest.mark.parametrize("r", [0.5, math.sqrt(2) / 2, 1.0])
def test_the_bayes_factor_is_the_integral_of_the_paper(r):
    result = estimate("jzs_bayes_factor", sleep(), r=str(r))
    assert result.statistic == pytest.approx(plain_bf10(result.value("t"), 10, r), rel=1e-8)
    assert result.effects[0].name == f"r {r:.4g}"
    assert {effect.name for effect in result.effects} == {"r 0.5", "r 0.7071", "r 1"}


def test_the_posterior_of_the_mean_change_is_that_of_brute_force():
    """Cauchy on mu / sigma, 1 / sigma^2 on the variance: a grid over mu and log sigma."""
    d = np.diff(rabbit_pairs(), axis=1)[:, 0]
    mu, log_sd = np.linspace(-60, 40, 2001), np.linspace(-1, 7, 801)
    m, s = np.meshgrid(mu, np.exp(log_sd), indexing="ij")
    logs = stats.norm.logpdf(d[:, None, None], m, s).sum(axis=0)
    logs += stats.cauchy.logpdf(m / s, scale=math.sqrt(2) / 2) - np.log(s)
    weights = np.exp(logs - logs.max()).sum(axis=1)
    up_to = np.cumsum(weights) / weights.sum()
    r = estimate("jzs_bayes_factor", rabbit_pairs())
    for found, p in ((r.ci_low, 0.025), (r.estimate, 0.5), (r.ci_high, 0.975)):
        assert found == pytest.approx(np.interp(p, up_to, mu + 0.025), abs=0.03)
    assert r.value("p_below_zero") == pytest.approx(np.interp(-0.025, mu, up_to), abs=2e-3)


def test_a_bayes_factor_beyond_every_float_is_told_by_its_logarithm():
    d = 1000 + np.arange(1000) / 1e4
    found = jzs(d, 0.7)
    assert math.isinf(found.bf10)
    assert math.isfinite(found.log_bf10)
    pairs = np.column_stack([np.zeros(1000), d])
    r = estimate("jzs_bayes_factor", pairs)
    assert (r.statistic, r.value("log10_bf10") > 300) == (None, True)


def test_values_that_hardly_tell_a_change_from_none_are_said_to():
    assert "FD-A174" in codes(estimate("jzs_bayes_factor", [[1, 2], [2, 1], [4, 5], [3, 2.5], [2, 3]]))
    assert "FD-A174" not in codes(estimate("jzs_bayes_factor", sleep()))


def test_all_equal_changes_have_no_bayes_factor():
    """Trap 13."""
    r = estimate("jzs_bayes_factor", [[5, 3], [4, 2], [6, 4]])
    assert (r.statistic, r.estimate, codes(r)) == (None, -2.0, {"FD-A107"})


# ---------------------------------------------------------------------------------------------- normal inverse gamma


def test_under_the_reference_prior_the_credible_interval_is_that_of_t():
    for y in (sleep(), rabbit_pairs()):
        line = estimate("normal_inverse_gamma", y).effect("reference prior")
        t = estimate("paired_t", y, alternative="less")
        assert (line.estimate, line.ci_low, line.ci_high) == (
            same(t.estimate),
            same(t.ci_low),
            same(t.ci_high),
        )
        assert line.value("p_below_zero") == same(1 - t.p)


def test_the_posterior_follows_by_hand():
    """n = 2, d = 1, 3; m0 = 0, k0 = 1, a0 = 1, b0 = 1: k = 3, m = 4/3, a = 2, b = 1 + 1 + 1 x 2/3 x 4/2 = 10/3."""
    r = estimate("normal_inverse_gamma", [[0, 1], [0, 3]], m0="0", k0="1", a0="1", b0="1")
    assert [r.value(f"posterior_{x}") for x in "kab"] == [3.0, 2.0, same(10 / 3)]
    assert r.estimate == same(4 / 3)
    half = stats.t.ppf(0.975, 4) * math.sqrt(10 / 3 / (2 * 3))
    assert (r.ci_low, r.ci_high) == (same(4 / 3 - half), same(4 / 3 + half))
    assert r.value("p_below_zero") == same(stats.t.cdf(-4 / 3 / math.sqrt(10 / 18), 4))


def test_learning_in_two_steps_is_learning_at_once():
    y = sleep()
    first = estimate("normal_inverse_gamma", y[:4])
    words = {"k0": "posterior_k", "a0": "posterior_a", "b0": "posterior_b"}
    told = {word: first.value(name) for word, name in words.items()}
    second = estimate("normal_inverse_gamma", y[4:], m0=first.estimate, **told)
    whole = estimate("normal_inverse_gamma", y)
    assert (second.estimate, second.ci_low) == (same(whole.estimate), same(whole.ci_low))


def test_the_prior_is_printed_and_its_sensitivity_shown():
    r = estimate("normal_inverse_gamma", sleep())
    assert "0.1 participants" in r.variant
    assert [r.value(f"prior_{name}") for name in ("m0", "k0", "a0", "b0")] == [0.0, 0.1, 0.5, 0.5]
    assert len(r.effects) == 6
    assert "FD-A172" in codes(r)
    assert "FD-A172" not in codes(estimate("normal_inverse_gamma", sleep(), b0="2"))


def test_a_wide_prior_gives_way_and_a_narrow_one_decides():
    y = rabbit_pairs()
    wide = estimate("normal_inverse_gamma", y, k0="1e-9", a0="1e-9", b0="1e-9")
    assert wide.estimate == pytest.approx(estimate("paired_t", y).estimate, rel=1e-6)
    narrow = estimate("normal_inverse_gamma", y, m0="-20", k0="8", a0="0.5", b0="60")
    assert narrow.ci_high < 0
    assert "FD-A171" in codes(narrow)


@pytest.mark.parametrize("word", ["k0", "a0", "b0"])
def test_numbers_that_make_no_prior_are_refused(word):
    r = estimate("normal_inverse_gamma", sleep(), **{word: "0"})
    assert (r.estimate, codes(r)) == (None, {"FD-A170"})


def test_a_single_participant_has_a_posterior_but_no_reference():
    r = estimate("normal_inverse_gamma", [[3, 1]])
    assert r.ci_low < r.estimate < r.ci_high
    assert r.effect("reference prior").estimate is None


# ----------------------------------------------------------------------------------------------------- beta-binomial


def test_no_event_in_five_under_jeffreys_prior():
    """Beta(1/2, 11/2): mean 1/12; the upper limit is that of the Jeffreys interval."""
    r = estimate("beta_binomial", [0] * 5)
    assert r.estimate == same(1 / 12)
    assert r.ci_high == same(estimate("jeffreys", [0] * 5).ci_high)
    assert (r.value("p_next_participant"), r.value("p_any_in_next")) == (same(1 / 12), same(1 / 12))
    assert r.variant == "prior: Beta(0.5, 0.5)"


def test_the_uniform_prior_gives_laplaces_rule_of_succession():
    r = estimate("beta_binomial", [0, 0, 1, 0, 0], a="1", b="1")
    assert r.estimate == same(2 / 7)
    assert r.effect("uniform").estimate == r.effect("declared prior").estimate


def test_the_chance_of_an_event_among_the_next_three():
    """1 - (5.5/6)(6.5/7)(7.5/8)."""
    r = estimate("beta_binomial", [0] * 5, following="3")
    assert r.value("p_any_in_next") == same(1 - 5.5 / 6 * 6.5 / 7 * 7.5 / 8)
    exact = 1 - math.exp(special.betaln(0.5, 8.5) - special.betaln(0.5, 5.5))
    assert r.value("p_any_in_next") == pytest.approx(exact, rel=1e-9)


def test_a_beta_prior_that_is_none_is_refused():
    r = estimate("beta_binomial", [0, 1], a="0")
    assert (r.estimate, codes(r)) == (None, {"FD-A170"})
    assert codes(estimate("beta_binomial", [0, 2])) == {"FD-A119"}


# -------------------------------------------------------------------------------------------- lesions in participants


def lesions(n=5, m=3, seed=1, between=1.0):
    """Invented changes of m lesions in each of n participants."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(n), m)
    change = -2 + between * rng.normal(size=n)[units] + rng.normal(size=n * m)
    return np.column_stack([np.full(n * m, 10.0), 10 + np.round(change, 2)]), units


def test_with_one_lesion_each_the_interval_is_that_of_t_and_the_icc_is_the_prior():
    """The likelihood then knows the sum of both variances alone; half-Cauchy of scale 1 is Beta(1/2, 1/2) of the ICC."""
    y, units = lesions(m=1)
    r, t = estimate("hierarchical_lesions", y, units=units), estimate("paired_t", y)
    assert (r.estimate, r.ci_low, r.ci_high) == tuple(
        pytest.approx(x, rel=1e-9) for x in (t.estimate, t.ci_low, t.ci_high)
    )
    assert r.value("icc_low") == pytest.approx(stats.beta.ppf(0.025, 0.5, 0.5), rel=1e-3)
    assert r.value("icc_high") == pytest.approx(stats.beta.ppf(0.975, 0.5, 0.5), rel=1e-3)
    assert "FD-A173" in codes(r)


def test_the_posterior_over_the_grid_is_that_of_brute_force():
    """mu, log sd of lesions and ratio on a cube, with the likelihood written participant by participant."""
    y, units = lesions(n=4, m=2, seed=5)
    d = (y[:, 1] - y[:, 0]).reshape(4, 2)
    mu, log_sd, log_ratio = np.linspace(-9, 6, 301), np.linspace(-2.5, 2.5, 121), np.linspace(-7, 5, 241)
    m, s, g = np.meshgrid(mu, np.exp(log_sd), np.exp(log_ratio), indexing="ij")
    logs = np.log(1 / (1 + g**2)) + np.log(g)
    for pair in d:
        total, apart = pair.sum() - 2 * m, (pair[0] - pair[1]) ** 2 / 2
        logs -= 2 * np.log(s) + np.log(1 + 2 * g**2) / 2
        logs -= (apart + total**2 / 2 / (1 + 2 * g**2)) / (2 * s**2)
    weights = np.exp(logs - logs.max())
    r = estimate("hierarchical_lesions", y, units=units)
    up_to = np.cumsum(weights.sum(axis=(1, 2))) / weights.sum()
    for found, p in ((r.ci_low, 0.025), (r.estimate, 0.5), (r.ci_high, 0.975)):
        assert found == pytest.approx(np.interp(p, up_to, mu + 0.025), abs=0.03)
    icc = np.exp(2 * log_ratio) / (1 + np.exp(2 * log_ratio))
    for name, axes, grid in (("sd lesion", (0, 2), np.exp(log_sd)), ("icc", (0, 1), icc)):
        up_to = np.cumsum(weights.sum(axis=axes)) / weights.sum()
        assert r.effect(name).estimate == pytest.approx(np.interp(0.5, up_to, grid), abs=0.03)


def test_lesions_of_one_participant_are_not_taken_for_participants():
    """Trap 7: tripling every lesion adds no participant, and hardly narrows the interval."""
    y, units = lesions(n=5, m=3, seed=4, between=3.0)
    one = estimate("hierarchical_lesions", y, units=units)
    more = estimate("hierarchical_lesions", np.tile(y, (3, 1)), units=np.tile(units, 3))
    naive = estimate("paired_t", y)
    assert more.ci_high - more.ci_low > 0.85 * (one.ci_high - one.ci_low)
    assert one.ci_high - one.ci_low > 1.3 * (naive.ci_high - naive.ci_low)
    assert (one.n_participants, one.n_units) == (5, 15)


def test_unit_and_order_do_not_matter_to_a_prior_of_a_ratio():
    y, units = lesions()
    r = estimate("hierarchical_lesions", y, units=units)
    order = np.random.default_rng(2).permutation(len(units))
    turned = estimate("hierarchical_lesions", 1000 * y[order], units=units[order])
    assert turned.ci_low == pytest.approx(1000 * r.ci_low, rel=1e-9)
    assert turned.value("icc") == pytest.approx(r.value("icc"), rel=1e-9)


def test_a_lesion_without_a_value_is_left_out_and_its_participant_stays():
    """Trap 14."""
    y, units = lesions()
    gap = y.copy()
    gap[4, 1] = np.nan
    r = estimate("hierarchical_lesions", gap, units=units)
    without = estimate("hierarchical_lesions", np.delete(y, 4, axis=0), units=np.delete(units, 4))
    assert (r.estimate, r.value("lesions"), r.n_participants) == (without.estimate, 14.0, 5)


def test_a_half_normal_prior_and_values_of_one_time_are_taken():
    y, units = lesions()
    r = estimate("hierarchical_lesions", y, units=units, shape="half_normal", scale="0.5")
    assert r.variant.startswith("prior: sd of participants / sd of lesions half-normal, scale 0.5")
    assert r.effects[3].name == "half-t prior, 1 df"
    once = estimate("hierarchical_lesions", y[:, 1:], units=units)
    assert once.estimate == pytest.approx(10 + estimate("hierarchical_lesions", y, units=units).estimate)


@pytest.mark.parametrize(
    ("y", "units", "words", "code"),
    [
        ([[1, 2], [1, 3]], [0, 0], {}, "FD-A101"),
        ([[1, 2], [1, 2], [1, 2]], [0, 0, 1], {}, "FD-A107"),
        ([[1, 2], [1, 2], [1, 4], [1, 4]], [0, 0, 1, 1], {}, "FD-A121"),
        ([[1, 2], [1, 3], [1, 4], [1, 4]], [0, 0, 1, 1], {"scale": "0"}, "FD-A170"),
        ([[1, 2], [1, 3], [1, 4], [1, np.inf]], [0, 0, 1, 1], {}, "FD-A102"),
    ],
)
def test_what_cannot_be_answered_is_refused(y, units, words, code):
    r = estimate("hierarchical_lesions", y, units=units, **words)
    assert (r.estimate, codes(r)) == (None, {code})


def test_the_mean_is_found_where_participants_are_alike_and_where_they_are_not():
    """Between the pooled mean and the mean of participants, which the ratio weighs."""
    values, units = np.array([0.0, 0.2, 0.1, 0.3, 5.0, 5.4]), np.array([0, 0, 0, 0, 1, 1])
    small, large = (
        posterior(summed(values, units), RatioPrior(math.inf, scale)).of_mean.quantile(0.5)
        for scale in (1e-4, 1e4)
    )
    assert small == pytest.approx(values.mean(), abs=1e-3)
    assert large == pytest.approx((0.15 + 5.2) / 2, abs=1e-2)
