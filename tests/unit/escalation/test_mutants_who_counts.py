"""Who counts at the edges of days and of what is known, one sign beside each: found by benchmarks/mutation.py."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.escalation.courses import Course, Event, Left, Watched
from firstdose.values.issue import Issue, Place
from tests.unit.escalation.treated import day

HERE = Place("records/injection.csv", 2, 1)


def course(**fields: Any) -> Course:
    """One injection of DL1 on day 0, watched to day 28."""
    usual: dict[str, Any] = {"participant": "P1", "place": HERE, "days": 28, "given": ((day(0), 0, "DL1"),)}
    return Course(**(usual | fields))


def event(on: float | None = 3, *, dlt: bool | None = False, **fields: Any) -> Event:
    """An event that was known on the day of its onset."""
    known = None if on is None else day(int(on))
    return Event(**({"place": HERE, "term": "pain", "day": on, "known": known, "dlt": dlt} | fields))


def left(on: int | None, status: str = "withdrawn") -> Left:
    return Left(status=status, reason="", day=None if on is None else day(on), place=HERE)


def watched(**fields: Any) -> Watched:
    usual: dict[str, Any] = {"participant": "P1", "level": 0, "level_words": "DL1", "reason": "as typed"}
    return Watched(**(usual | {"given": None, "until": None, "dlt": "no"} | fields))


# ----------------------------------------------------------------------------------------------- what is not said


def test_an_event_of_which_nothing_is_said_is_neither_fatal_nor_grave_nor_local():
    plain = Event(place=HERE, term="pain", day=3, known=day(3), dlt=False)
    assert (plain.fatal, plain.grave, plain.missing, plain.lesion) == (False, False, (), "")


def test_nobody_of_whom_nothing_is_said_has_died_or_had_a_grave_event():
    assert (watched().deaths, watched().grave) == ((0, 0), (0, 0))


def test_one_lesion_with_a_toxicity_is_enough_unless_more_are_asked_for():
    assert course().local_from == 1
    assert course(events=(event(dlt=True, lesion="L1"),)).at(day(60)).dlt == "yes"


@pytest.mark.parametrize(
    ("dlt", "counts", "waits"),
    [
        ("yes", True, False),
        ("no", True, False),
        ("not yet", False, True),
        ("undecided", False, False),
        ("not evaluable", False, False),
    ],
)
def test_who_counts_and_who_waits(dlt, counts, waits):
    assert (watched(dlt=dlt).counts, watched(dlt=dlt).waits) == (counts, waits)


# ------------------------------------------------------------------------------------------------ days and levels


@pytest.mark.parametrize("days", [(0, 7), (7, 0), (None, 0, 7)])
def test_the_watch_begins_with_the_first_of_several_administrations(days):
    given = tuple((None if on is None else day(on), 0, "DL1") for on in days)
    assert course(given=given).first == day(0)
    assert course(given=given).at(day(1)).until == day(28)


def test_one_level_is_told_by_its_name_alone():
    assert course().at(day(1)).level_words == "DL1"


def test_the_first_of_several_missing_facts_is_the_reason():
    row = course(given=((None, None, "DL7"),)).at(day(1))
    assert row.dlt == "undecided"
    assert [each.message for each in row.missing] == [
        "The dose level that P1 received is not known.",
        "The day on which P1 was treated is not known.",
    ]
    assert row.reason == row.missing[0].message


def test_a_toxicity_stays_the_reason_where_only_the_level_is_not_known():
    row = course(given=((day(0), None, "DL7"),), events=(event(dlt=True),)).at(day(60))
    assert row.dlt == "undecided"
    assert len(row.missing) == 1
    assert row.reason.startswith("dose-limiting toxicity: pain on day 3")


# ---------------------------------------------------------------------------------------------------------- leaving


@pytest.mark.parametrize(("cut", "dlt"), [(19, "not yet"), (20, "not evaluable"), (21, "not evaluable")])
def test_who_left_has_left_from_that_day_on(cut, dlt):
    assert course(left=left(20)).at(day(cut)).dlt == dlt


@pytest.mark.parametrize(("cut", "deaths"), [(19, (0, 0)), (20, (1, 1))])
def test_who_died_has_died_from_that_day_on(cut, deaths):
    assert course(left=left(20, "died")).at(day(cut)).deaths == deaths


def test_the_day_of_leaving_is_told_where_it_is_known():
    assert course(left=left(20)).at(day(60)).reason == (
        f"withdrawn on {day(20)}, before the end of the watch on {day(28)}"
    )
    unknown = course(left=left(None))._judged(day(60), day(28), (), ())
    assert unknown == ("not evaluable", f"withdrawn, before the end of the watch on {day(28)}")


# ----------------------------------------------------------------------------------------------------------- deaths


def test_one_fatal_event_among_others_is_a_death():
    assert course(events=(event(), event(fatal=True))).at(day(60)).deaths == (1, 1)


def test_one_doubtful_event_among_others_may_be_a_death():
    assert course(events=(event(), event(fatal=None))).at(day(60)).deaths == (0, 1)


@pytest.mark.parametrize(
    ("visits", "cut", "most"),
    [((5, 50), 60, 0), ((50, 5), 60, 0), ((50,), 50, 0), ((50,), 49, 1), ((20,), 60, 1), ((21,), 60, 0)],
)
def test_only_a_later_visit_shows_that_nobody_died(visits, cut, most):
    """The event is known from day 20 on; on the day of the visit either may have come first."""
    doubtful = course(events=(event(20, fatal=None),), visits=tuple(day(each) for each in visits))
    assert doubtful.at(day(cut)).deaths == (0, most)


# ------------------------------------------------------------------------------------------------------------ notes


@pytest.mark.parametrize(("on", "said"), [(None, True), (9, True), (10, True), (11, False)])
def test_a_delivery_is_told_from_its_day_on(on, said):
    off = ((None if on is None else day(on), "L1 received 80 %"),)
    notes = course(off_target=off).at(day(10)).notes
    assert notes == (("L1 received 80 %; counted at the planned level DL1",) if said else ())


def test_the_last_of_several_visits_before_the_end_of_the_watch_is_told():
    [note] = course(visits=(day(14), day(7))).at(day(60)).notes
    assert note == "the last visit on record is day 14; nothing later says otherwise"


def test_a_visit_on_the_day_of_the_cut_is_known():
    assert course(visits=(day(7), day(28))).at(day(28)).notes == ()


@pytest.mark.parametrize(("on", "said"), [(None, False), (27, False), (28, False), (29, True)])
def test_a_toxicity_that_began_after_the_watch_is_told(on, said):
    row = course(events=(event(on, dlt=True),)).at(day(60))
    assert row.dlt == "yes"
    assert row.notes == (("the toxicity began after day 28 and counts all the same",) if said else ())


def test_what_is_missing_is_an_issue_of_the_record():
    lacks = Issue(HERE, "FD-E003", "grade is not on record", "Complete the record.")
    row = course(events=(event(dlt=None, missing=(lacks,)),)).at(day(60))
    assert (row.missing, row.reason) == ((lacks,), "grade is not on record")
