"""Two ways that must agree: contrasts and plain least squares, many data sets and one, counting and enumeration."""

from __future__ import annotations

from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firstdose.catalogue.layout import Factor, Layout
from firstdose.catalogue.loading import load
from firstdose.methods._kernel import anova_orders, arrangements
from firstdose.methods._kernel.follow_up import hochberg, holm

ENTRIES = dict(load("methods"))
seeds = st.integers(0, 2**32 - 1)


def sum_to_zero(codes, levels):
    """Columns of effect coding."""
    return np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])[codes]


def products(first, second):
    return (first[:, :, None] * second[:, None, :]).reshape(len(first), -1)


def projected(x, y):
    return x @ np.linalg.lstsq(x, y, rcond=None)[0] if x.shape[1] else np.zeros_like(y)


def plain_type_three(y, layout):
    """Effect > (ss, ss of its error) by least squares on one row a value, columns of one effect dropped at a time."""
    n, k = y.shape
    long, person = y.ravel(), np.repeat(np.arange(n), k)
    cells = np.array(list(product(*(range(len(f.levels)) for f in layout.within))))[np.tile(np.arange(k), n)]
    coded = {f.name: sum_to_zero(cells[:, i], len(f.levels)) for i, f in enumerate(layout.within)}
    coded |= {f.name: sum_to_zero(np.array(f.codes)[person], len(f.levels)) for f in layout.between}
    one = np.ones((n * k, 1))

    def columns(names):
        found = one
        for name in names:
            found = products(found, coded[name])
        return found

    def subsets(factors):
        return [s for size in range(len(factors) + 1) for s in combinations([f.name for f in factors], size)]

    effects = {(*b, *w): columns((*b, *w)) for w in subsets(layout.within) for b in subsets(layout.between)}
    people = np.eye(n)[person]
    found = {}
    for w in subsets(layout.within):
        own = columns(w)
        fixed = np.hstack([x for names, x in effects.items() if set(names) - set_of(layout) == set(w)])
        own_error = projected(products(people, own), long) - projected(fixed, long)
        for b in subsets(layout.between):
            if b or w:
                rest = np.hstack([x for names, x in effects.items() if names != (*b, *w)])
                everything = np.hstack(list(effects.values()))
                ss = (projected(everything, long) ** 2).sum() - (projected(rest, long) ** 2).sum()
                found[":".join((*b, *w))] = (ss, (own_error**2).sum())
    return found


def set_of(layout):
    return {f.name for f in layout.between}


@st.composite
def designs(draw):
    """Unbalanced, one or two factors between and within, every cell of participants filled."""
    within = tuple(
        Factor(name=f"w{i}", levels=tuple("abcd"[:levels]))
        for i, levels in enumerate(draw(st.lists(st.integers(2, 3), min_size=1, max_size=2)))
    )
    shape = draw(st.lists(st.integers(2, 3), min_size=0, max_size=2))
    cells = list(product(*map(range, shape)))
    extra = draw(st.lists(st.sampled_from(cells), min_size=3, max_size=8))
    members = [*cells, *extra]
    between = tuple(
        Factor(name=f"b{i}", levels=tuple("xyz"[:levels]), codes=tuple(cell[i] for cell in members))
        for i, levels in enumerate(shape)
    )
    return Layout(within=within, between=between), len(members)


@settings(max_examples=40, deadline=None)
@given(designs(), seeds)
def test_contrasts_are_least_squares_of_type_three(design, seed):
    layout, n = design
    y = np.random.default_rng(seed).normal(size=(n, layout.columns)) + np.arange(layout.columns)
    r = ENTRIES["rm_anova"].estimate(y, layout=layout)
    wanted = plain_type_three(y, layout)
    assert [line.name for line in r.effects] == list(wanted)
    for line in r.effects:
        ss, error = wanted[line.name]
        assert line.value("ss") == pytest.approx(ss, rel=1e-8, abs=1e-8)
        assert line.value("ss_error") == pytest.approx(error, rel=1e-8, abs=1e-8)
        assert line.statistic == pytest.approx(
            ss / line.value("df1") / (error / line.value("df2")), rel=1e-7, abs=1e-9
        )


