"""Who counts, on which level, and what is missing."""

from __future__ import annotations

import pytest

from firstdose.escalation.evaluable import derive_courses, derive_watched
from firstdose.values.issue import Place
from tests.unit.derived.dose_records import injected, mapped
from tests.unit.escalation.treated import day, event, given, left, protocol, seen, snapshot

LAST = seen("P9", 60, "M2")  # somebody else, so that the records reach further


def one(*, cut=None, injections=(), **tables):
    """The first participant of these records."""
    records = snapshot(injections or [given("P1", 0)], **tables)
    return derive_watched(protocol(), records, cut)[0]


def test_a_watch_that_is_over_without_an_event_counts_as_none():
    row = one(visits=[LAST])
    assert (row.dlt, row.counts, row.level, row.given, row.until) == ("no", True, 0, day(0), day(28))


@pytest.mark.parametrize(("last", "dlt"), [(27, "not yet"), (28, "not yet"), (29, "no")])
def test_the_last_day_of_the_watch_must_be_over(last, dlt):
    assert one(visits=[seen("P9", last, "W4")]).dlt == dlt


def test_a_visit_on_the_last_day_shows_the_same():
    assert one(visits=[seen("P1", 28)]).dlt == "no"
    assert one(visits=[seen("P1", 27)]).dlt == "not yet"


def test_a_missed_visit_shows_nothing():
    assert one(visits=[seen("P1", 28) | {"status": "missed"}]).dlt == "not yet"


def test_a_toxicity_counts_at_once_and_names_its_record():
    row = one(events=[event("P1", 3)], visits=[seen("P1", 4)])
    assert (row.dlt, row.counts) == ("yes", True)
    assert "pain on day 3 (records/adverse_events.csv:2:1)" in row.reason
    assert row.events[0].place == Place("records/adverse_events.csv", 2, 1)


@pytest.mark.parametrize(
    "harmless",
    [
        {"grade": 2},
        {"related_cells": "unlikely"},
        {"onset": str(day(29))},
        {"onset": str(day(-1))},
    ],
)
def test_an_event_that_the_rule_does_not_count_changes_nothing(harmless):
    assert one(events=[event("P1", 3) | harmless], visits=[LAST]).dlt == "no"


@pytest.mark.parametrize(
    ("unknown", "lacks"),
    [
        ({"grade": None}, "grade is not on record"),
        ({"related_cells": None}, "relation to the cells is not on record"),
        ({"related_cells": "unassessable"}, "relation to the cells is 'unassessable'"),
        ({"onset": "2024-03"}, "day of onset is '2024-03'"),
        ({"onset": None}, "day of onset is not on record"),
    ],
)
def test_an_unknown_fact_of_an_event_is_undecided_and_named(unknown, lacks):
    row = one(events=[event("P1", 3) | unknown], visits=[LAST])
    assert (row.dlt, row.counts) == ("undecided", False)
    assert [(issue.code, lacks in issue.message) for issue in row.missing] == [("FD-E003", True)]


def test_a_fact_that_changes_nothing_is_not_asked_for():
    row = one(events=[event("P1", 3, grade=None, related_cells="unlikely")], visits=[LAST])
    assert row.dlt == "no"


def test_a_toxicity_settles_what_another_event_leaves_open():
    row = one(events=[event("P1", 3), event("P1", 5, grade=None)], visits=[LAST])
    assert (row.dlt, row.missing) == ("yes", ())


@pytest.mark.parametrize(("on", "dlt"), [(27, "not evaluable"), (28, "no")])
def test_who_leaves_before_the_end_of_the_watch_is_not_evaluable(on, dlt):
    row = one(ends=[left("P1", on)], visits=[LAST])
    assert row.dlt == dlt
    assert ("moved away" in row.reason) == (dlt == "not evaluable")


def test_who_leaves_with_a_toxicity_counts():
    assert one(ends=[left("P1", 5)], events=[event("P1", 3)], visits=[LAST]).dlt == "yes"


def test_who_left_on_an_unknown_day_is_undecided_unless_seen_at_the_end_of_the_watch():
    row = one(ends=[left("P1", None)], visits=[LAST])
    assert [issue.code for issue in row.missing] == ["FD-E004"]
    assert one(ends=[left("P1", None)], visits=[seen("P1", 28)]).dlt == "no"


def test_completing_is_not_leaving():
    assert one(ends=[left("P1", 20, "completed")], visits=[LAST]).dlt == "no"


def test_the_highest_level_of_several_lesions_decides_and_this_is_said():
    row = one(injections=[given("P1", 0), given("P1", 0, "DL2", "L2")])
    assert (row.level, row.level_words) == (1, "DL2, the highest of DL1 and DL2")


