"""Two ways that must agree: the quick exact distributions and plain enumeration."""

from __future__ import annotations

import math
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from firstdose.catalogue.loading import load
from firstdose.methods._kernel import arrangements, drawing, exact, groups, walsh
from firstdose.methods.jonckheere import counted_j, doubled_j, moments

ENTRIES = dict(load("methods"))
PAIRED = ("sign_flip_exact", "signed_rank_exact", "signed_rank_pratt_exact", "sign_test")

tenths = st.integers(-30, 30).map(lambda x: x / 10)
differences = st.lists(tenths, min_size=1, max_size=8)
weights = st.lists(st.integers(0, 60), min_size=1, max_size=10)


def paired(d):
    return np.column_stack([np.full(len(d), 5.0), 5.0 + np.array(d)])


def ranked_profiles(most_rows=4):
    k = st.integers(2, 4)
    return k.flatmap(
        lambda k: st.lists(
            st.lists(st.integers(0, 3), min_size=k, max_size=k), min_size=1, max_size=most_rows
        )
    )


@given(weights, st.integers(0, 200))
def test_enumeration_the_meeting_in_the_middle_and_convolution_agree(w, observed):
    whole = np.array(w)
    seen = min(observed, int(whole.sum()))
    brute = [
        sum(x for x, keep in zip(w, kept, strict=True) if keep) for kept in product((0, 1), repeat=len(w))
    ]
    wanted = (np.mean(np.array(brute) <= seen), np.mean(np.array(brute) >= seen))
    for tails in (exact.enumerated_tails, exact.meeting_tails, exact.convolved_tails):
        assert tails(whole, seen) == pytest.approx(wanted, rel=1e-12)


@given(st.lists(st.integers(-500, 500), min_size=2, max_size=9), st.data())
def test_a_subset_mean_found_by_halving_is_the_one_found_by_sorting(d, data):
    whole = np.array(d)
    rank = data.draw(st.integers(1, 2 ** len(d) - 1))
    sets = [[x for x, keep in zip(d, kept, strict=True) if keep] for kept in product((0, 1), repeat=len(d))]
    wanted = sorted(float(np.mean(s)) for s in sets if s)[rank - 1]
    assert exact.subset_mean(whole, rank) == pytest.approx(wanted)
    assert exact._subset_mean_by_halving(whole, rank) == pytest.approx(wanted, rel=1e-12, abs=1e-9)


def signs_by_hand(d, statistic):
    """P(<=) and P(>=) over every choice of signs for these sizes."""
    null = np.array([statistic(np.array(s) * np.abs(d)) for s in product((-1, 1), repeat=len(d))])
    seen = statistic(d)
    return float(np.mean(null <= seen + 1e-9)), float(np.mean(null >= seen - 1e-9))


@given(differences)
def test_sign_flip_is_the_share_of_all_signs(d):
    whole = np.round(np.array(d) * 10)
    less, greater = signs_by_hand(whole, np.sum)
    for alternative, wanted in (("less", less), ("greater", greater)):
        r = ENTRIES["sign_flip_exact"].estimate(paired(d), decimals=1, alternative=alternative)
        assert r.p == pytest.approx(wanted)
    assert ENTRIES["sign_flip_exact"].estimate(paired(d), decimals=1).p == pytest.approx(
        min(1, 2 * min(less, greater))
    )


@given(differences, st.booleans())
def test_signed_rank_is_the_share_of_all_signs(d, pratt):
    whole = np.round(np.array(d) * 10)
    ranks = stats.rankdata(np.abs(whole)) if pratt else None
    kept = whole != 0
    ranks = ranks[kept] if pratt else stats.rankdata(np.abs(whole[kept]))
    signed = np.sign(whole[kept]) * ranks
    less, greater = signs_by_hand(signed, lambda s: s[s > 0].sum())
    name = "signed_rank_pratt_exact" if pratt else "signed_rank_exact"
    r = ENTRIES[name].estimate(paired(d), decimals=1)
    assert r.p == pytest.approx(min(1, 2 * min(less, greater)))
    assert r.value("v_plus") == pytest.approx(signed[signed > 0].sum())


