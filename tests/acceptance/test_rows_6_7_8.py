"""Rows 6, 7 and 8 of the acceptance table: the plaque as unit, the dose by its area, the single dose."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from firstdose.derived.area import compute_ellipse, compute_outline, compute_rectangle, read_outline
from firstdose.derived.deviations import derive_deviations
from firstdose.derived.dose import DoseRequest, compute_dose, derive_dose_deviations, derive_doses
from firstdose.derived.dose_in_float import disagreement
from firstdose.derived.dose_slips import check_doses
from firstdose.records.checking import check_records
from firstdose.report.dose_sheet import build_dose_sheets
from firstdose.report.tree import Paragraph, Table, ToWrite, walk
from firstdose.values.issue import errors
from firstdose.values.quantity import Quantity, read_quantity
from firstdose.values.rounding import printed
from tests.unit.derived.dose_records import injected, mapped, product, seed_protocol, snapshot_of
from tests.unit.derived.dose_slips_planted import SLIPS, sheets

PROTOCOL = seed_protocol()
assert PROTOCOL.intervention is not None
LIMITS = PROTOCOL.intervention
SEED, CASES = 20240607, 1000


def cm(value: float) -> Quantity:
    return read_quantity(f"{value} cm")


def snapshot_with(slip: str = ""):
    drawn = sheets(SEED, CASES, slip)
    return snapshot_of(*([sheet[place] for sheet in drawn] for place in range(3)))


def test_row_6_ellipse_rectangle_and_trace_are_exact_to_1e_9():
    for long, short in ((8, 5), (12, 12), (3.5, 2), (0.3, 0.1)):
        ellipse = compute_ellipse(cm(long), cm(short)).value.value
        rectangle = compute_rectangle(cm(long), cm(short)).value.value
        assert float(ellipse) == pytest.approx(math.pi / 4 * long * short, rel=1e-9)
        assert float(rectangle) == pytest.approx(long * short, rel=1e-9)
    assert compute_outline(read_outline("0,0; 8,0; 8,5; 0,5; 0,0")).value.value == 40
    assert compute_outline(read_outline("0,0; 7.5,0.5; 4,6.25; 0,0")).value.value == 22.4375


def test_row_6_a_traced_ellipse_comes_as_near_as_its_polygon():
    """A regular n-gon of the ellipse has the area n/2 sin(2 pi/n) a b of its half axes, to the digits traced."""
    n, a, b = 720, 4.0, 2.5
    angles = [2 * math.pi * k / n for k in range(n)]
    corners = [f"{a * math.cos(t):.12f},{b * math.sin(t):.12f}" for t in angles]
    area = compute_outline(read_outline("; ".join([*corners, corners[0]]))).value.value
    assert float(area) == pytest.approx(n / 2 * math.sin(2 * math.pi / n) * a * b, rel=1e-9)


def test_row_6_the_lesion_bears_map_area_dose_and_role():
    (dose,) = derive_doses(PROTOCOL, snapshot_of([mapped("P1", "L1", laterality="left")]))
    assert (dose.site, dose.side, dose.level, dose.role) == ("knee", "left", "DL1", "treated")
    assert dose.areas[0].method == "ellipse"


def test_row_6_seeded_plaque_swaps_are_raised():
    """200 participants with two plaques at different places; the injections of every second one are exchanged."""
    rng = np.random.default_rng(SEED)
    lesions, injections, swapped = [], [], set()
    for number in range(1, 201):
        name, places = f"P{number}", rng.choice(["knee", "elbow", "back", "thigh"], 2, replace=False)
        lesions += [mapped(name, f"L{k + 1}", site=str(places[k]), laterality="left") for k in (0, 1)]
        order = (1, 0) if number % 2 else (0, 1)
        injections += [
            injected(name, f"L{k + 1}", site=str(places[order[k]]), laterality="left") for k in (0, 1)
        ]
        swapped |= {name} if number % 2 else set()
    snapshot = snapshot_of(lesions, injections)
    raised = [issue for issue in check_records(PROTOCOL, snapshot) if issue.code == "FD-R072"]
    at = {injections[issue.place.line - 2]["participant"] for issue in raised}
    assert at == swapped
    assert len(raised) == 2 * len(swapped)
    assert all("were they exchanged?" in issue.message for issue in raised)


@pytest.mark.parametrize(("density", "volume"), [("1e6 cells/cm2", "1.745"), ("3e6 cells/cm2", "5.236")])
def test_row_7_the_worked_example_is_exact(density, volume):
    """Ellipse 8 x 5 cm, 2e7 cells/mL of which 90 % live: 1.745 and 5.236 mL, in both computations."""
    request = DoseRequest(
        area=compute_ellipse(cm(8), cm(5)),
        density=read_quantity(density),
        concentration=read_quantity("2e7 cells/mL"),
        counted="total",
        viability=read_quantity("90 %"),
    )
    plan = compute_dose(request, LIMITS)
    assert plan.volume is not None
    assert printed(request.area.value.value, 4) == "31.4159"
    assert printed(plan.volume.value, 3) == volume
    assert disagreement(request, plan, LIMITS) == ()


@pytest.mark.slow
@pytest.mark.parametrize("slip", SLIPS)
def test_row_7_every_slip_is_raised_in_1000_of_1000_cases(slip):
    code = SLIPS[slip][0]
    raised = {issue.place.line for issue in check_doses(PROTOCOL, snapshot_with(slip)) if issue.code == code}
    assert len(raised) == CASES


@pytest.mark.slow
def test_row_7_1000_clean_sheets_raise_nothing():
    assert check_doses(PROTOCOL, snapshot_with()) == ()


def test_row_7_tolerance_and_cap_are_deviations_and_a_hard_stop():
    lesions = [mapped("P1", "L1"), mapped("P2", "L1", 12, 12, dose_level="DL2")]
    snapshot = snapshot_of(lesions, [injected("P1", "L1", volume_drawn=1.5)], [product("P2", 3e7)])
    assert [each.kind for each in derive_dose_deviations(PROTOCOL, snapshot)] == ["dose outside tolerance"]
    assert [issue.code for issue in errors(check_doses(PROTOCOL, snapshot))] == ["FD-R206"]
    sheet = build_dose_sheets(PROTOCOL, snapshot).blocks[1]
    words = [
        span
        for block in walk((sheet,))
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
        for span in cell
    ]
    assert "withheld" in [span.text for span in words if not isinstance(span, ToWrite)]
    assert not any(isinstance(span, ToWrite) for span in words)


def test_row_8_a_second_administration_to_a_plaque_is_a_hard_stop():
    lesions = [mapped("P1", "L1"), mapped("P1", "L2")]
    snapshot = snapshot_of(lesions, [injected("P1", "L1"), injected("P1", "L1"), injected("P1", "L2")])
    stops = [issue for issue in check_doses(PROTOCOL, snapshot) if issue.code == "FD-R071"]
    assert [(issue.weight, issue.place.line) for issue in stops] == [("error", 3)]
    assert "administration 2 to participant P1, plaque L1; the protocol allows 1" in stops[0].message
    assert [issue for issue in check_records(PROTOCOL, snapshot) if issue.code == "FD-R071"] == stops
    told = [
        each
        for each in derive_deviations(replace(PROTOCOL, eligibility=()), snapshot)
        if each.kind == "given again"
    ]
    assert [(each.participant, each.lesion) for each in told] == [("P1", "L1")]


def test_row_8_the_sheet_withholds_the_second_dose():
    snapshot = snapshot_of([mapped("P1", "L1")], [injected("P1", "L1"), injected("P1", "L1")])
    (sheet,) = build_dose_sheets(PROTOCOL, snapshot).blocks
    warnings = [block for block in sheet.blocks if isinstance(block, Paragraph) and block.kind == "caution"]
    assert [block.spans[0].text for block in warnings] == ["FD-R071"]
    plan = next(block for block in sheet.blocks if isinstance(block, Table))
    drawn = next(row for row in plan.rows if row[0][0].text == "volume to draw up, with dead volume")
    assert [cell[0].text for cell in drawn[1:]] == ["1.85 mL", "withheld"]
