from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.loading import load
from firstdose.methods._kernel import binomial
from tests.reference.methods.cases import codes, estimate, expected, same

METHODS = {"exact_binomial": "clopper_pearson", "wilson": "wilson", "jeffreys": "jeffreys", "mid_p": "mid_p"}


def participants(events, n):
    return np.arange(n) < events


@pytest.mark.parametrize("method", METHODS)
def test_limits_are_those_of_the_tables(method):
    """Base R: qbeta and the score formula; Wilson's lower limit at 0 is 0, not 2e-17."""
    for row in expected("tables_small_n")["proportions"]:
        r = estimate(method, participants(row["x"], row["n"]))
        assert r.estimate == same(row["estimate"])
        assert [r.ci_low, r.ci_high] == [pytest.approx(x, rel=1e-9, abs=1e-15) for x in row[METHODS[method]]]
        assert (r.value("events"), r.value("n"), r.n_participants) == (row["x"], row["n"], row["n"])


def test_mid_p_and_one_sided_bounds_are_those_of_the_tables():
    for row in expected("tables_small_n")["proportions"]:
        r = estimate("exact_binomial", participants(row["x"], row["n"]))
        assert [r.value("mid_p_low"), r.value("mid_p_high")] == [same(x) for x in row["mid_p"]]
        assert r.value("upper_one_sided") == same(row["clopper_pearson_one_sided_upper"])


@pytest.mark.parametrize("method", METHODS)
def test_trap_19_no_event_in_five_is_told_with_what_it_excludes(method):
    r = estimate(method, participants(0, 5))
    (caveat,) = r.caveats
    assert caveat.code == "FD-A117"
    assert caveat.sentence.startswith("0 of 5: rates above 45.1% are excluded with one-sided 95% confidence.")
    assert r.ci_low == 0.0


def test_lower_bounds_mirror_upper_ones():
    for method in METHODS:
        some, others = estimate(method, participants(2, 9)), estimate(method, participants(7, 9))
        assert some.value("lower_one_sided") == pytest.approx(1 - others.value("upper_one_sided"))
        assert some.ci_low == pytest.approx(1 - others.ci_high)
        assert codes(some) == set()
    assert codes(estimate("exact_binomial", participants(4, 4))) == {"FD-A118"}


@pytest.mark.parametrize("level", [0.8, 0.9, 0.99])
def test_exact_limits_are_where_the_binomial_tails_say(level):
    r = estimate("exact_binomial", participants(3, 11), level=level)
    assert stats.binom.sf(2, 11, r.ci_low) == pytest.approx((1 - level) / 2)
    assert stats.binom.cdf(3, 11, r.ci_high) == pytest.approx((1 - level) / 2)


@pytest.mark.parametrize("method", METHODS)
def test_counts_of_lesions_are_no_proportion_of_participants(method):
    r = estimate(method, [0.0, 3.0, 1.0])
    assert (r.estimate, codes(r)) == (None, {"FD-A119"})


def answered(both, only_before, only_after, neither):
    kinds = ([1, 1], [1, 0], [0, 1], [0, 0])
    counts = (both, only_before, only_after, neither)
    return np.array([kind for kind, n in zip(kinds, counts, strict=True) for _ in range(n)], dtype=float)


def test_airway_reactivity_before_and_after_transplantation():
    """Bentur et al. 2009 (1, 1, 7, 12 children) as in Fagerland, Lydersen & Laake 2014; p .0703, mid-p .0391."""
    exact, mid = (estimate("mcnemar_exact", answered(1, 1, 7, 12), test=test) for test in ("exact", "mid_p"))
    assert (exact.p, mid.p) == (0.0703125, 0.0390625)
    assert exact.estimate == pytest.approx(6 / 21)
    assert [exact.ci_low, exact.ci_high] == [pytest.approx(0.026, abs=5e-4), pytest.approx(0.507, abs=5e-4)]
    assert (exact.exact, mid.exact, codes(mid)) == (True, False, {"FD-A167"})
    assert "Newcombe 1998, method 10" in exact.variant


@pytest.mark.parametrize("table", [(14, 5, 0, 22), (2, 0, 3, 0), (10, 15, 5, 20), (3, 3, 0, 0), (4, 0, 0, 4)])
def test_the_interval_of_paired_proportions_is_newcombes_formula(table):
    a, b, c, d = table
    n = sum(table)
    (low1, high1), (low2, high2) = (
        stats.binomtest(x, n).proportion_ci(method="wilson") for x in (a + b, a + c)
    )
    p1, p2 = (a + b) / n, (a + c) / n
    margins, cross = (a + b) * (c + d) * (a + c) * (b + d), a * d - b * c
    corrected = max(cross - n / 2, 0) if cross > 0 else cross
    phi = corrected / np.sqrt(margins) if margins else 0.0
    below = (p2 - low2) ** 2 - 2 * phi * (p2 - low2) * (high1 - p1) + (high1 - p1) ** 2
    above = (high2 - p2) ** 2 - 2 * phi * (high2 - p2) * (p1 - low1) + (p1 - low1) ** 2
    r = estimate("mcnemar_exact", answered(*table))
    assert [r.ci_low, r.ci_high] == [
        pytest.approx(p2 - p1 - np.sqrt(below)),
        pytest.approx(p2 - p1 + np.sqrt(above)),
    ]
    assert r.p == pytest.approx(stats.binomtest(c, b + c).pvalue if b + c else 1.0)


