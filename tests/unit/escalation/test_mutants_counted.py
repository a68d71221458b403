"""Lesions, grades and responses of one participant, one day and one sign beside each: found by benchmarks/mutation.py."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.escalation.courses import Course, Event, Left, Response, Watched
from firstdose.values.issue import Issue, Place
from tests.unit.escalation.treated import day

HERE = Place("records/injection.csv", 2, 1)
TWO = {
    "given": ((day(0), 0, "DL1"), (day(7), 1, "DL2")),
    "treated": ("L1", "L2"),
}


def course(**fields: Any) -> Course:
    """One injection of DL1 into L1 on day 0, watched to day 28."""
    usual: dict[str, Any] = {"participant": "P1", "place": HERE, "days": 28, "treated": ("L1",)}
    return Course(**(usual | {"given": ((day(0), 0, "DL1"),)} | fields))


def event(on: int = 3, *, dlt: bool | None = False, **fields: Any) -> Event:
    return Event(**({"place": HERE, "term": "pain", "day": on, "known": day(on), "dlt": dlt} | fields))


def watched(dlt: str = "no", until: int | None = 28, **fields: Any) -> Watched:
    usual: dict[str, Any] = {"participant": "P1", "level": 0, "level_words": "DL1", "reason": "as typed"}
    last = None if until is None else day(until)
    return Watched(**(usual | {"given": day(0), "until": last, "dlt": dlt} | fields))


def test_an_event_of_which_nothing_is_said_has_no_grade_that_counts():
    assert Event(place=HERE, term="pain", day=3, known=day(3), dlt=False).grade == 0


# ---------------------------------------------------------------------------------------- how many lesions are enough


def local(*dlts: tuple[str, bool | None]) -> tuple[Event, ...]:
    """Events at lesions, each with or without a toxicity, or not known to be one."""
    return tuple(event(dlt=dlt, lesion=lesion) for lesion, dlt in dlts)


L1, L2, L1_OPEN, L2_OPEN = ("L1", True), ("L2", True), ("L1", None), ("L2", None)


@pytest.mark.parametrize(
    ("least", "seen", "dlt", "events"),
    [
        (1, (), "no", 0),
        (1, (L1,), "yes", 1),
        (2, (L1,), "no", 0),
        (2, (L1, L1), "no", 0),
        (2, (L1, L2), "yes", 2),
        (1, (L1, L2_OPEN), "yes", 1),
        (2, (L1, L2_OPEN), "undecided", 1),
        (2, (L1_OPEN, L2_OPEN), "undecided", 2),
        (2, (L1, L1_OPEN), "no", 0),
        (3, (L1, L2_OPEN), "no", 0),
        (2, (L1, ("L2", False)), "no", 0),
    ],
)
def test_from_so_many_lesions_on_the_participant_has_a_toxicity(least, seen, dlt, events):
    lacks = Issue(HERE, "FD-E003", "grade is not on record", "Complete the record.")
    known = tuple(
        event(dlt=each.dlt, lesion=each.lesion, missing=(lacks,) if each.dlt is None else ())
        for each in local(*seen)
    )
    row = course(events=known, local_from=least).at(day(60))
    assert (row.dlt, len(row.events)) == (dlt, events)


@pytest.mark.parametrize("least", [1, 2, 3])
def test_a_systemic_toxicity_counts_whatever_the_lesions_say(least):
    for beside in ((), (L1,), (L1_OPEN,), (L1, L2)):
        row = course(events=(event(dlt=True), *local(*beside)), local_from=least).at(day(60))
        assert row.dlt == "yes"
        assert row.events[0].lesion == ""


# --------------------------------------------------------------------------------------------------- what is awaited


@pytest.mark.parametrize(
    ("dlt", "response", "lesion", "awaited", "last"),
    [
        ("no", "", "no", False, 28),
        ("not yet", "", "no", True, 28),
        ("no", "not yet", "no", True, 84),
        ("no", "yes", "no", False, 28),
        ("no", "", "not yet", True, 35),
        ("yes", "", "not yet", True, 35),
        ("not yet", "not yet", "not yet", True, 84),
        ("not yet", "", "not yet", True, 35),
        ("not evaluable", "not yet", "not yet", False, 84),
        ("undecided", "", "not yet", False, 35),
    ],
)
def test_a_participant_is_awaited_for_toxicity_response_and_every_lesion(
    dlt, response, lesion, awaited, last
):
    own = (("L1", watched("no", 21)), ("L2", watched(lesion, 35)))
    row = watched(dlt, lesions=own, response=response, response_until=day(84))
    assert (row.awaited, row.last_day) == (awaited, day(last))


@pytest.mark.parametrize(("dlt", "last"), [("no", 21), ("not yet", 28)])
def test_the_own_watch_counts_for_the_last_day_only_while_it_is_open(dlt, last):
    assert watched(dlt, lesions=(("L1", watched("not yet", 21)),)).last_day == day(last)


def test_one_open_lesion_among_others_is_awaited():
    row = watched(lesions=(("L1", watched("not yet")), ("L2", watched("no"))))
    assert row.awaited is True


# ------------------------------------------------------------------------------------------------------------ lesions


def test_each_lesion_has_a_watch_of_its_own_from_its_own_day():
    found = dict(course(counts="lesions", **TWO).at(day(30)).lesions)
    assert {name: (row.until, row.dlt, row.level) for name, row in found.items()} == {
        "L1": (day(28), "no", 0),
        "L2": (day(35), "not yet", 1),
    }


@pytest.mark.parametrize(("cut", "names"), [(6, ["L1"]), (7, ["L1", "L2"]), (8, ["L1", "L2"])])
def test_a_lesion_is_there_from_the_day_of_its_administration_on(cut, names):
    assert [name for name, _ in course(counts="lesions", **TWO).at(day(cut)).lesions] == names


def test_a_lesion_without_a_day_is_there_and_undecided():
    [(name, row)] = course(counts="lesions", given=((None, 0, "DL1"),)).at(day(1)).lesions
    assert (name, row.dlt) == ("L1", "undecided")


def test_a_local_toxicity_is_that_of_the_lesion_it_names_alone():
    hurt = event(dlt=True, lesion="L2")
    row = course(counts="lesions", events=(hurt,), local_from=2, **TWO).at(day(60))
    assert {name: each.dlt for name, each in row.lesions} == {"L1": "no", "L2": "yes"}
    assert row.dlt == "no"


def test_what_is_missing_of_a_lesion_is_missing_of_the_participant_and_told_once():
    lacks = Issue(HERE, "FD-E003", "grade is not on record", "Complete the record.")
    open_ = event(dlt=None, lesion="L2", missing=(lacks,))
    row = course(counts="lesions", events=(open_,), local_from=1, **TWO).at(day(60))
    assert (row.dlt, row.missing) == ("undecided", (lacks,))


def test_where_the_design_counts_no_lesions_none_are_told():
    row = course(**TWO).at(day(60))
    assert (row.lesions, row.grades, row.response, row.response_until) == ((), (), "", None)


def test_notes_and_responses_of_the_participant_are_not_those_of_a_lesion():
    full = course(
        counts="lesions",
        off_target=((day(0), "L1 received 80 %"),),
        response=Response(day=84, due=84, answer=True),
        **TWO,
    ).at(day(90))
    assert full.notes != ()
    assert full.response == "yes"
    assert [(row.notes, row.response, row.lesions) for _, row in full.lesions] == [((), "", ())] * 2


# ------------------------------------------------------------------------------------------------------------- grades


@pytest.mark.parametrize(
    ("cut", "grades"), [(6, {"L1": 2}), (7, {"L1": 2, "L2": 0}), (8, {"L1": 2, "L2": 3})]
)
def test_the_worst_grade_of_each_lesion_treated_by_then(cut, grades):
    events = (
        event(3, grade=1, lesion="L1"),
        event(4, grade=2, lesion="L1"),
        event(8, grade=3, lesion="L2"),
        event(3, grade=4, lesion="L9"),
    )
    assert dict(course(counts="grades", events=events, **TWO).at(day(cut)).grades) == grades


def test_without_lesions_the_grade_is_that_of_the_participant():
    row = course(counts="grades", treated=("",), events=(event(grade=2),)).at(day(60))
    assert row.grades == (("", 2),)
    nobody = course(counts="grades", given=((day(9), 0, "DL1"),), events=(event(grade=2),)).at(day(8))
    assert nobody.grades == (("", 2),)


def test_a_grade_on_an_unknown_day_of_administration_is_kept():
    row = course(counts="grades", given=((None, 0, "DL1"),), events=(event(grade=2, lesion="L1"),)).at(day(9))
    assert row.grades == (("L1", 2),)


def test_only_events_with_a_grade_at_a_treated_lesion_are_graded():
    counted, none, elsewhere = (
        event(grade=2, lesion="L1"),
        event(lesion="L1"),
        event(grade=3, lesion="L9"),
    )
    row = course(counts="grades", events=(counted, none, elsewhere)).at(day(60))
    assert row.graded == (counted,)
    assert row.notes == ("pain of grade 3 at L9, which was not treated: the design does not count it",)


def test_an_event_elsewhere_that_the_design_would_not_count_is_not_worth_a_word():
    row = course(counts="grades", events=(event(lesion="L9"),)).at(day(60))
    assert (row.notes, row.graded) == ((), ())


def test_an_unknown_grade_elsewhere_is_told_and_asked_for_no_more():
    row = course(counts="grades", events=(event(grade=None, lesion="L9", missing=(UNGRADED,)),)).at(day(60))
    assert (row.dlt, row.missing, row.graded) == ("no", (), ())
    assert row.notes == ("pain of unknown grade at L9, which was not treated: the design does not count it",)


UNGRADED = Issue(HERE, "FD-E003", "grade is not on record", "Complete the record.")


@pytest.mark.parametrize("cut", [20, 60])
def test_an_unknown_grade_is_not_grade_0_and_leaves_the_participant_undecided(cut):
    unknown, known = event(grade=None, lesion="L1", missing=(UNGRADED,)), event(grade=2, lesion="L1")
    row = course(counts="grades", events=(known, unknown), local_from=2).at(day(cut))
    assert (row.dlt, row.reason, row.missing) == ("undecided", UNGRADED.message, (UNGRADED,))
    assert (row.graded, row.grades) == ((known, unknown), (("L1", 2),))


def test_a_toxicity_stands_but_does_not_settle_an_unknown_grade():
    unknown = event(grade=None, lesion="L1", missing=(UNGRADED,))
    row = course(counts="grades", events=(event(dlt=True), unknown)).at(day(60))
    assert (row.dlt, row.missing) == ("yes", (UNGRADED,))
    assert row.reason.startswith("dose-limiting toxicity")


def test_a_known_grade_asks_for_nothing():
    row = course(counts="grades", events=(event(grade=2, lesion="L1", missing=(UNGRADED,)),)).at(day(60))
    assert (row.dlt, row.missing) == ("no", ())


def test_of_who_is_not_evaluable_no_grade_is_asked_for():
    gone = Left(status="withdrawn", reason="", day=day(9), place=HERE)
    unknown = event(grade=None, lesion="L1", missing=(UNGRADED,))
    row = course(counts="grades", events=(unknown,), left=gone).at(day(60))
    assert (row.dlt, row.missing) == ("not evaluable", ())


def test_a_grade_without_a_lesion_counts_only_where_no_lesion_is_named():
    told = event(grade=3)
    row = course(counts="grades", events=(told,)).at(day(60))
    assert row.graded == ()
    assert row.notes == ("pain of grade 3 names no lesion: the design does not count it",)
    whole = course(counts="grades", treated=("",), events=(told,)).at(day(60))
    assert (whole.graded, whole.notes) == ((told,), ())


# ---------------------------------------------------------------------------------------------------------- responses


@pytest.mark.parametrize(
    ("answer", "on", "cut", "response"),
    [
        (True, 80, 79, "not yet"),
        (True, 80, 80, "yes"),
        (False, 80, 80, "no"),
        (None, None, 84, "not yet"),
        (None, None, 85, "no"),
        (None, 80, 84, "not yet"),
        (True, None, 84, "not yet"),
    ],
)
def test_a_response_is_known_from_its_visit_on_and_none_after_the_last_day(answer, on, cut, response):
    row = course(response=Response(day=on, due=84, answer=answer)).at(day(cut))
    assert (row.response, row.response_until) == (response, day(84))


@pytest.mark.parametrize(("cut", "response"), [(39, "not yet"), (40, "no")])
def test_who_left_before_the_response_has_none(cut, response):
    gone = Left(status="withdrawn", reason="", day=day(40), place=HERE)
    row = course(response=Response(day=None, due=84, answer=None), left=gone).at(day(cut))
    assert row.response == response


def test_without_a_day_of_treatment_no_response_is_awaited():
    row = course(given=((None, 0, "DL1"),), response=Response(day=80, due=84, answer=True)).at(day(90))
    assert (row.response, row.response_until) == ("", None)


@pytest.mark.parametrize(("answer", "said"), [(None, True), (False, False), (True, False)])
def test_a_response_that_was_not_assessed_is_told(answer, said):
    row = course(response=Response(day=80, due=84, answer=answer), visits=(day(30),)).at(day(90))
    assert row.notes == (("the response was not assessed and counts as none",) if said else ())
