"""Invented tubes of blood: what is written is found again by readers, gates and the second reader."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.assays.flow_cytometry import measure
from firstdose.catalogue.assay import Request
from firstdose.readers.formats import fcs, gatingml
from firstdose.readers.reader import Source
from firstdose.rehearsal.instrument_files.fcs import (
    INVENTED,
    InventedTube,
    event_counts,
    write_gates,
    write_tube,
)

FRACTIONS = {
    "B cells": 0.12,
    "CD4 T cells": 0.42,
    "CD8 T cells": 0.25,
    "NK cells": 0.15,
    "T cells without CD4 and CD8": 0.03,
}
TUBE = InventedTube(sample="P1_week0.fcs", fractions=FRACTIONS, beads=1000)
WANTED = {"B cells": 12.0, "T cells": 70.0, "CD4 T cells": 42.0, "CD8 T cells": 25.0, "NK cells": 15.0}


def readings(content):
    source, gates = Source("flow/P1_week0.fcs", content), Source("flow/gates.xml", write_gates())
    return [
        replace(fcs.ENTRY.read(source), file=source.name),
        replace(gatingml.ENTRY.read(gates), file=gates.name),
    ]


def test_a_tube_holds_the_fractions_asked_for_by_gates_and_by_the_second_reader():
    run = measure(readings(write_tube(TUBE, seed=7)), Request())
    by_gates = {
        each.analyte: each.value for each in run.measured if each.quantity == "percent_of_denominator"
    }
    automatic = {each.analyte: each.value for each in run.measured if each.quantity == "automatic_percent"}
    assert {name: by_gates[name] for name in WANTED} == pytest.approx(WANTED, abs=0.05)
    assert automatic == pytest.approx(WANTED, abs=0.2)
    assert run.verdict == "pass"
    assert {each.verdict for each in run.measured} == {"pass"}


def test_absolute_counts_by_beads_follow_from_the_numbers_of_the_tube():
    """600 B cells, 1000 of 50000 beads, 50 uL: 600 / 1000 x 50000 / 50 = 600 per uL."""
    words = {"platform": "beads", "beads_per_tube": "50000", "blood_volume": "50"}
    run = measure(readings(write_tube(TUBE, seed=7)), Request(words=words, analytes=("B cells",)))
    (value,) = [each for each in run.measured if each.quantity == "cells_per_uL"]
    assert value.value == pytest.approx(600.0)
    assert value.unit == "cells/uL"


def test_the_same_seed_writes_the_same_bytes_and_another_one_does_not():
    assert write_tube(TUBE, seed=7) == write_tube(TUBE, seed=7)
    assert write_tube(TUBE, seed=7) != write_tube(TUBE, seed=8)


def test_the_files_say_that_they_are_invented():
    reading = readings(write_tube(TUBE, seed=1))[0]
    assert reading.contents[0].keywords["$COM"] == INVENTED
    assert reading.issues == ()
    assert INVENTED.encode() in write_gates()


def test_events_of_all_populations_add_up_to_the_lymphocytes():
    counts = event_counts(TUBE)
    assert sum(counts.values()) == 5000
    assert counts["other lymphocytes"] == 150


@pytest.mark.parametrize(
    "fractions", [{"monocytes": 0.1}, {"B cells": 0.6, "NK cells": 0.5}, {"B cells": -0.1}]
)
def test_fractions_that_cannot_be_are_refused(fractions):
    with pytest.raises(ValueError, match="add up to one"):
        write_tube(InventedTube(sample="x", fractions=fractions), seed=1)
