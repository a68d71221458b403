"""The log under fire: what is written comes back, and nobody changes a byte that matters unseen.

`python -m benchmarks.tampering` tries 10,000 of the same tamperings.
"""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cryptography")

from benchmarks.capture_drills.logs import anchor_of, anchors_of, append, invent_log, public
from benchmarks.capture_drills.tamperings import TAMPERINGS, log_of
from benchmarks.tampering import located

from firstdose.records.log.anchors import anchors_in
from firstdose.records.log.chain import canonical, composed, digest_of, header_of
from firstdose.records.log.event import Event, Key, NewEvent
from firstdose.records.log.file import line_from, log_lines, parse_line, read_log, stored_line, write_log
from firstdose.records.log.state import fold
from firstdose.records.log.verifying import verify, verify_file, verify_lines

SEEDS = st.integers(0, 2**32)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PAYLOADS = st.recursive(
    TEXTS | st.integers(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)  # fmt: skip


def log_from(seed, least=4):
    rng = np.random.default_rng(seed)
    return invent_log(rng, int(rng.integers(least, 30))), rng


def in_file(content):
    """The bytes as a file, and what is read from it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        path.write_bytes(content)
        return list(read_log(path)), verify_file(path)


@given(SEEDS)
def test_a_log_comes_back_from_its_file_and_is_whole_in_both(seed):
    events, _ = log_from(seed, least=0)
    read, verdict = in_file(b"".join(log_lines(events, "SEED" if not events else "")))
    assert read == events
    assert verdict.findings == ()
    assert replace(verdict, study="", notes=()) == replace(verify(events), study="", notes=())


@given(st.dictionaries(TEXTS, PAYLOADS, max_size=4), TEXTS, TEXTS)
def test_any_text_comes_back_composed_and_fits_its_digest(payload, item, study):
    events, rng = [], np.random.default_rng(1)
    event = append(events, NewEvent(kind="value.set", key=Key(item=item), payload=payload), rng, study=study)
    read, verdict = in_file(b"".join(log_lines(events)))
    assert verdict.whole
    assert read == [event]
    assert verify(events).whole
    assert digest_of(read[0].payload, read[0].salt) == event.payload_digest


@given(SEEDS, st.integers(0, 40))
def test_the_state_is_the_same_in_one_go_in_two_and_from_the_file(seed, cut):
    events, _ = log_from(seed)
    whole = fold(events)
    read, _ = in_file(b"".join(log_lines(events)))
    assert fold(events[cut:], fold(events[:cut])) == whole
    assert fold(read) == whole


@settings(max_examples=settings.default.max_examples // 5)
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda each: each.__name__)
@given(seed=SEEDS)
def test_a_tampering_by_the_owner_is_found_and_located(tampering, seed):
    events, rng = log_from(seed)
    log = log_of(events, anchors_of(events, rng))
    before = [list(map(repr, log.rows)), list(log.anchors), log.study]
    tampering(log, rng)
    if [list(map(repr, log.rows)), log.anchors, log.study] == before:
        return  # two erased payloads changed places
    with tempfile.TemporaryDirectory() as folder:
        log.written(Path(folder, "log.jsonl"))
        verdict = verify_file(Path(folder, "log.jsonl"), log.anchors, keys=[public()])
    assert not verdict.whole
    assert verdict.proven == ()
    assert located(verdict, log.touched, {event.seq for event in events if event.payload is None})


@given(SEEDS, st.lists(st.tuples(SEEDS, st.binary(max_size=3), st.integers(0, 3)), min_size=1, max_size=3))
def test_whatever_bytes_are_changed_a_whole_log_with_its_anchor_says_what_it_said(seed, changes):
    """And nothing ends in a traceback."""
    events, _ = log_from(seed)
    content = b"".join(log_lines(events))
    for place, put, taken in changes:
        at = place % len(content)
        content = content[:at] + put + content[at + taken :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        path.write_bytes(content)
        read = list(read_log(path))
        verdict = verify_file(path, [anchor_of(events[-1])], keys=[public()])
    if verdict.whole:
        assert [each for each in read if isinstance(each, Event)][: len(events)] == events


@given(st.binary(max_size=200) | TEXTS.map(str.encode))
def test_no_line_ends_in_a_traceback(line):
    assert parse_line(line, 2) is None or line.lstrip().startswith(b"[")


@given(SEEDS, TEXTS, TEXTS, st.sampled_from([" ", "\n", "\n> ", "\r\n", "  "]))
def test_an_anchor_is_found_in_any_text(seed, before, after, blank):
    events, _ = log_from(seed)
    anchor = anchor_of(events[-1])
    text = f"{before}\n{str(anchor).replace(' ', blank)}\n{after}"
    found = list(anchors_in(text))
    assert [replace(each, place=anchor.place) for each in found] == [anchor]


def stored(event, number):
    """The event as its row in a table would be read."""
    payload = None if event.payload is None else canonical(event.payload).decode()
    return stored_line(number, header_of(event), event.hash, event.salt, payload, event.prev)


@given(SEEDS)
def test_a_stored_row_is_read_as_its_event_is(seed):
    events, _ = log_from(seed)
    for number, event in enumerate(events, start=2):
        assert stored(event, number) == line_from(event, number)


ROW = (
    "study",
    "at",
    "actor",
    "role",
    "kind",
    "site",
    "protocol",
    "idem",
    "prev",
    "hash",
    "salt",
    "payload_digest",
)


@given(
    SEEDS,
    st.sampled_from(ROW),
    st.text(max_size=5) | st.sampled_from(['","', "\\", 'x","y', "[1]", "e\u0301"]),
)
def test_rows_of_a_table_are_verified_as_their_events_whatever_is_written_over_one_of_them(seed, part, text):
    """Texts composed: a row, like a line of the file, counts as its composed form."""
    events, rng = log_from(seed)
    place = int(rng.integers(len(events)))
    events[place] = events[place]._replace(**{part: composed(text)})
    rows = [stored(event, number) for number, event in enumerate(events, start=2)]
    plain = verify(events, study=events[0].study)
    if None in rows:
        assert not plain.whole
    else:
        assert verify_lines(rows, study=events[0].study) == plain


@given(
    SEEDS,
    st.text(max_size=8)
    | st.sampled_from(["null", "{}", '{"new":1.5}', "{}]", "{},{}", '{"a":"","a":""}', ""]),
)
def test_whatever_text_stands_in_place_of_a_payload_is_seen(seed, text):
    events, rng = log_from(seed)
    place = int(rng.integers(len(events)))
    event, rows = events[place], [stored(each, number) for number, each in enumerate(events, start=2)]
    row = stored_line(place + 2, header_of(event), event.hash, event.salt, text, event.prev)
    rows[place] = row
    erased = event.payload is None and text == "null"
    assert row is None or erased or not verify_lines(rows).whole


@given(SEEDS)
def test_an_anchor_of_any_event_confirms_the_log_up_to_it(seed):
    events, rng = log_from(seed)
    event = events[int(rng.integers(len(events)))]
    verdict = verify(events, [anchor_of(event)], keys=[public()])
    assert (verdict.whole, verdict.anchored) == (True, event.seq)


def test_every_pair_of_places_that_change_is_found(tmp_path):
    """Exhaustively on one small log: each two lines changed round."""
    events = invent_log(np.random.default_rng(3), 8, "SEED")
    for one, other in itertools.combinations(range(len(events)), 2):
        order = list(events)
        order[one], order[other] = order[other], order[one]
        write_log(order, tmp_path / "log.jsonl")
        findings = verify_file(tmp_path / "log.jsonl").findings
        assert {each.first for each in findings} & {one + 1, other + 1}
        assert {each.issue.code for each in findings} == {"FD-R323"}
