"""BOIN (Liu & Yuan 2015), Keyboard (Yan, Mandrekar & Yuan 2017) and i3+3 (Liu, Wang & Ji 2020): tables and selection."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.designs._kernel.isotonic import isotonic_rates, nearest, pooled
from firstdose.designs._kernel.lambdas import boundaries
from firstdose.escalation.exact import enumerate_exact, evaluate
from firstdose.escalation.rule import Rule
from firstdose.escalation.tables import compile_rule
from tests.reference.designs.escalating import CURVE, design

COHORTS = range(3, 31, 3)


@pytest.mark.parametrize(
    ("target", "escalate", "deescalate"),
    [
        (0.20, 0.157242, 0.238462),
        (0.25, 0.196801, 0.298392),
        (0.30, 0.236491, 0.358519),
        (1 / 3, 0.263034, 0.398744),
    ],
)
def test_the_boundaries_of_boin_are_those_of_the_paper(target, escalate, deescalate):
    """Liu & Yuan 2015, table 1, with rates of 0.6 and 1.4 times the target."""
    found = boundaries(target, 0.6 * target, 1.4 * target)
    assert found == pytest.approx((escalate, deescalate), abs=5e-7)


@pytest.mark.parametrize(
    ("target", "closes"),
    [
        ("0.20", (2, 3, 4, 5, 6, 7, 8, 8, 9, 10)),
        ("0.25", (3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
        ("0.30", (3, 4, 5, 7, 8, 9, 10, 11, 12, 14)),
    ],
)
def test_a_level_is_closed_from_so_many_toxicities(target, closes):
    boin = design("boin", 5, target=target)
    assert tuple(next(y for y in range(n + 1) if boin.closes(n, y)) for n in COHORTS) == closes


def test_the_decision_table_of_boin_at_thirty_percent():
    boin = design("boin", 5, target="0.30")
    up = tuple(max(y for y in range(n + 1) if boin.decide(n, y) == "up") for n in COHORTS)
    down = tuple(min(y for y in range(n + 1) if boin.decide(n, y) == "down") for n in COHORTS)
    assert up == (0, 1, 2, 2, 3, 4, 4, 5, 6, 7)
    assert down == (2, 3, 4, 5, 6, 7, 8, 9, 10, 11)


@pytest.mark.parametrize(("target", "cells"), [("0.20", 5), ("0.25", 3), ("0.30", 0)])
def test_keyboard_and_i3_plus_3_differ_in_few_cells(target, cells):
    one, other = design("keyboard", 5, target=target), design("i3_plus_3", 5, target=target)
    assert sum(one.decide(n, y) != other.decide(n, y) for n in COHORTS for y in range(n + 1)) == cells


def test_exact_characteristics_of_boin_at_five_rates():
    """5 levels, 10 cohorts of 3, target 30 %."""
    polynomial = enumerate_exact(compile_rule(Rule(design=design("boin", 5), most=30)))
    found = evaluate(polynomial, CURVE)
    assert len(polynomial.ways) == 6564
    assert 100 * found.selected[0] == pytest.approx([0.262, 5.170, 29.842, 46.638, 18.068, 0.021], abs=5e-4)
    assert found.participants[0] == pytest.approx([3.745, 5.627, 8.772, 8.010, 3.841], abs=5e-4)
    assert found.total[0] == pytest.approx(1, abs=1e-12)


def test_violators_are_pooled_by_weight():
    assert pooled([0.1, 0.3, 0.2], [1, 1, 3]) == pytest.approx([0.1, 0.225, 0.225])
    assert pooled([3, 2, 1], [1, 1, 1]) == pytest.approx([2, 2, 2])


def test_a_pooled_block_below_the_target_gives_its_highest_level_and_above_it_its_lowest():
    assert nearest((6, 6, 0), (1, 1, 0), 0.30) == 1
    assert nearest((6, 6, 0), (3, 3, 0), 0.30) == 0
    assert nearest((0, 0, 0), (0, 0, 0), 0.30) is None
    assert list(isotonic_rates((3, 0, 3), (0, 0, 1))) == [0, 2]


def test_no_level_above_the_deescalation_boundary_is_selected_where_selection_is_bounded():
    bounded = design("boin", 3, selection="bounded")
    free = design("boin", 3)
    state = free_state((6, 0, 0), (3, 0, 0))
    assert (free.select(state), bounded.select(state)) == (0, None)


def free_state(n, y):
    from firstdose.catalogue import State

    return State(n, y)


def test_the_lowest_level_is_closed_earlier_where_the_trial_is_extra_safe():
    safer = design("boin", 3, extra_safe="0.05")
    usual = design("boin", 3)
    found = [
        evaluate(enumerate_exact(compile_rule(Rule(design=each, most=18))), (0.4, 0.5, 0.6)).selected[0, -1]
        for each in (usual, safer)
    ]
    assert found[0] < found[1]


@pytest.mark.parametrize("words", [{"low": "1.2"}, {"high": "0.9"}, {"target": "0.9"}])
def test_words_that_do_not_go_together_are_refused_in_one_sentence(words):
    with pytest.raises(ValueError, match="factors of the target"):
        design("boin", 3, **words)
    assert np.isfinite(boundaries(0.3, 0.18, 0.42)).all()
