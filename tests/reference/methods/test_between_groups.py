from __future__ import annotations

import csv
import json
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from firstdose.catalogue.loading import load
from tests.reference.methods.cases import codes, estimate
from tests.shared import shared_data

ORDER = ("Placebo", "Etretin10mg", "Etretin25mg", "Etretin50mg")


@pytest.fixture
def etretin():
    """72 participants in four ordered groups (data set `pasi` of the R package CTP)."""
    folder = shared_data("published-trials", "etretin-pasi")
    with (folder / "etretin_pasi.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    y = np.array([float(row["pasi_pct_improvement"]) for row in rows])
    groups = np.array([ORDER.index(row["treatment"]) for row in rows])
    return y, groups, json.loads((folder / "expected.json").read_text("utf-8"))


def test_analysis_of_variance_of_the_etretin_groups(etretin):
    y, groups, wanted = etretin
    r = estimate("one_way_anova", y, groups=groups, decimals=1)
    assert r.statistic == pytest.approx(wanted["anova"]["F"], abs=5e-7)
    assert r.p == pytest.approx(wanted["anova"]["p"], rel=1e-9)
    assert r.df == (3.0, 68.0)
    for number, name in enumerate(ORDER, start=1):
        of = wanted["by_group"][name]
        assert r.value(f"n_{number}") == of["n"]
        for statistic in ("mean", "sd", "median"):
            assert r.value(f"{statistic}_{number}") == pytest.approx(of[statistic], abs=5e-7)


def test_kruskal_wallis_of_the_etretin_groups_is_asymptotic_and_says_so(etretin):
    y, groups, wanted = etretin
    r = estimate("kruskal_wallis", y, groups=groups, decimals=1)
    assert r.statistic == pytest.approx(wanted["kruskal"]["H"], abs=5e-7)
    assert r.p == pytest.approx(wanted["kruskal"]["p"], rel=1e-9)
    assert (r.exact, codes(r)) == (False, {"FD-A115"})


def test_jonckheere_of_the_etretin_groups(etretin):
    y, groups, wanted = etretin
    r = estimate("jonckheere", y, groups=groups, decimals=1, alternative="greater")
    assert (r.statistic, r.value("j_mean")) == (wanted["jonckheere_J"], wanted["jonckheere_mean_under_H0"])
    assert r.value("z") > 4
    assert r.p == pytest.approx(stats.norm.sf(r.value("z")))
    assert codes(r) == {"FD-A104", "FD-A115"}


def test_two_groups_are_the_t_test_with_its_interval():
    y, groups = np.array([1.0, 3.0, 2.0, 6.0, 5.0, 8.0, 4.0]), np.array([0, 0, 0, 1, 1, 1, 1])
    r = estimate("one_way_anova", y, groups=groups)
    t = stats.ttest_ind(y[3:], y[:3])
    low, high = t.confidence_interval()
    assert (r.p, r.estimate) == (pytest.approx(t.pvalue), pytest.approx(3.75))
    assert (r.ci_low, r.ci_high) == (pytest.approx(low), pytest.approx(high))


def test_trap_15_three_against_two_cannot_reach_five_percent():
    """10 arrangements, smallest p .10; the normal approximation would have said .042."""
    y, groups = [1.0, 2.0, 3.0, 4.0, 5.0], [0, 0, 0, 1, 1]
    trend = estimate("jonckheere", y, groups=groups, decimals=0, alternative="greater")
    assert (trend.p, trend.exact) == (pytest.approx(0.1), True)
    assert trend.value("p_asymptotic") < 0.05
    assert "FD-A103" in codes(trend)
    ranks = estimate("kruskal_wallis", y, groups=groups, decimals=0)
    assert (ranks.p, "FD-A103" in codes(ranks)) == (pytest.approx(0.2), True)
    smallest = load("methods")["jonckheere"].smallest_p
    assert smallest(5, 2, "greater", (3, 2)) == pytest.approx(0.1)
    assert smallest(5, 2, "two-sided") == pytest.approx(0.2)
    assert load("methods")["kruskal_wallis"].smallest_p(5, 2, sizes=(3, 2)) == pytest.approx(0.2)


@pytest.mark.parametrize("sizes", [(2, 2), (3, 2), (2, 2, 2), (3, 2, 1), (1, 2, 1), (3, 3, 2)])
def test_the_smallest_p_is_that_of_the_best_grouping(sizes):
    labels = [code for code, size in enumerate(sizes) for _ in range(size)]
    y, every = np.arange(float(len(labels))), set(permutations(labels))
    for method in ("kruskal_wallis", "jonckheere"):
        best = min(estimate(method, y, groups=groups, decimals=0).p for groups in every)
        assert load("methods")[method].smallest_p(len(y), len(sizes), sizes=sizes) == pytest.approx(best)


def test_a_group_without_participants_keeps_the_places_of_the_others():
    r = estimate("one_way_anova", [1.0, 2.0, 5.0, 7.0], groups=[0, 0, 2, 2])
    assert (r.value("mean_1"), r.value("mean_3")) == (1.5, 6.0)
    assert "mean_2" not in dict(r.more)


@pytest.mark.parametrize("method", ["one_way_anova", "kruskal_wallis", "jonckheere"])
def test_groups_that_leave_nothing_to_compare_are_told(method):
    one = estimate(method, [1.0, 2.0, 3.0], groups=[0, 0, 0])
    assert (one.p, codes(one)) == (None, {"FD-A120"})
    equal = estimate(method, [2.0] * 4, groups=[0, 0, 1, 1], decimals=0)
    assert equal.p in {None, 1.0}
    assert codes(equal) & {"FD-A120", "FD-A121"}
    with pytest.raises(ValueError, match="group code"):
        estimate(method, [1.0, 2.0])


def test_one_participant_a_group_has_no_residual_variation():
    r = estimate("one_way_anova", [1.0, 2.0], groups=[0, 1])
    assert (r.estimate, r.p, codes(r)) == (1.0, None, {"FD-A101"})
