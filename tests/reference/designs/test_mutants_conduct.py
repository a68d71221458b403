"""The whole rule and the following of a trial at their edges, one sign beside each: found by benchmarks/mutation.py."""

from __future__ import annotations

import pytest

from firstdose.catalogue import End, State, Treat
from firstdose.escalation.counted import Seen
from firstdose.escalation.following import follow_outcomes, told
from firstdose.escalation.notation import Cohort, read_outcomes
from firstdose.escalation.rule import Rule
from tests.reference.designs.escalating import design, stopping


def rule(**fields) -> Rule:
    """3+3 with three levels."""
    return Rule(design=design("three_plus_three", 3), **fields)


# -------------------------------------------------------------------------------------------------- the whole rule


def test_nobody_comes_alone_and_nothing_is_cut_unless_it_is_declared():
    assert (rule().alone, rule().alone_of, rule().most, rule().doses) == (0, "cohort", None, 3)
    assert rule().decide(State((0, 0, 0), (0, 0, 0))) == Treat(0, 3, "the trial begins at the lowest level")


def test_the_rest_follows_the_first_unless_the_level_was_closed():
    watched = rule(alone=1)
    assert watched.decide(State((1, 0, 0), (1, 0, 0), cohort=1)) == Treat(
        0, 2, "the rest of the cohort", opens=False
    )
    assert isinstance(watched.decide(State((4, 0, 0), (2, 0, 0), cohort=1)), End)
    below = watched.decide(State((3, 4, 0), (0, 2, 0), 1, cohort=1))
    assert isinstance(below, Treat)
    assert (below.dose, below.participants, below.opens) == (0, 1, True)


@pytest.mark.parametrize(
    ("alone", "first", "completes"), [(0, 3, True), (1, 1, False), (2, 2, False), (3, 3, True)]
)
def test_fewer_than_a_cohort_come_alone(alone, first, completes):
    step = rule(alone=alone).decide(State((0, 0, 0), (0, 0, 0)))
    assert isinstance(step, Treat)
    assert (step.participants, step.opens, step.completes) == (first, True, completes)


@pytest.mark.parametrize(
    ("of", "first"),
    [("cohort", (1, 1, 1)), ("dose level", (1, 3, 1)), ("trial", (1, 3, 3))],
)
def test_who_is_watched_alone(of, first):
    """Nobody treated; a second cohort of the level; a new level."""
    watched = rule(alone=1, alone_of=of)
    states = [State((0, 0, 0), (0, 0, 0)), State((3, 0, 0), (1, 0, 0)), State((3, 0, 0), (0, 0, 0))]
    assert tuple(watched.decide(state).participants for state in states) == first


@pytest.mark.parametrize(
    ("most", "reason"), [(3, "3 participants, as planned"), (2, "3 participants; 2 were planned")]
)
def test_who_was_treated_beyond_the_plan_is_not_said_to_be_planned(most, reason):
    assert rule(most=most).decide(State((3, 0, 0), (0, 0, 0))).reason == reason


@pytest.mark.parametrize(("most", "participants"), [(2, None), (3, None), (4, 1), (5, 2), (6, 3), (7, 3)])
def test_the_last_cohort_is_cut_and_nobody_more_is_treated(most, participants):
    step = rule(most=most).decide(State((3, 0, 0), (0, 0, 0)))
    if participants is None:
        assert isinstance(step, End)
        assert (step.kind, step.cause) == ("complete", "all participants treated")
    else:
        assert isinstance(step, Treat)
        assert (step.dose, step.participants, step.completes) == (1, participants, True)


def test_a_first_one_alone_who_is_the_last_one_does_not_complete_a_cohort():
    step = rule(most=4, alone=1).decide(State((3, 0, 0), (0, 0, 0)))
    assert isinstance(step, Treat)
    assert (step.participants, step.completes) == (1, False)


def test_a_cut_rest_of_a_cohort_opens_none():
    step = rule(most=5, alone=1).decide(State((3, 1, 0), (0, 0, 0), 1, cohort=1))
    assert step == Treat(1, 1, "the rest of the cohort", opens=False)


