"""The state of everybody is read once and brought up to date: it is always what the whole table says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.records.log.event import Key, NewEvent
from firstdose.web.audit import snapshot
from firstdose.web.audit.append import Refused, append
from firstdose.web.audit.reading import current_state, head
from firstdose.web.audit.redacting import redact
from firstdose.web.audit.snapshot import reading_now, state_now
from tests.web import people

WHO = st.sampled_from(["P-001", "P-002", ""])


def happens(kind, who, text):
    """One event more: a value, a record struck or restored, or something that says nothing of values."""
    if kind == "value":
        people.set_values("visits", {"reason": text}, who, visit="W1")
    else:
        key = Key(who, "W1", "visits")
        append([NewEvent(kind=kind, key=key, site="site", payload={"reason": "test"})], by=people.SETTER)


KINDS = st.sampled_from(["value", "repeat.struck", "repeat.restored", "form.completed", "form.reopened"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(st.tuples(KINDS, WHO, st.text("ab", max_size=3)), max_size=3), max_size=4))
def test_the_state_that_is_kept_up_is_the_one_read_anew(study, steps):
    for name in ("P-001", "P-002"):
        people.add_participant(name)
    for events in steps:
        for kind, who, text in events:
            try:
                happens(kind, who, text)
            except Refused:  # a struck record takes none
                continue
        kept, anew = state_now(), current_state()
        assert kept == anew
        assert (kept.seq, kept.head) == head()
        assert kept.participants() == anew.participants()


def test_only_those_are_read_again_to_whom_something_happened(study, monkeypatch):
    for name in ("P-001", "P-002"):
        people.add_participant(name)
    state_now()
    asked = []
    monkeypatch.setattr(
        snapshot, "current_state", lambda **where: asked.append(where) or current_state(**where)
    )
    people.set_values("visits", {"reason": "late"}, "P-002", visit="W1")
    assert state_now() == current_state()
    assert asked == [{"participant__in": ["P-002"]}]
    assert state_now() is state_now()


@pytest.mark.parametrize("most", [0, 100])
def test_of_many_the_whole_is_read(study, monkeypatch, most):
    monkeypatch.setattr(snapshot, "_MOST_READ_AGAIN", most)
    people.add_participant()
    state_now()
    people.set_values("visits", {"reason": "late"}, visit="W1")
    assert state_now() == current_state()


def test_a_state_of_another_log_is_not_brought_up(study):
    people.add_participant()
    other = current_state()
    other.head = "0" * 64
    other.values = {}
    snapshot._kept[:] = [other]
    people.set_values("visits", {"reason": "late"}, visit="W1")
    assert state_now() == current_state()


def test_what_is_on_record_follows_a_save(study):
    people.add_participant()
    people.set_values("visits", {"status": "done", "date": "2024-01-02"}, visit="SCR")
    before = reading_now().snapshot
    people.set_values("visits", {"date": "2024-01-03"}, visit="SCR")
    after = reading_now().snapshot
    dates = [str(each.tables["visits"]["date"][0]) for each in (before, after)]
    assert dates == ["2024-01-02", "2024-01-03"]
    assert before.digest != after.digest


def test_what_two_persons_erased_is_not_kept(study):
    people.add_participant()
    people.set_values("visits", {"reason": "a name"}, visit="W1")
    seq = next(value.seq for value in state_now().values.values())
    people.set_values("visits", {"date": "2024-01-03"}, visit="W1")
    first, second = (people.person_of(role).code for role in ("data manager", "investigator"))
    redact(seq, first=first, second=second, passwords=(people.PASSWORD,) * 2, reason="a name was typed")
    assert state_now() == current_state()
    assert "a name" not in {value.text for value in state_now().values.values()}
