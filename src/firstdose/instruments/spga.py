"""Static Physician's Global Assessment, 0 (clear) to 4 (severe)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

GRADES = (("0", "clear"), ("1", "almost clear"), ("2", "mild"), ("3", "moderate"), ("4", "severe"))


def _compute(x: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(x["grade"], dtype=float)


def succeeds(baseline: ArrayLike, visit: ArrayLike) -> NDArray[np.float64]:
    """Clear or almost clear and at least two grades better: 1 or 0; NaN where either is missing."""
    before, after = np.asarray(baseline, dtype=float), np.asarray(visit, dtype=float)
    unknown = np.isnan(before) | np.isnan(after)
    return np.where(unknown, np.nan, (after <= 1) & (before - after >= 2))


ENTRY = Instrument(
    name="sPGA",
    label="static Physician's Global Assessment",
    source="Five-grade form of the global assessment of psoriasis as used in trials; six-grade forms exist",
    items=(
        Item(
            name="grade",
            label="global grade",
            kind="ordinal",
            low=Decimal(0),
            high=Decimal(4),
            codes=GRADES,
        ),
    ),
    scores=(Score(name="sPGA", label="sPGA", compute=_compute, low=0, high=4, decimals=0),),
    examples=(({"grade": 3}, 3.0), ({"grade": 0}, 0.0)),
    verb="is rated",
    licence="The rules stand here in our own words.",
    mapping=(("domain", "RS"), ("category", "SPGA")),
    notes=("An ordinal grade: counts and proportions say more than a mean.",),
)
