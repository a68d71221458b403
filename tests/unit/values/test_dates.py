from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstdose.values.dates import NotADate, PartialDate, days_between, read_date, read_date_column
from tests.unit.values.refusals import read_or_refusal

styles = st.sampled_from(["ymd", "dmy", "mdy"])
hostile = st.text(alphabet="0123456789-./ UNKT:\uff11\t\n", max_size=12)
likely = st.from_regex(
    r"\A ?(19|20|21|18)?[0-9]{2}-[0-9]{2}-[0-9]{2} ?\Z|\A[0-9]{1,2}([./-])[0-9]{1,2}\2(19|20)[0-9]{2}\Z"
)
texts = st.one_of(hostile, likely, st.dates(dt.date(1890, 1, 1), dt.date(2110, 1, 1)).map(str))
partial = st.one_of(
    st.just(PartialDate()),
    st.builds(PartialDate, st.integers(1900, 2100)),
    st.builds(PartialDate, st.integers(1900, 2100), st.integers(1, 12)),
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)).map(PartialDate.of),
)


@pytest.mark.parametrize(
    ("text", "style", "iso"),
    [
        ("2023-04-15", "ymd", "2023-04-15"), ("2023-04", "ymd", "2023-04"), ("2023", "ymd", "2023"),
        ("UNK", "ymd", "UNK"), ("2023-04-UNK", "ymd", "2023-04"), ("2023-UNK-UNK", "ymd", "2023"),
        (" 2024-02-29 ", "ymd", "2024-02-29"), ("15.04.2023", "dmy", "2023-04-15"), ("15/04/2023", "dmy", "2023-04-15"),
        ("5.4.2023", "dmy", "2023-04-05"), ("04.2023", "dmy", "2023-04"), ("2023", "dmy", "2023"),
        ("UNK.04.2023", "dmy", "2023-04"), ("04/15/2023", "mdy", "2023-04-15"), ("04/2023", "mdy", "2023-04"),
    ],
)  # fmt: skip
def test_a_date_is_read_as_far_as_it_is_known(text, style, iso):
    assert read_date(text, style).iso() == iso


@pytest.mark.parametrize(
    ("text", "style", "sentence"),
    [
        ("2023-02-30", "ymd", "There is no 2023-02-30."),
        ("2023-13-01", "ymd", "There is no month 13."),
        ("2023-00", "ymd", "There is no month 0."),
        ("1899-12-31", "ymd", "The year 1899 is outside 1900 to 2100."),
        ("15.04.23", "dmy", "has a year of two digits."),
        ("15.04/2023", "dmy", "is not a date in the order day, month, year."),
        ("15.04.2023", "ymd", "is not a date in the order year, month, day."),
        ("04/15/2023", "dmy", "There is no month 15."),
        ("2023-04-15T10:00", "ymd", "Write the date alone: 2023-04-15."),
        ("2023-4-5", "ymd", "is not a date"),
        ("\uff12\uff10\uff12\uff13", "ymd", "has characters that a date does not have."),
        ("2023-UNK-15", "ymd", "has a day without a month"),
        ("", "ymd", "There is no date here."),
        ("unknown", "ymd", "is not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_own_sentence(text, style, sentence):
    with pytest.raises(NotADate) as refusal:
        read_date(text, style)
    assert sentence in str(refusal.value)


@given(texts, styles)
def test_any_text_is_a_date_that_reads_back_or_a_sentence(text, style):
    date, refusal = read_or_refusal(read_date, text, style)
    if refusal:
        assert str(refusal).isprintable()
        assert refusal.remedy
    else:
        assert read_date(date.iso()) == date


@given(st.lists(st.one_of(texts, st.none()), max_size=30), styles)
@example(["2023-04-15", "2023-04-15 ", "2023-02-29", "2101-01-01", "1900-01-01", "2023-04", None], "ymd")
@example(["2023-04-15", "15.04.2023", "29/02/2023", "UNK", "5.4.2023"], "dmy")
def test_a_column_is_read_as_its_cells_are(cells, style):
    def iso(cell):
        try:
            return read_date(cell, style).iso()
        except NotADate:
            return None

    dates, readable = read_date_column(pl.Series("onset", cells, dtype=pl.String), style)
    expected = [None if cell is None else iso(cell) for cell in cells]
    assert dates.to_list() == expected
    assert readable.to_list() == [date is not None for date in expected]
    assert (dates.name, dates.dtype) == ("onset", pl.String)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_every_calendar_day_is_read_in_every_order(date):
    for style, layout in (("ymd", "%Y-%m-%d"), ("dmy", "%d.%m.%Y"), ("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y")):
        assert read_date(date.strftime(layout), style).date() == date


@given(partial, partial)
def test_days_between_partial_dates_hold_the_days_between_any_days_they_can_be(start, end):
    fewest, most = days_between(start, end)
    assert fewest == (end.first() - start.last()).days
    assert most == (end.last() - start.first()).days
    assert (fewest == most) == (start.complete and end.complete)


def test_the_days_of_a_known_month_are_a_range():
    assert days_between(read_date("2023-02"), read_date("2023-03-01")) == (1, 28)
    assert days_between(read_date("2024-02-28"), read_date("2024-03-01")) == (2, 2)


def test_an_incomplete_date_has_a_first_and_a_last_day_and_no_date():
    february = read_date("2024-02")
    assert (str(february.first()), str(february.last())) == ("2024-02-01", "2024-02-29")
    assert february.date() is None
    assert str(PartialDate()) == "UNK"
    assert (PartialDate().first().year, PartialDate().last().year) == (1900, 2100)