def test_a_stopping_rule_is_asked_first_and_told_first():
    halting = rule(stops=(stopping("pocock", 12, p0="0.10"),))
    step = halting.decide(State((3, 0, 0), (2, 0, 0)))
    assert isinstance(step, End)
    assert (step.kind, step.cause) == ("halt", "stopping rule")
    assert halting.words()[0] == halting.stops[0].words()[0]
    assert halting.words()[-1] == halting.design.words()[-1]
    assert halting.select(State((3, 0, 0), (2, 0, 0))) is None
    assert halting.select(State((3, 0, 0), (0, 0, 0))) == 0


# ------------------------------------------------------------------------------------------------ following a trial


def followed(line: str, **fields):
    return follow_outcomes(rule(**fields), read_outcomes(line, 3))


def test_a_trial_that_keeps_to_its_rule_departs_nowhere():
    found = followed("1NNN 2NTN 2NNN")
    assert found.departures == ()
    assert found.state == State((3, 6, 0), (0, 1, 0), 1)
    assert found.step == Treat(2, 3, "1 of 6: escalate")


def test_an_unfinished_cohort_is_open_and_its_rest_is_due():
    one, two = followed("1N"), followed("1NT")
    assert (one.state, one.step) == (
        State((1, 0, 0), (0, 0, 0), 0, 1),
        Treat(0, 2, "the rest of the cohort", opens=False),
    )
    assert (two.state.cohort, two.step.participants, two.step.completes) == (2, 1, True)


def test_with_the_first_alone_the_others_are_an_unfinished_step_of_the_same_cohort():
    begun, second = followed("1N", alone=1), followed("1NN", alone=1)
    assert begun.step == Treat(0, 2, "the rest of the cohort", opens=False)
    assert (second.state, second.step.participants) == (State((2, 0, 0), (0, 0, 0), 0, 2), 1)
    two_of_three = followed("1N", alone=2)
    assert (two_of_three.step.participants, two_of_three.step.completes) == (1, False)


def test_toxicities_within_a_cohort_are_asked_about_at_once():
    ended, lower = followed("1TT"), followed("1NNN 2TT")
    assert isinstance(ended.step, End)
    assert isinstance(lower.step, Treat)
    assert (lower.step.dose, lower.step.participants, lower.state.participants) == (0, 3, (3, 2, 0))


def test_departures_are_told_by_number_and_counted_where_they_happened():
    found = followed("1NNN 3T 2N")
    assert [(each.participant, each.due, each.done) for each in found.departures] == [
        (4, "3 participants at level 2", "level 3"),
        (5, "2 participants at level 3", "level 2"),
    ]
    assert found.state == State((3, 1, 1), (0, 0, 1), 1, 0)


def test_a_departure_within_a_step_keeps_those_before_it():
    found = followed("1NT 2N")
    assert found.state == State((2, 1, 0), (1, 0, 0), 1, 0)
    assert [each.participant for each in found.departures] == [3]


def test_everybody_after_the_end_departs():
    found = followed("1TTT 1NN")
    assert [(each.participant, each.due) for each in found.departures] == [
        (4, "the end of escalation"),
        (5, "the end of escalation"),
    ]
    assert found.state == State((5, 0, 0), (3, 0, 0), 0, 0)


class OneHurtLesion:
    """Two participants at the lowest level, at the next one as soon as a lesion is hurt."""

    doses, size, looks_back, counts = 2, 2, False, "lesions"

    def eliminated(self, state) -> int:
        return 2

    def move(self, state) -> Treat:
        return Treat(int(state.lesions.events > 0), 2, "as the lesions say")


def test_lesions_of_somebody_who_does_not_count_are_asked_about_between_the_steps():
    hurt, well = Seen(False, lesions=((0, True),), person=False), Seen(False, lesions=((0, False),))
    lesions = Rule(design=OneHurtLesion())
    at_once = follow_outcomes(lesions, [Cohort(0, (), (hurt,))])
    assert (at_once.step.dose, at_once.state.total, at_once.state.lesions.events) == (1, 0, 1)
    begun = follow_outcomes(lesions, [Cohort(0, (), (well, hurt, well)), Cohort(1, (), (well,))])
    assert begun.departures == ()
    assert (begun.state.participants, begun.state.lesions.participants) == ((2, 1), (4, 0))


def test_a_step_is_told_in_a_few_words():
    assert told(Treat(0, 1, "")) == "1 participant at level 1"
    assert told(Treat(1, 2, "")) == "2 participants at level 2"
    assert told(End("halt", "", "")) == "halt"
    assert told(End("complete", "", "")) == "the end of escalation"
