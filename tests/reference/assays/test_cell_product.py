"""Cell counters and dose arithmetic against the reference data.

Counter files and their values: github.com/Benchling-Open-Source/allotropy, commit 889c54a (MIT), the Allotrope JSON
published beside each file (`cell_product_counters/SOURCE.md`). Dose and chamber vectors: written from the formulas
(`dose_arithmetic/SOURCE.md`).
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from benchmarks.assays_cells import agrees, random_cases

from firstdose.assays._kernel.cells import (
    compute_chamber,
    compute_exact_dose,
    endotoxin_limit,
    endotoxin_per_kg,
)
from firstdose.assays.cell_count import ENTRY
from firstdose.catalogue import load
from firstdose.catalogue.assay import Request
from firstdose.derived.area import compute_ellipse, compute_given
from firstdose.derived.dose_in_float import disagreement
from firstdose.derived.dose_plan import DoseRequest, compute_dose
from firstdose.protocol.model import Intervention
from firstdose.readers.reader import source_of
from firstdose.values.quantity import Quantity, read_quantity
from tests.shared import shared_data

COUNTERS = ("assays", "cell_product_counters")
FILES = (
    "Beckman_Vi-Cell-BLU_example01.csv",
    "Beckman_Vi-Cell-BLU_different_mu_character.csv",
    "roche_cedex_hires_example_1.csv",
    "Cellaca_Example_1.csv",
    "Beckman_Vi-Cell-XR_example05_instrumentOutput.xlsx",
    "chemometec_nucleoview_example02.csv",
    "chemometec_nucleoview_example04.csv",
    "chemometec_nucleoview_example06.csv",
    "chemometec_nucleoview_example08.csv",
)
NAMES = {
    "viability (cell counter)": "viability",
    "viable cell density (cell counter)": "viable_concentration",
    "total cell density (cell counter)": "total_concentration",
    "dead cell density (cell counter)": "dead_concentration",
    "average total cell diameter": "diameter",
    "average live cell diameter (cell counter)": "viable_diameter",
    "average dead cell diameter (cell counter)": "dead_diameter",
    "total cell count": "total_cells",
    "viable cell count": "viable_cells",
    "dead cell count": "dead_cells",
    "average total cell circularity": "circularity",
    "average viable cell circularity": "viable_circularity",
}


def read(name, *folder):
    """The Reading of a file by the one reader that recognises it."""
    source = source_of(shared_data(*(folder or COUNTERS), name))
    readers = [reader for reader in load("readers.formats").values() if reader.recognises(source)]
    assert len(readers) == 1
    return replace(readers[0].read(source), file=name)


def findings(run, sample):
    """Rule > verdicts of a sample, without those that passed."""
    found = next(each for each in run.measured if each.sample == sample).findings
    return {finding.rule: finding.verdict for finding in found if finding.verdict != "pass"}


@pytest.mark.parametrize("name", FILES)
def test_every_published_value_of_a_counter_file_is_read(name):
    expected = json.loads(shared_data(*COUNTERS, "expected.json").read_text())["asm_published"][name]
    counts = read(name).contents[0].counts
    assert len(counts) == len(expected)
    for count, published in zip(counts, expected, strict=True):
        for key, value in published.items():
            if key == "unit":
                continue
            printed = count.printed(NAMES[key])
            scale = 1e-6 if "density" in key and printed.unit == "cells/mL" else 1.0
            assert printed.value is not None, key
            assert printed.value * scale == pytest.approx(value, rel=1e-12), key


def test_error_in_the_counts_of_clb008_is_missing_with_its_reason_and_place():
    """manifest.json: vicell_error.csv."""
    reading = read("vicell_error.csv", "assays", "bad_inputs")
    count = next(each for each in reading.contents[0].counts if each.sample == "CLB008")
    assert (count.viable_cells.value, count.viable_cells.reason, count.line) == (None, "ERROR", 8)
    assert count.viable_concentration.value == 2.45
    assert [(str(issue.place), issue.code) for issue in reading.issues] == [
        ("vicell_error.csv:8:1", "FD-L007")
    ] * 2


def test_clb008_is_rejected_and_the_other_samples_are_not():
    run = ENTRY.measure([read("vicell_error.csv", "assays", "bad_inputs")], Request())
    assert findings(run, "CLB008") == {"numbers_present": "reject"}
    assert {each.sample for each in run.measured if each.verdict == "reject"} == {"CLB008"}
    assert run.verdict == "pass"


def test_the_contradictory_total_of_nucleoview_example_04_is_found():
    """It prints total 3.58E3 where living and dead make 3.59E6."""
    run = ENTRY.measure([read("chemometec_nucleoview_example04.csv")], Request())
    found = findings(run, "20231120-0012-c-cellsABCD")
    assert found == {
        "viable_within_total": "reject",
        "live_and_dead": "reject",
        "viability_recomputed": "reject",
        "remarks": "flag",
    }
    assert "living and dead make 3.59 million, the total is 3580 (concentrations)" in " ".join(
        finding.message for finding in run.measured[0].findings
    )


@pytest.mark.parametrize("well", ["1", "2", "3"])
def test_the_contradictory_concentrations_of_cellaca_are_found(well):
    """It prints living 0.50 and all 0.30 million per mL."""
    found = findings(ENTRY.measure([read("Cellaca_Example_1.csv")], Request()), well)
    assert found["viable_within_total"] == found["live_and_dead"] == found["viability_recomputed"] == "reject"


@pytest.mark.parametrize(
    "name", [name for name in FILES if "Cellaca" not in name and "example04" not in name]
)
def test_no_other_file_contradicts_itself(name):
    rejected = {
        each.sample for each in ENTRY.measure([read(name)], Request()).measured if each.verdict == "reject"
    }
    assert rejected <= {"CLB008"}


def test_the_chamber_vectors_are_met_digit_by_digit():
    vectors = json.loads(shared_data("assays", "dose_arithmetic", "expected.json").read_text())[
        "haemocytometer"
    ]
    for vector in vectors:
        found = compute_chamber(
            vector["live"], vector["dead"], Decimal(vector["squares"]), Decimal(vector["dilution"])
        )
        assert found.viable == Decimal(vector["viable_cells_per_ml"])
        assert found.viability == Decimal(str(vector["viability_percent"]))
        assert found.relative_error == pytest.approx(vector["relative_se_poisson"], abs=5e-7)


def test_the_endotoxin_vectors_are_met():
    vectors = json.loads(shared_data("assays", "dose_arithmetic", "expected.json").read_text())["endotoxin"]
    for vector in vectors:
        volume, weight = Decimal(str(vector["volume_ml"])), Decimal(vector["weight_kg"])
        dose = endotoxin_per_kg(Decimal(str(vector["eu_per_ml"])), volume, weight)
        limit = Decimal(vector["limit_eu_per_kg_per_h"])
        assert float(dose) == pytest.approx(vector["eu_per_kg"], abs=5e-7)
        assert float(endotoxin_limit(limit, volume, weight)) == pytest.approx(
            vector["endotoxin_limit_eu_per_ml"], abs=5e-7
        )
        assert (dose <= limit) is vector["pass"]


def test_the_ellipse_vectors_are_met():
    for vector in json.loads(shared_data("assays", "dose_arithmetic", "expected.json").read_text())[
        "ellipse"
    ]:
        long, short = (read_quantity(f"{vector[f'diameter_{end}_cm']} cm") for end in ("long", "short"))
        assert float(compute_ellipse(long, short).value.value) == pytest.approx(
            vector["ellipse_area_cm2"], abs=5e-7
        )


def cases():
    with shared_data("assays", "dose_arithmetic", "cases.csv").open() as file:
        return [{name: Decimal(text) for name, text in row.items()} for row in csv.DictReader(file)]


def test_all_three_computations_meet_every_dose_of_the_table():
    for case in cases():
        area, density, viable, dead, per_point, spacing = list(case.values())[:6]
        exact = compute_exact_dose(
            area, density, viable, dead_volume=dead, volume_per_point=per_point, spacing=spacing
        )
        assert (exact.cells, exact.volume, exact.volume_to_prepare) == (
            case["cells"],
            case["volume_ml"],
            case["volume_to_prepare_ml"],
        )
        assert (exact.points_by_volume, exact.points_by_grid) == (
            case["points_by_volume"],
            case["points_by_grid"],
        )
        assert agrees(area, density, viable, dead, per_point, spacing)


def test_the_worked_example_of_eight_by_five_centimetres_is_met():
    """1e6 and 3e6 cells per cm2 at 2e7 cells per mL, 90 % living: 1.745 mL and 5.236 mL."""
    limits = Intervention(product="cells", route="local")
    area = compute_ellipse(read_quantity("8 cm"), read_quantity("5 cm"))
    volumes = []
    for density in ("1e6 cells/cm2", "3e6 cells/cm2"):
        request = DoseRequest(
            area=area,
            density=read_quantity(density),
            concentration=read_quantity("2e7 cells/mL"),
            counted="total",
            viability=read_quantity("90 %"),
        )
        plan = compute_dose(request, limits)
        assert disagreement(request, plan, limits) == ()
        assert plan.volume is not None
        volumes.append(round(plan.volume.value, 3))
    assert volumes == [Decimal("1.745"), Decimal("5.236")]


@pytest.mark.slow
def test_a_hundred_thousand_random_doses_are_the_same_three_ways():
    """Decimal and exact fractions digit by digit, binary floats within 1e-9 and with the same points."""
    assert [case for case in random_cases(100_000, seed=20) if not agrees(*case)] == []


def test_a_dose_computed_otherwise_would_be_noticed():
    limits = Intervention(product="cells", route="local")
    request = DoseRequest(
        area=compute_given(Quantity(Decimal(25), read_quantity("1 cm2").unit)),
        density=read_quantity("3e6 cells/cm2"),
        concentration=read_quantity("2e7 cells/mL"),
    )
    plan = compute_dose(request, limits)
    wrong = replace(plan, cells=Quantity(plan.cells.value + 1, plan.cells.unit))
    assert disagreement(request, wrong, limits) == ("cells",)
