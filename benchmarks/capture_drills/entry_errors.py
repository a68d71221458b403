"""The errors of entry that are seeded, and the options of the section `capture` that are tried against them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from firstdose.values.number import plain

if TYPE_CHECKING:
    import numpy as np

    from firstdose.catalogue import Item

NUMBERS = ("integer", "number", "quantity")
# What a data manager may add to the section `capture`: limits from the protocol itself (age and screening values from its
# eligibility, the injection from its dose section) and from what such measurements are in adults.
OPTIONS = """\
  entered_within: 5
  twice: informed_consent demographics screening lesion_map injection.concentration injection.viability injection.volume_drawn injection.residual_volume local_tolerability_mm.redness_mm local_tolerability_mm.swelling_mm skin_thickness histology skin_lymphocytes blood_lymphocytes serum_cytokines dermal_mrna blood_foxp3 adverse_events end_of_study
  usual: |
    item                                values         times
    informed_consent.consent_date       -14 .. 0       .
    demographics.age                    18 .. 75       .
    screening.screening_date            0 .. 0         .
    screening.psoriasis_months          6 .. 720       .
    screening.stable_months             6 .. 720       .
    screening.systemic_last             -3650 .. -28   .
    screening.topical_last              -3650 .. -14   .
    screening.liver_enzymes             0.1 .. 3       .
    screening.creatinine                0.3 .. 2       .
    lesion_map.long_diameter            1 .. 25        .
    lesion_map.short_diameter           1 .. 25        .
    injection.area_cm2                  1 .. 300       .
    injection.concentration             1e6 .. 5e7     .
    injection.viability                 70 .. 100      .
    injection.planned_cells             1e6 .. 3e8     .
    injection.volume_drawn              0.1 .. 20      .
    injection.residual_volume           0.01 .. 0.5    .
    local_tolerability_mm.redness_mm    0 .. 250       3
    local_tolerability_mm.swelling_mm   0 .. 60        .
    skin_thickness.calibration_date     -365 .. 0      .
    skin_thickness.reading_1            0.5 .. 8       2
    skin_thickness.reading_2            0.5 .. 8       2
    skin_thickness.reading_3            0.5 .. 8       2
    histology.epidermal_thickness       50 .. 1500     5
    skin_lymphocytes.b_cells_skin       5 .. 2000      .
    skin_lymphocytes.t_cells_skin       20 .. 5000     .
    blood_lymphocytes.b_cells_blood     30 .. 1000     3
    blood_lymphocytes.t_cells_blood     200 .. 4000    3
    serum_cytokines.il17a               0.5 .. 100     5
    serum_cytokines.il23                1 .. 200       5
    serum_cytokines.tnf                 0.7 .. 200     5
    serum_cytokines.il10                0.4 .. 100     5
    end_of_study.date                   0 .. 0         .
"""

# unit: (what the source was read in instead, the factor on the number that is typed)
OTHER_UNITS = {
    "cm": ("mm", "10"),
    "mm": ("cm", "0.1"),
    "um": ("mm", "0.001"),
    "cm2": ("mm2", "100"),
    "mL": ("uL", "1000"),
    "cells": ("million cells", "0.000001"),
    "cells/mL": ("million cells/mL", "0.000001"),
    "pg/mL": ("ng/mL", "0.001"),
    "mg/dL": ("umol/L", "88.4"),
    "cells/uL": ("cells/mL", "1000"),
    "cells/mm2": ("cells/cm2", "100"),
    "%": ("share of one", "0.01"),
    "months": ("years", "0.083"),
    "days": ("weeks", "0.143"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One recorded value: its trial, table and row, its participant, the visit at which it is entered, and on what day."""

    trial: int
    form: str
    row: int
    item: Item
    text: str
    participant: str
    at: int
    day: dt.date | None


@dataclass(frozen=True, slots=True)
class Slip:
    """What is typed instead. `meant`: the person takes it for right and would type it a second time."""

    typed: str
    meant: bool = False


def in_another_unit(cell: Cell, _: np.random.Generator) -> Slip | None:
    """The number of the other unit, with as many decimals as the item takes."""
    if cell.item.kind not in NUMBERS or cell.item.unit not in OTHER_UNITS or cell.text[0] in "<>":
        return None
    number = Decimal(cell.text) * Decimal(OTHER_UNITS[cell.item.unit][1])
    places = 0 if cell.item.kind == "integer" else 3 if cell.item.decimals is None else cell.item.decimals
    typed = plain(round(number, places)) if abs(number) > Decimal("0.001") else plain(number)
    return Slip(typed, meant=True) if Decimal(typed) != Decimal(cell.text) else None


def with_digits_swapped(cell: Cell, rng: np.random.Generator) -> Slip | None:
    """Two different digits that stand beside each other exchanged."""
    if cell.item.kind not in NUMBERS:
        return None
    text = cell.text
    at = [n for n in range(len(text) - 1) if text[n : n + 2].isdigit() and text[n] != text[n + 1]]
    if not at:
        return None
    n = int(rng.choice(at))
    return Slip(text[:n] + text[n + 1] + text[n] + text[n + 2 :])


def another_date(cell: Cell, rng: np.random.Generator) -> Slip | None:
    """Day and month exchanged or another order (both are meant), a year or a month off, two digits swapped, ten days off."""
    if cell.item.kind != "date" or len(cell.text) != 10:
        return None
    year, month, day = cell.text.split("-")
    ways = [f"{year}-{day}-{month}", f"{day}/{month}/{year}", f"{int(year) + int(rng.choice([-1, 1]))}-{month}-{day}",
            f"{year}-{int(month) % 12 + 1:02d}-{day}", f"{year}-{month}-{day[::-1]}", f"{year}-{month[::-1]}-{day}",
            str(dt.date.fromisoformat(cell.text) + dt.timedelta(int(rng.choice([-10, 10]))))]  # fmt: skip
    typed = str(rng.choice([way for way in ways if way != cell.text]))
    return Slip(typed, meant=typed in ways[:2])
