"""What holds after some events, and how it is known."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.state import fold
from tests.log_of_study import DOCTOR, Trail

RECORD = Key("P1", "D0", "plaque_score", "L1")
ITEM = replace(RECORD, item="erythema")


def after(*kinds):
    trail = Trail()
    trail.record(RECORD, {"erythema": "3"})
    for kind in kinds:
        trail.add(NewEvent(kind=kind, key=RECORD, payload={"reason": "asked for"}))
    assert fold(trail.events) == trail.state
    return trail.state.records[RECORD]


def test_a_value_tells_its_first_and_its_last_event():
    trail = Trail()
    trail.set(ITEM, "3")
    assert not trail.state.values[ITEM].changed
    trail.set(ITEM, "2", reason="misread", by=DOCTOR)
    value = trail.state.values[ITEM]
    assert (value.text, value.first, value.seq, value.reason, value.actor) == (
        "2",
        1,
        2,
        "misread",
        "doctor.one",
    )
    assert value.changed


def test_a_cleared_value_is_empty_and_keeps_its_history():
    trail = Trail()
    trail.set(ITEM, "3")
    trail.clear(ITEM, reason="wrong participant")
    assert (trail.state.values[ITEM].text, trail.state.values[ITEM].first) == ("", 1)


def test_a_redacted_value_is_unknown():
    trail = Trail()
    erased = trail.set(ITEM, "Anna")._replace(payload=None, salt="")
    assert fold([erased]).values[ITEM].text == "UNK: redacted"


def test_a_record_is_struck_and_restored_completed_and_reopened():
    assert (after().struck, after().completed) == (0, 3)
    assert after("repeat.struck").struck == 4
    assert after("repeat.struck", "repeat.restored").struck == 0
    assert after("form.reopened").completed == 0


def test_participants_come_in_the_order_in_which_they_were_added():
    trail = Trail()
    for name in ("P2", "P10", "P1"):
        trail.record(Key(name, form="participants"), {})
        trail.set(replace(ITEM, participant=name), "3")
    assert trail.state.participants() == ["P2", "P10", "P1"]


def test_other_kinds_change_the_head_alone():
    trail = Trail()
    trail.set(ITEM, "3")
    before = dict(trail.state.values)
    event = trail.add(NewEvent(kind="login.done", payload={"person": "nurse.one"}))
    assert (trail.state.values, trail.state.seq, trail.state.head) == (before, 2, event.hash)


@pytest.mark.parametrize("on", [True, False])
def test_what_looks_for_circles_in_memory_is_as_it_was_after_a_fold_that_ended_early_too(on):
    def broken():
        assert not gc.isenabled()
        yield from Trail().events
        raise OSError("the disk is gone")

    was = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        with pytest.raises(OSError, match="gone"):
            fold(broken())
        assert gc.isenabled() == on
    finally:
        (gc.enable if was else gc.disable)()
