"""Local toxicity in the live decision: from so many lesions on the participant has a dose-limiting toxicity."""

from __future__ import annotations

import pytest

from firstdose.escalation.deciding import decide
from firstdose.escalation.evaluable import derive_watched
from firstdose.escalation.lesions_on_record import evaluable_lesions
from firstdose.values.issue import UserError
from tests.unit.escalation.test_lesions_on_record import LOCAL
from tests.unit.escalation.treated import event, given, protocol, seen, snapshot

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


def test_a_design_that_counts_lesions_decides_nothing_live():
    with pytest.raises(UserError) as why:
        decide(protocol(**LOCAL, design_counts="lesion"), snapshot(THREE))
    assert why.value.issues[0].code == "FD-E001"
