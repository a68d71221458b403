"""The words of a comparison."""

from __future__ import annotations

import pytest

from firstdose.protocol.contrasts import ContrastWords, contrast_words, read_contrast


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("M6 - BL", ContrastWords(kind="difference", first="M6", second="BL")),
        ("DL2 - DL1", ContrastWords(kind="difference", first="DL2", second="DL1")),
        ("DL2 - DL1 at M6", ContrastWords(kind="difference", first="DL2", second="DL1", at="M6")),
        ("  DL2  -  DL1   at M6 ", ContrastWords(kind="difference", first="DL2", second="DL1", at="M6")),
        ("1e6 - 3e-6", ContrastWords(kind="difference", first="1e6", second="3e-6")),
        ("trend", ContrastWords(kind="trend")),
        ("trend at M6", ContrastWords(kind="trend", at="M6")),
        ("trend of dose_level", ContrastWords(kind="trend", first="dose_level")),
        ("trend of dose_level at M6", ContrastWords(kind="trend", first="dose_level", at="M6")),
    ],
)
def test_a_comparison_is_two_names_or_a_trend(text, words) -> None:
    assert read_contrast(text) == words
    assert contrast_words(text) == words


@pytest.mark.parametrize(
    "text", ["", "M6", "M6-BL", "M6 - BL at", "M6 + BL", "M6 - BL - M3", "trends", "trend of"]
)
def test_what_has_another_form_is_no_comparison(text) -> None:
    assert read_contrast(text) is None
    with pytest.raises(ValueError, match="is no comparison"):
        contrast_words(text)