@given(differences, st.sampled_from(PAIRED))
def test_p_is_the_same_when_every_sign_changes(d, name):
    entry = ENTRIES[name]
    mirrored = paired(d)[:, ::-1]
    one, other = entry.estimate(paired(d), decimals=1), entry.estimate(mirrored, decimals=1)
    assert one.p == pytest.approx(other.p)
    assert one.estimate == pytest.approx(-other.estimate)
    assert entry.estimate(paired(d), decimals=1, alternative="less").p == pytest.approx(
        entry.estimate(mirrored, decimals=1, alternative="greater").p
    )
    if one.ci_low is not None:
        assert (one.ci_low, one.ci_high) == (pytest.approx(-other.ci_high), pytest.approx(-other.ci_low))


@given(st.lists(tenths, min_size=6, max_size=9), st.sampled_from(PAIRED), st.floats(-4, 4))
def test_shifts_outside_the_interval_are_rejected(d, name, shift):
    """The interval is never shorter than the test allows: what lies inside by a margin is kept."""
    r = ENTRIES[name].estimate(paired(d), decimals=1)
    moved = paired(d) - np.array([[0.0, shift]])
    p = ENTRIES[name].estimate(moved).p
    if p > 0.05 + 1e-9 and name != "sign_test":
        assert r.ci_low - 1e-6 <= shift <= r.ci_high + 1e-6
    assert r.attained_level >= 0.95 - 1e-12


@given(st.lists(tenths, min_size=1, max_size=9))
def test_the_hodges_lehmann_shift_is_the_median_of_all_walsh_averages(d):
    means = [(a + b) / 2 for i, a in enumerate(d) for b in d[i:]]
    r = ENTRIES["signed_rank_exact"].estimate(paired(d), decimals=1)
    assert r.estimate == pytest.approx(float(np.median(means)))
    whole = np.round(np.array(d) * 10).astype(np.int64)
    assert len(walsh.walsh_sums(whole)) == len(means)


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=14), st.data())
def test_a_walsh_sum_found_by_halving_is_the_one_found_by_sorting(d, data):
    whole = np.array(d)
    sums = walsh.walsh_sums(whole)
    rank = data.draw(st.integers(0, len(sums) - 1))
    assert walsh.walsh_at(np.sort(whole), rank) == sums[rank]
    assert walsh.walsh_median(whole) == np.median(sums)


@given(
    st.lists(st.integers(-6, 9), min_size=6, max_size=25),
    st.sampled_from([1, 7]),
    st.sampled_from([0.8, 0.9, 0.95]),
)
def test_limits_found_by_halving_are_those_found_by_trying_every_shift(d, spread, level):
    """Ties make the null distribution change from shift to shift; V+ changes more."""
    whole = np.array(d) * spread + np.arange(len(d)) % spread
    sums = walsh.walsh_sums(whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walsh, "_SCANNED", 10**12)
        tried = walsh.exact_interval(whole, sums, level)
        patch.setattr(walsh, "_SCANNED", 0)
        assert walsh.exact_interval(whole, sums, level) == tried


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=10))
def test_tables_of_signs_hold_every_arrangement(d):
    whole = np.array(d)
    sums = np.zeros((2, 1), dtype=np.int64)
    for table in drawing.sign_tables(whole):
        sums = (sums[:, :, None] + table[:, None, :]).reshape(2, -1)
    wanted = zip(exact.subset_sums(whole), exact.subset_sums(np.ones_like(whole)), strict=True)
    assert sorted(map(tuple, sums.T.tolist())) == sorted(map(tuple, wanted))


