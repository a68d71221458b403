from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.derived.area import Area, compute_ellipse, compute_given, compute_rectangle
from firstdose.derived.dose import DosePlan, DoseRequest, compute_dose
from firstdose.derived.dose_in_float import compute_dose_in_float, disagreement
from firstdose.derived.dose_plan import compute_uncertainty
from firstdose.protocol.model import Intervention
from firstdose.values.quantity import Quantity, read_quantity
from firstdose.values.units import read_unit
from tests.unit.derived.dose_records import seed_protocol

LIMITS = seed_protocol().intervention
assert LIMITS is not None


def q(text: str) -> Quantity:
    return read_quantity(text)


def request(**changed: object) -> DoseRequest:
    first = DoseRequest(area=compute_ellipse(q("8 cm"), q("5 cm")), density=q("1e6 cells/cm2"))
    return replace(first, **changed)


def plan_of(**changed: object) -> DosePlan:
    return compute_dose(request(**changed), LIMITS)


def test_without_a_concentration_cells_and_grid_are_known_and_no_volume() -> None:
    plan = plan_of()
    assert plan.cells.value == pytest.approx(Decimal("31415926.535897932384626433832795"))
    assert (plan.volume, plan.volume_to_prepare, plan.points, plan.volume_per_point) == (
        None,
        None,
        None,
        None,
    )
    assert plan.points_by_grid == 32


def test_living_cells_are_never_multiplied_by_viability_again() -> None:
    living = plan_of(concentration=q("1.8e7 cells/mL"), counted="viable", viability=q("90 %"))
    total = plan_of(concentration=q("2e7 cells/mL"), counted="total", viability=q("90 %"))
    assert living.volume == total.volume
    assert plan_of(concentration=q("2e7 cells/mL"), counted="total").volume is None


def test_units_may_differ_from_those_of_the_protocol() -> None:
    plain = plan_of(concentration=q("1e7 cells/mL"))
    other = plan_of(concentration=q("10 10^6 cells/mL"), density=q("1e4 cells/mm2"))
    assert (plain.cells, plain.volume, plain.points) == (other.cells, other.volume, other.points)
    assert disagreement(request(concentration=q("10 10^9 cells/L")), plain, LIMITS) == ()


def test_three_point_three_over_zero_point_one_is_thirty_three() -> None:
    """clinical.md section 6: in binary arithmetic 3.3 / 0.1 is 32.99999999999999."""
    area = compute_given(q("3.3 cm2"))
    assert plan_of(area=area, concentration=q("1e6 cells/mL")).points_by_volume == 33
    exact = compute_given(q("1.1 cm2"))
    assert plan_of(area=exact, concentration=q("1e6 cells/mL")).points_by_volume == 11


@pytest.mark.parametrize(
    ("volume", "shown"),
    [("1.745 mL", "1.75 mL"), ("1.7449 mL", "1.74 mL"), ("54.5 uL", "0.05 mL"), ("0 mL", "0 mL")],
)
def test_a_volume_is_shown_on_the_graduation_of_the_syringe(volume: str, shown: str) -> None:
    assert str(plan_of().on_syringe(q(volume))) == shown


def test_a_protocol_without_limits_leaves_out_what_it_does_not_set() -> None:
    bare = Intervention(product="cells", route="subcutaneous")
    plan = compute_dose(request(concentration=q("1e7 cells/mL")), bare)
    assert (plan.points, plan.volume_per_point, plan.uncertainty, plan.density_interval) == (
        None,
        None,
        None,
        None,
    )
    assert plan.volume == plan.volume_to_prepare
    assert plan.on_syringe(q("1.2345 mL")) == q("1.2345 mL")
    assert disagreement(request(concentration=q("1e7 cells/mL")), plan, bare) == ()


def test_a_limit_of_zero_limits_nothing() -> None:
    names = ("volume_per_point", "syringe_graduation")
    zero = replace(LIMITS, point_spacing=q("0 cm"), **{name: q("0 mL") for name in names})
    asked = request(concentration=q("1e7 cells/mL"))
    plan = compute_dose(asked, zero)
    assert (plan.points, plan.on_syringe(q("1.2345 mL"))) == (None, q("1.2345 mL"))
    assert disagreement(asked, plan, zero) == ()


def test_nothing_is_dosed_from_zero() -> None:
    with pytest.raises(ValueError, match="not above 0"):
        plan_of(concentration=q("0 cells/mL"))
    with pytest.raises(ValueError, match="not above 0"):
        plan_of(density=q("0 cells/cm2"))


def test_a_measured_area_a_breath_above_a_whole_number_needs_one_point_more_in_both_ways() -> None:
    asked = request(area=compute_given(q("40.00000002085 cm2")), concentration=q("1.8e7 cells/mL"))
    plan = compute_dose(asked, LIMITS)
    assert plan.points_by_grid == 41
    assert disagreement(asked, plan, LIMITS) == ()


