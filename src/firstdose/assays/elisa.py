"""ELISA: one analyte a plate, optical densities read against the plate's own standards."""

from __future__ import annotations

from firstdose.assays._kernel.immunoassay.curves import LogisticCurve
from firstdose.assays._kernel.immunoassay.measuring import measure
from firstdose.assays._kernel.immunoassay.rules import OPTIONS, RULES
from firstdose.assays._kernel.immunoassay.sampling import CONCENTRATION, PRINTED, UNIT
from firstdose.catalogue.assay import Assay, Example, Yield

_OF_BEADS = ("beads", "beads_few", "beads_of_file")


def _tenth_way() -> float:
    """The concentration at which a tenth of the fall is reached: signal d - (d - c) / 10."""
    return float(LogisticCurve(b=2.982219, c=0.481413, d=7.792958, e=3.057955).concentration(7.0618035))


ENTRY = Assay(
    name="elisa",
    label="ELISA",
    source="ICH M10 (2022); Findlay and Dillard, AAPS J 2007;9:E260 on the choice of the calibration curve",
    takes=("PlateSignals", "PlateLayout", "StandardConcentrations"),
    yields=(
        Yield(name=CONCENTRATION, label="Concentration", unit=UNIT, decimals=2, of="analyte"),
        Yield(name=PRINTED, label="Concentration as printed", unit=UNIT, decimals=2, of="analyte"),
    ),
    rules=tuple(rule for rule in RULES if rule.name not in _OF_BEADS),
    measure=measure,
    sentence=(
        "Concentrations were read from the plate's standard curve with five parameters, or four where the fifth "
        "was not identified; values outside the range that the standards carry are reported as below or above it."
    ),
    sdtm="LB",
    options=OPTIONS,
    examples=(
        Example(
            given="The curve of four parameters of the ryegrass example of R drc, at a tenth of the fall",
            compute=_tenth_way,
            value=1.4637,
            tolerance=0.0005,
            source="R drc 3.0-1, ryegrass, LL.4: ED10 1.46370566",
        ),
    ),
)
