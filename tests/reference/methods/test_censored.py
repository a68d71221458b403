"""censored_normal: uncensored limits, likelihood and scores by brute force, exactness over all exchanges."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

from firstdose.catalogue.loading import load
from firstdose.methods._kernel import censored as kernel
from firstdose.methods._kernel.censored import Fit, Pairs, fitted, rectangle, scores, tails_at
from tests.reference.methods.cases import codes, estimate, rabbit_pairs, same, sleep


def cytokine(n, seed=7, limit=4.0, upper=np.inf, fall=0.8):
    """Invented concentrations before and after, with values and sides as an assay with that range reports them."""
    rng = np.random.default_rng(seed)
    y = np.exp(rng.normal(2, 0.8, (n, 1)) + rng.normal(0, 0.4, (n, 2)) - [0, fall])
    sides = np.where(y < limit, -1, np.where(y > upper, 1, 0))
    return np.round(np.clip(y, limit, upper), 3), sides


# ---------------------------------------------------------------------------------------------- nothing is censored


@pytest.mark.parametrize("pairs", [sleep, rabbit_pairs])
def test_with_every_value_quantified_it_is_the_exact_sign_flip_test(pairs):
    y = pairs()
    r, flip = estimate("censored_normal", y, scale="difference"), estimate("sign_flip_exact", y)
    assert r.p == same(flip.p)
    assert r.estimate == pytest.approx(flip.estimate, rel=1e-7)
    assert r.ci_low == (None if flip.ci_low is None else same(flip.ci_low))
    assert ("FD-A109" in codes(r)) == (len(y) == 5)


def test_with_every_value_quantified_the_ratio_is_that_of_geometric_means():
    y = cytokine(9, limit=0.0)[0]
    t = estimate("paired_t", y, scale="log")
    r = estimate("censored_normal", y)
    assert r.estimate == pytest.approx(t.estimate, rel=1e-7)
    assert r.value("mean_before") == pytest.approx(t.value("geometric_mean_before"), rel=1e-6)


def test_scores_of_quantified_pairs_are_their_differences():
    y = cytokine(6, limit=0.0)[0]
    pairs = Pairs(y, np.zeros((6, 2), dtype=np.int64))
    found = scores(pairs, fitted(pairs, alike=True))
    d = y[:, 1] - y[:, 0]
    np.testing.assert_allclose(found / found[0], d / d[0], rtol=1e-9)


# ----------------------------------------------------------------------------------------------------- likelihood


def plain_log_likelihood(theta, y, sides):
    """Pair by pair from scipy's normal distributions."""
    mu, sd, rho = theta[:2], np.exp(theta[2]), theta[3]
    total = 0.0
    for x, s in zip(y, sides, strict=True):
        cov = sd**2 * np.array([[1, rho], [rho, 1]])
        if (s == 0).all():
            total += stats.multivariate_normal(mu, cov).logpdf(x)
        elif (s != 0).all():
            turn = np.diag(-s)
            total += np.log(stats.multivariate_normal(turn @ mu, turn @ cov @ turn).cdf(turn @ x))
        else:
            k = int(np.argmax(s == 0))
            c = 1 - k
            inner = stats.norm(mu[c] + rho * (x[k] - mu[k]), sd * np.sqrt(1 - rho**2))
            total += stats.norm(mu[k], sd).logpdf(x[k]) + np.log(
                inner.cdf(x[c]) if s[c] < 0 else inner.sf(x[c])
            )
    return total


@pytest.mark.parametrize("upper", [np.inf, 12.0])
def test_the_likelihood_is_that_of_the_bivariate_normal(upper):
    y, sides = cytokine(12, upper=upper)
    theta = np.array([1.9, 1.2, -0.2, 0.6])
    found = kernel.log_likelihoods(
        Pairs(np.log(y), sides), theta[None, :2], np.exp(theta[2:3]), theta[3:]
    ).sum()
    assert found == pytest.approx(plain_log_likelihood(theta, np.log(y), sides), abs=1e-4)


def test_the_estimate_is_the_maximum_that_a_plain_search_finds():
    y, sides = cytokine(12)
    x = np.log(y)
    plain = optimize.minimize(
        lambda theta: -plain_log_likelihood(theta, x, sides) if 0 <= theta[3] < 0.99 else np.inf,
        [1.9, 1.2, -0.2, 0.6],
        method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-7, "maxfev": 900},
    )
    r = estimate("censored_normal", y, sides=sides)
    assert np.log(r.estimate) == pytest.approx(plain.x[1] - plain.x[0], abs=2e-3)
    assert r.value("correlation") == pytest.approx(plain.x[3], abs=2e-3)
    assert r.value("sd") == pytest.approx(np.exp(plain.x[2]), rel=2e-3)