def test_mcnemar_with_nobody_changed_or_everybody_the_same_way():
    same_answers = estimate("mcnemar_exact", answered(3, 0, 0, 2))
    assert (same_answers.p, same_answers.estimate) == (1.0, 0.0)
    assert "FD-A120" in codes(same_answers)
    assert estimate("mcnemar_exact", answered(3, 0, 0, 2), test="mid_p").p == 1.0
    all_up = estimate("mcnemar_exact", answered(0, 0, 6, 0))
    assert (all_up.p, all_up.value("odds_ratio"), all_up.value("odds_ratio_high")) == (2 / 64, None, None)
    assert all_up.value("odds_ratio_low") > 1
    assert codes(estimate("mcnemar_exact", [[0.0, 2.0], [1.0, 0.0]])) == {"FD-A119"}


def two_groups(events1, n1, events2, n2):
    y = np.concatenate([participants(events1, n1), participants(events2, n2)])
    return y.astype(float), np.repeat([0, 1], [n1, n2])


@pytest.mark.parametrize(
    "table", [(1, 4, 3, 4), (2, 10, 15, 18), (0, 5, 3, 5), (4, 5, 2, 7), (3, 3, 1, 4), (7, 9, 0, 6)]
)
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_fishers_test_is_that_of_scipy_with_its_conditional_odds_ratio(table, alternative):
    events1, n1, events2, n2 = table
    y, groups = two_groups(*table)
    r = estimate("fisher_exact", y, groups=groups, alternative=alternative)
    cells = [[events2, events1], [n2 - events2, n1 - events1]]
    assert r.p == pytest.approx(stats.fisher_exact(cells, alternative=alternative).pvalue)
    wanted = stats.contingency.odds_ratio(cells)
    low, high = wanted.confidence_interval(0.95)
    assert r.estimate == (None if np.isinf(wanted.statistic) else pytest.approx(wanted.statistic, rel=1e-7))
    assert r.value("odds_ratio_low") == pytest.approx(low, rel=1e-7)
    assert r.value("odds_ratio_high") == (None if np.isinf(high) else pytest.approx(high, rel=1e-7))
    assert r.exact


def test_the_lady_tasting_tea():
    """Fisher 1935: 3 of 4 cups right, p .243 one-sided; conditional odds ratio 6.408 (R's fisher.test)."""
    y, groups = two_groups(1, 4, 3, 4)
    one, two = (estimate("fisher_exact", y, groups=groups, alternative=a) for a in ("greater", "two-sided"))
    assert (one.p, two.p) == (same(17 / 70), same(34 / 70))
    assert two.estimate == pytest.approx(6.408309, rel=1e-5)


def test_trap_15_three_against_two_cannot_reach_five_percent_with_fishers_test_either():
    y, groups = two_groups(0, 3, 2, 2)
    r = estimate("fisher_exact", y, groups=groups)
    assert (r.p, r.value("smallest_p")) == (pytest.approx(0.1), pytest.approx(0.1))
    assert {"FD-A103", "FD-A165"} == codes(r)
    smallest = load("methods")["fisher_exact"].smallest_p
    assert smallest(5, 2, "two-sided", (3, 2)) == pytest.approx(0.1)
    assert smallest(6) == pytest.approx(0.1)
    assert smallest(6, 2, "greater") == pytest.approx(0.05)


@pytest.mark.parametrize("sizes", [(2, 2), (3, 2), (4, 3), (3, 3), (4, 1)])
def test_the_smallest_p_of_fishers_test_is_that_of_the_best_table(sizes):
    n1, n2 = sizes
    for alternative in ("two-sided", "greater", "less"):
        best = min(
            estimate(
                "fisher_exact",
                *two_groups(a, n1, b, n2)[:1],
                groups=two_groups(a, n1, b, n2)[1],
                alternative=alternative,
            ).p
            for a in range(n1 + 1)
            for b in range(n2 + 1)
        )
        smallest = load("methods")["fisher_exact"].smallest_p(n1 + n2, 2, alternative, sizes)
        assert smallest == pytest.approx(best)


def test_fishers_test_needs_two_groups_and_two_answers():
    assert codes(estimate("fisher_exact", [0.0, 1.0, 1.0], groups=[0, 1, 2])) == {"FD-A166"}
    assert codes(estimate("fisher_exact", [0.0, 3.0, 1.0], groups=[0, 1, 1])) == {"FD-A119"}
    nobody = estimate("fisher_exact", [0.0] * 5, groups=[0, 0, 0, 1, 1])
    assert (nobody.p, nobody.estimate, codes(nobody)) == (1.0, None, {"FD-A120"})
    cannot = load("methods")["fisher_exact"].cannot
    assert "two groups" in cannot(6, 1, 3, {})
    assert cannot(6, 1, 2, {}) == ""
    with pytest.raises(ValueError, match="group code"):
        estimate("fisher_exact", [0.0, 1.0])


def test_mid_p_far_from_the_counts_that_can_be_written_down_is_the_same_number(monkeypatch):
    counted = binomial.mid_p(11, 40, 0.025)
    monkeypatch.setattr(binomial, "_COUNTED", 0)
    assert binomial.mid_p(11, 40, 0.025) == pytest.approx(counted, rel=1e-11)
    assert binomial.mid_p(0, 40, 0.025)[0] == 0.0
