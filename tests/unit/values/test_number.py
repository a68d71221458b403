from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstdose.values.number import (
    LARGEST,
    MOST_DIGITS,
    NUMBER_PATTERN,
    SMALLEST,
    NotANumber,
    number_pattern,
    plain,
    read_number,
    read_number_column,
)
from tests.unit.values.refusals import read_or_refusal

hostile = st.text(alphabet="0123456789+-.,eE _'\u00a0\u2212\uff11\u0661\u00b2nanifx%<\t\n\r\0", max_size=20)
likely = st.from_regex(r"\A *[+-]?[0-9]{1,18}([.,][0-9]{0,18})?([eE][+-]?[0-9]{1,3})? *\Z")
texts = st.one_of(hostile, likely, st.text(max_size=8))
marks = st.sampled_from([".", ","])


def read_or_none(text: str, mark: str = ".") -> Decimal | None:
    return read_or_refusal(read_number, text, decimal_mark=mark)[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", "5"),
        ("-5", "-5"),
        ("+5.50", "5.50"),
        (" 1e6 ", "1e6"),
        ("3.0E-3", "0.0030"),
        ("007", "7"),
        ("0.1", "0.1"),
        ("-0.0", "0"),
        ("999999999999999", "999999999999999"),
        ("0.000000000000001", "1e-15"),
    ],
)
def test_a_plain_decimal_is_read_exactly(text, number):
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no number here."),
        ("   ", "There is no number here."),
        ("1_000", "'1_000' has an underscore."),
        ("\uff11\uff12", "Write 12."),
        ("1,5", "'1,5' has a decimal comma. Write 1.5, or declare decimal_comma in the mapping."),
        ("1.000,5", "has marks between thousands."),
        ("1,000,000", "has marks between thousands."),
        ("1 000", "has a blank inside the number. Write 1000."),
        ("1 2", "has a blank inside the number. Write one number"),
        ("1\u00a0000", "has a blank inside the number."),
        ("5\t", "has a tab, line end or special blank."),
        ("5\n", "has a tab, line end or special blank."),
        ("NaN", "is not a number. Say why it is missing"),
        ("-inf", "is not a number. Say why it is missing"),
        ("1e400", "is too large or too small."),
        ("1e16", "is too large or too small."),
        ("1e-16", "is too large or too small."),
        ("0x10", "is not in the decimal system."),
        ("+-1", "has two signs."),
        (".5", "Write 0.5."),
        ("-.5", "Write -0.5."),
        ("5.", "Write 5."),
        ("\u22125", "has a dash that is not the minus sign."),
        ("<5", "has a comparator."),
        ("5 mm", "has more than a number."),
        ("12%", "has more than a number."),
        ("1234567890123456", "has 16 digits."),
        ("1.000000000000000", "has 16 digits."),
        ("abc", "is not a number."),
        ("\u00b2", "has digits that are not 0 to 9."),
    ],
)
def test_what_is_no_number_is_refused_with_its_own_sentence(text, sentence):
    with pytest.raises(NotANumber) as refusal:
        read_number(text)
    assert sentence in str(refusal.value)


def test_a_decimal_comma_is_read_only_where_it_is_declared():
    assert read_number("1,5", decimal_mark=",") == Decimal("1.5")
    assert read_number("15", decimal_mark=",") == Decimal(15)
    with pytest.raises(
        NotANumber, match=r"'1\.5' has a point, but a decimal comma is declared\. Write 1,5\."
    ):
        read_number("1.5", decimal_mark=",")
    with pytest.raises(NotANumber, match="Write 0,5"):
        read_number(",5", decimal_mark=",")


@given(texts, marks)
@example("5\n", ".")
@example("1e99999999999999999999999", ".")
@example("9" * 5000, ".")
def test_every_refusal_has_a_sentence_and_a_remedy_on_one_line(text, mark):
    _, refusal = read_or_refusal(read_number, text, decimal_mark=mark)
    if refusal:
        assert isinstance(refusal, NotANumber)
        assert refusal.message.endswith(".")
        assert refusal.remedy.endswith(".")
        assert str(refusal).isprintable()


@given(texts)
def test_what_is_read_is_held_by_a_float_exactly_as_typed(text):
    number = read_or_none(text)
    if number is not None:
        assert Decimal(repr(float(number))) == number == Decimal(text.strip(" "))


@given(texts, marks)
@example("5\n", ".")
@example("\u0661", ".")
def test_the_pattern_accepts_what_read_number_accepts_but_for_digits_and_size(text, mark):
    matches = pl.Series([text]).str.contains(number_pattern(mark)).item()
    number = read_or_none(text, mark)
    if number is not None:
        assert matches
    elif matches:
        typed = text.strip(" ").replace(",", ".")
        digits = typed.lower().partition("e")[0].replace(".", "").lstrip("+-0")
        assert len(digits) > MOST_DIGITS or not SMALLEST <= abs(Decimal(typed)) < LARGEST


@given(st.lists(st.one_of(texts, st.none()), max_size=30), marks)
@example(
    ["999999999999999e1", "9.99999999999999e-16", "1e-15", "0e99", "-0", "1e16", "9.99999999999999e15"], "."
)
def test_a_column_is_read_as_its_cells_are(cells, mark):
    numbers, readable = read_number_column(pl.Series("area", cells, dtype=pl.String), mark)
    expected = [None if cell is None else read_or_none(cell, mark) for cell in cells]
    assert readable.to_list() == [number is not None for number in expected]
    assert numbers.to_list() == [None if number is None else float(number) for number in expected]
    assert "-0.0" not in map(repr, numbers.to_list())
    assert (numbers.name, numbers.dtype) == ("area", pl.Float64)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_plain_text_reads_back_as_the_same_number_and_is_the_same_for_equal_numbers(number):
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert text == plain(number.normalize()) == plain(number * Decimal("1.000"))


def test_plain_text_has_no_exponent_no_trailing_zero_and_no_negative_zero():
    assert [plain(Decimal(t)) for t in ("1E6", "1.500", "-0.0", "0.000", "1e-7", "100")] == [
        "1000000", "1.5", "0", "0", "0.0000001", "100",
    ]  # fmt: skip


def test_the_pattern_is_anchored():
    assert NUMBER_PATTERN.startswith("^")
    assert NUMBER_PATTERN.endswith("$")