def test_scores_are_slopes_of_the_likelihood():
    y, sides = cytokine(16, upper=12.0)
    pairs, fit = Pairs(np.log(y), sides), Fit(np.array([1.7, 1.7]), 0.8, 0.5, 0.0)

    def at(shift):
        means = fit.means + np.array([-shift / 2, shift / 2])
        return kernel.log_likelihoods(pairs, means[None], np.array([0.8]), np.array([0.5]))[0]

    np.testing.assert_allclose(scores(pairs, fit), (at(1e-5) - at(-1e-5)) / 2e-5, atol=1e-7)


def test_the_rectangle_is_that_of_scipy():
    rng = np.random.default_rng(3)
    h, k, rho = rng.normal(0, 1.5, 40), rng.normal(0, 1.5, 40), rng.uniform(-0.98, 0.98, 40)
    wanted = [
        stats.multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([a, b])
        for a, b, r in zip(h, k, rho, strict=True)
    ]
    np.testing.assert_allclose(rectangle(h, k, rho), wanted, atol=1e-7)


# ------------------------------------------------------------------------------------------------------- exactness


def exchanged(pairs):
    """The same values with before and after exchanged in every subset of participants."""
    for turn in product((False, True), repeat=len(pairs.values)):
        columns = np.array(turn)[:, None]
        yield Pairs(*(np.where(columns, x[:, ::-1], x) for x in (pairs.values, pairs.sides)))


@pytest.mark.parametrize("upper", [np.inf, 9.0])
def test_p_is_the_share_of_exchanges_each_fitted_anew(upper):
    """The claim that makes the test quick: under the null an exchange moves no maximum, only signs of scores."""
    y, sides = cytokine(6, seed=2, upper=upper)
    assert {int(x) for x in sides.ravel()} >= {0, -1}
    pairs = Pairs(np.log(y), sides)
    every = np.array([scores(each, fitted(each, alike=True)).sum() for each in exchanged(pairs)])
    observed = every[0]
    less, greater = (every <= observed + 1e-9).mean(), (every >= observed - 1e-9).mean()
    found = tails_at(pairs, 0.0, 1, 1)
    assert (found.less, found.greater) == (pytest.approx(less), pytest.approx(greater))


def test_the_score_orders_the_exchanges_nearly_as_the_likelihood_ratio_does():
    """Fitted anew for every exchange, the likelihood ratio gives a p within one exchange of that of the score."""
    y, sides = cytokine(5, seed=5)
    pairs = Pairs(np.log(y), sides)
    null = fitted(pairs, alike=True).log_likelihood
    ratios = np.array([fitted(each, alike=False).log_likelihood - null for each in exchanged(pairs)])
    by_ratio = (ratios >= ratios[0] - 1e-6).mean()
    assert abs(tails_at(pairs, 0.0, 1, 1).two_sided - by_ratio) <= 2 / 32 + 1e-12


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_among_all_exchanges_no_more_than_alpha_are_rejected(seed):
    """Exact by construction: of 64 exchanges, at most 3 may have p <= .05 and at most 6 p <= .1."""
    y, sides = cytokine(6, seed=seed)
    p = np.array([tails_at(each, 0.0, 1, 1).two_sided for each in exchanged(Pairs(np.log(y), sides))])
    for alpha in (0.05, 0.1, 0.3):
        assert (p <= alpha).mean() <= alpha


def test_at_five_participants_p_cannot_be_below_one_in_sixteen():
    y, sides = cytokine(5, seed=5)
    r = estimate("censored_normal", y, sides=sides)
    assert r.p >= load("methods")["censored_normal"].smallest_p(5) == 1 / 16
    assert r.exact
    assert {"FD-A103", "FD-A109"} <= codes(r)


# -------------------------------------------------------------------------------------------------------- intervals


def test_the_interval_holds_the_shifts_that_the_test_keeps():
    y, sides = cytokine(12, limit=3.0, fall=0.3)
    r = estimate("censored_normal", y, sides=sides)
    pairs = Pairs(np.log(y), sides)
    assert r.ci_low < r.estimate < r.ci_high
    for limit, outwards in ((r.ci_low, -1e-4), (r.ci_high, 1e-4)):
        kept, rejected = (tails_at(pairs, np.log(limit) + x, 1, 1).two_sided for x in (-outwards, outwards))
        assert kept > 0.05 >= rejected


