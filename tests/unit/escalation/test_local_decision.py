"""Local toxicity in the live decision: from so many lesions on the participant has a dose-limiting toxicity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.catalogue import State
from firstdose.escalation.conduct import live_conduct_of
from firstdose.escalation.counted import Seen, with_lesions
from firstdose.escalation.deciding import decide
from firstdose.escalation.evaluable import derive_watched
from firstdose.escalation.foreseeing import foresee
from firstdose.escalation.lesion_behaviour import lesion_behaviour
from firstdose.escalation.lesions_on_record import evaluable_lesions
from firstdose.escalation.planned import rule_of
from firstdose.escalation.telling import decision_as_json, tell_decision
from tests.unit.escalation.test_lesions_on_record import LOCAL
from tests.unit.escalation.treated import day, event, given, left, protocol, seen, snapshot

THREE = [given("P1", 0, "DL1", lesion) for lesion in ("L1", "L2", "L3")]
LAST = seen("P9", 60, "M2")


def judged(least, *events):
    records = snapshot(THREE, visits=[LAST], events=events)
    [row] = derive_watched(protocol(**LOCAL, local_dlt_from=least), records)
    return row


def local(lesion, grade=2):
    return event("P1", 3, grade, lesion=lesion)


def test_one_lesion_is_enough_unless_more_are_asked_for():
    assert judged(1, local("L1")).dlt == "yes"
    assert judged(2, local("L1")).dlt == "no"
    assert judged(2, local("L1"), local("L2")).dlt == "yes"


def test_two_events_of_one_lesion_are_one_lesion():
    assert judged(2, local("L1"), local("L1", 3)).dlt == "no"


def test_an_undecided_lesion_is_asked_for_only_where_it_would_matter():
    assert judged(2, local("L1", None)).dlt == "no"
    row = judged(2, local("L1"), local("L2", None))
    assert row.dlt == "undecided"
    assert [issue.code for issue in row.missing] == ["FD-E003"]


def test_a_systemic_event_counts_by_its_own_rule():
    assert judged(3, event("P1", 3, 3)).dlt == "yes"
    assert judged(3, event("P1", 3, 2)).dlt == "no"


def test_an_event_at_a_lesion_that_was_not_treated_is_no_toxicity_of_the_treatment_there():
    assert judged(1, local("L9")).dlt == "no"


def test_death_and_seriousness_of_a_local_event_are_counted_once():
    row = judged(1, event("P1", 3, 5, lesion="L1", serious=True))
    assert (row.deaths, row.grave) == ((1, 1), (1, 1))


def test_participants_and_lesions_are_told_the_same():
    records = snapshot(THREE, visits=[LAST], events=[local("L1"), local("L2")])
    seen_ = evaluable_lesions(protocol(**LOCAL, local_dlt_from=2), records)
    assert seen_.toxic_lesions("P1") == (2, 2)


# ---------------------------------------------------------------------------------- the design counts lesions itself

BY_LESION = LOCAL | {"design": "boin", "keys": (("target", "0.25"),), "design_counts": "lesion"}


def people(count, level="DL1", lesions=2, first=0, gap=0):
    return [
        given(f"P{who}", first + gap * who, level, f"L{which}")
        for who in range(1, count + 1)
        for which in range(1, lesions + 1)
    ]


def by_lesion(injections, *events, visits=(LAST,), cut=None, participants=None, **changes):
    """The decision where the first participant is not watched alone; so many `participants` are planned."""
    plan = protocol(**BY_LESION | {"sentinel": None} | changes)
    return decide(
        replace(plan, trial=replace(plan.trial, participants=participants or plan.trial.participants)),
        snapshot(injections, visits=visits, events=events),
        cut,
    )


def test_the_design_sees_the_counts_of_lesions_and_size_those_of_participants():
    found = by_lesion(people(3), event("P1", 3, 2, lesion="L1"), event("P2", 3, 2, lesion="L1"))
    counted = with_lesions(found.state).lesions
    assert (counted.participants, counted.dlts) == ((6, 0), (2, 0))
    assert (found.state.participants, found.state.dlts) == ((3, 0), (2, 0))
    assert found.step == replace(rule_of(protocol(**BY_LESION)), alone=0).decide(State((6, 0), (2, 0)))


def test_one_toxic_lesion_of_six_escalates_where_one_participant_of_three_would_not():
    """BOIN .25: up to 0.1968. One of six lesions is below, one of three participants is not."""
    one = event("P1", 3, 2, lesion="L1")
    assert by_lesion(people(3), one).level == 1
    assert by_lesion(people(3), one, design_counts="participant").level == 0


def test_a_lesion_still_watched_is_awaited_with_its_participant():
    found = by_lesion(people(3), visits=(), cut=day(10), participants=6)
    assert (found.standing, found.earliest) == ("wait", day(29))
    steps = foresee(found).next_steps
    assert steps[0].words.startswith("0 to 1 plaques with local toxicity")
    assert steps[0].step.dose == 1


def test_an_undecided_lesion_leaves_the_dose_undecided_although_the_participant_is_not():
    found = by_lesion(people(3), event("P1", 3, None, lesion="L1"), local_dlt_from=2)
    assert found.standing == "undecided"
    assert "FD-E003" in [issue.code for issue in found.issues]


def test_a_toxic_lesion_of_who_left_counts_and_the_participant_does_not():
    records = snapshot(
        people(3), visits=[LAST], events=[event("P1", 3, 2, lesion="L1")], ends=[left("P1", 5)]
    )
    found = decide(protocol(**BY_LESION | {"local_dlt_from": 2, "sentinel": None}), records)
    counted = with_lesions(found.state).lesions
    assert (counted.participants[0], counted.dlts[0], found.state.total) == (5, 1, 2)


def test_the_trace_has_a_row_a_lesion_and_the_same_stands_in_json():
    found = by_lesion(people(3), event("P1", 3, 2, lesion="L1"), participants=6)
    seen_ = foresee(found)
    lines = [line.split() for line in tell_decision(found, seen_)]
    rows = [line for line in lines if line[:1] == ["P1"] and len(line) > 1 and line[1].startswith("L")]
    assert [(row[1], row[4]) for row in rows] == [("L1", "yes"), ("L2", "no")]
    written = decision_as_json(found, seen_)["participants_watched"][0]["lesions"]
    assert [(each["lesion"], each["dlt"]) for each in written] == [("L1", "yes"), ("L2", "no")]
    assert "adverse_events" in written[0]["events"][0]["place"]


def test_the_lesions_that_decide_are_the_lesions_of_the_board():
    records = snapshot(people(3), visits=[LAST], events=[event("P2", 3, 2, lesion="L2")])
    plan = protocol(**BY_LESION | {"sentinel": None})
    counted = with_lesions(decide(plan, records).state).lesions
    board = evaluable_lesions(plan, records).state(2)
    assert (counted.participants, counted.dlts) == (board.participants, board.dlts)


def test_the_foresight_is_the_walk_of_the_rule_over_lesions():
    """From the start it is what the appendix says, by another engine."""
    plan = protocol(**BY_LESION | {"sentinel": None, "treated_lesions": (1, 2)})
    plan = replace(plan, trial=replace(plan.trial, participants=6))
    [forecast] = foresee(decide(plan, snapshot([]))).forecasts
    behaviour = lesion_behaviour(plan)
    assert forecast.trials == 0
    whole = [forecast.selected.get(level, 0.0) for level in (0, 1, None)]
    assert whole == pytest.approx(behaviour.people.unhalted[0].tolist(), abs=1e-12)
    assert forecast.expected == pytest.approx(behaviour.people.participants[0].sum(), abs=1e-12)


def test_what_is_still_watched_is_weighed_with_the_lesions_that_are_known():
    """One of two lesions of a participant is toxic: with correlation 0.5 the other one is so with 0.5 + 0.5 x 0.1."""
    [truth] = live_conduct_of(protocol(**BY_LESION)).truths
    records = snapshot(
        [given("P1", 0, "DL1", "L1"), given("P1", 20, "DL1", "L2")],
        visits=[],
        events=[event("P1", 3, 2, lesion="L1")],
    )
    [row] = decide(protocol(**BY_LESION), records, day(30)).watched
    rest = truth.rest(row, Seen(toxic=True, lesions=((0, True), (0, False))))
    both = sum(p for seen_, p in rest.items() if sum(toxic for _, toxic in seen_.lesions) == 2)
    assert both == pytest.approx(0.1 + 0.5 * 0.9)