def assert_alike(entry, y, **named):
    found = entry.many(y, **named)
    for i, result in enumerate(found):
        one = entry.estimate(y[i], **named)
        assert [c.code for c in result.caveats] == [c.code for c in one.caveats]
        assert result.n_participants == one.n_participants
        for name in ("p", "estimate", "statistic"):
            value = getattr(one, name)
            wanted = np.nan if value is None else value
            assert found.arrays[name][i] == pytest.approx(wanted, rel=1e-9, abs=1e-12, nan_ok=True)
            assert getattr(result, name) == (
                None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)
            )
        for name, value in one.more:
            if not name[-1].isdigit():
                wanted = np.nan if value is None else value
                assert found.arrays[name][i] == pytest.approx(wanted, rel=1e-9, abs=1e-12, nan_ok=True), name


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(1, 9), st.integers(2, 5), st.sampled_from(["greenhouse_geisser", "huynh_feldt"]))
def test_many_analyses_of_variance_are_each_that_of_one(seed, n, k, correction):
    rng = np.random.default_rng(seed)
    y = rng.normal(5, 2, (4, n, k))
    y[1] = rng.integers(0, 3, (n, k))
    assert_alike(ENTRIES["rm_anova"], y, correction=correction)


@settings(max_examples=20, deadline=None)
@given(designs(), seeds)
def test_many_mixed_analyses_are_each_that_of_one(design, seed):
    layout, n = design
    y = np.random.default_rng(seed).normal(size=(3, n, layout.columns))
    assert_alike(ENTRIES["rm_anova"], y, layout=layout)
    found = ENTRIES["rm_anova"].many(y, layout=layout)
    line = ENTRIES["rm_anova"].estimate(y[1], layout=layout).effects[-1]
    assert found.arrays[f"{line.name} f"][1] == pytest.approx(line.statistic)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 6), st.integers(2, 4), st.sampled_from([None, 0, 1]))
def test_many_exact_tests_over_times_are_each_that_of_one(seed, n, k, decimals):
    rng = np.random.default_rng(seed)
    y = np.round(rng.normal(3, 1, (5, n, k)), 1)
    y[1] = rng.integers(0, 3, (n, k))
    y[2] = 1.0
    y[3, 0, 0] = np.nan
    assert_alike(ENTRIES["friedman_exact"], y, decimals=decimals)
    if k**n <= 4**5:
        assert_alike(ENTRIES["permutation_rm_exact"], y, decimals=decimals)


@settings(max_examples=5, deadline=None)
@given(seeds)
def test_many_drawn_tests_over_times_draw_the_same_arrangements(seed):
    y = np.round(np.random.default_rng(seed).normal(3, 1, (3, 11, 3)), 1)
    assert_alike(ENTRIES["permutation_rm_exact"], y, decimals=1, draws=199, seed=5)
    assert_alike(ENTRIES["permutation_rm_exact"], np.tile(y, (1, 3, 1)), decimals=1, draws=99, seed=5)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(2, 4), st.integers(2, 3))
def test_one_distribution_serves_every_order_of_rows_and_of_values(seed, n, k):
    rng = np.random.default_rng(seed)
    ranks = arrangements.ranks_within(rng.integers(0, 3, (n, k)))
    shuffled = rng.permuted(rng.permutation(ranks), axis=1)
    for one, other in zip(
        arrangements.friedman_distribution(ranks), arrangements.friedman_distribution(shuffled), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    squares = [
        (np.array(rows).sum(axis=0) ** 2).sum()
        for rows in product(*(list(permutations(row)) for row in ranks))
    ]
    observed = (ranks.sum(axis=0) ** 2).sum()
    tail = anova_orders.friedman_tails(ranks[None])[0]
    assert tail == pytest.approx(np.mean(np.array(squares) >= observed))
    assert tail == arrangements.friedman_tail(ranks)


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(4, 7), st.integers(2, 3))
def test_changing_the_names_of_groups_or_participants_changes_nothing(seed, n, k):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 20, (n, k)).astype(float)
    groups = rng.integers(0, 2, n)
    assume(0 < groups.sum() < n)
    order = rng.permutation(n)
    for name in ("permutation_mixed_exact", "freedman_lane"):
        one = ENTRIES[name].estimate(y, groups=groups, decimals=0)
        other = ENTRIES[name].estimate(7 + 3 * y[order], groups=1 - groups[order], decimals=0)
        assert [line.p for line in other.effects] == [pytest.approx(line.p) for line in one.effects]


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=8))
def test_holm_and_hochberg_reject_what_their_steps_reject(p):
    for alpha in (0.01, 0.05, 0.3):
        ordered = sorted(range(len(p)), key=p.__getitem__)
        passed = [p[i] <= alpha / (len(p) - rank) for rank, i in enumerate(ordered)]
        down = next((rank for rank, ok in enumerate(passed) if not ok), len(p))
        up = max((rank + 1 for rank, ok in enumerate(passed) if ok), default=0)
        margin = min(abs(p[i] * (len(p) - rank) - alpha) for rank, i in enumerate(ordered))
        if margin > 1e-9:
            assert sorted(i for i, q in enumerate(holm(p)) if q <= alpha) == sorted(ordered[:down])
            assert sorted(i for i, q in enumerate(hochberg(p)) if q <= alpha) == sorted(ordered[:up])
