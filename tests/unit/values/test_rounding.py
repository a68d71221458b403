from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstdose.values.rounding import grouped, printed, printed_p, printed_percent, printed_share, rounded

MODES = st.sampled_from(["half_up", "half_even"])


def exactly_rounded(value: Fraction, decimals: int, mode: str) -> Fraction:
    """The second way: whole numbers only."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    up = twice > 0 or (twice == 0 and (mode == "half_up" or whole % 2 == 1))
    return Fraction(whole + up, 10**decimals) * (1 if value >= 0 else -1)


@pytest.mark.parametrize(
    ("value", "decimals", "half_up", "half_even"),
    [
        ((8.1 + 8.2) / 2, 1, "8.2", "8.2"),
        (2.675, 2, "2.68", "2.68"),
        (8.25, 1, "8.3", "8.2"),
        (62.5, 0, "63", "62"),
        (-0.04, 1, "0.0", "0.0"),
        (-2.5, 0, "-3", "-2"),
        (1e15, 1, "1000000000000000.0", "1000000000000000.0"),
    ],
)
def test_values_beside_a_tie_are_rounded_as_the_number_meant(value, decimals, half_up, half_even):
    assert printed(value, decimals, "half_up") == half_up
    assert printed(value, decimals, "half_even") == half_even


@given(st.lists(st.integers(0, 9999), min_size=2, max_size=20), st.integers(0, 3), MODES)
@example([81, 82], 1, "half_up")
def test_means_of_one_decimal_values_round_as_exact_fractions_do(tenths, decimals, mode):
    mean = sum(tenth / 10 for tenth in tenths) / len(tenths)
    exact = Fraction(sum(tenths), 10 * len(tenths))
    assert Fraction(rounded(mean, decimals, mode)) == exactly_rounded(exact, decimals, mode)


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=4000), st.integers(0, 4), MODES)
@example(Fraction(1, 8), 2, "half_up")
@example(Fraction(-1, 8), 2, "half_even")
def test_fractions_are_rounded_exactly(value, decimals, mode):
    assert Fraction(rounded(value, decimals, mode)) == exactly_rounded(value, decimals, mode)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=7), MODES
)
def test_decimals_are_rounded_exactly(value, mode):
    decimal_mode = ROUND_HALF_UP if mode == "half_up" else ROUND_HALF_EVEN
    expected = value.quantize(Decimal("0.01"), rounding=decimal_mode, context=Context(prec=60))
    assert rounded(value, 2, mode) == expected


@given(st.floats(), st.integers(0, 6), MODES)
def test_every_float_is_printed_and_none_as_negative_zero(value, decimals, mode):
    text = printed(value, decimals, mode)
    if math.isnan(value):
        assert text == "NC"
    elif math.isinf(value):
        assert text == ("inf" if value > 0 else "-inf")
    else:
        assert len(text.partition(".")[2]) == decimals
        assert not (text.startswith("-") and float(text) == 0)


def test_what_cannot_be_calculated_is_printed_as_nc_and_not_rounded():
    assert printed(None, 1) == printed(math.nan, 1) == printed(np.float64("nan"), 1) == "NC"
    with pytest.raises(ValueError, match="cannot be rounded"):
        rounded(math.inf, 1)


def test_numbers_of_numpy_and_whole_numbers_are_taken():
    assert printed(np.float64(2.675), 2) == "2.68"
    assert printed(np.int64(5), 1) == printed(5, 1) == "5.0"
    assert printed(10**20 + 1, 0) == "100000000000000000001"


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "<0.0001"), (0.00009999, "<0.0001"), (0.0001, "0.0001"), (0.00005, "<0.0001"), (0.0625, "0.0625"),
        (0.05, "0.0500"), (0.04995, "0.0500"), (0.9999, "0.9999"), (0.99995, ">0.9999"), (1.0, ">0.9999"), (None, "NC"),
        (math.nan, "NC"),
    ],
)  # fmt: skip
def test_a_p_value_has_four_decimals_and_is_never_zero_or_one(p, text):
    assert printed_p(p) == text


@given(st.floats(0, 1))
def test_no_p_value_is_printed_as_zero_or_one(p):
    assert printed_p(p) not in {"0.0000", "1.0000"}


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="is not a probability"):
        printed_p(1.2)


@pytest.mark.parametrize(
    ("count", "of", "text"),
    [
        (5, 8, "5/8 (62.5%)"),
        (0, 5, "0/5"),
        (5, 5, "5/5 (100%)"),
        (1, 3, "1/3 (33.3%)"),
        (1, 16, "1/16 (6.3%)"),
        (0, 0, "0/0"),
    ],
)
def test_a_share_is_printed_with_its_percentage(count, of, text):
    assert printed_share(count, of) == text


@given(st.integers(1, 400), st.integers(0, 400), MODES)
def test_a_percentage_is_rounded_from_the_exact_fraction(of, count, mode):
    count = min(count, of)
    expected = exactly_rounded(Fraction(100 * count, of), 1, mode)
    assert Fraction(printed_percent(count, of, 1, mode)) == expected


def test_more_than_all_is_no_share():
    with pytest.raises(ValueError, match="6 of 5 is not a share"):
        printed_share(6, 5)


def test_big_numbers_are_grouped_by_thousands():
    assert [grouped(n) for n in (999, 1_000_000, Decimal("1E6"), Decimal("-1234.5"))] == [
        "999", "1,000,000", "1,000,000", "-1,234.5",
    ]  # fmt: skip


def test_an_unbounded_value_is_printed_with_its_sign():
    assert [printed(value, 2) for value in (math.inf, -math.inf)] == ["inf", "-inf"]


def test_the_percentage_of_none_in_none_is_not_calculable():
    assert printed_percent(0, 0) == "NC"
