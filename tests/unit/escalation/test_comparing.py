"""Two designs side by side."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.escalation.appendix import compute_appendix
from firstdose.escalation.comparing import compare_protocols, compare_rules
from firstdose.escalation.rule import Rule
from firstdose.values.issue import UserError
from tests.reference.designs.escalating import design
from tests.unit.escalation.composed import STEEP, composed


def rule(name: str, doses: int = 3, most: int = 18, **words: str) -> Rule:
    return Rule(design=design(name, doses, **words), most=most)


def test_a_design_beside_itself_does_not_differ():
    found = compare_rules(rule("boin"), rule("boin"), [STEEP])
    assert (found.differing, found.shown, found.whole) == (0, (), True)
    np.testing.assert_array_equal(found.first.selected, found.second.selected)


def test_keyboard_and_i3_plus_3_decide_alike_at_thirty_percent():
    """Cohorts of 3 at a target of .30 with margins of .05: the same table."""
    found = compare_rules(rule("keyboard", target="0.30"), rule("i3_plus_3", target="0.30"), [STEEP])
    assert (found.differing, found.looked > 400) == (0, True)


def test_where_two_designs_part_a_state_of_the_first_is_shown():
    first, second = rule("three_plus_three"), rule("boin")
    found = compare_rules(first, second, [STEEP])
    assert found.differing >= len(found.shown) == 10
    for each in found.shown:
        assert first.decide(each.state) == each.first
        assert second.decide(each.state) == each.second
        assert each.first != each.second


def test_designs_of_different_numbers_of_levels_are_not_compared():
    with pytest.raises(UserError, match="FD-E030"):
        compare_rules(rule("boin"), rule("boin", doses=2), [STEEP])


def test_another_protocol_is_judged_under_the_scenarios_of_this_one():
    appendix = compute_appendix(composed(12))
    found = compare_protocols(appendix, composed(12, sentinel=None))
    assert found.name == "SMALL-01, version 1.0"
    assert found.first is appendix.behaviour
    np.testing.assert_array_equal(found.second.rates, [STEEP])
    assert found.differing > 0
