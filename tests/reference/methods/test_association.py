"""Association: rm_correlation, participant_mean_correlation, permutation_correlation_exact."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.loading import load
from tests.reference.methods.cases import codes, estimate, same

# Intramural pH and PaCO2 of eight people, 47 pairs: Bland & Altman, BMJ 1995; 310: 446 (from Boyd et al. 1993).
PH = (
    (6.68, 6.53, 6.43, 6.33),
    (6.85, 7.06, 7.13, 7.17),
    (7.40, 7.42, 7.41, 7.37, 7.34, 7.35, 7.28, 7.30, 7.34),
    (7.36, 7.33, 7.29, 7.30, 7.35),
    (7.35, 7.30, 7.30, 7.37, 7.27, 7.28, 7.32, 7.32),
    (7.38, 7.30, 7.29, 7.33, 7.31, 7.33),
    (6.86, 6.94, 6.92),
    (7.19, 7.29, 7.21, 7.25, 7.20, 7.19, 6.77, 6.82),
)
PACO2 = (
    (3.97, 4.12, 4.09, 3.97),
    (5.27, 5.37, 5.41, 5.44),
    (5.67, 3.64, 4.32, 4.73, 4.96, 5.04, 5.22, 4.82, 5.07),
    (5.67, 5.10, 5.53, 4.75, 5.51),
    (4.28, 4.44, 4.32, 3.23, 4.46, 4.72, 4.75, 4.99),
    (4.78, 4.73, 5.12, 4.93, 5.03, 4.93),
    (6.85, 6.44, 6.52),
    (5.28, 4.56, 4.34, 4.32, 4.41, 3.69, 6.09, 5.58),
)
WITHIN = ("rm_correlation", "permutation_correlation_exact")


def gastric():
    y = np.full((8, 9, 2), np.nan)
    for person, (ph, paco2) in enumerate(zip(PH, PACO2, strict=True)):
        y[person, : len(ph)] = np.column_stack([ph, paco2])
    return y


def people(n, t, r=0.5, seed=1, decimals=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, t))
    y = r * x + rng.normal(size=(n, t)) + rng.normal(0, 3, (n, 1))
    return np.round(np.stack([x + rng.normal(0, 3, (n, 1)), y], axis=-1), decimals)


def ancova(pairs):
    """r by the sums of squares of two nested regressions, with a column for each participant."""
    rows = [(i, x, y) for i, person in enumerate(pairs) for x, y in person if np.isfinite(x + y)]
    who, x, y = (np.array(column) for column in zip(*rows, strict=True))
    levels = np.eye(who.max() + 1)[who]

    def rest(X):
        return float(((y - X @ np.linalg.lstsq(X, y)[0]) ** 2).sum())

    full, reduced = rest(np.column_stack([levels, x])), rest(levels)
    slope = np.linalg.lstsq(np.column_stack([levels, x]), y)[0][-1]
    return np.sign(slope) * np.sqrt((reduced - full) / reduced), slope


def test_the_correlation_within_people_is_that_of_bland_and_altman():
    """Bland & Altman (1995): r = -.51, 38 df; rmcorr 0.7.0: -.5067697, p .0008471081, [-.7067146, -.2318631]."""
    r = estimate("rm_correlation", gastric())
    assert (r.estimate, r.p) == (pytest.approx(-0.5067697, abs=5e-8), pytest.approx(0.0008471081, abs=5e-11))
    assert (r.ci_low, r.ci_high) == (pytest.approx(-0.7067146, abs=5e-8), pytest.approx(-0.2318631, abs=5e-8))
    assert (r.df, r.n_participants, r.value("pairs")) == ((38.0,), 8, 47)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_analysis_of_covariance_with_a_level_for_each_participant(seed):
    y = people(6, 4, seed=seed)
    y[2, 1, 0] = y[3, 2:, 1] = np.nan
    r = estimate("rm_correlation", y)
    wanted, slope = ancova(y)
    assert (r.estimate, r.value("slope")) == (same(wanted), same(slope))
    assert r.df == (21.0 - 6 - 1,)
    assert r.p == same(2 * stats.t.sf(abs(r.statistic), 14))


def test_trap_21_fifteen_visits_of_five_participants_are_not_fifteen_points():
    """Levels differ, nothing moves within: 15 points correlate at .99, the five participants not at all."""
    rng = np.random.default_rng(4)
    level = np.arange(5.0)[:, None, None] * 10
    y = level + rng.normal(size=(5, 3, 2))
    r = estimate("rm_correlation", y)
    naive = stats.pearsonr(y[..., 0].ravel(), y[..., 1].ravel())
    assert naive.statistic > 0.99
    assert (r.df, r.n_participants) == ((9.0,), 5)
    assert r.p > 0.05 > naive.pvalue
    assert abs(r.estimate) < 0.6
    assert load("methods")["rm_correlation"].summaries == ("correlation within participants",)


def test_participants_with_one_pair_say_nothing_within():
    y = people(5, 3)
    y[4, 1:] = np.nan
    for name in WITHIN:
        r, without = estimate(name, y), estimate(name, y[:4])
        assert (r.estimate, r.p, r.n_participants) == (same(without.estimate), same(without.p), 4)
        assert "FD-A195" in codes(r)


def test_what_does_not_vary_or_lies_on_a_line_is_told():
    y = people(5, 3)
    flat, line = y.copy(), y.copy()
    flat[..., 0] = np.arange(5)[:, None]
    line[..., 1] = 2 - 3 * line[..., 0]
    for name in WITHIN:
        r = estimate(name, flat)
        assert (r.estimate, r.p, codes(r)) == (None, None, {"FD-A196"})
    r = estimate("rm_correlation", line)
    assert (r.estimate, r.p, codes(r)) == (pytest.approx(-1), None, {"FD-A197"})
    assert estimate("permutation_correlation_exact", line).p == pytest.approx(1 / 6**5)
    assert codes(estimate("rm_correlation", people(2, 2))) == {"FD-A198"}


def test_within_participants_of_many_data_sets_gaps_or_not():
    y = np.stack([people(5, 4, seed=seed) for seed in range(6)])
    y[1, 2, 3, 0] = y[4, 0, 1:] = np.nan
    y[5, ..., 0] = 1.0
    many = load("methods")["rm_correlation"].many(y, level=0.9, alternative="greater")
    for i, r in enumerate(many):
        assert r == estimate("rm_correlation", y[i], level=0.9, alternative="greater")
        for key in ("estimate", "p", "ci_low", "ci_high", "statistic"):
            number, found = getattr(r, key), many.arrays[key][i]
            assert (np.isnan(found) and number is None) or found == pytest.approx(number, rel=1e-9)


# Exact.


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_p_is_the_share_of_all_orders(seed):
    y = people(3, 3, seed=seed)
    y[2, 2, 1] = np.nan
    if seed == 3:
        y[0, :, 1] = (1.0, 1.0, 2.0)
    observed, every = ancova(y)[0], []
    orders = [list(permutations(person[np.isfinite(person).all(axis=1), 1])) for person in y]
    for chosen in product(*orders):
        moved = y.copy()
        for person, order in zip(moved, chosen, strict=True):
            person[: len(order), 1] = order
        every.append(ancova(moved)[0])
    every = np.array(every)
    wanted = {
        "less": np.mean(every <= observed + 1e-9),
        "greater": np.mean(every >= observed - 1e-9),
        "two-sided": np.mean(np.abs(every) >= abs(observed) - 1e-9),
    }
    for direction, p in wanted.items():
        r = estimate("permutation_correlation_exact", y, alternative=direction)
        assert (r.p, r.exact, r.seed) == (same(p), True, None)
        assert r.p >= r.value("smallest_p") - 1e-15
    assert r.estimate == same(observed)


def test_five_participants_at_four_visits_are_counted_without_a_seed():
    """24^5 = 7.96 million arrangements, from two halves that meet."""
    y = people(5, 4)
    r = estimate("permutation_correlation_exact", y)
    assert (r.exact, r.value("arrangements")) == (True, 24.0**5)
    assert r.estimate == same(estimate("rm_correlation", y).estimate)
    x, v = np.moveaxis(y - y.mean(axis=1, keepdims=True), -1, 0)
    moved = np.random.default_rng(1).permuted(np.broadcast_to(v, (20_000, 5, 4)), axis=2)
    sums = (moved * x).sum(axis=(1, 2))
    assert r.p == pytest.approx(np.mean(np.abs(sums) >= abs((x * v).sum()) - 1e-9), abs=0.015)


@pytest.mark.parametrize("n, t", [(30, 3), (4, 9)])
def test_more_orders_than_can_be_counted_are_drawn(n, t):
    y = people(n, t, r=0.25)
    r = estimate("permutation_correlation_exact", y, draws="9999", seed="5")
    assert (r.exact, r.draws, r.seed) == (False, 9999, 5)
    assert "FD-A116" in codes(r)
    assert r.p == pytest.approx(estimate("rm_correlation", y).p, abs=0.05)


def test_the_smallest_p_is_one_order_of_all():
    smallest = load("methods")["permutation_correlation_exact"].smallest_p
    assert (smallest(5, 3), smallest(5, 2), smallest(5, 2, "greater")) == (1 / 7776, 2 / 32, 1 / 32)
    line = np.array([[[1, 1], [2, 2], [9, 9]]] * 3, dtype=float)
    assert estimate("permutation_correlation_exact", line).p == same(smallest(3, 3))
    few = estimate("permutation_correlation_exact", people(4, 2))
    assert few.value("smallest_p") == 2 / 16
    assert "FD-A103" in codes(few)


# Between participants.


def test_the_correlation_of_means_is_that_of_bland_and_altman():
    """Bland & Altman, BMJ 1995; 310: 633: r = .09, P = .8, from means rounded to two decimals."""
    means = np.array(
        [np.round([np.mean(x) + 1e-9, np.mean(y) + 1e-9], 2) for x, y in zip(PH, PACO2, strict=True)]
    )
    r = estimate("participant_mean_correlation", means[:, None, :])
    assert (round(r.estimate, 2), round(r.p, 1)) == (0.09, 0.8)
    exact = estimate("participant_mean_correlation", gastric())
    own = np.nanmean(gastric(), axis=1)
    wanted = stats.pearsonr(*own.T)
    low, high = wanted.confidence_interval()
    assert (exact.estimate, exact.p) == (same(wanted.statistic), same(wanted.pvalue))
    assert (exact.ci_low, exact.ci_high) == (same(low), same(high))
    assert (exact.n_participants, exact.df) == (8, (6.0,))


def test_weights_are_numbers_of_pairs():
    """Bland & Altman (1995): the sums of squares and products with the means repeated for each pair."""
    y = gastric()
    counts = np.isfinite(y[..., 0]).sum(axis=1)
    repeated = np.repeat(np.nanmean(y, axis=1), counts, axis=0)
    r = estimate("participant_mean_correlation", y, weights="observations")
    assert r.estimate == same(np.corrcoef(repeated.T)[0, 1])
    assert r.df == (6.0,)
    assert r.p == same(2 * stats.t.sf(abs(r.statistic), 6))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ties", [False, True])
def test_spearmans_p_is_exact_also_with_ties(seed, ties):
    y = people(6, 3, seed=seed)
    if ties:
        y[1] = y[0]
    a, b = (stats.rankdata(np.round(means, 9)) for means in y.mean(axis=1).T)
    every = np.array([np.corrcoef(a, b[list(order)])[0, 1] for order in permutations(range(6))])
    observed = np.corrcoef(a, b)[0, 1]
    wanted = {
        "less": np.mean(every <= observed + 1e-9),
        "greater": np.mean(every >= observed - 1e-9),
        "two-sided": np.mean(np.abs(every) >= abs(observed) - 1e-9),
    }
    for direction, p in wanted.items():
        r = estimate("participant_mean_correlation", y, kind="spearman", alternative=direction)
        assert (r.estimate, r.p, r.exact) == (same(observed), same(p), True)


def test_spearman_of_many_participants_is_approximate_and_says_so():
    r = estimate("participant_mean_correlation", people(15, 2), kind="spearman")
    means = people(15, 2).mean(axis=1)
    assert r.p == same(stats.spearmanr(*means.T).pvalue)
    assert codes(r) == {"FD-A115"}
    half = stats.norm.ppf(0.975) * np.sqrt((1 + r.estimate**2 / 2) / 12)
    assert r.ci_high == same(np.tanh(np.arctanh(r.estimate) + half))


def test_participants_without_a_pair_are_counted_out():
    y = people(6, 2)
    y[3] = np.nan
    r = estimate("participant_mean_correlation", y)
    assert (r.n_participants, "FD-A199" in codes(r)) == (5, True)
    assert r.estimate == same(estimate("participant_mean_correlation", y[[0, 1, 2, 4, 5]]).estimate)


def test_three_participants_have_no_interval_and_two_nothing():
    three = estimate("participant_mean_correlation", people(3, 2))
    assert (three.ci_low, codes(three)) == (None, {"FD-A198"})
    assert codes(estimate("participant_mean_correlation", people(2, 2))) == {"FD-A101"}
    alike = people(5, 2)
    alike[..., 0] = 4.0
    assert codes(estimate("participant_mean_correlation", alike)) == {"FD-A196"}
    line = np.repeat(np.arange(5.0)[:, None, None], 2, axis=2)
    assert codes(estimate("participant_mean_correlation", line)) == {"FD-A197"}
    ranked = estimate("participant_mean_correlation", line, kind="spearman")
    assert (ranked.p, ranked.ci_low) == (same(2 / 120), None)
