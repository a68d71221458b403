"""3+3 in both variants: numbers of paths (Norris 2020, for 2 to 8 doses) and exact characteristics."""

from __future__ import annotations

import pytest

from firstdose.catalogue import End, start_state
from firstdose.escalation.paths import enumerate_paths, outcomes
from firstdose.escalation.rule import Rule
from tests.reference.designs.escalating import CURVE, design

DOSES = (2, 3, 4, 5, 6, 8)


def count_paths(rule: Rule, state=None) -> int:
    state = state or start_state(rule.doses)
    step = rule.decide(state)
    return (
        1 if isinstance(step, End) else sum(count_paths(rule, after) for after in outcomes(rule, state, step))
    )


def rule(variant: str, doses: int) -> Rule:
    last = {"A": "stop", "B": "expand"}[variant]
    return Rule(design=design("three_plus_three", doses, variant=variant, last_level=last))


@pytest.mark.parametrize(
    ("variant", "numbers"),
    [("A", (19, 43, 91, 187, 379, 1531)), ("B", (46, 154, 442, 1162, 2890, 16138))],
)
def test_the_number_of_paths_is_the_published_one(variant, numbers):
    assert tuple(count_paths(rule(variant, doses)) for doses in DOSES) == numbers


@pytest.mark.parametrize(
    ("variant", "none", "selected", "participants", "dlts"),
    [
        ("A", 2.656, (9.136, 25.703, 31.611, 23.655, 7.239), 14.706, 2.664),
        ("B", 2.718, (9.713, 27.731, 32.818, 21.967, 5.053), 17.110, 3.130),
    ],
)
def test_exact_characteristics_at_five_rates(variant, none, selected, participants, dlts):
    found: dict[int | None, float] = {}
    treated = toxic = 0.0
    for ending in enumerate_paths(rule(variant, 5)).endings:
        p = ending.probability(CURVE)
        found[ending.selected] = found.get(ending.selected, 0.0) + 100 * p
        treated += p * ending.state.total
        toxic += p * ending.state.events
    assert found[None] == pytest.approx(none, abs=5e-4)
    assert tuple(found[dose] for dose in range(5)) == pytest.approx(selected, abs=5e-4)
    assert (treated, toxic) == pytest.approx((participants, dlts), abs=5e-4)
