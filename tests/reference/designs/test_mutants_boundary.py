"""Stopping boundaries at their edges, one sign beside each: found by benchmarks/mutation.py."""

from __future__ import annotations

import pytest
from scipy import stats

from firstdose.catalogue import State
from firstdose.designs._kernel.boundary import (
    CountBoundary,
    at_rate,
    binomial_tail,
    calibrated,
    characteristics,
    halting,
    monotone,
    told,
)

BOUNDS = (None, None, 2, 2, 3)


def test_a_boundary_counts_all_levels_together_unless_told_otherwise():
    assert CountBoundary(bounds=BOUNDS, sentences=()).pooled


def test_beyond_its_table_the_last_row_holds_on():
    rule = CountBoundary(bounds=BOUNDS, sentences=("said",))
    assert [rule.boundary(n) for n in (0, 1, 2, 3, 4, 5, 100)] == [None, None, 2, 2, 3, 3, 3]
    assert rule.words() == ("said",)


@pytest.mark.parametrize(
    ("pooled", "participants", "dlts", "halts"),
    [
        (True, (0, 0), (0, 0), False),
        (True, (1, 1), (1, 1), True),
        (True, (1, 1), (1, 0), False),
        (True, (1, 2), (1, 1), True),
        (True, (2, 2), (1, 1), False),
        (False, (2, 2), (1, 1), False),
        (False, (2, 2), (0, 2), True),
        (False, (2, 0), (2, 0), True),
    ],
)
def test_dosing_rests_from_the_boundary_on(pooled, participants, dlts, halts):
    rule = CountBoundary(bounds=BOUNDS, sentences=(), pooled=pooled)
    assert bool(rule.holds(State(participants, dlts))) is halts


def test_what_halted_is_told_with_its_counts():
    said = CountBoundary(bounds=BOUNDS, sentences=()).holds(State((1, 1), (1, 1)))
    assert said == "2 of 2 participants with an event; the boundary there is 2"
    assert CountBoundary(bounds=BOUNDS, sentences=()).holds(State((1, 1), (1, 0))) == ""


def test_a_boundary_of_one_participant_stops_with_the_rate_itself():
    found = characteristics((None, 1), 0.25)
    assert (found.stop, found.participants, found.events) == (0.25, 1, 0.25)


def test_more_events_than_participants_halt_nowhere():
    assert monotone([1, 1, 3, 3, None]) == (None, 1, None, 3, None)


def test_a_level_that_is_spent_exactly_is_kept():
    def make(level: float):
        return (None, None, 2) if level < 0.5 else (None, 1, 1)

    exact = characteristics((None, None, 2), 0.5).stop
    assert exact == 0.25
    assert calibrated(make, (0.1, 0.2, 0.6), 0.5, exact) == (0.2, (None, None, 2))
    assert calibrated(make, (0.1, 0.2, 0.6), 0.5, 0.75) == (0.6, (None, 1, 1))
    assert calibrated(make, (0.1, 0.2, 0.6), 0.5, 0.24) is None


@pytest.mark.parametrize(
    ("n", "rate", "y"), [(1, 0.5, 1), (5, 0.3, 0), (5, 0.3, 2), (12, 0.1, 3), (4, 0.7, 4)]
)
def test_the_binomial_tail_is_that_of_scipy(n, rate, y):
    assert binomial_tail(n, rate, y) == pytest.approx(stats.binom.sf(y - 1, n, rate), rel=1e-12)


@pytest.mark.parametrize(("rate", "tail"), [(0.0, (1, 0, 0)), (1.0, (1, 1, 1))])
def test_the_binomial_tail_knows_what_is_sure(rate, tail):
    assert tuple(binomial_tail(2, rate, y) for y in range(3)) == tail


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ((None, 1, 1, 2, 2, 3, None, 3, 3), "1 of 1 to 2, 2 of 3 to 4, 3 of 5, 3 of 7 to 8"),
        ((None, 1), "1 of 1"),
        ((None, None, 2, 2, 2, 2), "2 of 2 to 5"),
        ((None, None), "none can be reached"),
    ],
)
def test_a_boundary_is_told_in_runs(bounds, said):
    assert told(bounds) == said


@pytest.mark.parametrize(
    ("counts", "where"), [("all", "over all levels"), ("each", "at each level by itself")]
)
def test_the_sentence_says_what_is_counted(counts, where):
    rule = halting(BOUNDS, counts, "Looked at after each participant.")
    assert rule.pooled is (counts == "all")
    assert where in rule.words()[0]
    assert rule.words()[1] == "Looked at after each participant."


def test_the_exact_probability_is_told():
    said = at_rate((None, None, 2), 0.5)
    assert (
        said
        == "Looked at after each of 2 participants it halts with probability 0.2500 if the true rate is 0.5"
    )
