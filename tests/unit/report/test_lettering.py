"""What is shown is what was typed, and nothing in it can hide or reorder what stands around it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.report.figures.glyphs import is_drawable
from firstdose.report.lettering import bound_together, broken_up, runs_right_to_left, written_out


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("\ud800", "[U+D800]"),
        ("right \u202e to left", "right [U+202E] to left"),
        ("\ue000", "[U+E000]"),
        ("tab\tline\r\nend", "tab line\nend"),
        ("می‌خواهم 32 %", "می‌خواهم 32 %"),
    ],
)
def test_a_character_without_a_face_is_written_as_its_number(typed: str, shown: str) -> None:
    assert written_out(typed) == shown


def test_a_character_that_the_font_lacks_is_written_as_its_number() -> None:
    assert written_out("💉 ≥ µ سلام", is_drawable) == "[U+1F489] ≥ µ سلام"


@given(st.text())
def test_nothing_is_lost_by_writing_out(typed: str) -> None:
    shown = written_out(typed, is_drawable)
    plain = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    read_back = shown
    for character in set(plain):
        read_back = read_back.replace(f"[U+{ord(character):04X}]", character)
    literal = plain
    for character in set(plain):
        literal = literal.replace(f"[U+{ord(character):04X}]", character)
    assert read_back == literal
    assert all(c == "\n" or unicodedata.category(c)[0] != "C" or c in plain for c in shown)


@given(st.text(alphabet="ab \n\u200b", max_size=200), st.integers(1, 30))
def test_a_long_word_gets_places_to_break_and_keeps_its_letters(text: str, longest: int) -> None:
    broken = broken_up(text, longest)
    assert broken.replace("\u200b", "") == text.replace("\u200b", "")
    assert max(map(len, broken.replace("\u200b", " ").split()), default=0) <= longest


def test_a_number_and_its_sign_stay_on_one_line() -> None:
    assert (
        bound_together("95 % of n = 5 and p < 0.05") == "95\u00a0% of n\u00a0=\u00a05 and p\u00a0<\u00a00.05"
    )


def test_right_to_left_words_are_seen() -> None:
    assert runs_right_to_left("P01 درد")
    assert not runs_right_to_left("P01 pain, µ é")
