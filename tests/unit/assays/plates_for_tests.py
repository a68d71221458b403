"""Small plates of invented standards, controls and samples."""

from __future__ import annotations

import math

import numpy as np

from firstdose.assays._kernel.immunoassay.curves import LogisticCurve
from firstdose.assays.multiplex import ENTRY as MULTIPLEX
from firstdose.catalogue.assay import Request
from firstdose.readers.contents.immunoassay import AnalyteSignals, PlateSignals, Well
from firstdose.readers.reader import Reading

TRUE = LogisticCurve(b=-1.1, c=20.0, d=20_000.0, e=400.0)
LEVELS = [1000.0 / 3**k for k in range(8)]


def plate(samples=(), *, controls=(600.0, 60.0, 6.0), noise=0.01, name="plate 1", **changes):
    """Standards in duplicate, two blanks, three controls in duplicate, then (name, role, signal, dilution)."""
    rows = [(f"Standard{k}", "standard", x, 1.0, x) for k, x in enumerate(LEVELS, 1) for _ in "12"]
    rows += [("Blank1", "blank", 0.0, 1.0, math.nan)] * 2
    rows += [(f"Control{k}", "control", x, 1.0, x) for k, x in enumerate(controls, 1) for _ in "12"]
    random = np.random.default_rng(4)
    signal = [
        float(TRUE.signal(x)) * float(np.exp(noise * random.standard_normal())) for _, _, x, _, _ in rows
    ]
    rows += [(sample, role, None, dilution, nominal) for sample, role, _, dilution, nominal in samples]
    signal += [value for _, _, value, _, _ in samples]
    wells = tuple(
        Well(name=f"{'ABCDEFGH'[i % 8]}{i // 8 + 1}", sample=row[0], role=row[1], dilution=row[3], line=i)
        for i, row in enumerate(rows)
    )
    facts = {
        "analyte": "IL-10",
        "signals": (("Median", np.array(signal)),),
        "nominal": np.array([row[4] for row in rows]),
        "unit": "pg/mL",
    }
    analyte = AnalyteSignals(**{**facts, **changes})
    return Reading(
        contents=(PlateSignals(plate=name, wells=wells, analytes=(analyte,), signal="MFI"),), file=name
    )


def serum(x, name="P1-V1", dilution=2.0, role="sample", nominal=math.nan):
    return (name, role, float(TRUE.signal(x)), dilution, nominal)


def measure(*readings, assay=MULTIPLEX, **request):
    return assay.measure(readings, Request(**request))


def only(run, quantity="concentration"):
    (value,) = [each for each in run.measured if each.quantity == quantity]
    return value


def verdict(value, rule):
    found = [finding for finding in value.findings if finding.rule == rule]
    assert found, rule
    return found[0].verdict
