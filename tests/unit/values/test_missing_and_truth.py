from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.values.missing import MISSING, Missing, read_missing, read_missing_column, read_missing_reason
from firstdose.values.truth import and_, count_bounds, count_true, not_, or_

words = st.sampled_from(
    ["ND", "nd", "not done", "Unknown", "UNK", "REF", "refused", "NA", "n/a", "not applicable"]
)
cells = st.one_of(
    words,
    st.tuples(words, st.text(max_size=5)).map(": ".join),
    st.text(alphabet="NDUKREFA:/ \n", max_size=8),
    st.none(),
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ND", "ND"), ("not done", "ND"), (" Unknown ", "UNK"), ("refused", "REF"), ("N/A", "NA"), ("ND: device broken", "ND"),
        ("", None), ("0", None), ("none", None), ("Not done yet", None), ("-", None), ("missing", None), ("\uff2e\uff24", None),
    ],
)  # fmt: skip
def test_only_words_of_the_closed_list_mean_missing(text, code):
    assert read_missing(text) == code


def test_a_reason_after_the_colon_is_kept():
    assert read_missing_reason("not done: device: broken ") == Missing("ND", "device: broken")
    assert str(Missing("ND", "device broken")) == "not done: device broken"
    assert str(Missing("UNK")) == "unknown"


@given(st.lists(cells, max_size=20))
def test_a_column_is_read_as_its_cells_are(column):
    found = read_missing_column(pl.Series("x", column, dtype=pl.String))
    assert found.to_list() == [None if cell is None else read_missing(cell) for cell in column]
    assert (found.name, found.dtype) == ("x", pl.String)


def test_every_code_reads_as_itself():
    assert all(
        read_missing(code) == code and read_missing(label) == code for code, (label, _) in MISSING.items()
    )


@pytest.mark.parametrize("one,other", list(itertools.product([True, False, None], repeat=2)))
def test_unknown_is_not_false(one, other):
    """The unknown stands for yes or no: a result is known only where both give the same."""

    def over_all(rule):
        ways = {
            rule(*way)
            for way in itertools.product(*[(v,) if v is not None else (True, False) for v in (one, other)])
        }
        return ways.pop() if len(ways) == 1 else None

    assert and_([one, other]) is over_all(lambda a, b: a and b)
    assert or_([one, other]) is over_all(lambda a, b: a or b)
    assert not_(one) is over_all(lambda a, b: not a)


def test_of_nothing_all_is_yes_and_any_is_no():
    assert and_([]) is True
    assert or_([]) is False


@given(st.lists(st.sampled_from([True, False, None]), max_size=6))
def test_a_count_is_known_only_when_every_truth_is(truths):
    low, high = count_bounds(truths)
    ways = [
        sum(way) for way in itertools.product(*[(v,) if v is not None else (True, False) for v in truths])
    ]
    assert (low, high) == (min(ways), max(ways))
    assert count_true(truths) == (None if None in truths else low)
