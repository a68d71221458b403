"""Doses against `assays/dose_arithmetic` and the worked example of the trial's conventions (clinical.md, section 6)."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from firstdose.derived.area import compute_ellipse, compute_given, compute_rectangle
from firstdose.derived.dose import DosePlan, DoseRequest, compute_dose
from firstdose.derived.dose_in_float import disagreement
from firstdose.derived.dose_plan import compute_uncertainty
from firstdose.protocol.model import Intervention
from firstdose.values.quantity import Quantity, read_quantity
from firstdose.values.rounding import printed
from firstdose.values.units import read_unit
from tests.shared import shared_data

SEED = Intervention(
    product="cells",
    route="subcutaneous",
    volume_per_point=read_quantity("0.1 mL"),
    point_spacing=read_quantity("1 cm"),
    dead_volume=read_quantity("0.1 mL"),
    syringe_graduation=read_quantity("0.01 mL"),
    uncertainty_area=Decimal("0.10"),
    uncertainty_count=Decimal("0.075"),
    uncertainty_volume=Decimal("0.03"),
)


def quantity(number: str, unit: str) -> Quantity:
    return Quantity(Decimal(number), read_unit(unit))


def expected() -> Any:
    return json.loads(shared_data("assays", "dose_arithmetic", "expected.json").read_text("utf-8"))


def cases() -> list[dict[str, str]]:
    with shared_data("assays", "dose_arithmetic", "cases.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def worked(density: str) -> DosePlan:
    """Ellipse 8 x 5 cm, 2e7 cells/mL of which 90 % live."""
    request = DoseRequest(
        area=compute_ellipse(read_quantity("8 cm"), read_quantity("5 cm")),
        density=read_quantity(density),
        concentration=read_quantity("2e7 cells/mL"),
        counted="total",
        viability=read_quantity("90 %"),
    )
    plan = compute_dose(request, SEED)
    assert disagreement(request, plan, SEED) == ()
    return plan


def test_every_case_of_the_table_is_exact() -> None:
    """cases.csv: cells, volume, volume to prepare, points by volume and by grid."""
    assert len(cases()) == 6
    for case in cases():
        limits = replace(
            SEED,
            volume_per_point=quantity(case["volume_per_point_ml"], "mL"),
            point_spacing=quantity(case["grid_spacing_cm"], "cm"),
            dead_volume=quantity(case["dead_volume_ml"], "mL"),
        )
        request = DoseRequest(
            area=compute_given(quantity(case["area_cm2"], "cm2")),
            density=quantity(case["density_cells_per_cm2"], "cells/cm2"),
            concentration=quantity(case["viable_conc_cells_per_ml"], "cells/mL"),
        )
        plan = compute_dose(request, limits)
        assert disagreement(request, plan, limits) == ()
        assert plan.volume is not None
        assert plan.volume_to_prepare is not None
        assert plan.cells.value == Decimal(case["cells"])
        assert plan.volume.value == Decimal(case["volume_ml"])
        assert plan.volume_to_prepare.value == Decimal(case["volume_to_prepare_ml"])
        assert plan.points_by_volume == int(case["points_by_volume"])
        assert plan.points_by_grid == int(case["points_by_grid"])
        assert plan.points == max(int(case["points_by_volume"]), int(case["points_by_grid"]))
        assert plan.volume_per_point == plan.volume / plan.points


def test_ellipses_and_the_rectangles_around_them() -> None:
    """expected.json, `ellipse`: printed with six decimals."""
    for case in expected()["ellipse"]:
        sides = [quantity(str(case[f"diameter_{which}_cm"]), "cm") for which in ("long", "short")]
        assert printed(compute_ellipse(*sides).value.value, 6) == f"{case['ellipse_area_cm2']:.6f}"
        assert compute_rectangle(*sides).value.value == Decimal(str(case["bounding_rectangle_cm2"]))


@pytest.mark.parametrize(
    ("density", "cells", "volume"),
    [("1e6 cells/cm2", "3.14e7", "1.745"), ("3e6 cells/cm2", "9.42e7", "5.236")],
)
def test_the_worked_example_of_section_6(density: str, cells: str, volume: str) -> None:
    """31.4159 cm2: 3.14e7 cells and 1.745 mL at 1e6/cm2, 9.42e7 and 5.236 mL at 3e6/cm2 (2e7 cells/mL, 90 % viable)."""
    plan = worked(density)
    assert plan.volume is not None
    assert printed(plan.cells.value, -5) == printed(Decimal(cells), 0)
    assert printed(plan.volume.value, 3) == volume


def test_the_density_rule_alone_lets_the_dose_grow_with_the_plaque() -> None:
    """Section 6: 64 cm2 at 3e6/cm2 is 1.92e8 cells, 9.6 mL at 2e7/mL, 96 points of 0.1 mL."""
    request = DoseRequest(
        area=compute_given(read_quantity("64 cm2")),
        density=read_quantity("3e6 cells/cm2"),
        concentration=read_quantity("2e7 cells/mL"),
    )
    plan = compute_dose(request, SEED)
    assert (plan.cells, plan.volume) == (read_quantity("1.92e8 cells"), read_quantity("9.6 mL"))
    assert (plan.points, plan.volume_per_point) == (96, read_quantity("0.1 mL"))


def test_ten_seven_and_a_half_and_three_percent_make_12_9_percent() -> None:
    """Section 6: the uncertainty of the density given."""
    share = compute_uncertainty(SEED)
    assert share is not None
    assert printed(100 * share, 1) == "12.9"
    assert share * share == pytest.approx(Decimal("0.016525"))
    interval = worked("1e6 cells/cm2").density_interval
    assert interval is not None
    assert [printed(end.value, 0) for end in interval] == ["871450", "1128550"]
