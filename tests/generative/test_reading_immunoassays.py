"""Bytes in, contents or Issues out: damaged files of every immunoassay format, and bytes that are none."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.assays.multiplex import ENTRY
from firstdose.catalogue.assay import Request
from firstdose.readers.reader import Source
from tests.unit.readers.making_plates import GOOD, entry, gen5_file, xponent_file

SMALL = {
    **GOOD,
    "xponent": xponent_file(samples=1, levels=4),
    "gen5": gen5_file(samples=1, levels=4),
}
each_format = pytest.mark.parametrize("name", sorted(SMALL))
few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def check(name, content):
    source = Source("damaged.txt", content)
    reading = entry(name).read(source)
    broken = [issue for issue in reading.issues if issue.weight == "error"]
    assert bool(broken) != bool(reading.contents)
    for issue in reading.issues:
        assert issue.code.startswith("FD-L")
        assert issue.place.file == "damaged.txt"
        assert 0 <= issue.place.line <= content.count(b"\n") + content.count(b"\r") + 2
        assert issue.message.endswith(".")
        assert len(issue.message) < 2000
    wells = sum(
        len(each.wells) * len(getattr(each, "analytes", "1"))
        for each in reading.contents
        if hasattr(each, "wells")
    )
    assert wells <= 100 + len(content)
    assert isinstance(entry(name).recognises(source), bool)
    return reading


@each_format
@few
@given(at=st.floats(0, 1))
def test_a_file_cut_anywhere(name, at):
    check(name, SMALL[name][: int(at * len(SMALL[name]))])


@each_format
@few
@given(places=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8))
def test_bytes_flipped(name, places):
    content = bytearray(SMALL[name])
    for at, byte in places:
        content[int(at * len(content))] = byte
    check(name, bytes(content))


@each_format
@few
@given(picks=st.lists(st.floats(0, 0.999), min_size=1, max_size=4), times=st.integers(2, 30))
def test_lines_repeated(name, picks, times):
    lines = SMALL[name].split(b"\n")
    for at in picks:
        i = int(at * len(lines))
        lines[i : i + 1] = [lines[i]] * times
    check(name, b"\n".join(lines))


@each_format
@few
@given(order=st.randoms(use_true_random=False))
def test_sections_shuffled(name, order):
    lines = SMALL[name].split(b"\n")
    cuts = sorted(order.sample(range(len(lines)), min(5, len(lines))))
    parts = [lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    order.shuffle(parts)
    check(name, b"\n".join(line for part in parts for line in part))


@each_format
@few
@given(
    at=st.floats(0, 0.999),
    cell=st.sampled_from(
        ["", "NaN", "-1", "1e999", "0", "< 5", "Infinity", "1_0", "9" * 60, "\t", ",", '"', "\u00b5"]
    ),
)
def test_a_cell_replaced(name, at, cell):
    mark = {"xponent": ",", "msd_workbench": ",", "intelliflex": ",", "bioplex": ">"}.get(name, "\t").encode()
    cells = SMALL[name].split(mark)
    cells[int(at * len(cells))] = cell.encode()
    check(name, mark.join(cells))


@each_format
@few
@given(content=st.binary(max_size=300))
def test_arbitrary_bytes(name, content):
    check(name, content)
    check(name, SMALL[name][:60] + content)


@few
@given(
    st.lists(
        st.tuples(st.floats(0, 0.999), st.sampled_from([b"NaN", b"0", b"-5", b"1e300", b"", b"7"])),
        max_size=30,
    )
)
def test_whatever_was_read_is_measured_without_an_exception_and_no_number_is_silent(changes):
    cells = SMALL["xponent"].split(b",")
    for at, cell in changes:
        cells[int(at * len(cells))] = cell
    reading = check("xponent", b",".join(cells))
    for options in ({}, {"results": "instrument"}, {"blank": "subtract", "weights": "1/y2"}):
        for value in ENTRY.measure([reading], Request(words=options)).measured:
            if value.comparator:
                assert math.isfinite(value.value)
            else:
                assert value.reason
