"""Two ways that must agree: quick kernels of nested lesions, scores and associations, and plain definitions."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.catalogue.loading import load
from firstdose.methods._kernel import choices, correlation, flips, ordinal, resampling
from firstdose.methods._kernel.clusters import as_nest
from firstdose.methods._kernel.sandwich import sandwich
from tests.reference.methods.plain import nested as plain

METHODS = dict(load("methods"))

tenths = st.integers(-30, 30).map(lambda x: x / 10)
sizes = st.lists(st.integers(1, 4), min_size=2, max_size=6)


def owners(counts):
    return np.repeat(np.arange(len(counts)), counts)


def same(value):
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@given(sizes, st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_the_sandwich_is_that_of_whole_matrices(counts, seed, p):
    units, rng = owners(counts), np.random.default_rng(seed)
    X = np.column_stack([np.ones(len(units)), rng.normal(size=(len(units), p - 1))])
    if len(units) <= p + 1 or np.linalg.cond(X) > 1e3:
        return
    y, contrast = rng.normal(size=len(units)), rng.normal(size=p)
    fit = sandwich(as_nest(y, units), X, contrast[None, :])
    b, se = fit.fitted(y)
    wanted = plain.cr2(X, y, units, contrast)
    assert (b[0], se[0]) == (pytest.approx(wanted[0], rel=1e-7), pytest.approx(wanted[1], rel=1e-6, abs=1e-9))
    if wanted[1] > 1e-6:
        assert fit.df[0] == pytest.approx(wanted[2], rel=1e-6)


@given(st.lists(st.lists(tenths, min_size=1, max_size=4), min_size=1, max_size=5), st.data())
def test_sums_of_choices_that_meet_in_the_middle_are_all_sums(tables, data):
    parts = [np.array(table) for table in tables]
    observed = sum(data.draw(st.sampled_from(table)) for table in tables)
    every = np.array([sum(some) for some in product(*tables)])
    tails = choices.tails_of_sum(parts, observed, 99, 1)
    assert (tails.less, tails.greater, tails.both) == tuple(same(x) for x in plain.shares(every, observed))
    assert choices.number_of_sums(parts) == len(every)


@given(st.lists(tenths, min_size=2, max_size=7), st.data())
def test_labels_of_people_are_dealt_in_every_way(values, data):
    first = data.draw(st.integers(1, len(values) - 1))
    labels = np.array([0] * first + [1] * (len(values) - first))
    weights = np.array([-1 / first, 1 / (len(values) - first)])
    found = choices.labelled_sums(np.array(values), (first, len(values) - first), weights)
    every = plain.relabelled(labels, lambda moved: weights[moved] @ np.array(values))
    for share in (0.1, 0.5, 0.9):
        assert np.quantile(found, share, method="inverted_cdf") == same(
            np.quantile(every, share, method="inverted_cdf")
        )


@given(
    st.lists(st.tuples(tenths, st.integers(1, 5)), min_size=6, max_size=9), st.sampled_from([0.5, 0.8, 0.95])
)
def test_subset_means_found_by_halving_are_those_written_down(parts, level):
    numbers, weights = (np.array(column, dtype=float) for column in zip(*parts, strict=True))
    written = flips.interval_of(numbers, weights, level)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flips, "_WRITTEN", 2)
        halved = flips.interval_of(numbers, weights, level)
    assert halved == pytest.approx(written, rel=1e-9, abs=1e-9)


@given(sizes.filter(lambda counts: len(counts) < 5), st.integers(0, 2**32 - 1))
def test_multisets_weigh_as_often_as_they_are_drawn(counts, seed):
    units = owners(counts)
    y = np.round(np.random.default_rng(seed).normal(size=len(units)), 1)
    strata = [resampling.Stratum(numbers=np.bincount(units, y), sizes=np.bincount(units).astype(float))]
    atoms, every = resampling.complete(strata), plain.resampled(y, units)
    assert atoms.sd() == pytest.approx(every.std(), rel=1e-9, abs=1e-12)
    for level in (0.03, 0.4, 0.97):
        assert atoms.quantile(level) == same(np.quantile(every, level, method="inverted_cdf"))


@pytest.mark.parametrize("n", range(1, 7))
def test_compositions_are_all_there_are(n):
    rows = resampling.compositions(n)
    assert len({tuple(row) for row in rows.tolist()}) == len(rows) == resampling.number_of_multisets(n)
    assert set(rows.sum(axis=1)) == {n}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["participant_summary", "cr2", "participant_sign_flip"]),
    sizes,
    st.sampled_from(["two-sided", "less", "greater"]),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.data(),
)
def test_nested_data_sets_together_are_each_as_alone(name, counts, alternative, seed, pairs, data):
    units, rng = owners(counts), np.random.default_rng(seed)
    shape = (3, len(units), 2 if pairs else 1)
    y = np.round(rng.normal(size=shape), data.draw(st.integers(0, 2)))
    doses = data.draw(st.sampled_from([None, rng.integers(0, 2, len(units)), units % 2]))
    words = {}
    if name == "participant_summary":
        words = {"weights": data.draw(st.sampled_from(["equal", "variance"]))}
    named = {"units": units, "groups": doses, "alternative": alternative, "level": 0.9, **words}
    decimals = data.draw(st.sampled_from([None, 2]))
    many = METHODS[name].many(y, decimals=decimals, **named)
    for i in range(3):
        alone = METHODS[name].estimate(y[i], decimals=decimals, **named)
        assert many[i] == alone
        for key in ("estimate", "p", "ci_low", "ci_high", "statistic"):
            number, found = getattr(alone, key), many.arrays[key][i]
            assert (np.isnan(found) and number is None) or found == same(number), key


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=14), st.integers(0, 9))
def test_win_scores_by_sorting_are_those_of_all_pairs(pairs, seed):
    y = np.array(pairs, dtype=float)
    together = ordinal.win_scores(np.stack([y, y[::-1]]))
    assert together[0] == pytest.approx(ordinal.win_scores_of_one(y))
    assert together[1] == pytest.approx(ordinal.win_scores_of_one(y)[::-1])
    order = np.random.default_rng(seed).permutation(len(y))
    assert sorted(ordinal.win_scores_of_one(y[order])) == pytest.approx(sorted(together[0]))


@given(st.lists(st.integers(0, 5), min_size=2, max_size=6), st.integers(0, 2**32 - 1))
def test_products_over_all_orders_set_by_set(a, seed):
    from itertools import permutations

    rng = np.random.default_rng(seed)
    a, b = np.array(a), rng.integers(0, 5, len(a))
    sums, chance = correlation.sums_of_products(a, b)
    every = np.array([a @ b[list(order)] for order in permutations(range(len(a)))])
    assert chance.sum() == same(1)
    assert [float(chance[sums == s].sum()) for s in np.unique(every)] == [
        same(np.mean(every == s)) for s in np.unique(every)
    ]


@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_correlations_within_participants_do_not_see_levels_and_scales(n, t, seed):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n, t, 2))
    moved = y * (2.0, -3.0) + rng.normal(0, 5, (n, 1, 2))
    estimate = METHODS["rm_correlation"].estimate
    one, other = estimate(y), estimate(moved, alternative="two-sided")
    assert other.estimate == pytest.approx(-one.estimate, abs=1e-9)
    assert (one.p is None) == (other.p is None)
    assert one.p is None or other.p == pytest.approx(one.p, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(2, 5))
def test_the_odds_found_are_at_the_top(seed, groups, categories):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 7, (groups, categories)).astype(float)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any() or ordinal.is_separated(table):
        return
    best = ordinal.fit_odds(table)
    assert best is not None
    assert best.score_norm < 1e-8
    assert (np.diff(best.thresholds) > 0).all()
    for slope in (best.slope - 0.01, best.slope + 0.01):
        beside = ordinal.fit_odds(table, slope)
        assert beside is not None
        assert beside.loglik < best.loglik