def test_the_areas_own_uncertainty_takes_the_place_of_the_protocols() -> None:
    """4 % of 25 cm2 beside 7.5 % and 3 %: the root of 16 + 56.25 + 9 is 9.01 %, where the protocol's 10 % make 12.9 %."""
    measured = compute_given(q("25 cm2"), q("1 cm2"))
    asked = request(area=measured)
    plan = compute_dose(asked, LIMITS)
    assert plan.uncertainty is not None
    assert plan.uncertainty**2 == pytest.approx(Decimal("0.008125"))
    assert disagreement(asked, plan, LIMITS) == ()
    assert compute_uncertainty(LIMITS, compute_given(q("25 cm2"))) == compute_uncertainty(LIMITS)
    assert disagreement(request(area=compute_given(q("25 cm2"))), plan, LIMITS) != ()


def test_an_uncertainty_of_the_area_is_enough_where_the_protocol_declares_none() -> None:
    bare = Intervention(product="cells", route="subcutaneous")
    asked = request(area=compute_given(q("25 cm2"), q("50 mm2")))
    plan = compute_dose(asked, bare)
    assert plan.uncertainty == Decimal("0.02")
    assert plan.density_interval == (q("980000 cells/cm2"), q("1020000 cells/cm2"))
    assert disagreement(asked, plan, bare) == ()


def test_an_error_of_zero_is_known_and_one_below_zero_is_none() -> None:
    sure = compute_given(q("25 cm2"), q("0 cm2"))
    assert sure.uncertainty == 0
    assert compute_uncertainty(replace(LIMITS, uncertainty_count=None, uncertainty_volume=None), sure) == 0
    with pytest.raises(ValueError, match="below 0"):
        compute_given(q("25 cm2"), Quantity(Decimal(-1), read_unit("cm2")))


AREAS = st.decimals(min_value="0.05", max_value=900, places=3)
ERRORS = st.decimals(min_value=0, max_value=90, places=3)
SIZES = st.decimals(min_value="0.3", max_value=30, places=2)
CONCENTRATIONS = st.decimals(min_value="0.05", max_value=99, places=3)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    kind = draw(st.sampled_from(("given", "ellipse", "rectangle")))
    if kind == "given":
        error = draw(st.none() | ERRORS.map(lambda value: Quantity(value, read_unit("cm2"))))
        return compute_given(Quantity(draw(AREAS), read_unit("cm2")), error)
    sides = [Quantity(draw(SIZES), read_unit("cm")) for _ in range(2)]
    return compute_ellipse(*sides) if kind == "ellipse" else compute_rectangle(*sides)


@st.composite
def requests(draw: st.DrawFn) -> DoseRequest:
    unit = draw(st.sampled_from(("10^6 cells/mL", "10^9 cells/L", "10^3 cells/uL")))
    return DoseRequest(
        area=draw(areas()),
        density=Quantity(
            draw(st.decimals(min_value="0.1", max_value=9, places=2)), read_unit("10^6 cells/cm2")
        ),
        concentration=draw(st.none() | CONCENTRATIONS.map(lambda value: Quantity(value, read_unit(unit)))),
        counted=draw(st.sampled_from(("viable", "total"))),
        viability=draw(st.none() | st.integers(1, 100).map(lambda percent: q(f"{percent} %"))),
    )


@given(requests())
def test_decimal_and_binary_arithmetic_agree(asked: DoseRequest) -> None:
    assert disagreement(asked, compute_dose(asked, LIMITS), LIMITS) == ()


@given(requests(), st.sampled_from(("cells", "volume", "volume_to_prepare", "viable_concentration")))
def test_a_number_that_is_off_by_a_millionth_is_seen(asked: DoseRequest, name: str) -> None:
    plan = compute_dose(asked, LIMITS)
    number = getattr(plan, name)
    if number is not None:
        wrong = replace(plan, **{name: number * Decimal("1.000001")})
        assert name in disagreement(asked, wrong, LIMITS)


@given(requests())
def test_one_point_too_many_or_too_few_is_seen(asked: DoseRequest) -> None:
    plan = compute_dose(asked, LIMITS)
    if plan.points is not None:
        for points in (plan.points - 1, plan.points + 1):
            assert disagreement(asked, replace(plan, points=points), LIMITS) == ("points",)


def test_a_unit_that_the_second_way_does_not_know_agrees_with_nothing() -> None:
    strange = Quantity(Decimal(1), replace(read_unit("cells/cm2"), symbol="cells/acre"))
    assert compute_dose_in_float(request(density=strange), LIMITS)["cells"] != pytest.approx(1)
    assert "cells" in disagreement(request(density=strange), plan_of(density=strange), LIMITS)


@given(requests())
def test_the_points_hold_the_volume_and_cover_the_area(asked: DoseRequest) -> None:
    plan = compute_dose(asked, LIMITS)
    if plan.volume is None or plan.points is None:
        return
    volume, area = Fraction(plan.volume.value), Fraction(asked.area.value.value)
    enough = max(volume / Fraction(1, 10), area)
    assert plan.points - 1 < enough <= plan.points
    assert plan.volume_per_point is not None
    assert plan.volume_per_point.value * plan.points == pytest.approx(plan.volume.value)
