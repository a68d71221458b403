"""However a file of a real-time PCR program is damaged, its reader answers: contents or Issues, never an exception."""

from __future__ import annotations

import io
import math
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.assays.qpcr import ENTRY
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request
from firstdose.laboratory.reading import read_source
from firstdose.readers.reader import Reading, Source
from tests.unit.readers import making_qpcr as made

READERS = {name: load("readers.formats")[name] for name in sorted(made.GOOD)}
PLAIN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
by_reader = pytest.mark.parametrize("name", sorted(made.GOOD))


def answers(content: bytes, name: str) -> Reading:
    """Whatever the bytes are: recognising and reading end, and what comes of it can be measured."""
    source = Source("damaged", content)
    READERS[name].recognises(source)
    reading = read_source(source)
    assert bool(reading.contents) != any(issue.weight == "error" for issue in reading.issues)
    for issue in reading.issues:
        assert issue.code.startswith("FD-L")
        assert issue.message.endswith(".")
        assert issue.place.file == "damaged"
    if reading.contents and type(reading.contents[0]).__name__ == "QpcrWells":
        check(reading, len(content))
    return reading


def check(reading: Reading, size: int) -> None:
    points = 0
    for run in reading.contents:
        for well in run.wells:
            assert math.isnan(well.cq) == bool(well.missing)
            assert math.isnan(well.cq) or 1 <= well.cq <= (run.cycle_count or 60)
            points += 0 if well.fluorescence is None else well.fluorescence.size
    assert (
        points <= max(size * 200, 1 << 20) / 20
    )  # an archive may unpack to 200 times its size, a point has tags
    for each in ENTRY.measure([reading], Request()).measured:
        assert bool(each.comparator) != bool(each.reason)
        assert bool(each.comparator) != math.isnan(each.value)


@st.composite
def damaged(draw: Any, good: bytes) -> bytes:
    """A good file cut, with bytes flipped, or with pieces repeated, swapped or lost."""
    content = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at, to = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
        way = draw(st.sampled_from(["cut", "flip", "repeat", "lose", "move"]))
        if way == "cut":
            del content[to:]
        elif way == "flip" and at < len(content):
            content[at] ^= draw(st.integers(1, 255))
        elif way == "repeat" and len(content) < 4 * len(good):
            content[to:to] = content[at:to]
        elif way == "lose":
            del content[at:to]
        else:
            content = content[to:] + content[at:to] + content[:at]
    return bytes(content)


@st.composite
def reordered(draw: Any, good: bytes) -> bytes:
    """The lines of a good text, some repeated, some lost, some in another order."""
    lines = good.splitlines(keepends=True)
    chosen = draw(st.lists(st.integers(0, len(lines) - 1), max_size=2 * len(lines)))
    return b"".join(lines[at] for at in chosen)


@by_reader
@PLAIN
@given(choice=st.data())
def test_damaged_files_are_read_or_refused(name: str, choice: Any) -> None:
    answers(choice.draw(damaged(made.GOOD[name])), name)


@pytest.mark.parametrize("name", sorted(made.GOOD.keys() - {"rdml"}))
@PLAIN
@given(choice=st.data())
def test_texts_whose_lines_are_shuffled_are_read_or_refused(name: str, choice: Any) -> None:
    answers(choice.draw(reordered(made.GOOD[name])), name)


@by_reader
@PLAIN
@given(content=st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    answers(content, name)
    reading = READERS[name].read(Source("damaged", made.GOOD[name][:200] + content))
    assert isinstance(reading, Reading)


def document() -> bytes:
    with zipfile.ZipFile(io.BytesIO(made.RDML)) as archive:
        return archive.read("rdml_data.xml")


@PLAIN
@given(choice=st.data())
def test_rdml_documents_damaged_inside_a_whole_archive_are_read_or_refused(choice: Any) -> None:
    inside = choice.draw(st.one_of(damaged(document()), reordered(document())))
    answers(made.zipped({"rdml_data.xml": inside}), "rdml")


NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(str), st.text(max_size=6), st.integers().map(str)
)


@PLAIN
@given(cells=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20))
def test_no_cell_becomes_a_cycle_that_it_does_not_say(cells: list[tuple[str, str]]) -> None:
    rows = "".join(f"A{at}\tS\tT\t{first}\t{second}\n" for at, (first, second) in enumerate(cells, start=1))
    reading = answers(f"Well\tSample\tTarget\tCq\tAmount\n{rows}".encode("utf-8", "replace"), "qpcr_table")
    for run in reading.contents:
        for well in run.wells:
            if well.found and reading.reader.startswith("qpcr_table"):
                assert any(_is(first, well.cq) for first, _ in cells)


def _is(text: str, value: float) -> bool:
    try:
        return float(text.strip().replace(",", ".")) == value
    except ValueError:
        return False


@PLAIN
@given(cycles=st.lists(st.one_of(st.integers(-5, 2000), st.just(10**30)), min_size=1, max_size=30))
def test_declared_cycles_are_never_trusted(cycles: list[int]) -> None:
    points = "".join(f"<adp><cyc>{cycle}</cyc><fluor>1.5</fluor></adp>" for cycle in cycles)
    answers(made.run_of(made.react_of("1", f"<cq>20</cq>{points}")), "rdml")
