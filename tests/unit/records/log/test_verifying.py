"""Every kind of finding at its event, what is allowed, and what is said to be proven."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.records.log import walking
from firstdose.records.log.chain import digest_of, hash_of, origin_of
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.file import write_log
from firstdose.records.log.verifying import verify, verify_file
from tests.log_of_study import Trail

ERASED = {"seq": 3, "reason": "a name", "first": "doctor.one", "second": "owner.one"}


def trail_of(size):
    trail = Trail()
    trail.record(Key("P1", form="participants"), {"initials": "A.B."})
    while len(trail.events) < size:
        trail.set(Key("P1", "D0", "plaque_score", "L1", "erythema"), str(len(trail.events)), reason="again")
    return trail


@pytest.fixture
def events():
    return trail_of(8).events


@pytest.fixture
def anchored():
    """An anchor of an event."""
    pytest.importorskip("cryptography")
    from benchmarks.capture_drills.logs import anchor_of

    return anchor_of


def found(verdict):
    return [(each.issue.code, each.first, each.last) for each in verdict.findings]


def both(events, tmp_path, anchors=()):
    """The findings of the events of a database and of the same events in a file."""
    write_log(events, tmp_path / "log.jsonl")
    return found(verify(events, anchors)), found(verify_file(tmp_path / "log.jsonl", anchors))


def renewed(event, **parts):
    """The event with other parts and the hash that follows from them."""
    other = event._replace(**parts)
    return other._replace(hash=hash_of(other))


def test_a_clean_log_is_whole(events, tmp_path):
    assert both(events, tmp_path) == ([], [])
    verdict = verify_file(tmp_path / "log.jsonl")
    assert verdict == verify(events)
    assert (verdict.whole, verdict.events, verdict.last, verdict.head) == (True, 8, 8, events[-1].hash)
    assert (verdict.began, verdict.ended) == (events[0].at, events[-1].at)


def test_an_altered_header_is_found_at_its_event_or_the_one_before(events, tmp_path):
    events[4] = events[4]._replace(actor="somebody")
    assert both(events, tmp_path) == ([("FD-R324", 4, 5)], [("FD-R324", 4, 5)])


def test_an_altered_first_and_last_header_are_found(events, tmp_path):
    first = [events[0]._replace(role=""), *events[1:]]
    last = [*events[:-1], events[-1]._replace(role="")]
    assert both(first, tmp_path) == ([("FD-R324", 1, 1)], [("FD-R324", 1, 1)])
    assert both(last, tmp_path) == ([("FD-R324", 7, 8)], [("FD-R324", 7, 8)])


@pytest.mark.parametrize("text", ["0" * 64, "no hash", "A" * 64])
def test_an_altered_hash_is_told_from_an_altered_header(events, tmp_path, text):
    events[4] = events[4]._replace(hash=text)
    assert both(events, tmp_path) == ([("FD-R324", 5, 5)], [("FD-R324", 5, 5)])
    assert "The hash of event 5 was altered" in str(verify(events).findings[0].issue)


def test_two_altered_headers_side_by_side_are_two_findings(events, tmp_path):
    events[3:5] = [each._replace(actor="somebody") for each in events[3:5]]
    expected = [("FD-R324", 3, 4), ("FD-R324", 4, 5)]
    assert both(events, tmp_path) == (expected, expected)


def test_an_event_altered_with_its_hash_is_found_by_the_next(events, tmp_path):
    """The file holds no hash before an event: there it may also be the next one that was altered."""
    events[4] = renewed(events[4], actor="somebody")
    assert both(events, tmp_path) == ([("FD-R324", 5, 5)], [("FD-R324", 5, 6)])


def test_an_altered_hash_before_an_event_is_found_in_the_database(events):
    events[4] = events[4]._replace(prev="1" * 64)
    assert found(verify(events)) == [("FD-R324", 5, 5)]
    assert "The hash before event 5 was altered" in str(verify(events).findings[0].issue)


def test_an_unreadable_hash_before_an_altered_event_is_found_in_the_database(events):
    events[4] = events[4]._replace(prev="none", actor="somebody")
    assert {code for code, *_ in found(verify(events))} == {"FD-R324"}


def test_a_log_of_another_origin_is_found(events):
    first = renewed(events[0], prev=origin_of("OTHER"))
    assert found(verify([first, *events[1:]])) == [("FD-R324", 1, 1), ("FD-R324", 1, 1)]


@pytest.mark.parametrize(
    "change", [{"payload": {"new": "4"}}, {"salt": "11" * 16}, {"salt": "zz"}, {"salt": "0" * 31}]
)
def test_an_altered_payload_or_salt_is_found_at_its_event(events, tmp_path, change):
    events[4] = events[4]._replace(**change)
    assert both(events, tmp_path) == ([("FD-R325", 5, 5)], [("FD-R325", 5, 5)])


def test_two_payloads_that_changed_places_are_two_findings(events, tmp_path):
    events[4], events[6] = (
        events[4]._replace(payload=events[6].payload, salt=events[6].salt),
        events[6]._replace(payload=events[4].payload, salt=events[4].salt),
    )
    expected = [("FD-R325", 5, 5), ("FD-R325", 7, 7)]
    assert both(events, tmp_path) == (expected, expected)


def test_a_payload_altered_with_its_digest_is_found_by_its_hash(events, tmp_path):
    payload = {"new": "4"}
    events[4] = events[4]._replace(payload=payload, payload_digest=digest_of(payload, events[4].salt))
    assert both(events, tmp_path) == ([("FD-R324", 4, 5)], [("FD-R324", 4, 5)])


# -------------------------------------------------------------------------------------------------------- erasing


def erased_log(told=ERASED, salt=""):
    trail = trail_of(6)
    trail.add(NewEvent(kind="redacted", payload=told))
    trail.events[2] = trail.events[2]._replace(payload=None, salt=salt)
    return trail.events


def test_a_payload_erased_on_record_is_a_note(tmp_path):
    events = erased_log()
    assert both(events, tmp_path) == ([], [])
    verdict = verify(events)
    assert [(each.first, each.issue.code, each.issue.weight) for each in verdict.notes] == [
        (3, "FD-R327", "warning")
    ]
    assert "event 7 tells why: 'a name'" in str(verdict.notes[0].issue)
    assert "1 erased on record" in verdict.proven[1]


def test_a_payload_missing_without_a_word_is_found(events, tmp_path):
    events[2] = events[2]._replace(payload=None, salt="")
    assert both(events, tmp_path) == ([("FD-R326", 3, 3)], [("FD-R326", 3, 3)])


@pytest.mark.parametrize(
    "told",
    [ERASED | {"second": "doctor.one"}, ERASED | {"second": ""}, ERASED | {"reason": ""}, ERASED | {"seq": 4},
     ERASED | {"seq": "3"}, ERASED | {"seq": 7}, {}],
)  # fmt: skip
def test_only_two_persons_with_a_reason_erase(told):
    assert ("FD-R326", 3, 3) in found(verify(erased_log(told)))


def test_an_erasing_event_that_is_erased_itself_erases_nothing():
    events = erased_log()
    events[6] = events[6]._replace(payload=None)
    assert found(verify(events)) == [("FD-R326", 3, 3), ("FD-R326", 7, 7)]


def test_a_salt_that_was_left_and_a_payload_that_is_still_there_are_notes():
    left = verify(erased_log(salt="00" * 16))
    still = trail_of(6)
    still.add(NewEvent(kind="redacted", payload=ERASED))
    still.add(NewEvent(kind="redacted", payload=ERASED | {"seq": -1}))
    kept = verify(still.events)
    assert left.whole
    assert ["a short value can be guessed" in str(each.issue) for each in left.notes] == [False, True]
    assert [(each.first, each.issue.code) for each in kept.notes] == [(3, "FD-R327")]
    assert "still there" in str(kept.notes[0].issue)


# ---------------------------------------------------------------------------------------------------------- order


def test_a_missing_event_is_found_at_its_number(events, tmp_path):
    del events[4:6]
    assert both(events, tmp_path) == ([("FD-R322", 5, 6)], [("FD-R322", 5, 6)])
    assert verify_file(tmp_path / "log.jsonl").findings[0].issue.place.line == 6


def test_a_repeated_event_is_found_at_its_line(events, tmp_path):
    events.insert(6, events[2])
    assert both(events, tmp_path) == ([("FD-R323", 3, 3)], [("FD-R323", 3, 3)])
    assert verify_file(tmp_path / "log.jsonl").findings[0].issue.place.line == 8


def test_events_that_changed_places_are_found_at_their_numbers(events, tmp_path):
    events[1], events[6] = events[6], events[1]
    expected = [("FD-R323", 2, 2), ("FD-R323", 7, 7)]
    assert both(events, tmp_path) == (expected, expected)


def test_an_unreadable_line_stands_for_the_event_it_was(events, tmp_path):
    write_log(events, tmp_path / "log.jsonl")
    lines = (tmp_path / "log.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "log.jsonl").write_bytes(b"".join([*lines[:4], b"[\n", *lines[5:]]))
    assert found(verify_file(tmp_path / "log.jsonl")) == [("FD-R321", 4, 4)]
    (tmp_path / "log.jsonl").write_bytes(b"".join([*lines[:4], b"[\n", *lines[4:]]))
    assert found(verify_file(tmp_path / "log.jsonl")) == [("FD-R321", 4, 4)]


def test_an_event_without_canonical_form_is_found(events):
    events[3] = events[3]._replace(payload={"new": 1.5})
    assert found(verify(events)) == [("FD-R321", 4, 4)]


def test_an_unreadable_hash_after_a_gap_is_found(events, tmp_path):
    events[4] = events[4]._replace(hash="none")
    del events[3]
    of_events, of_file = both(events, tmp_path)
    assert ("FD-R324", 4, 5) in of_file
    assert ("FD-R322", 4, 4) in of_file
    assert ("FD-R322", 4, 4) in of_events


def test_a_doubt_before_a_gap_is_settled(events, tmp_path):
    events[3] = events[3]._replace(actor="somebody")
    del events[4]
    expected = [("FD-R324", 3, 4), ("FD-R322", 5, 5)]
    assert [sorted(each) for each in both(events, tmp_path)] == [sorted(expected)] * 2


# -------------------------------------------------------------------------------------------------------- content


def test_an_unknown_kind_is_found_in_a_whole_chain():
    trail = trail_of(3)
    trail.add(NewEvent(kind="value.guessed", payload={"new": "3"}))
    assert found(verify(trail.events)) == [("FD-R328", 4, 4)]


def test_an_event_of_another_study_is_found(events, tmp_path):
    events[4] = renewed(events[4], study="OTHER")
    assert ("FD-R329", 5, 5) in both(events, tmp_path)[1]


def test_a_title_of_another_study_is_found_at_the_first_event(events, tmp_path):
    write_log(events, tmp_path / "log.jsonl", study="OTHER")
    assert found(verify_file(tmp_path / "log.jsonl")) == [("FD-R329", 1, 1)]
    assert found(verify(events, study="OTHER")) == [("FD-R329", 1, 1)]
    assert found(verify(events, study="SEED")) == []


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-01-05T07:00:00.000000Z", "FD-R330"),
        ("2026-13-05T09:00:00.000000Z", "FD-R330"),
        ("yesterday", "FD-R330"),
    ],
)
def test_a_time_that_runs_backwards_or_is_none_is_found(at, code):
    trail = trail_of(3)
    trail.add(NewEvent(kind="login.done"), at=at)
    trail.add(NewEvent(kind="logout.done"), at="2026-01-05T09:00:00.000000Z")
    assert found(verify(trail.events)) == [(code, 4, 4)]


def test_two_events_at_the_same_time_are_in_order():
    trail = trail_of(3)
    trail.add(NewEvent(kind="login.done"), at=trail.events[-1].at)
    assert verify(trail.events).whole


def test_a_save_in_two_parts_is_a_note():
    trail = trail_of(3)
    for idem in ("a", "a", "b", "", "a"):
        trail.add(NewEvent(kind="login.done"), idem=idem)
    verdict = verify(trail.events)
    assert verdict.whole
    assert [(each.first, each.issue.code) for each in verdict.notes] == [(8, "FD-R331")]


def test_very_many_findings_are_counted_and_not_kept(events, monkeypatch):
    monkeypatch.setattr(walking, "MOST", 3)
    altered = [each._replace(payload={"new": "x"}) for each in events]
    verdict = verify([*altered[:1], *altered[1:]])
    assert len(verdict.findings) == 3
    assert verdict.more == 5
    trail = trail_of(3)
    for idem in "abababab":
        trail.add(NewEvent(kind="login.done"), idem=idem)
    assert len(verify(trail.events).notes) == 3


# -------------------------------------------------------------------------------------------------------- anchors


def test_an_anchor_confirms_the_events_up_to_its_own(events, anchored):
    verdict = verify(events, [anchored(events[5]), anchored(events[2])])
    assert (verdict.whole, verdict.anchors, verdict.anchored) == (True, 2, 6)


def test_a_cut_tail_is_seen_by_an_anchor_alone(events, tmp_path, anchored):
    assert both(events[:5], tmp_path) == ([], [])
    expected = [("FD-R335", 6, 8)]
    assert both(events[:5], tmp_path, [anchored(events[-1]), anchored(events[2])]) == (expected, expected)


def test_a_log_written_anew_is_found_between_two_anchors(events, tmp_path, anchored):
    trail = trail_of(4)
    for number in range(4, 8):
        trail.set(Key("P1", "D0", "plaque_score", "L1", "erythema"), f"other {number}", reason="again")
    anchors = [anchored(events[1]), anchored(events[5]), anchored(events[7])]
    assert both(trail.events, tmp_path) == ([], [])
    assert both(trail.events, tmp_path, anchors) == ([("FD-R336", 3, 6)], [("FD-R336", 3, 6)])


def test_an_anchor_of_a_missing_event_says_nothing_more(events, anchored):
    anchors = [anchored(events[4])]
    del events[4]
    assert found(verify(events, anchors)) == [("FD-R322", 5, 5)]


def test_a_wrong_signature_a_foreign_key_and_another_study_are_found(events, anchored):
    right = anchored(events[5])
    other = anchored(Trail("OTHER").add(NewEvent(kind="login.done")))
    assert found(verify(events, [replace(right, seq=5)])) == [("FD-R333", 5, 5)]
    assert found(verify(events, [right], keys=["00" * 32])) == [("FD-R333", 6, 6)]
    assert found(verify(events, [other])) == [("FD-R334", 1, 1)]


def test_an_anchor_before_the_first_event_is_the_origin(events, anchored):
    before = anchored(events[0]._replace(seq=0, hash=origin_of("SEED")))
    assert verify(events, [before]).anchored == 0
    assert verify(events, [before]).anchors == 1


# ---------------------------------------------------------------------------------------------------------- words


def test_without_an_anchor_it_is_said_that_a_cut_tail_cannot_be_seen(events):
    verdict = verify(events)
    assert "none is missing" in verdict.proven[0]
    assert "cannot be seen without one" in verdict.unproven[0]
    assert "true" in verdict.unproven[-1]


def test_it_is_said_from_which_event_on_nothing_is_anchored_and_whose_key_it_was(events, anchored):
    anchor = anchored(events[5])
    verdict = verify(events, [anchor])
    assert "Up to event 6" in verdict.proven[-1]
    assert anchor.key in verdict.proven[-1]
    assert verdict.unproven[0].startswith("Events 7 to 8 came after the last anchor")
    assert "compare it with the one you were handed" in verdict.unproven[1]
    trusted = verify(events, [anchored(events[7])], keys=[anchor.key])
    assert len(trusted.unproven) == 1


def test_of_a_log_that_is_not_whole_nothing_is_proven(events):
    del events[3]
    verdict = verify(events)
    assert verdict.proven == ()
    assert verdict.unproven[0].startswith("The log is not whole")


def test_an_empty_log_proves_that_it_is_empty(anchored):
    verdict = verify([])
    assert (verdict.whole, verdict.events, verdict.head, verdict.proven) == (
        True,
        0,
        "",
        ("The log holds no event.",),
    )
    assert found(verify([], [anchored(trail_of(3).events[2])], study="SEED")) == [("FD-R335", 1, 3)]
