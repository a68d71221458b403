"""What a spreadsheet would take for a formula, in every table that leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.web.audit.cells import harmless


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|x", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "+", "-a1", "+1 or 2", "-1e"],
)
def test_what_could_be_a_formula_is_marked_as_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "-1.5", "+3", "- 2", "-3.75e6", "-1,5", "<0.5", "a=b", "2024-01-05", "ND: -"]
)
def test_numbers_with_a_sign_and_words_stay_as_they_are(cell):
    assert harmless(cell) == cell


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_number_stays_a_number(number):
    assert harmless(f"{number:f}") == f"{number:f}"
    assert harmless(f"{number:e}") == f"{number:e}"


@given(st.text())
def test_no_text_comes_out_as_a_formula(text):
    found = harmless(text)
    assert found in (text, f"'{text}")
    if text[:1] in "=@" and text:
        assert found != text
