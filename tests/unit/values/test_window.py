from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.values.window import NotAWindow, Window, add_months, read_window, sdtm_day

windows = st.tuples(st.integers(-400, 400), st.integers(0, 60)).map(lambda pair: Window(pair[0], sum(pair)))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("27 .. 33", (27, 33)),
        ("-28 .. -1", (-28, -1)),
        ("0", (0, 0)),
        ("0 .. 0", (0, 0)),
        ("27..33", (27, 33)),
    ],
)
def test_a_window_is_read(text, window):
    assert read_window(text) == Window(*window)


@pytest.mark.parametrize(
    "text", ["33 .. 27", "27 - 33", "27 to 33", "a", "", "1.5 .. 3", "\uff11", "1 ..", "1 .. 2 .. 3", "5\n"]
)
def test_what_is_no_window_is_refused(text):
    with pytest.raises(NotAWindow):
        read_window(text)


def test_a_reversed_window_is_told_the_right_way_round():
    with pytest.raises(NotAWindow, match=r"The window '33 \.\. 27' is reversed\. Write 27 \.\. 33\."):
        read_window("33 .. 27")


@given(windows, st.integers(-500, 500))
def test_a_day_is_inside_exactly_when_its_distance_is_zero(window, day):
    distance = window.distance(day)
    assert window.contains(day) == (day in window) == (distance == 0)
    assert window.contains(day - distance)
    assert (distance < 0) == (day < window.first)


@given(windows, windows)
def test_windows_overlap_exactly_when_they_share_a_day(one, other):
    shared = any(other.contains(day) for day in range(one.first, one.last + 1))
    assert one.overlaps(other) == other.overlaps(one) == shared


@given(windows)
def test_the_text_of_a_window_reads_back(window):
    assert read_window(str(window)) == window


def test_sdtm_has_no_day_zero():
    assert [sdtm_day(day) for day in (-2, -1, 0, 1)] == [-2, -1, 1, 2]


def test_a_month_is_thirty_days_or_a_calendar_month_clipped_to_its_end():
    end_of_january = dt.date(2024, 1, 31)
    assert add_months(end_of_january, 1, "calendar") == dt.date(2024, 2, 29)
    assert add_months(end_of_january, 13, "calendar") == dt.date(2025, 2, 28)
    assert add_months(end_of_january, -2, "calendar") == dt.date(2023, 11, 30)
    assert add_months(end_of_january, 1, "fixed 30 days") == dt.date(2024, 3, 1)
    assert add_months(end_of_january, 11, "calendar") == dt.date(2024, 12, 31)
