from __future__ import annotations

import math
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firstdose.derived.area import (
    PI,
    NotAnOutline,
    compute_ellipse,
    compute_given,
    compute_outline,
    compute_rectangle,
    read_outline,
)
from firstdose.derived.dose_in_float import compute_area_in_float
from firstdose.values.quantity import DifferentDimension, Quantity, read_quantity

LENGTHS = st.decimals(min_value="0.1", max_value=300, places=2)


def outline(text: str) -> Decimal:
    return compute_outline(read_outline(text)).value.value


def cm(value: Decimal) -> Quantity:
    return read_quantity(f"{value} cm")


def test_pi_has_forty_digits() -> None:
    """The digits after Machin, pi/4 = 4 arctan 1/5 - arctan 1/239, in exact fractions."""

    def arctan(inverse: int) -> Fraction:
        return sum(
            (Fraction((-1) ** k, (2 * k + 1) * inverse ** (2 * k + 1)) for k in range(40)), start=Fraction(0)
        )

    pi = 4 * (4 * arctan(5) - arctan(239))
    assert len(PI.as_tuple().digits) == 40
    assert abs(Fraction(PI) - pi) < Fraction(1, 10**39)


def test_units_of_length_are_converted_before_they_are_multiplied() -> None:
    assert compute_ellipse(read_quantity("8 cm"), read_quantity("50 mm")) == compute_ellipse(
        cm(Decimal(8)), cm(Decimal(5))
    )
    assert str(compute_rectangle(read_quantity("80 mm"), read_quantity("0.05 m")).value) == "40 cm2"
    assert str(compute_given(read_quantity("4000 mm2")).value) == "40 cm2"


def test_an_area_is_no_length_and_nothing_is_no_area() -> None:
    with pytest.raises(DifferentDimension):
        compute_ellipse(read_quantity("8 cm2"), cm(Decimal(5)))
    with pytest.raises(DifferentDimension):
        compute_given(cm(Decimal(5)))
    with pytest.raises(ValueError, match="not above 0"):
        compute_ellipse(cm(Decimal(8)), cm(Decimal(0)))


@given(LENGTHS, LENGTHS)
def test_ellipse_and_rectangle_agree_with_binary_arithmetic(long: Decimal, short: Decimal) -> None:
    for area in (compute_ellipse(cm(long), cm(short)), compute_rectangle(cm(long), cm(short))):
        assert float(area.value.value) == pytest.approx(compute_area_in_float(area), rel=1e-12)


def test_a_traced_outline_is_measured_exactly_whichever_way_it_runs() -> None:
    assert outline("0,0; 4,0; 4,3; 0,3; 0,0") == 12
    assert outline("0,0; 0,3; 4,3; 4,0; 0,0;") == 12
    assert outline("0.1,0.1; 0.4,0.1; 0.1,0.3; 0.1,0.1") == Decimal("0.03")
    assert outline("-2,-1; 2,-1; 2,1; 0,0; -2,1; -2,-1") == 6


def test_a_pen_that_rests_changes_nothing() -> None:
    assert outline("0,0; 0,0; 4,0; 4,3; 4,3; 0,3; 0,0") == 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,0; 4,0; 4,3; 0,3", "open"),
        ("0,0; 4,4; 4,0; 0,4; 0,0", "crosses or touches itself"),
        ("0,0; 2,0; 2,2; 1,0; 0,2; 0,0", "crosses or touches itself"),
        ("0,0; 2,0; 1,0; 1,1; 0,0", "crosses or touches itself"),
        ("0,0; 3,0; 1,0; 0,0", "crosses or touches itself"),
        ("0,0; 4,0; 0,0", "fewer than three corners"),
        ("0,0; 0,0", "fewer than three corners"),
        ("0,0; 0,0; 0,0; 0,0", "fewer than three corners"),
        ("0,0; 4,0; 4 3; 0,0", "no pair of numbers"),
        ("0,0; 4,0; 4,drei; 0,0", "cannot be read"),
        ("", "no pair of numbers"),
    ],
)
def test_what_is_no_closed_simple_outline_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(NotAnOutline, match=said):
        outline(text)


@given(st.text(max_size=60))
def test_any_text_is_an_outline_or_is_refused(text: str) -> None:
    with suppress(NotAnOutline):
        assert outline(text) > 0


@given(
    st.lists(st.decimals(min_value=1, max_value=20, places=2), min_size=3, max_size=40),
    st.integers(-50, 50),
    st.integers(-50, 50),
)
def test_a_star_shaped_outline_has_the_area_of_its_triangles(radii: list[Decimal], x: int, y: int) -> None:
    """Corners around a centre at rising angles cannot cross; moved anywhere, the area stays."""
    step = 2 * math.pi / len(radii)
    corners = [
        (
            Decimal(f"{float(r) * math.cos(i * step):.4f}") + x,
            Decimal(f"{float(r) * math.sin(i * step):.4f}") + y,
        )
        for i, r in enumerate(radii)
    ]
    triangles = [float(radii[i - 1]) * float(radii[i]) * math.sin(step) / 2 for i in range(len(radii))]
    assume(min(triangles) > 0.01)
    area = compute_outline([*corners, corners[0]])
    assert float(area.value.value) == pytest.approx(sum(triangles), rel=1e-2, abs=0.05)
    assert float(area.value.value) == pytest.approx(compute_area_in_float(area), rel=1e-9)
