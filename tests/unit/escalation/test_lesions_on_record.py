"""Local toxicity from the records: each lesion at its own density, and how few the lesions of few participants are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from firstdose.escalation.lesions_on_record import LesionsSeen, evaluable_lesions
from firstdose.protocol.model import LocalScenario
from tests.unit.derived.dose_records import injected, mapped
from tests.unit.escalation.treated import day, event, given, left, protocol, seen, snapshot

SCENARIO = LocalScenario(
    scenario="alike", local=(Decimal("0.1"),) * 2, systemic=(Decimal("0.02"),) * 2, alike=Decimal("0.5")
)
LOCAL = {
    "dlt": "systemic and grade >= 3 and related and day <= 28",
    "local_dlt": "grade >= 2 and related and day <= 28",
    "treated_lesions": (1, 3),
    "local_scenarios": (SCENARIO,),
}
BOTH = [given("P1", 0, "DL1", "L1"), given("P1", 0, "DL2", "L2"), given("P2", 14, "DL1", "L1")]
LAST = seen("P9", 60, "M2")


def lesions(*, cut=None, injections=BOTH, **tables) -> LesionsSeen:
    records = snapshot(injections, **({"visits": [LAST]} | tables))
    return evaluable_lesions(protocol(**LOCAL), records, cut)


def told(found: LesionsSeen) -> dict[tuple[str, str], str]:
    return {(each.participant, each.lesion): each.watched.dlt for each in found.lesions}


def test_an_event_counts_at_the_lesion_that_it_names_and_at_its_level():
    found = lesions(events=[event("P1", 3, 2, lesion="L2")])
    assert told(found) == {("P1", "L1"): "no", ("P1", "L2"): "yes", ("P2", "L1"): "no"}
    assert [(row.name, row.treated, row.evaluable, row.toxic, row.participants) for row in found.rows] == [
        ("DL1", 2, 2, 0, 2),
        ("DL2", 1, 1, 1, 1),
    ]
    assert found.rows[1].participants_toxic == 1


def test_an_event_without_a_lesion_is_nowhere_local():
    assert "yes" not in told(lesions(events=[event("P1", 3, 4)])).values()


def test_the_same_lesion_name_of_another_participant_is_another_lesion():
    found = told(lesions(events=[event("P2", 16, 2, lesion="L1")]))
    assert (found["P1", "L1"], found["P2", "L1"]) == ("no", "yes")


def test_an_undecided_event_leaves_its_lesion_undecided_and_is_counted_at_most():
    found = lesions(events=[event("P1", 3, None, lesion="L1")])
    assert told(found)["P1", "L1"] == "undecided"
    assert [issue.code for issue in found.lesions[0].watched.missing] == ["FD-E003"]
    assert (found.rows[0].evaluable, found.rows[0].toxic, found.rows[0].most_toxic) == (1, 0, 1)
    assert found.toxic_lesions("P1") == (0, 1)


def test_each_lesion_is_watched_from_its_own_administration():
    late = [given("P1", 0, "DL1", "L1"), given("P1", 20, "DL2", "L2")]
    found = lesions(injections=late, cut=day(30))
    assert told(found) == {("P1", "L1"): "no", ("P1", "L2"): "not yet"}
    assert found.lesions[1].watched.until == day(48)


def test_an_earlier_cut_knows_only_the_lesions_treated_by_then():
    assert told(lesions(cut=day(5))) == {("P1", "L1"): "not yet", ("P1", "L2"): "not yet"}


def test_who_leaves_takes_all_lesions_along_but_those_with_a_toxicity():
    found = lesions(events=[event("P1", 3, 2, lesion="L2")], ends=[left("P1", 10)])
    assert told(found)["P1", "L1"] == "not evaluable"
    assert told(found)["P1", "L2"] == "yes"


def test_an_event_at_a_lesion_that_was_not_treated_is_told_and_counts_nowhere():
    found = lesions(events=[event("P1", 3, 2, lesion="L7"), event("P1", 3, 1, lesion="L8")])
    assert [(who, each.term) for who, each in found.elsewhere] == [("P1", "pain")]
    assert "yes" not in told(found).values()


def test_a_level_that_nobody_knows_stands_in_no_row():
    found = lesions(injections=[given("P1", 0, None, "L1"), given("P1", 0, "DL2", "L2")])
    assert found.unplaced == 1
    assert [row.name for row in found.rows] == ["DL2"]


def test_fifteen_lesions_of_five_participants_are_not_fifteen_chances():
    many = [given(f"P{who}", 0, "DL1", f"L{which}") for who in range(1, 6) for which in range(1, 4)]
    row = lesions(injections=many).rows[0]
    assert (row.evaluable, row.participants) == (15, 5)
    assert dict(row.effective) == pytest.approx({0.5: 15 / 2, 1.0: 5})


def test_the_counts_are_those_that_a_design_over_lesions_sees():
    state = lesions(events=[event("P1", 3, 2, lesion="L2")]).state(2)
    assert (state.participants, state.dlts) == ((2, 1), (0, 1))


def test_planned_released_and_delivered_doses_stay_apart():
    short = injected("P1", "L1", date=day(0), volume_drawn=1.0)
    row = lesions(injections=[short], lesions=[mapped("P1", "L1")]).lesions[0]
    [dose] = row.doses
    assert dose.plan is not None
    assert dose.given is not None
    assert dose.delivery is not None
    assert dose.delivery < Decimal("0.9")
    assert row.watched.level == 0


@pytest.mark.parametrize("lacks", [{"local_dlt": ""}, {"dlt_until": None}])
def test_without_a_local_rule_or_a_watch_no_lesion_is_judged(lacks):
    found = evaluable_lesions(protocol(**LOCAL | lacks), snapshot(BOTH))
    assert (found.lesions, found.rows) == ((), ())


def test_before_anybody_is_treated_there_is_nothing():
    bare = replace(protocol(**LOCAL), safety=None)
    assert evaluable_lesions(bare, snapshot(BOTH)).rows == ()
    assert evaluable_lesions(protocol(**LOCAL), snapshot([])).lesions == ()
