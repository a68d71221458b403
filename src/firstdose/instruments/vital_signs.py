"""Blood pressure, pulse and temperature."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Integrity, Item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def _diastolic_above(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    return np.asarray(np.asarray(x["diastolic"], dtype=float) >= np.asarray(x["systolic"], dtype=float))


def _sign(name: str, label: str, unit: str, low: int, high: int, decimals: int = 0) -> Item:
    limits = Decimal(low), Decimal(high)
    return Item(
        name=name, label=label, kind="number", unit=unit, low=limits[0], high=limits[1], decimals=decimals
    )


ENTRY = Instrument(
    name="vital_signs",
    label="vital signs",
    source="CDISC SDTM, domain VS; limits of what is plausible, not of what is normal",
    items=(
        _sign("systolic", "systolic blood pressure", "mmHg", 40, 300),
        _sign("diastolic", "diastolic blood pressure", "mmHg", 20, 200),
        _sign("pulse", "pulse", "bpm", 20, 250),
        _sign("temperature", "body temperature", "C", 30, 45, decimals=1),
    ),
    integrity=(
        Integrity(
            code="FD-R116",
            broken=_diastolic_above,
            message="the diastolic pressure is not below the systolic.",
            remedy="Exchange the two, or read them again.",
            columns=("systolic", "diastolic"),
        ),
    ),
    verb="is measured",
    mapping=(("domain", "VS"),),
)
