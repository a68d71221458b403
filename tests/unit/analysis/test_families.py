"""Adjusted p values of a family against published references and their own laws."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.analysis.families import fixed_sequence, hochberg, holm, hommel
from tests.shared import shared_data

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=5)


def closed_test(p, local):
    """Adjusted p by trying every intersection hypothesis."""
    m = len(p)
    adjusted = []
    for i in range(m):
        others = [j for j in range(m) if j != i]
        subsets = [[i, *rest] for k in range(m) for rest in combinations(others, k)]
        adjusted.append(max(local([p[j] for j in subset]) for subset in subsets))
    return [min(1.0, value) for value in adjusted]


def bonferroni(p):
    return len(p) * min(p)


def simes(p):
    return min(len(p) * value / rank for rank, value in enumerate(sorted(p), start=1))


@given(VALUES)
def test_holm_is_the_closed_test_with_bonferroni(p):
    assert holm(p) == pytest.approx(closed_test(p, bonferroni))


@given(VALUES)
def test_hommel_is_the_closed_test_with_simes(p):
    assert hommel(p) == pytest.approx(closed_test(p, simes))


@given(VALUES)
def test_hochberg_lies_between_hommel_and_holm(p):
    for low, middle, high in zip(hommel(p), hochberg(p), holm(p), strict=True):
        assert low <= middle + 1e-12
        assert middle <= high + 1e-12


def test_a_fixed_sequence_stops_at_its_worst():
    assert fixed_sequence([0.01, 0.2, 0.03]) == [0.01, 0.2, 0.2]


def test_adjustments_of_the_self_esteem_contrasts_agree_with_the_reference():
    """R 4.2.2 p.adjust on the three contrasts of datarium::selfesteem, to rel. 1e-9."""
    case = json.loads(shared_data("stats", "selfesteem.json").read_text())["analyses"]["oneway"]["posthoc"]
    for name, function in {"p_holm": holm, "p_hochberg": hochberg, "p_hommel": hommel}.items():
        assert function(case["p_raw"]) == pytest.approx(case[name], rel=1e-9)
