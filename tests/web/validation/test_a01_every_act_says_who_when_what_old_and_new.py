"""A1: create, change, blank, delete and restore each write who, when, what, old and new."""

from __future__ import annotations

from tests.web.validation.acting import PERSON, enter, log, said


def test_create_change_blank_and_enter_again_each_write_who_when_what_old_and_new(coordinator, servers_clock):
    for values, reason in (
        (PERSON, ""),
        ({"age": "34"}, "read the wrong line"),
        ({"age": ""}, "the source has no age"),
        ({"age": "35"}, "found in the passport"),
    ):
        servers_clock.later(hours=1)
        assert enter(coordinator, values, reason=reason).status_code == 302
    told = [
        (event.kind, said(event)["old"], said(event).get("new", ""), said(event)["reason"], event.at[11:16])
        for event in log("value.set", "value.cleared", item="age")
    ]
    assert told == [
        ("value.set", "", "33", "", "10:00"),
        ("value.set", "33", "34", "read the wrong line", "11:00"),
        ("value.cleared", "34", "", "the source has no age", "12:00"),
        ("value.set", "", "35", "found in the passport", "13:00"),
    ]
    assert {
        (event.actor, event.role, event.key.participant, event.key.form) for event in log(item="age")
    } == {("coordinator-invented", "coordinator", "P-001", "demographics")}


def test_striking_a_record_out_and_restoring_it_are_two_events_with_their_reasons(coordinator):
    enter(coordinator, PERSON)
    at = "/strike/P-001/SCR/demographics/"
    assert coordinator.post(at, {"do": "strike", "reason": "wrong participant"}).status_code == 302
    assert coordinator.post(at, {"do": "restore", "reason": "the right one after all"}).status_code == 302
    struck, restored = log("repeat.struck", "repeat.restored")
    assert (struck.kind, said(struck)["reason"]) == ("repeat.struck", "wrong participant")
    assert (restored.kind, said(restored)["reason"]) == ("repeat.restored", "the right one after all")
    assert struck.actor == restored.actor == "coordinator-invented"
    assert struck.key.form == restored.key.form == "demographics"