@given(ranked_profiles(most_rows=4))
def test_tables_of_orders_hold_every_arrangement(rows):
    y = np.array(rows, dtype=float)
    k = y.shape[1]
    centred = k * y - y.sum(axis=1, keepdims=True)
    if math.factorial(k) ** len(y) > 5_000:
        centred = centred[:2]
    totals = np.zeros((k - 1, 1))
    for table in drawing.order_tables(centred):
        totals = (totals[:, :, None] + table[:, None, :]).reshape(k - 1, -1)
    every = [list(permutations(row)) for row in centred.tolist()]
    wanted = sorted(tuple(np.sum(choice, axis=0)[:-1].tolist()) for choice in product(*every))
    assert sorted(map(tuple, totals.T.tolist())) == wanted


@given(ranked_profiles())
def test_friedman_by_dynamic_programming_is_friedman_by_enumeration(rows):
    whole = np.array(rows)
    ranks = np.array([2 * stats.rankdata(row) for row in rows])
    seen = (ranks.sum(axis=0) ** 2).sum()
    every = [list(permutations(row)) for row in ranks]
    null = [(np.sum(choice, axis=0) ** 2).sum() for choice in product(*every[1:])] if len(rows) > 1 else None
    r = ENTRIES["friedman_exact"].estimate(whole, decimals=0)
    if null is None:
        assert r.p == 1.0
        return
    # The first row is held fixed: what is counted depends on the columns only up to their order.
    wanted = np.mean([(np.add(ranks[0], np.sum(c, axis=0)) ** 2).sum() >= seen for c in product(*every[1:])])
    assert r.p == pytest.approx(wanted)


@given(ranked_profiles(most_rows=5))
def test_friedman_is_the_permutation_test_of_its_ranks(rows):
    ranks = np.array([2 * stats.rankdata(row) for row in rows])
    one = ENTRIES["friedman_exact"].estimate(np.array(rows), decimals=0)
    other = ENTRIES["permutation_rm_exact"].estimate(ranks, decimals=0)
    if other.exact:
        assert one.p == pytest.approx(other.p)


@given(ranked_profiles(), st.randoms(use_true_random=False))
def test_the_order_of_times_and_participants_changes_nothing(rows, rng):
    y = np.array(rows, dtype=float)
    columns, people = rng.sample(range(y.shape[1]), y.shape[1]), rng.sample(range(len(y)), len(y))
    shuffled = y[:, columns][people]
    for name in ("friedman_exact", "permutation_rm_exact", "rm_anova"):
        one, other = (ENTRIES[name].estimate(x, decimals=0) for x in (y, shuffled))
        assert (one.p is None) == (other.p is None)
        if one.p is not None:
            assert one.p == pytest.approx(other.p, rel=1e-6)


@given(st.lists(st.integers(0, 4), min_size=3, max_size=7), st.data())
def test_tests_between_groups_count_every_grouping(values, data):
    codes = data.draw(st.lists(st.integers(0, 2), min_size=len(values), max_size=len(values)))
    y, code = np.array(values), np.array(codes)
    of = groups.as_groups(y, code)
    if of.g < 2 or len(set(values)) == 1:
        return
    every = np.array(sorted(set(permutations(of.codes.tolist()))))
    assert sorted(map(tuple, arrangements.labellings(of.sizes).tolist())) == list(map(tuple, every.tolist()))
    j = doubled_j(y, every) / 2
    mean, variance = moments(y, of)
    assert (np.mean(j), np.var(j)) == (pytest.approx(mean), pytest.approx(variance, abs=1e-9))
    seen = doubled_j(y, of.codes[None, :])[0] / 2
    assert counted_j(y, of) / 2 == seen
    r = ENTRIES["jonckheere"].estimate(y, groups=code, decimals=0, alternative="greater")
    assert r.p == pytest.approx(np.mean(j >= seen))
    h = [stats.kruskal(*(y[row == g] for g in range(of.g))).statistic for row in every]
    k = ENTRIES["kruskal_wallis"].estimate(y, groups=code, decimals=0)
    now = stats.kruskal(*(y[of.codes == g] for g in range(of.g)))
    assert k.p == pytest.approx(np.mean(np.array(h) >= now.statistic - 1e-9))
    assert (k.statistic, k.value("p_asymptotic")) == (pytest.approx(now.statistic), pytest.approx(now.pvalue))


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=2, max_size=8))
def test_epsilon_stays_between_its_bounds(rows):
    r = ENTRIES["rm_anova"].estimate(np.array(rows))
    if r.p is not None:
        assert 0.5 - 1e-9 <= r.value("epsilon_gg") <= 1
        assert r.value("p_lower_bound") >= 0
        assert r.value("epsilon_hf") is None or r.value("epsilon_gg") - 1e-6 <= r.value("epsilon_hf") <= 1


