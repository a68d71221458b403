"""Two ways that must agree: the compiled mixed models and whole matrices, one data set and many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from firstdose.catalogue.layout import Contrast
from firstdose.catalogue.loading import load
from firstdose.methods._kernel.mixed import cells, fitting, inference
from firstdose.methods._kernel.mixed.words import COVARIANCES
from tests.reference.methods.plain import mixed as plain

seeds = st.integers(0, 10_000)
unhurried = settings(deadline=None, max_examples=25)


def with_gaps(seed: int, n: int, k: int, share: float = 0.12) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n, k)) + rng.normal(size=(n, 1)) + np.arange(k)
    y[rng.random(y.shape) < share] = np.nan
    return y


def of_groups(codes: np.ndarray, k: int) -> np.ndarray:
    """Cell means, shape (n, k, groups x k)."""
    groups = int(codes.max()) + 1
    X = np.zeros((len(codes), k, groups * k))
    for i, g in enumerate(codes):
        X[i, :, g * k : (g + 1) * k] = np.eye(k)
    return X


def flat(of: inference.Fitted, values: np.ndarray) -> np.ndarray:
    """Strata side by side: (1, S, p, p) as (S p, S p)."""
    found = np.zeros((values.shape[1] * values.shape[2],) * 2)
    for s, block in enumerate(values[0]):
        p = len(block)
        found[s * p : (s + 1) * p, s * p : (s + 1) * p] = block
    return found


def structure(covariance: str, k: int, theta: np.ndarray) -> np.ndarray:
    """A covariance as its definition says: standard deviations, then correlations."""
    own = COVARIANCES[covariance].own_variances
    sd, rho = (theta[:k], theta[k:]) if own else (np.full(k, theta[0]), theta[1:])
    R = np.eye(k)
    for s in range(k):
        for t in range(s + 1, k):
            r = {
                "compound_symmetry": lambda: rho[0],
                "ar1": lambda t=t, s=s: rho[0] ** (t - s),
                "toeplitz": lambda t=t, s=s: rho[t - s - 1],
                "ante_dependence": lambda t=t, s=s: np.prod(rho[s:t]),
            }[covariance.removesuffix("_h")]()
            R[s, t] = R[t, s] = r
    return sd[:, None] * R * sd


def parameters_of(covariance: str, sigma: np.ndarray) -> np.ndarray:
    sd = np.sqrt(np.diag(sigma))
    R = sigma / np.outer(sd, sd)
    first = sd if COVARIANCES[covariance].own_variances else sd[:1]
    rest = {
        "compound_symmetry": R[0, 1:2],
        "ar1": R[0, 1:2],
        "toeplitz": R[0, 1:],
        "ante_dependence": np.diag(R, 1),
    }[covariance.removesuffix("_h")]
    return np.concatenate([first, rest])


def differences(make, theta, h=1e-4):
    """First and second derivatives of a matrix, by central differences."""
    q = len(theta)
    e = np.eye(q) * h
    first = np.array([(make(theta + e[j]) - make(theta - e[j])) / (2 * h) for j in range(q)])
    second = np.array(
        [
            [
                (
                    make(theta + e[i] + e[j])
                    - make(theta + e[i] - e[j])
                    - make(theta - e[i] + e[j])
                    + make(theta - e[i] - e[j])
                )
                / (4 * h * h)
                for j in range(q)
            ]
            for i in range(q)
        ]
    )
    return first, second


def fit(y, codes, covariance="unstructured", *, observed=True):
    n, k = y.shape
    found = fitting.fit_marginal(y[None], cells.divide(n, k, codes, None), (covariance,), observed=observed)
    assume(found.used[0] == 0)
    return found


def agrees(fitted, direct, W, L, rel):
    """Coefficients, both covariances, degrees of freedom and F."""
    s = fitted.scale[0] ** 2
    np.testing.assert_allclose(fitted.b[0].ravel(), direct.b * fitted.scale[0] ** -1, rtol=rel, atol=rel)
    np.testing.assert_allclose(flat(fitted, fitted.phi) * s, direct.phi, rtol=rel, atol=rel)
    np.testing.assert_allclose(
        flat(fitted, fitted.adjusted) * s,
        plain.adjusted(direct, W),
        rtol=rel,
        atol=rel * np.abs(direct.phi).max(),
    )
    rows = L.reshape(len(L), *fitted.b.shape[1:])
    dfs = inference.lines(fitted, rows).df[0]
    assert dfs == pytest.approx([plain.satterthwaite(direct, W, row) for row in L], rel=rel)
    f, df = inference.joint_test(fitted, rows, kenward_roger=True)
    wanted = plain.kenward_roger(direct, W, L)
    if not np.isnan(f[0]):
        assert (f[0], df[0]) == pytest.approx(wanted, rel=10 * rel)
    f, df = inference.joint_test(
        inference.Fitted(
            **{**{name: getattr(fitted, name) for name in fitted.__slots__}, "adjusted": fitted.phi}
        ),
        rows,
        kenward_roger=False,
    )
    if not np.isnan(f[0]):
        assert (f[0], df[0]) == pytest.approx(plain.fai_cornelius(direct, W, L), rel=10 * rel)


@unhurried
@given(seeds, st.integers(8, 20), st.integers(2, 4), st.integers(1, 2), st.booleans())
def test_an_unstructured_fit_is_that_of_whole_matrices(seed, n, k, groups, observed):
    y, codes = with_gaps(seed, n, k), np.arange(n) % groups
    found = fit(y, codes, observed=observed)
    values, X, where = plain.stacked(y, of_groups(codes, k))
    V = plain.whole(found.sigma[0], where)
    direct = plain.evaluate(values, X, V, plain.entries(k, where))
    W = np.linalg.inv(direct.observed if observed else direct.expected)
    assume(np.linalg.cond(W) < 1e6)
    assert np.sqrt(direct.score @ np.linalg.inv(direct.observed) @ direct.score) < 1e-6
    assert found.told.deviance[0] == pytest.approx(direct.deviance, rel=1e-9)
    L = np.kron(np.full((1, groups), 1 / groups), np.hstack([-np.ones((k - 1, 1)), np.eye(k - 1)]))
    agrees(found.fitted, direct, W, L, 1e-6)


@unhurried
@given(seeds, st.sampled_from([name for name in COVARIANCES if name != "unstructured"]), st.booleans())
def test_a_structured_fit_is_that_of_whole_matrices(seed, covariance, observed):
    """In another parametrisation than the compiled one: nothing reported depends on it."""
    k, n = 4, 14
    y, codes = with_gaps(seed, n, k), np.zeros(n, dtype=int)
    found = fit(y, codes, covariance, observed=observed)
    theta = parameters_of(covariance, found.sigma[0])
    np.testing.assert_allclose(structure(covariance, k, theta), found.sigma[0], rtol=1e-9)
    values, X, where = plain.stacked(y, of_groups(codes, k))
    first, second = differences(lambda at: structure(covariance, k, at), theta)
    slopes = np.array([plain.whole(D, where) for D in first])
    curves = np.array([[plain.whole(C, where) for C in row] for row in second])
    V = plain.whole(found.sigma[0], where)
    direct = plain.evaluate(values, X, V, slopes, curves)
    W = np.linalg.inv(direct.observed if observed else direct.expected)
    assume(np.linalg.cond(W) < 1e5)
    assert np.sqrt(direct.score @ np.linalg.inv(direct.expected) @ direct.score) < 1e-5
    assert found.told.deviance[0] == pytest.approx(direct.deviance, rel=1e-9)
    agrees(found.fitted, direct, W, np.hstack([-np.ones((3, 1)), np.eye(3)]), 1e-4)


PLACES = {"participant": [0, 3], "participant_lesion": [0, 2, 3], "participant_time_lesion": [0, 1, 2, 3]}


@unhurried
@given(seeds, st.integers(2, 3), st.sampled_from(list(PLACES)), st.booleans(), st.booleans())
def test_lesions_in_participants_are_those_of_whole_matrices(seed, k, random, whole, observed):
    """Means of lesions and what is left within them say all that whole blocks say, with and without gaps."""
    n, each = 6, 3
    rng = np.random.default_rng(seed)
    y = with_gaps(seed, n * each, k, 0.0 if whole else 0.12)
    units = np.repeat(np.arange(n), each)
    y += (2 * rng.normal(size=(n, 1)) + rng.normal(size=(n, k)))[units]
    codes = np.tile(np.arange(each), n) % 2
    found = fitting.fit_components(
        y[None],
        cells.divide(n * each, k, codes, None),
        units,
        lesions=random != "participant",
        by_time=random == "participant_time_lesion",
        observed=observed,
        known_zero=False,
    )
    assume(found.told.status[0] == fitting.REACHED)
    assume((found.theta[0] > 1e-3).all() and found.instead[0] == 0)
    values, X, where = plain.stacked(y, of_groups(codes, k))
    G = plain.nested_components(units, where)[PLACES[random]]
    direct = plain.evaluate(values, X, np.tensordot(found.theta[0], G, 1), G)
    W = np.linalg.inv(direct.observed if observed else direct.expected)
    assert np.sqrt(direct.score @ W @ direct.score) < 1e-6
    assert found.told.deviance[0] == pytest.approx(direct.deviance, rel=1e-9)
    L = np.zeros((2, 2 * k))
    L[:, 0], L[0, 1], L[1, k] = -1, 1, 1
    agrees(found.fitted, direct, W, L, 1e-6)


def positive(y, units):
    """A fit with every variance above zero."""
    r = load("methods")["lmm_kr"].estimate(
        y,
        units=units,
        contrasts=(Contrast(name="change", columns=(-1.0, *np.zeros(y.shape[1] - 2).tolist(), 1.0)),),
    )
    assume(all(line.estimate > 1e-4 for line in r.effects if line.kind == "component"))
    return r


def shared_changes(seed, n, each, k):
    """Lesions (n x each, k) whose participants change too, and their participants."""
    rng = np.random.default_rng(seed)
    people = 2 * rng.normal(size=(n, 1, 1)) + 1.5 * rng.normal(size=(n, 1, k))
    lesions = rng.normal(size=(n, each, 1)) + rng.normal(size=(n, each, k))
    return (people + lesions).reshape(n * each, k), np.repeat(np.arange(n), each)


@unhurried
@given(seeds, st.integers(4, 8), st.integers(2, 4))
def test_two_times_of_all_lesions_are_the_paired_t_of_participant_means(seed, n, each):
    y, units = shared_changes(seed, n, each, 2)
    r = positive(y, units)
    means = y.reshape(n, each, 2).mean(axis=1)
    t = stats.ttest_rel(means[:, 1], means[:, 0])
    assert (r.statistic, r.p, r.df[0]) == pytest.approx((t.statistic, t.pvalue, n - 1), rel=1e-6)
    interval = t.confidence_interval(0.95)
    assert (r.ci_low, r.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-6)


@unhurried
@given(seeds, st.integers(4, 8), st.integers(2, 4), st.integers(3, 4))
def test_more_times_of_all_lesions_are_the_analysis_of_variance_of_participant_means(seed, n, each, k):
    """One variance serves all times, so a comparison has its (n - 1)(k - 1) degrees of freedom."""
    y, units = shared_changes(seed, n, each, k)
    r = positive(y, units)
    means = y.reshape(n, each, k).mean(axis=1)
    about = means.mean(axis=0) - means.mean()
    left = means - means.mean(axis=1, keepdims=True) - about
    df = (n - 1) * (k - 1)
    error = (left**2).sum() / df
    change = means[:, -1].mean() - means[:, 0].mean()
    wanted = (change / np.sqrt(2 * error / n), df)
    assert (r.statistic, r.df[0]) == pytest.approx(wanted, rel=1e-6)
    time = r.effect("time")
    assert time.df == pytest.approx((k - 1, df), rel=1e-6)
    assert time.statistic == pytest.approx(n * (about**2).sum() / (k - 1) / error, rel=1e-6)


@unhurried
@given(seeds, st.sampled_from(["kenward_roger_linear", "satterthwaite"]), st.sampled_from(["none", "ar1"]))
def test_many_trials_are_each_what_one_is(seed, df, fallback):
    y = np.stack([with_gaps(seed + i, 5, 3) for i in range(4)])
    entry = load("methods")["mmrm"]
    many = entry.many(y, df=df, fallback=fallback)
    for i in range(4):
        one = entry.estimate(y[i], df=df, fallback=fallback)
        for name, value in (("estimate", one.estimate), ("p", one.p), ("ci_low", one.ci_low)):
            assert many.arrays[name][i] == pytest.approx(
                np.nan if value is None else value, rel=1e-9, nan_ok=True
            )
        if one.effects:
            p = one.effect("time").p
            assert many.arrays["p_time"][i] == pytest.approx(
                np.nan if p is None else p, rel=1e-9, nan_ok=True
            )


@unhurried
@given(
    seeds,
    st.sampled_from(["kenward_roger", "satterthwaite"]),
    st.integers(1, 3),
    st.sampled_from(list(PLACES)),
)
def test_many_trials_with_lesions_are_each_what_one_is(seed, df, k, random):
    units = np.repeat(np.arange(5), 3)
    y = np.stack([with_gaps(seed + i, 15, k) for i in range(3)])
    entry = load("methods")["lmm_kr"]
    many = entry.many(y, units=units, groups=np.tile([0, 1, 2], 5), df=df, random=random)
    for i in range(3):
        one = entry.estimate(y[i], units=units, groups=np.tile([0, 1, 2], 5), df=df, random=random)
        for name, value in (("estimate", one.estimate), ("p", one.p), ("ci_high", one.ci_high)):
            assert many.arrays[name][i] == pytest.approx(
                np.nan if value is None else value, rel=1e-9, nan_ok=True
            )


@unhurried
@given(seeds, st.floats(1e-3, 1e3), st.floats(-1e4, 1e4))
def test_units_of_measurement_do_not_matter(seed, factor, shift):
    y = with_gaps(seed, 9, 3)
    entry = load("methods")["mmrm"]
    one, other = entry.estimate(y), entry.estimate(y * factor + shift)
    assume(one.p is not None and one.value("iterations") < 15 and one.df[0] > 1)
    assert other.p == pytest.approx(one.p, rel=1e-5)
    assert other.estimate == pytest.approx(one.estimate * factor, rel=1e-5, abs=1e-6 * factor)
