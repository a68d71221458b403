"""Hundreds and thousands of participants: every method answers, says how, and the work it does is bounded."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.entries import Method
from firstdose.catalogue.loading import load
from firstdose.methods._kernel import arrangements, binomial, drawing, exact, groups, signed_rank, walsh
from tests.reference.methods.cases import codes, estimate
from tests.reference.methods.test_shelf import drawn

SHELF: dict[str, Method] = dict(load("methods"))
EXACT = {"exact_binomial", "sign_test"}
ASYMPTOTIC = {
    "friedman_exact",
    "jonckheere",
    "kruskal_wallis",
    "signed_rank_exact",
    "signed_rank_pratt_exact",
}
DRAWN = {"sign_flip_exact", "permutation_rm_exact"}
TABLED = {"descriptive", "jeffreys", "wilson", "mid_p", "paired_t", "one_way_anova", "rm_anova"}
# These say of themselves what is checked below; the others are only asked to answer.
METHODS = {name: SHELF[name] for name in sorted(EXACT | ASYMPTOTIC | DRAWN | TABLED)}
RANKED = ("signed_rank_exact", "signed_rank_pratt_exact")

each = pytest.mark.parametrize("entry", METHODS.values(), ids=METHODS)


def many(entry: Method, n: int, kind: str, k: int = 3) -> tuple[np.ndarray, dict]:
    rng = np.random.default_rng(n)
    if entry.design == "proportion":
        return rng.integers(0, 2, n).astype(float), {}
    shape = {"paired": (n, 2), "within": (n, k)}.get(entry.design, (n,))
    y = rng.integers(0, 5, shape).astype(float) if kind == "grades" else rng.normal(10, 3, shape)
    return np.round(y, 1) if kind == "tenths" else y, (
        {"groups": np.arange(n) % 3} if entry.design == "between" else {}
    )


def paired(d):
    return np.column_stack([np.zeros(len(d)), d])


def flags(entry: Method) -> tuple[bool, set[str]]:
    wanted = {"FD-A115"} if entry.name in ASYMPTOTIC else {"FD-A116"} if entry.name in DRAWN else set()
    return entry.name in EXACT, wanted


def assert_is_an_answer(r, entry, n):
    exactly, wanted = flags(entry)
    assert (r.n_participants, r.exact) == (n, exactly)
    assert codes(r) & {"FD-A115", "FD-A116", "FD-A109", "FD-A103"} == wanted
    assert (r.draws is not None) == (r.seed is not None) == ("FD-A116" in wanted)
    assert math.isfinite(r.estimate)
    assert (r.p is not None) == entry.tests
    assert r.p is None or 0 < r.p <= 1
    assert r.ci_low is None or r.ci_low <= r.estimate <= r.ci_high
    assert (r.ci_low is None) == (entry.design in {"within", "between"})
    json.dumps(dataclasses.asdict(r), allow_nan=False)


@pytest.mark.parametrize(
    "name, k", [(n, k) for n in METHODS for k in (3, 4) if k == 3 or METHODS[n].design == "within"]
)
@pytest.mark.parametrize("kind, decimals", [("any", None), ("tenths", 1), ("grades", 0), ("grades", None)])
def test_a_thousand_participants_get_an_answer_that_says_how_it_was_found(name, k, kind, decimals):
    entry = METHODS[name]
    y, named = many(entry, 1000, kind, k)
    r = entry.estimate(y, decimals=decimals, **named)
    assert_is_an_answer(r, entry, 1000)
    missing = {name for name, value in r.more if value is None and not name.startswith("geometric_mean")}
    assert missing <= {"p_exact", "arrangements", "difference"}


@each
def test_ten_thousand_participants_get_an_answer(entry):
    y, named = many(entry, 10_000, "tenths")
    assert_is_an_answer(entry.estimate(y, decimals=1, alternative="two-sided", **named), entry, 10_000)


@pytest.mark.parametrize("entry", SHELF.values(), ids=SHELF)
@pytest.mark.parametrize("n", [200, 1_100, 10_000])
def test_the_smallest_p_of_many_planned_participants_is_no_obstacle(entry, n):
    if entry.smallest_p is not None:
        for direction in ("two-sided", "greater"):
            assert 0 <= entry.smallest_p(n, 3, direction, (n - n // 2, n // 2)) < 1e-50


@pytest.mark.parametrize("name", sorted(set(SHELF) - set(METHODS)))
def test_hundreds_of_participants_get_an_answer_or_a_reason(name):
    entry = SHELF[name]
    y, named = drawn(entry, 300)
    r = entry.estimate(y, decimals=1, **named)
    assert r.n_participants == 300
    assert r.estimate is not None or r.caveats
    assert r.p is None or 0 <= r.p <= 1
    json.dumps(dataclasses.asdict(r), allow_nan=False)


# How much is done, not how long it takes.


@pytest.mark.parametrize("n", [31, 1_000, 2_667, 10_000, 1_000_000])
def test_random_arrangements_are_as_many_as_asked_or_as_the_work_allows(n):
    signs = drawing.affordable_signs(99_999, n)
    assert signs == 99_999 or signs == drawing.LEAST or signs * n * 3 / 8 <= drawing._WORK
    for k in range(2, drawing.TABLED_TIMES + 1):
        orders = drawing.affordable_orders(99_999, n, k)
        looked_up = orders * k * math.ceil(n / drawing._people(k))
        assert orders in {99_999, drawing.LEAST} or looked_up <= drawing._WORK
        assert math.factorial(k) ** drawing._people(k) <= drawing._CHOICES
    assert drawing.affordable_signs(50, n) == 50


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_states_of_friedman_are_as_many_as_predicted(k, monkeypatch):
    n, counted, merged = 40, [], arrangements._merged

    def counting(states, chance, orders):
        counted.append(len(chance) * len(orders))
        return merged(states, chance, orders)

    monkeypatch.setattr(arrangements, "_merged", counting)
    monkeypatch.setattr(arrangements, "_ALL_STATES", math.inf)
    ranks = arrangements.ranks_within(
        np.random.default_rng(k).permuted(np.tile(np.arange(k), (n, 1)), axis=1)
    )
    assert arrangements.friedman_tail(ranks) is not None
    assert sum(counted) == pytest.approx(arrangements.predicted_states(n, k), rel=0.2)


def test_a_thousand_participants_are_never_walked_through_one_by_one(monkeypatch):
    """Neither states of rank sums, nor labellings, nor convolutions, nor half a million Walsh averages."""

    def refuse(*_):
        raise AssertionError("this is too much work for a thousand participants")

    monkeypatch.setattr(arrangements, "_merged", refuse)
    monkeypatch.setattr(groups, "labellings", refuse)
    monkeypatch.setattr(exact, "convolved", refuse)
    for name in ("convolved_tails", "walsh_sums", "exact_interval"):
        monkeypatch.setattr(signed_rank, name, refuse)
    for name in ASYMPTOTIC:
        for kind in ("any", "grades"):
            y, named = many(METHODS[name], 1000, kind)
            assert not METHODS[name].estimate(y, **named).exact
    lonely = {"groups": np.arange(1000) == 0}
    for name in ("jonckheere", "kruskal_wallis"):
        assert not estimate(name, np.arange(1000.0), **lonely).exact


def test_a_few_people_beside_many_are_labelled_while_it_is_little_work():
    r = estimate("jonckheere", np.arange(60.0), groups=np.arange(60) >= 59, decimals=0)
    assert (r.exact, r.p) == (True, pytest.approx(2 / 60))


@pytest.mark.parametrize("decimals, low, high", [(None, -40, 60), (0, -3, 5)])
def test_two_hundred_participants_cost_a_few_dozen_convolutions(decimals, low, high, monkeypatch):
    """With ties nearly every shift has its own null distribution: the limits are found by halving."""
    asked, convolved = [], walsh.convolved
    monkeypatch.setattr(walsh, "convolved", lambda weights: asked.append(1) or convolved(weights))
    d = np.random.default_rng(1).integers(low, high, 200).astype(float)
    r = estimate("signed_rank_exact", paired(d), decimals=decimals)
    assert r.exact
    assert r.ci_low <= r.estimate <= r.ci_high
    assert r.attained_level >= 0.95
    assert 2 <= len(asked) <= 2 * (math.log2(20_100) + 2)


# Where exact and approximate answers both exist they are alike.


@pytest.mark.parametrize("n", [150, 175, 200])
@pytest.mark.parametrize("pratt", [False, True])
@pytest.mark.parametrize("grid", [0, 1, 3])
@pytest.mark.parametrize("shift", [0.0, 0.1, 0.18])
def test_signed_rank_tails_of_the_normal_distribution_are_near_the_exact_ones(n, pratt, grid, shift):
    whole = np.rint(np.random.default_rng(n).normal(shift, 1, n) * 10**grid).astype(np.int64)
    weights, positive = signed_rank.signed_ranks(whole, pratt=pratt)
    v = int(weights[positive].sum())
    less, greater, exactly = signed_rank.tails_of(weights, v)
    assert exactly
    assert signed_rank.normal_tails(weights, v) == pytest.approx(
        (less, greater), abs=0.01 if grid == 0 else 0.001
    )


@pytest.mark.parametrize("grid", [0, 1, 6])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_signed_rank_interval_of_the_normal_quantile_is_the_exact_one_within_a_hundredth(grid, level):
    whole = np.rint(np.random.default_rng(8).normal(0.3, 1, 200) * 10**grid).astype(np.int64)
    sums = walsh.walsh_sums(whole)
    found, wanted = walsh.normal_interval(whole, level), walsh.exact_interval(whole, sums, level)
    near = 2 * 10**grid * 0.01
    assert (found.low, found.high) == (
        pytest.approx(wanted.low, abs=near),
        pytest.approx(wanted.high, abs=near),
    )
    assert walsh.walsh_median(whole) == np.median(sums)


@pytest.mark.parametrize("method", RANKED)
@pytest.mark.parametrize("shift", [0.0, 0.1, 0.112, 0.15, 0.4])
def test_the_normal_interval_leaves_out_zero_exactly_when_the_normal_test_rejects(method, shift):
    d = np.random.default_rng(300).normal(shift, 1, 300)
    r = estimate(method, paired(d))
    assert (r.exact, r.attained_level, codes(r)) == (False, 0.95, {"FD-A106", "FD-A115"})
    assert "interval from the normal distribution" in r.variant
    assert (r.ci_low > 0 or r.ci_high < 0) == (r.p <= 0.05)
    assert r.p == pytest.approx(
        float(stats.wilcoxon(d, method="asymptotic", correction=True).pvalue), rel=1e-9
    )


def test_differences_of_one_size_are_judged_as_the_coins_they_are():
    d = np.repeat((1.0, -1.0), (540, 460))
    for method in RANKED:
        r = estimate(method, paired(d), decimals=0)
        assert r.p == pytest.approx(estimate("sign_test", paired(d), decimals=0).p, abs=1e-4)


def test_five_differences_among_a_thousand_zeros_keep_their_exact_p():
    d = np.zeros(1000)
    d[:5] = (1, 2, 3, 4, -5)
    dropped, pratt = (estimate(method, paired(d), decimals=0) for method in RANKED)
    assert (dropped.exact, dropped.p) == (True, 20 / 32)
    assert (pratt.exact, pratt.p) == (True, 12 / 32)
    assert "interval from the normal distribution" in dropped.variant


@pytest.mark.parametrize("kind, decimals", [("any", None), ("grades", 0)])
def test_friedman_by_chi_squared_is_near_the_exact_p_at_150(kind, decimals):
    y, _ = many(METHODS["friedman_exact"], 150, kind)
    r = estimate("friedman_exact", y + np.array([0.0, 0.2, 0.3]), decimals=decimals)
    assert r.exact
    assert r.value("p_asymptotic") == pytest.approx(r.p, abs=0.01)


@pytest.mark.parametrize("n", [150, 200])
@pytest.mark.parametrize("shift", [0.0, 0.3, 0.5])
def test_random_signs_are_near_the_exact_answer(n, shift):
    d = np.round(np.random.default_rng(n).normal(shift, 3, n), 1)
    r, t = estimate("sign_flip_exact", paired(d), decimals=1), estimate("paired_t", paired(d))
    whole = np.rint(d * 10).astype(np.int64)
    tails = exact.convolved_tails(np.abs(whole), int(whole[whole > 0].sum()))
    assert (r.exact, r.draws) == (False, 99_999)
    assert r.p == pytest.approx(min(1.0, 2 * min(tails)), abs=0.01)
    assert (r.ci_low, r.ci_high) == (
        pytest.approx(t.ci_low, abs=0.05),
        pytest.approx(t.ci_high, abs=0.05),
    )


@pytest.mark.parametrize("k, n", [(3, 150), (4, 31)])
def test_random_orders_of_ranks_are_near_friedmans_exact_test(k, n):
    y = np.random.default_rng(n).normal(size=(n, k)) + np.arange(k) * 0.08
    ranks = stats.rankdata(y, axis=1)
    drawn = estimate("permutation_rm_exact", ranks, decimals=0)
    wanted = estimate("friedman_exact", y).p if k == 3 else stats.friedmanchisquare(*y.T).pvalue
    assert drawn.p == pytest.approx(wanted, abs=0.01)


def test_many_times_and_many_participants_are_judged_by_chi_squared():
    """7! = 5,040 orders are too many for a table, and 999 draws too many for so many values."""
    y = np.random.default_rng(3).normal(size=(1500, 7)) + np.arange(7) * 0.02
    large = estimate("permutation_rm_exact", y)
    assert (large.exact, large.draws, codes(large)) == (False, None, {"FD-A106", "FD-A115"})
    drawn = estimate("permutation_rm_exact", y[:1000])
    assert (drawn.draws < 99_999, "FD-A116" in codes(drawn)) == (True, True)
    ranks = stats.rankdata(y, axis=1)
    of_ranks = estimate("permutation_rm_exact", ranks, decimals=0)
    assert of_ranks.p == pytest.approx(float(stats.friedmanchisquare(*y.T).pvalue), rel=1e-9)
    assert large.p == pytest.approx(estimate("rm_anova", y).value("p_uncorrected"), abs=0.01)


def test_fewer_draws_than_asked_for_are_told():
    y, _ = many(METHODS["permutation_rm_exact"], 1000, "tenths")
    r = estimate("permutation_rm_exact", y, decimals=1, draws=10_000_000)
    assert r.draws < 10_000_000
    (told,) = (caveat.sentence for caveat in r.caveats if caveat.code == "FD-A116")
    assert f"from {r.draws} random arrangements" in told
    assert "10000000 were asked for" in told
    few = estimate("permutation_rm_exact", y, decimals=1, draws=500)
    assert few.draws == 500
    assert "asked for" not in few.caveats[-1].sentence


# Binomial numbers too large for a float.


@pytest.mark.parametrize("n", [64, 1000, 3001])
def test_the_sign_test_is_exact_at_any_n(n):
    d = np.random.default_rng(n).normal(0.05, 1, n)
    r = estimate("sign_test", paired(d))
    positive = int((d > 0).sum())
    assert r.p == pytest.approx(stats.binomtest(positive, n).pvalue, rel=1e-9)
    outside = int(stats.binom.ppf(0.025, n, 0.5))
    outside -= stats.binom.cdf(outside, n, 0.5) > 0.025
    ordered = np.sort(np.rint(d * 1e10) / 1e10)
    assert (r.ci_low, r.ci_high) == (ordered[outside], ordered[n - 1 - outside])
    assert r.attained_level == pytest.approx(1 - 2 * stats.binom.cdf(outside, n, 0.5))


@pytest.mark.parametrize("n, events", [(101, 3), (1029, 500), (1100, 550), (10_000, 1), (10_000, 9_998)])
def test_exact_and_mid_p_limits_are_where_the_binomial_tails_say(n, events):
    r = estimate("exact_binomial", np.arange(n) < events)
    assert stats.binom.sf(events - 1, n, r.ci_low) == pytest.approx(0.025)
    assert stats.binom.cdf(events, n, r.ci_high) == pytest.approx(0.025)
    low, high = r.value("mid_p_low"), r.value("mid_p_high")
    half = stats.binom.pmf(events, n, [low, high]) / 2
    assert stats.binom.sf(events, n, low) + half[0] == pytest.approx(0.025)
    assert stats.binom.cdf(events - 1, n, high) + half[1] == pytest.approx(0.025)


@pytest.mark.parametrize("events", [0, 1, 17, 39, 40])
def test_both_ways_to_count_a_half_probability_agree(events, monkeypatch):
    counted = binomial.mid_p(events, 40, 0.025)
    monkeypatch.setattr(binomial, "_COUNTED", 0)
    assert binomial.mid_p(events, 40, 0.025) == pytest.approx(counted, rel=1e-11)


def test_a_large_trial_without_events_excludes_small_rates():
    r = estimate("exact_binomial", np.zeros(10_000))
    assert r.value("upper_one_sided") == pytest.approx(1 - 0.05 ** (1 / 10_000))
    assert (r.ci_low, codes(r)) == (0.0, {"FD-A117"})
    mid = stats.binom.pmf(0, 10_000, r.value("mid_p_high")) / 2
    assert mid == pytest.approx(0.025)
