"""The exported log: what was written is read again, and a line that is no event is told with its number."""

from __future__ import annotations

import json

import pytest

from firstdose.records.log.chain import canonical, header_of
from firstdose.records.log.event import Event, Key, NewEvent
from firstdose.records.log.file import (
    STEP,
    line_from,
    line_of,
    log_lines,
    parse_line,
    read_lines,
    read_log,
    read_title,
    stored_line,
    write_log,
)
from tests.log_of_study import Trail

KEY = Key("P1", "D0", "plaque_score", "L1", "erythema")


@pytest.fixture
def trail():
    trail = Trail()
    trail.record(Key("P1", form="participants"), {"initials": "A.B."})
    trail.set(KEY, "3")
    trail.set(KEY, 'Größe "4"\n\\', reason="misread")
    return trail


@pytest.fixture
def file(trail, tmp_path):
    write_log(trail.events, tmp_path / "log.jsonl")
    return tmp_path / "log.jsonl"


def codes(path):
    return [(each.code, each.place.line) for each in read_log(path) if not isinstance(each, Event)]


def changed(file, number, old, new):
    lines = file.read_bytes().split(b"\n")
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    file.write_bytes(b"\n".join(lines))
    return file


def test_events_come_back_as_they_were_written(trail, file):
    assert list(read_log(file)) == trail.events


def test_the_first_line_is_the_title_and_each_event_has_one_canonical_line(trail, file):
    first, *lines = file.read_bytes().splitlines(keepends=True)
    assert first == b'{"firstdose log":1,"study":"SEED"}\n'
    assert [canonical(json.loads(line)) + b"\n" for line in lines] == [
        line_of(event) for event in trail.events
    ]
    assert read_title(file) == "SEED"


def test_a_redacted_payload_is_null_and_comes_back_as_none(trail, tmp_path):
    erased = trail.events[1]._replace(payload=None, salt="")
    write_log([trail.events[0], erased], tmp_path / "log.jsonl")
    assert (tmp_path / "log.jsonl").read_bytes().endswith(b',"",null]\n')
    assert list(read_log(tmp_path / "log.jsonl")) == [trail.events[0], erased]


def test_a_log_without_events_has_a_title_alone(tmp_path):
    write_log([], tmp_path / "log.jsonl", study="SEED")
    assert b"".join(log_lines([], "SEED")) == (tmp_path / "log.jsonl").read_bytes()
    assert list(read_log(tmp_path / "log.jsonl")) == []
    assert read_title(tmp_path / "log.jsonl") == "SEED"


def test_a_log_that_cannot_be_written_whole_is_not_written_at_all(trail, tmp_path):
    def broken():
        yield trail.events[0]
        raise OSError("the disk is full")

    (tmp_path / "log.jsonl").write_text("the one of yesterday")
    with pytest.raises(OSError, match="full"):
        write_log(broken(), tmp_path / "log.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]
    assert (tmp_path / "log.jsonl").read_text() == "the one of yesterday"


def test_a_file_that_is_not_there_is_an_issue(tmp_path):
    assert codes(tmp_path / "nowhere") == [("FD-R320", 0)]
    assert read_title(tmp_path / "nowhere") == ""


def test_an_empty_file_has_no_title(tmp_path):
    (tmp_path / "log.jsonl").write_bytes(b"")
    assert codes(tmp_path / "log.jsonl") == [("FD-R320", 0)]


@pytest.mark.parametrize(
    "title",
    [
        b"study SEED",
        b"[1]",
        b'{"firstdose log":2,"study":"SEED"}',
        b'{"firstdose log":1}',
        b'{"study":"\\ud800","firstdose log":1}',
    ],
)
def test_a_first_line_that_is_no_title_is_told(trail, file, title):
    lines = file.read_bytes().split(b"\n")
    file.write_bytes(b"\n".join([title, *lines[1:]]))
    assert codes(file) == [("FD-R320", 1)]
    assert [each for each in read_log(file) if isinstance(each, Event)] == trail.events
    assert read_title(file) == ""


def test_a_log_without_its_title_is_read_from_its_first_line(trail, file):
    file.write_bytes(file.read_bytes().partition(b"\n")[2])
    assert codes(file) == [("FD-R320", 1)]
    assert [each for each in read_log(file) if isinstance(each, Event)] == trail.events


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"[[1,", b"[[2,"), (b"[[1,", b"[[true,"), (b'"SEED"', b"5"), (b",2,", b',"2",'), (b",2,", b",2.0,"),
        (b"[[1,", b"[[1,1,"), (b"[[", b"["), (b"]", b""), (b'"raw":"A.B."', b'"raw":1.5'), (b'"raw":"A.B."', b'"raw":null'),
        (b'"raw":"A.B."', b'"raw":true'), (b'"raw":"A.B."', b'"raw":NaN'), (b'"raw":"A.B."', b'"new":"5"'),
        (b'"raw":"A.B."', b'"raw":"\\ud800"'), (b'"raw":"A.B."', b'"raw":' + b"9" * 5000), (b"A.B.", b"\xff"),
        (b'"raw":"A.B."', b'"raw":' + b"[" * 100_000), (b'{"new"', b'["new"]], {"new"'), (b"]", b"]["),
        (b'","00000000000000000000000000000000",', b'",5,'),
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_is_told_and_the_others_are_read(trail, file, old, new):
    assert codes(changed(file, 3, old, new)) == [("FD-R321", 3)]
    assert len([each for each in read_log(file) if isinstance(each, Event)]) == len(trail.events) - 1


