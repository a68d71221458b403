"""Every reader of cell counters answers any bytes with contents or Issues, never an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.assays.cell_count import ENTRY
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request
from firstdose.readers.contents.cell_counts import NUMBERS, CellCounts
from firstdose.readers.reader import Source
from tests.unit.readers import counter_files

GOOD = counter_files.good()
FORMATS = sorted(GOOD)


def check(name, content):
    """A Reading with contents of its kind or an error, well-formed Issues, numbers no counter can deny, and a Run."""
    source = Source("file", content)
    reader = load("readers.formats")[name]
    assert reader.recognises(source) in {True, False}
    reading = reader.read(source)
    for issue in reading.issues:
        assert issue.code.startswith("FD-L")
        assert issue.message
        assert issue.place.file == "file"
    assert bool(reading.contents) != any(issue.weight == "error" for issue in reading.issues)
    for contents in reading.contents:
        assert isinstance(contents, CellCounts)
        for count in contents.counts:
            for number in NUMBERS:
                printed = count.printed(number)
                assert printed.value is None or printed.value >= 0
                assert (printed.value is None) == bool(printed.reason)
    run = ENTRY.measure([reading], Request())
    assert all((each.comparator == "") == (each.value != each.value) for each in run.measured)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(FORMATS), st.binary(max_size=400))
def test_arbitrary_bytes_end_in_issues(name, content):
    check(name, content)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(FORMATS), st.data())
def test_a_file_cut_anywhere_is_read_or_refused(name, data):
    content = GOOD[name]
    check(name, content[: data.draw(st.integers(0, len(content)))])


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(FORMATS), st.data())
def test_a_file_with_changed_bytes_is_read_or_refused(name, data):
    content = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    check(name, bytes(content))


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted({*FORMATS} - {"vicell_xr"})), st.data())
def test_a_file_with_lines_repeated_lost_and_shuffled_is_read_or_refused(name, data):
    lines = GOOD[name].splitlines(keepends=True)
    check(name, b"".join(data.draw(st.lists(st.sampled_from(lines), max_size=2 * len(lines)))))


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted({*FORMATS} - {"vicell_xr"})), st.text(max_size=12), st.data())
def test_a_file_with_strange_words_in_it_is_read_or_refused(name, words, data):
    text = GOOD[name].decode()
    old = data.draw(st.sampled_from(["95.0", "1000", "LOT-1", "1.90", ",", ";", "\n", '"', "(", "190"]))
    check(name, text.replace(old, words).encode("utf-8", "surrogatepass"))
