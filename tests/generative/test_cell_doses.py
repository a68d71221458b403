"""Doses computed in Decimal, in exact fractions and in binary floats are the same."""

from __future__ import annotations

from decimal import Decimal

from benchmarks.assays_cells import agrees
from hypothesis import given
from hypothesis import strategies as st

from firstdose.assays._kernel.cells import (
    compute_chamber,
    compute_exact_dose,
    counting_error,
    viability_error,
)


def decimals(low, high, places):
    return st.decimals(low, high, allow_nan=False, allow_infinity=False, places=places)


@given(
    decimals("0.1", 500, 3),
    decimals(1000, "1e8", 0),
    decimals(1000, "1e9", 0),
    decimals(0, 2, 3),
    decimals("0.01", 1, 3),
    decimals("0.1", 5, 2),
)
def test_the_three_computations_of_a_dose_agree(area, density, viable, dead, per_point, spacing):
    assert agrees(area, density, viable, dead, per_point, spacing)


@given(decimals("0.1", 500, 3), decimals(1000, "1e8", 0), decimals(1000, "1e9", 0))
def test_all_cells_are_in_the_volume_and_the_points_hold_it(area, density, viable):
    dose = compute_exact_dose(
        area, density, viable, dead_volume=Decimal(0), volume_per_point=Decimal("0.1"), spacing=Decimal(1)
    )
    assert abs(dose.volume * viable - dose.cells) <= dose.cells * Decimal("1e-20")
    assert dose.points >= max(dose.volume / Decimal("0.1"), area)
    assert dose.points - 1 < max(dose.volume / Decimal("0.1"), area)
    assert dose.volume_to_prepare == dose.volume


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 25), decimals("0.5", 100, 1))
def test_living_and_dead_of_a_chamber_make_all(live, dead, squares, dilution):
    found = compute_chamber(live, dead, Decimal(squares), dilution)
    assert abs(found.viable + found.dead - found.total) <= found.total * Decimal("1e-24")
    assert (found.viability is None) == (live + dead == 0)
    assert (found.relative_error is None) == (live == 0)
    assert counting_error(live) == found.relative_error
    spread = viability_error(live, live + dead)
    assert (spread is None) == (live + dead == 0)
    assert spread is None or 0 <= spread <= 50