def test_unit_changes_no_ratio_and_turning_the_scale_turns_the_difference():
    y, sides = cytokine(12, limit=3.0, upper=11.0, fall=0.3)
    assert set(sides.ravel()) == {-1, 0, 1}
    r = estimate("censored_normal", y, sides=sides)
    turned = estimate("censored_normal", 1000 * y, sides=sides)
    assert (turned.p, turned.estimate) == (r.p, pytest.approx(r.estimate, rel=1e-6))
    assert turned.value("upper_limit") == pytest.approx(r.value("upper_limit"), rel=1e-5)
    plus = estimate("censored_normal", y, sides=sides, scale="difference")
    minus = estimate("censored_normal", -y, sides=-sides, scale="difference")
    assert (minus.p, minus.estimate) == (plus.p, pytest.approx(-plus.estimate, rel=1e-5))


def test_values_that_all_fell_below_the_limit_have_a_p_and_an_upper_limit_but_no_estimate():
    y, sides = cytokine(8, limit=1e-3)
    y, sides[:, 1] = np.column_stack([y[:, 0], np.full(8, 0.5)]), -1
    r = estimate("censored_normal", y, sides=sides)
    assert (r.estimate, r.ci_high, r.p) == (None, None, 2 / 2**8)
    assert 0 < r.value("upper_limit") < 1
    assert r.value("lower_limit") is None
    assert {"FD-A179", "FD-A181"} <= codes(r)


def test_pairs_below_the_limit_at_both_times_say_nothing():
    y, sides = np.full((5, 2), 2.0), np.full((5, 2), -1)
    r = estimate("censored_normal", y, sides=sides)
    assert (r.estimate, r.p) == (None, 1.0)
    assert "FD-A180" in codes(r)


def test_quantified_values_that_do_not_vary_give_a_p_but_no_estimate():
    sides = np.array([[0, -1]] * 4 + [[0, 0]] * 2)
    r = estimate("censored_normal", np.full((6, 2), 2.0), sides=sides)
    assert (r.estimate, r.p) == (None, 2 / 16)
    assert "FD-A182" in codes(r)


def test_above_thirty_participants_exchanges_are_drawn_and_counted():
    """Trap 18: seed and m in the result, p never 0."""
    y, sides = cytokine(36, fall=2.0)
    r = estimate("censored_normal", y, sides=sides, draws="999", seed="5")
    assert (r.p, r.draws, r.seed, r.exact) == (2 / 1000, 999, 5, False)
    assert r == estimate("censored_normal", y, sides=sides, draws=999, seed=5)


# ------------------------------------------------------------------------------------------------------------ traps


def test_serum_cytokines_below_the_limit_are_never_half_the_limit():
    """Trap 20: no method takes a number for a value below quantification, and it would change the answer."""
    for method in load("methods").values():
        words = {word for option in method.options for word in (option.name, *option.values)}
        assert not {
            word for word in words if "half_the" in word or "substitut" in word or "lod" in word.split("_")
        }
    y, sides = cytokine(10, limit=6.0)
    honest = estimate("censored_normal", y, sides=sides)
    halved = estimate("paired_t", np.where(sides < 0, y / 2, y), scale="log")
    assert abs(np.log(honest.estimate / halved.estimate)) > 0.02
    assert any("half the limit" in line for line in load("methods")["censored_normal"].refuses)


def test_two_limits_of_one_assay_are_compared_at_the_higher_one():
    """3.1 is not above '< 5': a value between two limits of quantification counts as below."""
    y = np.array([[5.0, 3.1], [9.0, 7.0], [8.0, 6.0]])
    sides = np.array([[-1, 0], [0, 0], [0, 0]])
    assert Pairs(y, sides).shifted(0.0).sides[0].tolist() == [-1, -1]
    r = estimate("censored_normal", y, sides=sides)
    assert r.value("n_informative") == 2


def test_all_equal_ratios_keep_their_exact_p():
    """Trap 13."""
    r = estimate("censored_normal", [[2, 1], [4, 2], [8, 4], [16, 8], [6, 3]])
    assert (r.p, r.estimate) == (1 / 16, pytest.approx(0.5))


def test_sides_of_another_shape_are_an_error_of_the_caller():
    with pytest.raises(ValueError, match="shape"):
        estimate("censored_normal", sleep(), sides=np.zeros(10))
