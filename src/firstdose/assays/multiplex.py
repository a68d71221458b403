"""Multiplex immunoassays: several cytokines in one well, by coloured beads (Luminex) or printed spots (MSD)."""

from __future__ import annotations

from firstdose.assays._kernel.immunoassay.curves import LogisticCurve
from firstdose.assays._kernel.immunoassay.measuring import measure
from firstdose.assays._kernel.immunoassay.rules import OPTIONS, RULES
from firstdose.assays._kernel.immunoassay.sampling import CONCENTRATION, PRINTED, UNIT
from firstdose.catalogue.assay import Assay, Example, Yield


def _half_way() -> float:
    return float(LogisticCurve(b=2.982219, c=0.481413, d=7.792958, e=3.057955).concentration(4.1371855))


ENTRY = Assay(
    name="multiplex",
    label="Multiplex immunoassay (Luminex, MSD)",
    source="ICH M10 (2022); Findlay and Dillard, AAPS J 2007;9:E260 on the choice of the calibration curve",
    takes=("PlateSignals", "PlateLayout", "StandardConcentrations"),
    yields=(
        Yield(name=CONCENTRATION, label="Concentration", unit=UNIT, decimals=2, of="cytokine"),
        Yield(name=PRINTED, label="Concentration as printed", unit=UNIT, decimals=2, of="cytokine"),
    ),
    rules=RULES,
    measure=measure,
    sentence=(
        "Concentrations were read from standard curves with five parameters, or four where the fifth was not "
        "identified; values outside the range that the standards carry are reported as below or above it."
    ),
    sdtm="LB",
    options=OPTIONS,
    examples=(
        Example(
            given="The curve of four parameters of the ryegrass example of R drc, at the signal half way up",
            compute=_half_way,
            value=3.058,
            tolerance=0.0005,
            source="R drc 3.0-1, ryegrass, LL.4: ED50 3.05795497",
        ),
    ),
)
