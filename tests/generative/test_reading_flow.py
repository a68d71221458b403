"""Files of flow cytometry, damaged in every way: a Reading with well-formed Issues, never an exception."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.assays import flow_cytometry, msc_identity
from firstdose.catalogue import Request
from firstdose.readers.formats import facsdiva, fcs, flowjo, gatingml
from firstdose.readers.reader import Source
from tests.unit.readers import making_flow as made

FILES = {
    "fcs": (fcs.ENTRY, made.fcs(keywords={"$SPILLOVER": "2,A,B,1,0.1,0,1"})),
    "fcs whole": (fcs.ENTRY, made.fcs(bytes(32), channels=made.two_channels(E="4,0"), kind="I")),
    "fcs mixed": (fcs.ENTRY, made.mixed()),
    "lmd": (fcs.ENTRY, made.two_data_sets()),
    "gatingml": (gatingml.ENTRY, made.GATINGML),
    "flowjo": (flowjo.ENTRY, made.FLOWJO),
    "facsdiva": (facsdiva.ENTRY, made.FACSDIVA),
}
READERS = {entry.name: entry for entry, _ in FILES.values()}
EVENTS = fcs.ENTRY.read(Source("small.fcs", made.fcs()))
each_file = pytest.mark.parametrize("name", FILES)
LEAST_MEMORY, TIMES_THE_FILE = 3_000_000, 60


def check(entry, content):
    """The three endings: contents, contents with Issues, or Issues alone; and the assays take whatever is read."""
    source = Source("damaged", content)
    entry.recognises(source)
    reading = entry.read(source)
    refused = [issue for issue in reading.issues if issue.weight == "error"]
    assert bool(refused) != bool(reading.contents)
    for issue in reading.issues:
        assert issue.code.startswith("FD-L")
        assert issue.message.isprintable()
        assert issue.remedy
        assert issue.place.file == "damaged"
    for assay in (flow_cytometry.ENTRY, msc_identity.ENTRY):
        for value in assay.measure([reading, EVENTS], Request()).measured:
            assert (value.comparator == "=") == (value.value == value.value)
            assert value.comparator or value.reason


@each_file
def test_the_good_files_are_read(name):
    entry, content = FILES[name]
    assert [each.name for each in READERS.values() if each.recognises(Source("", content))] == [entry.name]
    assert entry.read(Source("damaged", content)).contents
    check(entry, content)


@each_file
@settings(max_examples=40, deadline=None)
@given(draw=st.data())
def test_cut_anywhere(name, draw):
    entry, content = FILES[name]
    check(entry, content[: draw.draw(st.integers(0, len(content)))])


@each_file
@settings(max_examples=60, deadline=None)
@given(draw=st.data())
def test_bytes_flipped(name, draw):
    entry, content = FILES[name]
    flipped = bytearray(content)
    for _ in range(draw.draw(st.integers(1, 6))):
        flipped[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    check(entry, bytes(flipped))


@each_file
@settings(max_examples=60, deadline=None)
@given(draw=st.data())
def test_digits_changed(name, draw):
    """Numbers that stay numbers: offsets, totals, vertices and counts beyond all measure."""
    entry, content = FILES[name]
    places = [place for place, byte in enumerate(content[:6000]) if 48 <= byte < 58]
    changed = bytearray(content)
    for place in draw.draw(st.lists(st.sampled_from(places), min_size=1, max_size=5)):
        changed[place] = draw.draw(st.integers(48, 57))
    check(entry, bytes(changed))


@each_file
@settings(max_examples=30, deadline=None)
@given(draw=st.data())
def test_parts_repeated_and_shuffled(name, draw):
    entry, content = FILES[name]
    mark = b">" if entry is not fcs.ENTRY else b"/"
    parts = content.split(mark)
    check(entry, mark.join(draw.draw(st.permutations(parts))))
    start, end = sorted((draw.draw(st.integers(0, len(parts))), draw.draw(st.integers(0, len(parts)))))
    check(entry, mark.join([*parts[:end], *parts[start:]]))


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=300), draw=st.data())
def test_arbitrary_bytes(name, content, draw):
    entry = READERS[name]
    good = next(told for each, told in FILES.values() if each.name == name)
    check(entry, good[: draw.draw(st.integers(0, 120))] + content)


WORDS = st.one_of(
    st.text(max_size=6), st.sampled_from(["0", "-1", "1e9", "99999999", "2", "4,0", "I", "D", "*"])
)
KEYS = (
    "$TOT",
    "$PAR",
    "$P1B",
    "$P2B",
    "$P1R",
    "$P1E",
    "$P1G",
    "$DATATYPE",
    "$BYTEORD",
    "$NEXTDATA",
    "$BEGINDATA",
)
KEYS = (*KEYS, "$ENDDATA", "$BEGINSTEXT", "$ENDSTEXT", "$SPILLOVER", "$MODE", "$TIMESTEP", "$DATE")


@settings(max_examples=200, deadline=None)
@given(keywords=st.dictionaries(st.sampled_from(KEYS), WORDS, max_size=4))
def test_keywords_that_say_anything(keywords):
    told = {key: value.encode("latin-1", "replace").decode("latin-1") for key, value in keywords.items()}
    check(fcs.ENTRY, made.fcs(keywords=told))


@pytest.mark.parametrize("name", sorted(READERS))
def test_memory_is_bounded_by_the_files_own_size(name):
    entry, content = next((each, told) for each, told in FILES.values() if each.name == name)
    for claim in (
        content,
        content.replace(b"$TOT/4", b"$TOT/9999999999"),
        content.replace(b"$PAR/2", b"$PAR/99999999"),
    ):
        tracemalloc.start()
        entry.read(Source("damaged", claim))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < LEAST_MEMORY + TIMES_THE_FILE * len(claim)