def test_a_level_that_the_injection_lacks_is_that_of_the_lesion_map():
    row = one(injections=[given("P1", 0, None)], lesions=[mapped("P1", "L1", dose_level="DL2")])
    assert row.level == 1


@pytest.mark.parametrize("level", [None, "DL7"])
def test_a_level_that_nobody_knows_is_undecided(level):
    row = one(injections=[given("P1", 0, level)], visits=[LAST])
    assert (row.level, row.dlt, [issue.code for issue in row.missing]) == (None, "undecided", ["FD-E004"])


def test_an_administration_without_a_date_is_undecided_and_comes_last():
    records = snapshot([given("P1", None), given("P2", 3)], visits=[LAST])
    rows = derive_watched(protocol(), records)
    assert [row.participant for row in rows] == ["P2", "P1"]
    assert [issue.code for issue in rows[1].missing] == ["FD-E004"]


def test_participants_stand_in_order_of_their_first_administration():
    same_day = [given("P3", 1) | {"start_time": "11:00"}, given("P2", 1) | {"start_time": "09:00"}]
    records = snapshot([*same_day, given("P1", 5), given("P4", 0)])
    assert [row.participant for row in derive_watched(protocol(), records)] == ["P4", "P2", "P3", "P1"]


def test_an_earlier_cut_knows_only_what_was_on_record_then():
    records = snapshot(
        [given("P1", 0), given("P2", 14)], events=[event("P1", 3, date=day(10))], visits=[LAST]
    )
    assert [row.dlt for row in derive_watched(protocol(), records, day(9))] == ["not yet"]
    assert [row.dlt for row in derive_watched(protocol(), records, day(10))] == ["yes"]
    assert [row.dlt for row in derive_watched(protocol(), records, day(14))] == ["yes", "not yet"]


def test_a_cut_after_the_records_says_no_more_than_they_do():
    records = snapshot([given("P1", 0)], visits=[seen("P1", 14, "W2")])
    assert derive_watched(protocol(), records, day(200))[0].dlt == "not yet"


def test_the_cut_reaches_to_an_event_after_the_last_visit():
    records = snapshot([given("P1", 0)], visits=[seen("P1", 7, "W1")], events=[event("P1", 20)])
    assert derive_watched(protocol(), records)[0].dlt == "yes"


def test_a_delivery_outside_the_tolerance_is_said_and_counts_at_the_planned_level():
    short = injected("P1", "L1", date=day(0), volume_drawn=1.0)
    row = one(injections=[short], lesions=[mapped("P1", "L1")], visits=[LAST])
    assert row.level == 0
    assert (
        "% of the planned cells (90 to 110 % are allowed); counted at the planned level DL1" in row.notes[0]
    )


def test_a_delivery_inside_the_tolerance_is_not_worth_a_word():
    row = one(
        injections=[injected("P1", "L1", date=day(0))], lesions=[mapped("P1", "L1")], visits=[seen("P1", 28)]
    )
    assert row.notes == ()


def test_who_was_not_seen_at_the_end_of_the_watch_is_told():
    assert "the last visit on record is day 7" in one(visits=[seen("P1", 7, "W1"), LAST]).notes[0]


@pytest.mark.parametrize(
    ("rows", "deaths"),
    [
        ({"ends": [left("P1", 40, "died")]}, (1, 1)),
        ({"events": [event("P1", 40, grade=5, outcome="fatal", related_cells="unlikely")]}, (1, 1)),
        ({"events": [event("P1", 40, grade=None, outcome=None, related_cells="unlikely")]}, (0, 1)),
        ({"events": [event("P1", 40, grade=None, outcome="recovered", related_cells="unlikely")]}, (0, 0)),
    ],
)
def test_deaths_are_counted_at_least_and_at_most(rows, deaths):
    assert one(visits=[seen("P1", 28), LAST], **rows).deaths == deaths


def test_who_was_seen_later_did_not_die_of_an_event_without_grade():
    unknown = event("P1", 40, grade=None, outcome=None, related_cells="unlikely")
    assert one(visits=[seen("P1", 50), LAST], events=[unknown]).deaths == (0, 0)


@pytest.mark.parametrize(
    ("serious", "related", "grave"),
    [
        (True, "possible", (1, 1)),
        (None, "possible", (0, 1)),
        (True, None, (0, 1)),
        (True, "unlikely", (0, 0)),
    ],
)
def test_serious_related_events_are_counted_at_least_and_at_most(serious, related, grave):
    mild = event("P1", 3, grade=1, serious=serious, related_cells=related)
    assert one(visits=[LAST], events=[mild]).grave == grave


def test_nobody_is_watched_where_the_protocol_does_not_say_how_long():
    assert derive_courses(protocol(dlt_until=None), snapshot([given("P1", 0)])) == ()
