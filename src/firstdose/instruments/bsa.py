"""Body surface affected by psoriasis, in percent of the whole body, region by region."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SHARES = {"head": 10, "arms": 20, "trunk": 30, "legs": 40}  # percent of the body, as in PASI


def _compute(x: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(sum(np.asarray(x[region], dtype=float) for region in SHARES))


ENTRY = Instrument(
    name="BSA",
    label="body surface area affected",
    source="Regions of PASI (Dermatologica 1978;157:238-244); a hand with its fingers is about 1 percent",
    items=tuple(
        Item(
            name=region,
            label=f"affected skin of {region}, percent of the whole body",
            kind="number",
            unit="%",
            low=Decimal(0),
            high=Decimal(share),
            decimals=1,
        )
        for region, share in SHARES.items()
    ),
    scores=(Score(name="BSA", label="BSA", compute=_compute, low=0, high=100, decimals=1, unit="%"),),
    examples=(
        ({"head": 10, "arms": 20, "trunk": 30, "legs": 40}, 100.0),
        ({"head": 0, "arms": 1.5, "trunk": 3, "legs": 2.5}, 7.0),
    ),
    verb="is estimated",
    mapping=(("domain", "RS"), ("category", "BSA")),
    notes=("Percent of the whole body, not of the region: the head can give 10 at most.",),
)
