"""Administrations on record against the rule, judged with what was known on their day."""

from __future__ import annotations

import pytest

from firstdose.escalation.on_record import check_escalation
from tests.unit.escalation.treated import day, event, given, left, protocol, seen, snapshot

COHORT = [given("P1", 0), given("P2", 14), given("P3", 14)]
SEEN = [seen("P1", 28), seen("P2", 42), seen("P3", 42)]
COMPLETE = {"reason": "board decision", "decided_by": "A", "confirmed_by": "B"}


def told(injections, overrides=(), **tables) -> list[str]:
    """Participant and what was wrong, of each Issue."""
    found = check_escalation(protocol(), snapshot(injections, overrides=overrides, **tables))
    assert {(issue.code, issue.weight) for issue in found} <= {("FD-E025", "query")}
    return [issue.message.replace(" was treated against the rule.", ":") for issue in found]


def test_a_trial_by_its_rule_is_told_nothing():
    assert told([*COHORT, given("P4", 43, "DL2")], visits=[*SEEN, seen("P4", 71)]) == []


@pytest.mark.parametrize(
    ("injection", "says"),
    [
        (given("P2", 13), "P2: 2024-03-17 is too early"),
        (given("P2", 14, "DL2"), "P2: Level 2 (DL2) may not be given"),
    ],
)
def test_an_administration_too_early_or_at_another_level_is_told(injection, says):
    assert [line.startswith(says) for line in told([COHORT[0], injection])] == [True]


def test_a_cohort_that_begins_before_the_last_is_evaluable_is_told():
    [line] = told([*COHORT, given("P4", 30, "DL2")], visits=SEEN)
    assert line.startswith("P4: Nobody may be treated yet")
    assert told([*COHORT, given("P4", 43, "DL2")], visits=SEEN) == []


def test_what_became_known_later_does_not_forbid_what_was_given_before():
    late = event("P1", 10, date=day(20))
    assert told(COHORT[:2], events=[late]) == []
    two = [event("P1", 3, date=day(20)), event("P2", 16, date=day(17))]
    assert told(COHORT, events=two) == []
    assert len(told([*COHORT, given("P4", 60)], events=two, visits=SEEN)) == 1


def test_an_override_with_a_reason_and_two_persons_settles_it():
    early = [COHORT[0], given("P2", 13)]
    assert told(early, [{"participant": "P2", **COMPLETE}]) == []


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"reason": None}, "(reason)"),
        ({"decided_by": " "}, "(decided_by)"),
        ({"confirmed_by": "A"}, "(another person under confirmed_by)"),
    ],
)
def test_an_override_that_lacks_something_says_what(changes, lacks):
    records = snapshot([COHORT[0], given("P2", 13)], overrides=[{"participant": "P2", **COMPLETE, **changes}])
    [issue] = check_escalation(protocol(), records)
    assert lacks in issue.remedy


def test_a_complete_override_beside_an_incomplete_one_counts():
    overrides = [{"participant": "P2"}, {"participant": "P2", **COMPLETE}, {"participant": "P2"}]
    assert told([COHORT[0], given("P2", 13)], overrides) == []


def test_participants_beyond_the_planned_number_are_told():
    injections = [given(f"P{number:02}", 60 * number) for number in range(1, 15)]
    visits = [seen(f"P{number:02}", 60 * number + 28) for number in range(1, 15)]
    lines = told(injections, visits=visits)
    assert [line for line in lines if "12 participants were planned" in line] == lines[-2:]


def test_a_replaced_participant_is_not_beyond_the_planned_number():
    injections = [*COHORT, given("P4", 43)]
    assert told(injections, visits=[*SEEN[:2], seen("P4", 71)], ends=[left("P3", 20)]) == []


def test_without_a_rule_or_a_watch_nothing_is_told():
    records = snapshot([given("P1", 0, "DL2")])
    assert check_escalation(protocol(design="fixed_allocation", keys=()), records) == []
    assert check_escalation(protocol(dlt_until=None), records) == []
