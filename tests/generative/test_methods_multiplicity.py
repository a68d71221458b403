"""Closed testing by brute force, and joint sign flips by plain enumeration."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.catalogue.loading import load
from firstdose.methods.multiplicity import gated

PROCEDURES = dict(load("methods.multiplicity"))
chance = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.02, 0.025, 0.05, 1.0]))
families = st.lists(chance, min_size=1, max_size=6)
TINY = 1e-12


def closed(p, local):
    """Adjusted p of the closure: the largest local p over all intersections that hold the hypothesis."""
    m = len(p)
    sets = [s for size in range(1, m + 1) for s in combinations(range(m), size)]
    found = {s: min(1.0, local(s)) for s in sets}
    return [max(found[s] for s in sets if i in s) for i in range(m)]


def simes(p, s):
    ordered = sorted(p[i] for i in s)
    return min(len(s) * x / rank for rank, x in enumerate(ordered, start=1))


def complete(m):
    return [[0.0 if i == j else 1 / (m - 1) for j in range(m)] for i in range(m)] if m > 1 else [[0.0]]


@given(families)
def test_holm_is_the_closure_of_bonferroni_and_the_graph_that_prefers_nothing(p):
    brute = closed(p, lambda s: len(s) * min(p[i] for i in s))
    assert PROCEDURES["holm"].adjust(p) == pytest.approx(brute, rel=TINY)
    assert PROCEDURES["graph"].adjust(p, graph=complete(len(p))) == pytest.approx(brute, rel=1e-9)


@given(families)
def test_hommel_is_the_closure_of_simes(p):
    assert PROCEDURES["hommel"].adjust(p) == pytest.approx(closed(p, lambda s: simes(p, s)), rel=TINY)


@given(families)
def test_hommel_rejects_no_less_than_hochberg_and_hochberg_no_less_than_holm(p):
    hommel, hochberg, holm = (np.array(PROCEDURES[n].adjust(p)) for n in ("hommel", "hochberg", "holm"))
    assert (np.array(p) <= hommel + TINY).all()
    assert (hommel <= hochberg + TINY).all()
    assert (hochberg <= holm + TINY).all()
    assert (holm <= 1).all()


def level_in(s, weights, shares, alpha):
    """Levels of the hypotheses of s once all others have been taken out of the graph, one after the other."""
    w, g, m = list(weights), [list(row) for row in shares], len(weights)
    for j in [j for j in range(m) if j not in s]:
        new = [[0.0] * m for _ in range(m)]
        for a, b in product(range(m), repeat=2):
            loop = g[a][j] * g[j][a]
            if a != b and j not in {a, b} and loop < 1:
                new[a][b] = (g[a][b] + g[a][j] * g[j][b]) / (1 - loop)
        w = [0.0 if i == j else w[i] + w[j] * g[j][i] for i in range(m)]
        g = new
    return [alpha * w[i] for i in range(m)]


@st.composite
def graphs(draw):
    m = draw(st.integers(2, 4))
    share = st.sampled_from([0.0, 0.25, 0.5, 1.0])
    rows = [[0.0 if i == j else draw(share) for j in range(m)] for i in range(m)]
    shares = [[x / max(1.0, sum(row)) for x in row] for row in rows]
    weights = [draw(share) for _ in range(m)]
    return (
        [w / max(1.0, sum(weights)) for w in weights],
        shares,
        draw(st.lists(chance, min_size=m, max_size=m)),
    )


@given(graphs())
def test_a_graph_is_the_closure_of_its_weighted_bonferroni_tests(drawn):
    """Bretz et al. 2009, theorem 1: what is rejected does not depend on the order, and it is a closed test."""
    weights, shares, p = drawn

    def local(s):
        level = level_in(s, weights, shares, 1.0)
        return min((p[i] / level[i] for i in s if level[i] > 1e-9), default=1.0)

    assert PROCEDURES["graph"].adjust(p, weights=weights, graph=shares) == pytest.approx(
        closed(p, local), rel=1e-6
    )


@given(families)
def test_a_fixed_sequence_is_the_fallback_with_everything_on_the_first(p):
    everything = [1.0] + [0.0] * (len(p) - 1)
    assert PROCEDURES["fixed_sequence"].adjust(p) == pytest.approx(
        PROCEDURES["fallback"].adjust(p, weights=everything), rel=1e-9
    )


@given(families, families)
def test_a_gate_rejects_only_where_everything_before_it_fell(earlier, later):
    before, behind = PROCEDURES["holm"].adjust(earlier), PROCEDURES["holm"].adjust(later)
    for alpha in (0.01, 0.05, 0.2):
        opened = all(p <= alpha for p in before)
        assert [p <= alpha for p in gated(behind, before)] == [opened and p <= alpha for p in behind]


# ------------------------------------------------------------------------------------------------- joint sign flips

tenths = st.one_of(st.integers(-20, 20).map(lambda x: x / 10), st.just(float("nan")))


@st.composite
def several(draw):
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    return np.array(draw(st.lists(st.lists(tenths, min_size=m, max_size=m), min_size=n, max_size=n)))


def plain_joint_p(changes):
    """Westfall & Young 1993, algorithm 2.8 with the full set of arrangements, as one would write it on paper."""
    whole = np.nan_to_num(np.rint(changes * 10)).astype(int)
    n, m = whole.shape
    totals = [np.abs(np.array(s) @ whole) for s in product((1, -1), repeat=n)]
    p = [[sum(t[j] <= u[j] for u in totals) / 2**n for j in range(m)] for t in totals]
    order, worst, adjusted = sorted(range(m), key=lambda j: p[0][j]), 0.0, [0.0] * m
    for rank, j in enumerate(order):
        hits = sum(min(q[k] for k in order[rank:]) <= p[0][j] for q in p)
        worst = max(worst, hits / 2**n)
        adjusted[j] = worst
    return adjusted


@settings(max_examples=60)
@given(several())
def test_joint_sign_flips_are_those_of_plain_enumeration(changes):
    assert PROCEDURES["joint_sign_flip"].adjust(changes) == pytest.approx(plain_joint_p(changes), rel=TINY)


@given(several())
def test_a_joint_p_is_never_below_the_sign_flip_p_of_its_endpoint(changes):
    joint = PROCEDURES["joint_sign_flip"].adjust(changes)
    for column, p in zip(changes.T, joint, strict=True):
        known = column[~np.isnan(column)]
        if known.size:
            pairs = np.column_stack([np.zeros(known.size), known])
            assert p >= load("methods")["sign_flip_exact"].estimate(pairs, decimals=1).p - TINY


@given(several(), st.data())
def test_turning_everybodys_signs_changes_no_two_sided_joint_p(changes, data):
    signs = data.draw(st.lists(st.sampled_from([1, -1]), min_size=1, max_size=1))[0]
    assert PROCEDURES["joint_sign_flip"].adjust(signs * changes) == PROCEDURES["joint_sign_flip"].adjust(
        changes
    )
