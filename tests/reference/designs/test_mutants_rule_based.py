"""What 3+3 answers where a changed sign would not be seen on the usual paths: found by benchmarks/mutation.py."""

from __future__ import annotations

import pytest

from firstdose.catalogue import End, State, Treat
from firstdose.designs.three_plus_three import ThreePlusThree
from firstdose.escalation.paths import enumerate_paths
from firstdose.escalation.rule import Rule
from tests.reference.designs.escalating import design


def test_the_declared_defaults_are_those_of_the_class():
    assert design("three_plus_three", 3) == ThreePlusThree(3)
    assert ThreePlusThree(3) == ThreePlusThree(3, variant="B", expand=True)
    assert design("three_plus_three", 3, variant="A", last_level="stop") == ThreePlusThree(
        3, "A", expand=False
    )


def test_cohorts_are_of_three_and_only_the_whole_level_counts():
    assert (ThreePlusThree(2).size, ThreePlusThree(2).looks_back) == (3, False)


@pytest.mark.parametrize(("treated", "left"), [(1, 2), (2, 1), (4, 2), (5, 1)])
def test_after_a_departure_the_cohort_of_three_is_completed_first(treated, left):
    step = ThreePlusThree(2).move(State((treated, 0), (1, 0)))
    assert step == Treat(
        0, left, f"{treated} at this level: its cohort of three is completed first", opens=True
    )


def test_a_level_below_with_five_is_not_full():
    step = ThreePlusThree(2).move(State((5, 3), (0, 2), 1))
    assert isinstance(step, Treat)
    assert step.dose == 0
    assert isinstance(ThreePlusThree(2).move(State((6, 3), (0, 2), 1)), End)


@pytest.mark.parametrize(
    ("variant", "last"), [("A", "expand"), ("A", "stop"), ("B", "expand"), ("B", "stop")]
)
def test_only_the_declared_end_expands_the_last_level(variant, last):
    step = design("three_plus_three", 2, variant=variant, last_level=last).move(State((3, 3), (0, 0), 1))
    assert isinstance(step, Treat if last == "expand" else End)


@pytest.mark.parametrize(
    ("variant", "last"), [("A", "expand"), ("A", "stop"), ("B", "expand"), ("B", "stop")]
)
def test_only_variant_b_fills_the_level_below_a_closed_one(variant, last):
    """Where the trial stands on that level already, as after a departure."""
    step = design("three_plus_three", 2, variant=variant, last_level=last).move(State((3, 3), (0, 2), 0))
    assert isinstance(step, Treat if variant == "B" else End)


@pytest.mark.parametrize(
    ("participants", "dlts", "level"),
    [
        ((3, 0, 0), (0, 0, 0), 0),
        ((1, 0, 0), (0, 0, 0), 0),
        ((3, 1, 0), (0, 1, 0), 1),
        ((3, 3, 0), (0, 2, 0), 0),
        ((3, 0, 0), (2, 0, 0), None),
        ((0, 0, 0), (0, 0, 0), None),
    ],
)
def test_a_level_that_nobody_received_is_never_recommended(participants, dlts, level):
    assert ThreePlusThree(3).select(State(participants, dlts)) == level


def test_a_trial_cut_short_recommends_a_level_that_was_given():
    rule = Rule(design=ThreePlusThree(3), most=5)
    for ending in enumerate_paths(rule).endings:
        assert ending.selected is None or ending.state.participants[ending.selected] > 0


def test_the_sentences_say_the_variant_and_the_last_level():
    filled, declared = (" ".join(ThreePlusThree(2, variant).words()) for variant in "BA")
    assert "the level below is filled to six participants" in filled
    assert "the level below is declared" in declared
    six, three = (" ".join(ThreePlusThree(2, expand=expand).words()) for expand in (True, False))
    assert "declared after six participants" in six
    assert "declared after three participants without toxicity" in three
