"""A typed PASI total, for trials that keep only totals."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Integrity, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def _compute(x: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(x["total"], dtype=float)


@cache
def _reachable() -> NDArray[np.bool_]:
    """Truth for each tenth from 0 to 720: region by region, weight 1 to 4 times signs 0-12 times area 0-6."""
    reach = np.zeros(721, dtype=bool)
    reach[0] = True
    for weight in (1, 2, 3, 4):
        parts = np.unique(weight * np.outer(np.arange(13), np.arange(7)))
        reach = np.logical_or.reduce([np.pad(reach, (part, 0))[:721] for part in parts])
    return reach


def _impossible(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    total = np.asarray(x["total"], dtype=float)
    known = (total >= 0) & (total <= 72)
    tenths = np.where(known, np.rint(total * 10), 0).astype(int)
    return np.asarray(known & ~(_reachable()[tenths] & (np.abs(total * 10 - tenths) < 1e-6)))


ENTRY = Instrument(
    name="PASI_total",
    label="PASI, total only",
    source="Fredriksson T, Pettersson U. Dermatologica 1978;157:238-244",
    items=(
        Item(
            name="total",
            label="PASI total",
            kind="number",
            unit="1",
            low=Decimal(0),
            high=Decimal(72),
            decimals=1,
        ),
    ),
    scores=(Score(name="PASI_total", label="PASI", compute=_compute, low=0, high=72, decimals=1),),
    integrity=(
        Integrity(
            code="FD-R102",
            broken=_impossible,
            message="no set of gradings gives this PASI total: 24 of the 721 tenths cannot occur, nor more decimals.",
            remedy="Compare with the gradings of the four regions.",
            columns=("total",),
        ),
    ),
    examples=(({"total": 14.3}, 14.3), ({"total": 0.0}, 0.0)),
    verb="is rated",
    mapping=(("domain", "RS"), ("category", "PASI"), ("test", "total")),
    notes=("Where the gradings were kept, PASI with its variant is the better record.",),
)
