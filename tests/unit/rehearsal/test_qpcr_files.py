"""Invented plates are read back as they were written, say that they are invented, and depend on nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firstdose.assays.qpcr import ENTRY
from firstdose.catalogue.assay import Request
from firstdose.laboratory.reading import read_source
from firstdose.readers.reader import Source
from firstdose.rehearsal.instrument_files.qpcr import (
    DERMAL_TARGETS,
    INVENTED,
    expression_plate,
    write_quantstudio,
    write_rdml,
)

QUANTITIES = {
    f"P{n}-V{visit}": {"IL17A": 2.0 ** -(n + visit), "TNF": 0.1, "IFNG": 0.0}
    for n in range(5)
    for visit in (1, 2)
}
WELLS = expression_plate(QUANTITIES)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("plate.txt", write_quantstudio(WELLS, name="dermal", ended="2024-03-04 12:00:00 PM UTC")),
        ("plate.rdml", write_rdml(WELLS, name="dermal", run_date="2024-03-04T12:00:00")),
    ],
)
@pytest.mark.parametrize("way", ["file", "curves"])
def test_the_chosen_quantities_come_back(file: str, content: bytes, way: str) -> None:
    reading = read_source(Source(file, content))
    assert reading.issues == ()
    run = ENTRY.measure([reading], Request(words={"cq": way}))
    found = {(each.sample, each.quantity, each.analyte): each for each in run.measured}
    for sample, own in QUANTITIES.items():
        for target in DERMAL_TARGETS:
            delta = found[sample, "delta_cq", target]
            if own[target]:
                assert delta.value == pytest.approx(-math.log2(own[target]), abs=0.4)
                assert delta.replicates >= 2
            else:
                assert delta.comparator == ">"


def test_the_same_plan_gives_the_same_bytes_that_say_they_are_invented() -> None:
    text = write_quantstudio(WELLS, name="x", ended="2024")
    assert text == write_quantstudio(expression_plate(QUANTITIES), name="x", ended="2024")
    assert INVENTED.encode() in text
    assert write_rdml(WELLS, name="x", run_date="2024") == write_rdml(WELLS, name="x", run_date="2024")
    assert [well.cq for well in expression_plate(QUANTITIES, seed=2)] != [well.cq for well in WELLS]


def test_a_plate_has_only_so_many_wells() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        expression_plate({f"S{n}": {"T": 1.0} for n in range(80)})


def test_amplified_curves_rise_and_empty_ones_do_not() -> None:
    reading = read_source(Source("p.txt", write_quantstudio(WELLS, name="x", ended="2024")))
    for well in reading.contents[0].wells:
        assert (np.ptp(well.fluorescence) > 1) == (not well.missing and well.cq < 38)
