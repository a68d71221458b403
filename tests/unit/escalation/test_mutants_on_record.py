"""How many are judged by the rule and how many are beyond the plan, one more and one fewer: found by benchmarks/mutation.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.escalation.conduct import live_conduct_of
from firstdose.escalation.evaluable import derive_courses
from firstdose.escalation.on_record import check_courses
from tests.unit.escalation.treated import given, left, protocol, seen, snapshot


def told(most: int | None, number: int, *, stays: bool) -> list[str]:
    """Participants of whom something is told: one every two months, who stay to the end of the watch or leave before it."""
    names = [f"P{i}" for i in range(number)]
    records = snapshot(
        [given(name, 60 * i) for i, name in enumerate(names)],
        visits=[seen(name, 60 * i + (28 if stays else 1)) for i, name in enumerate(names)],
        ends=[] if stays else [left(name, 60 * i + 5) for i, name in enumerate(names)],
    )
    conduct = live_conduct_of(protocol())
    conduct = replace(conduct, rule=replace(conduct.rule, most=most))
    return [issue.message.split()[0] for issue in check_courses(conduct, derive_courses(protocol(), records))]


@pytest.mark.parametrize(("most", "beyond"), [(1, ["P1", "P2"]), (2, ["P2"]), (3, [])])
def test_who_comes_after_the_planned_number_is_told(most, beyond):
    assert told(most, 3, stays=True) == beyond


@pytest.mark.parametrize(("most", "beyond"), [(1, ["P3", "P4"]), (2, []), (3, [])])
def test_replacing_ends_at_twice_the_planned_number(most, beyond):
    """Nobody was evaluable, so that everybody is due by the rule."""
    assert told(most, 5, stays=False) == beyond


def test_without_a_planned_number_nobody_is_beyond_it():
    assert told(None, 3, stays=True) == []
