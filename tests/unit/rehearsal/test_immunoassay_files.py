"""Invented files of plates are read by our own readers and give back the truth they were made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from firstdose.assays.elisa import ENTRY as ELISA
from firstdose.assays.multiplex import ENTRY as MULTIPLEX
from firstdose.catalogue.assay import Request
from firstdose.rehearsal.instrument_files.gen5 import write_gen5
from firstdose.rehearsal.instrument_files.immunoassay_plates import (
    SERUM_CYTOKINES,
    InventedPlate,
    InventedSample,
    wells_of,
)
from firstdose.rehearsal.instrument_files.xponent import write_xponent
from tests.unit.readers.making_plates import read

TRUTH = (3.0, 40.0, 400.0, 9000.0)


def serum_plate(samples=20):
    random = np.random.default_rng(9)
    made = tuple(
        InventedSample(
            name=f"P{1 + k // 4}-V{1 + k % 4}",
            concentrations=tuple(float(x) for x in np.exp(random.normal(4, 1, 4))),
        )
        for k in range(samples)
    )
    return InventedPlate(name="serum 1", date="2026-03-02", analytes=SERUM_CYTOKINES, samples=made)


@pytest.mark.parametrize("write", [write_xponent, write_gen5])
def test_the_same_plate_and_seed_give_the_same_bytes_marked_as_invented(write):
    first, second = (write(serum_plate(), np.random.default_rng(1)) for _ in range(2))
    assert first == second
    assert first != write(serum_plate(), np.random.default_rng(2))
    assert b"Invented for a rehearsal" in first


def test_a_luminex_plate_of_five_participants_and_four_visits_gives_back_its_truth():
    plate = serum_plate()
    reading = read("xponent", write_xponent(plate, np.random.default_rng(1)))
    assert not reading.issues
    run = MULTIPLEX.measure([reading], Request())
    ours = {(v.sample, v.analyte): v for v in run.measured if v.quantity == "concentration"}
    assert len(ours) == 80
    for sample in plate.samples:
        for analyte, true in zip(plate.analytes, sample.concentrations, strict=True):
            value = ours[sample.name, analyte.name]
            limits = {"=": (0.75 * true, 1.35 * true), "<": (0.7 * true, np.inf), ">": (0, 1.3 * true)}
            low, high = limits[value.comparator]
            assert low <= value.value <= high
    assert not [f for v in ours.values() for f in v.findings if f.verdict == "reject"]


def test_an_elisa_plate_gives_back_its_truth():
    plate = serum_plate()
    reading = read("gen5", write_gen5(plate, np.random.default_rng(1)))
    assert not reading.issues
    run = ELISA.measure([reading], Request(words={"unit": "pg/mL"}, analytes=("IL-17A",)))
    values = [v for v in run.measured if v.quantity == "concentration" and v.comparator == "="]
    true = {sample.name: sample.concentrations[0] for sample in plate.samples}
    ratios = np.array([v.value / true[v.sample] for v in values])
    assert len(values) >= 15
    assert np.exp(np.mean(np.log(ratios))) == pytest.approx(1, abs=0.1)
    assert {v.analyte for v in values} == {"IL-17A"}


def test_results_beyond_the_curve_are_printed_as_limits():
    plate = replace(
        serum_plate(0),
        samples=(
            InventedSample(name="low", concentrations=(0.0,) * 4),
            InventedSample(name="high", concentrations=(9e9,) * 4),
        ),
    )
    for name, write in (("xponent", write_xponent), ("gen5", write_gen5)):
        signs = {
            sign
            for k in range(6)
            for one in read(name, write(plate, np.random.default_rng(k))).contents[0].analytes
            for sign in one.comparators
        }
        assert {"<", ">"} <= signs


def test_a_plate_has_ninety_six_wells_and_no_more():
    with pytest.raises(ValueError, match="do not fit"):
        wells_of(serum_plate(40))
