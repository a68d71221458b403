"""Plates: cytokines as a Luminex xPONENT export, expression as a QuantStudio export."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.rehearsal.instrument_files.immunoassay_plates import (
    SERUM_CYTOKINES,
    InventedAnalyte,
    InventedPlate,
    InventedSample,
)
from firstdose.rehearsal.instrument_files.qpcr import (
    AMOUNTS,
    COLUMNS,
    REFERENCE,
    ROWS,
    expression_plate,
    write_quantstudio,
)
from firstdose.rehearsal.instrument_files.xponent import write_xponent
from firstdose.rehearsal.specimens import Placed, Specimen, Written, in_plates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.protocol.model_of_laboratory import PlannedAssay

_MOST_SERA = 35  # in duplicate beside standards, blanks and controls
_DAY = "1/1/2000"
_DILUTION, _FOLD, _LEVELS = 2.0, 3.0, 8  # as an invented plate has them
_KNOWN = {analyte.name: analyte for analyte in SERUM_CYTOKINES}


def write_immunoassay(planned: PlannedAssay, specimens: Sequence[Specimen], seed: int) -> Written:
    """One plate, or as many as it takes; all visits of a participant on one of them."""
    analytes = [
        _analyte(row.analyte, place, _limit(row.item, specimens))
        for place, row in enumerate(planned.quantities)
    ]
    files: dict[str, bytes] = {}
    places: dict[str, Placed] = {}
    for number, group in enumerate(in_plates(specimens, _MOST_SERA), start=1):
        file = f"plate_{number}.csv"
        samples = tuple(
            InventedSample(
                name=each.name,
                concentrations=tuple(each.values.get(row.item, 0.0) for row in planned.quantities),
            )
            for each in group
        )
        plate = InventedPlate(
            name=f"INVENTED {planned.activity} {number}",
            date=_DAY,
            analytes=tuple(analytes),
            samples=samples,
        )
        files[file] = write_xponent(plate, np.random.default_rng((seed, number)))
        places |= {each.name: Placed(file=file, sample=each.name) for each in group}
    return Written(files=files, places=places)


def _limit(item: str, specimens: Sequence[Specimen]) -> float:
    """The limit of quantification that the rehearsed values speak of; half the smallest where none is below."""
    limits = [each.limits[item] for each in specimens if item in each.limits]
    values = [each.values[item] for each in specimens if each.values.get(item)]
    return limits[0] if limits else min(values, default=2.0) / 2


def _analyte(name: str, place: int, limit: float) -> InventedAnalyte:
    """The analyte with standards whose lowest, times the dilution of the sera, is the limit."""
    highest = limit / _DILUTION * _FOLD ** (_LEVELS - 1)
    known = _KNOWN.get(name) or InventedAnalyte(name=name, region=70 + place, highest=1.0, middle=1.0)
    return replace(known, highest=highest, middle=highest * known.middle / known.highest)


def write_expression(planned: PlannedAssay, specimens: Sequence[Specimen], seed: int) -> Written:
    """384-well plates; each target beside the reference gene, with standards and empty controls."""
    options = dict(planned.options)
    reference = options.get("references", REFERENCE).split()[0]
    targets = len({row.analyte for row in planned.quantities} | {reference})
    most = max(1, (ROWS * COLUMNS - targets * (2 + 2 * len(AMOUNTS))) // (3 * targets))
    files: dict[str, bytes] = {}
    places: dict[str, Placed] = {}
    for number, group in enumerate(in_plates(specimens, most), start=1):
        file = f"plate_{number}.txt"
        quantities = {
            each.name: {row.analyte: each.values.get(row.item, 0.0) for row in planned.quantities}
            for each in group
        }
        wells = expression_plate(quantities, reference=reference, seed=seed + number)
        name = f"{planned.activity} {number}"
        files[file] = write_quantstudio(wells, name=name, ended="2000-01-01 12:00:00", seed=seed + number)
        places |= {each.name: Placed(file=file, sample=each.name) for each in group}
    return Written(files=files, places=places)
