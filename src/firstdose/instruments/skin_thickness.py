"""Skin thickness of one plaque by a device, up to three readings of the same place."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Integrity, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

READINGS = ("reading_1", "reading_2", "reading_3")
MOST_CV = 10.0  # percent; readings further apart than this are asked about


def _readings(x: Mapping[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The readings, shape (3, n), and how many there are of each."""
    arrays = (np.asarray(x.get(name, np.nan), dtype=float) for name in READINGS)
    readings = np.stack(np.broadcast_arrays(*arrays))
    return readings, (~np.isnan(readings)).sum(axis=0).astype(float)


def compute_mean(x: Mapping[str, Any]) -> NDArray[np.float64]:
    """Mean of the readings in mm; NaN without a first reading, the others may be absent."""
    readings, n = _readings(x)
    first = readings[0]
    return np.where(np.isnan(first), np.nan, np.nansum(readings, axis=0) / np.maximum(n, 1))


def repeat_cv(x: Mapping[str, Any]) -> NDArray[np.float64]:
    """Coefficient of variation of the readings in percent, divisor n-1; NaN with fewer than two or mean 0."""
    readings, n = _readings(x)
    mean = np.nansum(readings, axis=0) / np.maximum(n, 1)
    squares = np.nansum((readings - mean) ** 2, axis=0)
    deviation = np.sqrt(squares / np.maximum(n - 1, 1))
    known = (n >= 2) & (mean > 0)
    return np.where(known, 100 * deviation / np.where(mean > 0, mean, 1), np.nan)


def _readings_differ(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    return np.asarray(repeat_cv(x) > MOST_CV)


ENTRY = Instrument(
    name="skin_thickness",
    label="skin thickness",
    source="High-frequency ultrasound or another device named in the record; mean of repeated readings",
    items=(
        Item(name="device", label="device and probe", kind="text"),
        Item(name="calibration_date", label="last calibration of the device", kind="date"),
        *(
            Item(
                name=name,
                label=name.replace("_", " "),
                kind="quantity",
                unit="mm",
                low=Decimal(0),
                high=Decimal(20),
                decimals=2,
                required=name == "reading_1",
            )
            for name in READINGS
        ),
    ),
    per="lesion",
    scores=(
        Score(
            name="thickness",
            label="skin thickness",
            compute=compute_mean,
            low=0,
            high=20,
            decimals=2,
            unit="mm",
        ),
    ),
    integrity=(
        Integrity(
            code="FD-R108",
            broken=_readings_differ,
            message="the readings of this place differ: their coefficient of variation is above 10 %.",
            remedy="Measure again, or confirm the readings.",
            columns=READINGS,
        ),
    ),
    examples=(
        ({"reading_1": 2.4, "reading_2": 2.6, "reading_3": 2.5}, 2.5),
        ({"reading_1": 3.1, "reading_2": np.nan, "reading_3": np.nan}, 3.1),
    ),
    verb="is measured",
    mapping=(("domain", "MO"), ("test", "THICK"), ("lesion", "MOLNKID")),
    notes=(
        "Missing: the first reading is needed, the second and third are averaged where they exist.",
        "Ultrasound turns time into thickness with an assumed speed of sound: keep the device's setting.",
    ),
)