def test_a_payload_that_is_no_object_is_no_event(file):
    lines = file.read_bytes().splitlines()
    header, own, salt, _ = json.loads(lines[2])
    assert parse_line(json.dumps([header, own, salt, ["x"]]).encode(), 3) is None
    assert parse_line(json.dumps([header, own, 7, {}]).encode(), 3) is None


def test_empty_lines_and_a_missing_last_line_feed_change_nothing(trail, file):
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n\n").rstrip())
    assert list(read_log(file)) == trail.events


def test_a_line_written_otherwise_is_the_same_event(trail, file):
    title, *lines = file.read_text("utf-8").splitlines()
    spaced = [json.dumps(json.loads(line), indent=None, ensure_ascii=True) for line in lines]
    file.write_text("\n".join([title, *spaced]) + "\n")
    assert list(read_log(file)) == trail.events
    bytes_of = [(each.header_bytes, each.payload_bytes) for each in read_lines(file)]
    assert bytes_of == [
        (each.header_bytes, each.payload_bytes) for each in map(line_from, trail.events, range(9))
    ]


def test_texts_are_composed_when_they_are_read(trail, file):
    line = line_of(trail.events[-1]).decode().replace("ö", "o\u0308").encode()
    assert parse_line(line, 1).payload["new"].startswith("Größe")


def test_an_event_without_canonical_form_has_no_line(trail):
    assert line_from(trail.events[0]._replace(payload={"new": 1.5}), 2) is None
    assert line_from(trail.events[0]._replace(actor="\ud800"), 2) is None
    assert line_from(trail.events[0]._replace(payload=None), 2).payload_bytes is None


@pytest.mark.parametrize(
    ("place", "cell"), [(8, None), (4, b"nurse"), (4, "\ud800"), (2, "1"), (2, 1.5), ("prev", None), ("payload", '{"new":')]
)  # fmt: skip
def test_a_row_that_holds_what_no_line_holds_is_no_event(trail, place, cell):
    event = trail.events[0]
    header, told = header_of(event), {"prev": event.prev, "payload": "{}"}
    assert stored_line(2, header, event.hash, event.salt, **told).prev == event.prev
    if isinstance(place, int):
        header[place] = cell
    else:
        told[place] = cell
    assert stored_line(2, header, event.hash, event.salt, **told) is None


def test_progress_is_told_now_and_then(trail, tmp_path):
    long = trail.events[0]._replace(payload={"raw": "x" * STEP})
    write_log([long, long], tmp_path / "log.jsonl")
    told = []
    assert len(list(read_lines(tmp_path / "log.jsonl", told.append))) == 2
    assert len(told) == 2
    assert 0 < told[0] < told[1] <= 1


def test_events_may_be_written_without_a_list(tmp_path):
    trail = Trail("ÉTUDE 7")
    trail.add(NewEvent(kind="login.done", payload={"person": "nurse.one"}))
    write_log(iter(trail.events), tmp_path / "log.jsonl")
    assert read_title(tmp_path / "log.jsonl") == "ÉTUDE 7"