def shape_of(entry):
    """What one row of this method's values looks like."""
    match entry.design:
        case "paired" | "paired proportion":
            return (2,)
        case "within" | "longitudinal":
            return (entry.need.times_most or 3,)
        case "nested":
            return (max(entry.need.times, 1),)
        case "association":
            return (3, 2)
        case _:
            return ()


def named_of(entry, n, values):
    """What else a method takes; exposures are as wild as the values."""
    named = {"groups": np.arange(n) % 2} if entry.design == "between" else {}
    if "exposure" in entry.takes:
        named["exposure"] = values
    if "units" in entry.takes:
        named["units"] = np.arange(n) // 2
    if "sides" in entry.takes:
        named["sides"] = np.zeros(values.shape, dtype=int)
    return named


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=0, max_size=24),
    st.sampled_from(sorted(ENTRIES)),
)
def test_no_value_ends_in_a_traceback(values, name):
    entry = ENTRIES[name]
    shape = shape_of(entry)
    n = len(values) // math.prod(shape, start=1)
    y = np.array(values[: n * math.prod(shape, start=1)]).reshape(n, *shape)
    named = named_of(entry, n, y)
    r = entry.estimate(y, **named)
    people = len(np.unique(named["units"])) if "units" in named else n
    assert r.n_participants in {n, people}
    assert r.p is None or 0 <= r.p <= 1


@given(
    st.integers(1, 9).flatmap(
        lambda n: st.lists(st.lists(tenths, min_size=n, max_size=n), min_size=1, max_size=6)
    ),
    st.sampled_from((*PAIRED, "paired_t")),
    st.sampled_from(["two-sided", "greater", "less"]),
    st.sampled_from([0.8, 0.9, 0.95]),
)
def test_many_data_sets_together_are_each_of_them_alone(rows, name, alternative, level):
    entry = ENTRIES[name]
    y = np.stack([paired(d) for d in rows])
    many = entry.many(y, decimals=1, alternative=alternative, level=level)
    for i, pairs in enumerate(y):
        one = entry.estimate(pairs, decimals=1, alternative=alternative, level=level)
        assert many[i] == one
        for number in many.arrays:
            alone = getattr(one, number) if hasattr(one, number) else one.value(number)
            wanted = np.nan if alone is None else alone
            assert many.arrays[number][i] == pytest.approx(wanted, rel=1e-9, abs=1e-12, nan_ok=True), number


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_fishers_p_is_the_share_of_all_labellings(events1, n1, events2, n2):
    events1, events2 = min(events1, n1), min(events2, n2)
    y = np.concatenate([np.arange(n1) < events1, np.arange(n2) < events2]).astype(float)
    r = ENTRIES["fisher_exact"].estimate(y, groups=np.repeat([0, 1], [n1, n2]), alternative="greater")
    null = stats.hypergeom(n1 + n2, events1 + events2, n2)
    assert r.p == pytest.approx(float(null.sf(events2 - 1)))
    if r.ci_low is not None and r.ci_high is not None:
        assert r.ci_low <= r.estimate <= r.ci_high


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.floats(0.5, 20))
def test_limits_of_a_rate_have_their_tails(counts, time):
    exposure = np.full(len(counts), time)
    r = ENTRIES["poisson_exact"].estimate(np.array(counts, dtype=float), exposure=exposure)
    total = sum(counts)
    assert stats.poisson.cdf(total, r.ci_high * exposure.sum()) == pytest.approx(0.025)
    if total:
        assert stats.poisson.sf(total - 1, r.ci_low * exposure.sum()) == pytest.approx(0.025)
