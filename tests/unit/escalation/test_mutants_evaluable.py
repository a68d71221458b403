"""What is read of the records about one participant, one sign beside each: found by benchmarks/mutation.py."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from firstdose.escalation.evaluable import _is_fatal, _Reading, derive_courses, derive_watched
from firstdose.values.issue import Place
from tests.unit.derived.dose_records import injected, mapped
from tests.unit.escalation.treated import day, event, given, protocol, seen, snapshot

LAST = seen("P9", 60, "M2")


def test_before_anybody_is_treated_nobody_is_watched():
    assert derive_watched(protocol(), snapshot([])) == ()


def test_a_participant_is_found_where_the_first_injection_is_written():
    two = snapshot([given("P1", 0), given("P1", 0, "DL2", "L2")], visits=[LAST])
    assert derive_courses(protocol(), two)[0].place == Place("records/injection.csv", 2, 1)


@pytest.mark.parametrize("rows", [[0, 20], [20, 0]])
def test_who_was_treated_twice_stands_where_the_first_time_puts_them(rows):
    twice = [given("P1", on, lesion=f"L{on}") for on in rows]
    records = snapshot([given("P2", 5), *twice], visits=[LAST])
    assert [row.participant for row in derive_watched(protocol(), records)] == ["P1", "P2"]


def test_a_place_is_that_of_the_row_and_else_the_table_of_the_form():
    reading = SimpleNamespace(snapshot=snapshot([given("P1", 0)]))
    written = {"_file": "a.csv", "_row": 3}
    assert _Reading._place(reading, "injection", written, "date") == Place("a.csv", 3, 1)
    assert _Reading._place(reading, "injection", {}, "date") == Place("records/injection.csv", 0, 1)


@pytest.mark.parametrize(
    ("grade", "outcome", "fatal"),
    [
        (5, "recovered", True),
        (3, "fatal", True),
        (5, "fatal", True),
        (4, "recovered", False),
        (4, None, False),
        (6, "recovered", False),
        (None, "recovered", False),
        (None, "unknown", None),
        (None, None, None),
        (None, "fatal", True),
    ],
)
def test_an_event_is_fatal_by_its_grade_or_by_its_outcome(grade, outcome, fatal):
    assert _is_fatal({"grade": grade, "outcome": outcome}) is fatal


def off_target(lesion: str) -> str:
    """What is said of 1 mL drawn, .1 mL of it left over, 2e7 cells/mL of which 90 % live: 1.62e7 of 3.14e7 planned."""
    plan = protocol()
    limits = replace(plan.intervention, tolerance=(Decimal("0.85"), Decimal("1.15")))
    records = snapshot(
        [injected("P1", lesion, date=day(0), volume_drawn=1.0)],
        lesions=[mapped("P1", lesion)],
        visits=[LAST],
    )
    [row] = derive_watched(replace(plan, intervention=limits), records)
    [note] = [each for each in row.notes if "allowed" in each]
    return note


def test_a_delivery_off_target_is_told_with_its_lesion_share_and_limits():
    assert off_target("L1") == (
        "plaque L1 received 51.6 % of the planned cells (85 to 115 % are allowed);"
        " counted at the planned level DL1"
    )


def test_a_local_event_is_neither_counted_as_a_death_nor_as_grave_a_second_time():
    plan = protocol(local_dlt="grade >= 2 and related and day <= 28")
    for lesion, deaths in (("L1", (1, 1)), (None, (1, 1))):
        fatal = event("P1", 3, 5, lesion=lesion, serious=True)
        [row] = derive_watched(plan, snapshot([given("P1", 0)], visits=[LAST], events=[fatal]))
        assert (row.deaths, row.grave) == (deaths, (1, 1))
    mild = event("P1", 3, 2, lesion="L1")
    [row] = derive_watched(plan, snapshot([given("P1", 0)], visits=[LAST], events=[mild]))
    assert (row.dlt, row.deaths, row.grave) == ("yes", (0, 0), (0, 0))


def test_a_local_event_elsewhere_is_no_local_toxicity():
    plan = protocol(local_dlt="grade >= 2 and related and day <= 28")
    mild = event("P1", 3, 2, lesion="L7")
    [row] = derive_watched(plan, snapshot([given("P1", 0)], visits=[LAST], events=[mild]))
    assert row.dlt == "no"


# ------------------------------------------------------------------------------------------------- what a design counts


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({}, ""),
        ({"design_counts": "lesion"}, "lesions"),
        ({"graded": "related and day <= 28"}, "grades"),
    ],
)
def test_lesions_or_their_grades_are_read_where_the_design_counts_them(said, counts):
    plan = protocol(**said)
    two = [given("P1", 0), given("P1", 0, lesion="L2")]
    [course] = derive_courses(plan, snapshot(two, visits=[LAST]))
    assert (course.counts, course.treated) == (counts, ("L1", "L2"))


@pytest.mark.parametrize("least", [1, 2, 3])
def test_from_how_many_lesions_on_is_read_from_the_protocol(least):
    plan = protocol(local_dlt="grade >= 2 and related", local_dlt_from=least)
    [course] = derive_courses(plan, snapshot([given("P1", 0)], visits=[LAST]))
    assert course.local_from == least


def test_where_the_design_counts_grades_the_worst_ones_are_read():
    plan = protocol(graded="related and day <= 28", local_dlt="grade >= 2 and related and day <= 28")
    events = [
        event("P1", 3, 2, lesion="L1"),
        event("P1", 3, 3, lesion="L1", related_cells="unlikely"),
        event("P1", 29, 3, lesion="L1"),
        event("P1", 4, 1),
    ]
    [row] = derive_watched(plan, snapshot([given("P1", 0)], visits=[LAST], events=events))
    assert row.grades == (("L1", 2),)
    assert [each.grade for each in row.graded] == [2]
    assert (row.deaths, row.grave) == ((0, 0), (0, 0))


@pytest.mark.parametrize(("grade", "counted"), [(0, 0), (1, 1), (3, 3), (4, 4), (5, 4)])
def test_the_grade_of_a_death_counts_as_the_worst_of_the_living(grade, counted):
    """That somebody died, and gravely, is told by the same event under the rule of toxicity."""
    plan = protocol(graded="related and day <= 28")
    one = event("P1", 3, grade, serious=True, lesion="L1")
    [row] = derive_watched(plan, snapshot([given("P1", 0)], visits=[LAST], events=[one]))
    assert dict(row.grades) == {"L1": counted}
    assert row.dlt == ("yes" if grade >= 3 else "no")
    assert row.deaths == ((1, 1) if grade == 5 else (0, 0))
    assert row.grave == (1, 1)


def test_an_event_of_which_it_is_not_known_whether_its_grade_counts_is_undecided():
    plan = protocol(graded="related and day <= 28")
    open_ = event("P1", 3, 2, related_cells=None, lesion="L1")
    [row] = derive_watched(plan, snapshot([given("P1", 0)], visits=[LAST], events=[open_]))
    assert row.dlt == "undecided"
    assert {issue.code for issue in row.missing} == {"FD-E003"}


def ungraded(dlt: str = "grade >= 3 and related and day <= 28", **unknown: Any) -> Any:
    """P1, with an event at the treated lesion on day 20 of which something is not known."""
    plan = protocol(graded="(related or serious) and day <= 28", dlt=dlt)
    one = event("P1", 20, 2, lesion="L1") | unknown
    [row] = derive_watched(plan, snapshot([given("P1", 0)], visits=[LAST], events=[one]))
    return row


def test_an_unknown_grade_that_the_design_counts_is_undecided_and_named():
    """Whether it is dose-limiting is known here: it came too late."""
    row = ungraded("grade >= 3 and related and day <= 14", grade=None, serious=None)
    assert (row.dlt, [each.grade for each in row.graded]) == ("undecided", [None])
    [lacks] = row.missing
    assert (lacks.code, lacks.message) == (
        "FD-E003",
        "What the design counts of 'pain' of P1 is not known: grade is not on record.",
    )


def test_everything_that_is_not_known_of_a_grade_is_asked_for():
    row = ungraded("grade >= 3 and related and day <= 14", grade=None, serious=None, related_cells=None)
    assert [each.message.partition("known: ")[2] for each in row.missing] == [
        "grade is not on record.",
        "relation to the cells is not on record.",
        "serious is not on record.",
    ]


def test_an_unknown_grade_that_no_rule_counts_is_not_asked_for():
    row = ungraded(grade=None, related_cells="unlikely")
    assert (row.dlt, row.missing, row.graded) == ("no", (), ())


def test_a_known_grade_is_counted_whatever_else_is_not_known():
    row = ungraded(serious=None)
    assert (row.dlt, row.missing, row.grades) == ("no", (), (("L1", 2),))


def test_where_nothing_has_a_date_everybody_treated_is_undecided():
    rows = derive_watched(protocol(), snapshot([given("P1", None), given("P2", None)]), day(5))
    assert [(row.participant, row.dlt) for row in rows] == [("P1", "undecided"), ("P2", "undecided")]
    assert [issue.code for row in rows for issue in row.missing] == ["FD-E004", "FD-E004"]
