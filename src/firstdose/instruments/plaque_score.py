"""Severity of one plaque: erythema, induration and desquamation, 0 to 4 each, 0 to 12 in all."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SIGNS = ("erythema", "induration", "desquamation")
GRADES = (("0", "none"), ("1", "slight"), ("2", "moderate"), ("3", "severe"), ("4", "very severe"))


def _compute(x: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(sum(np.asarray(x[sign], dtype=float) for sign in SIGNS))


ENTRY = Instrument(
    name="plaque_score",
    label="plaque severity score",
    source="The signs of PASI (Dermatologica 1978;157:238-244) on one plaque; also called TPSS, TLSS or local PASI",
    items=tuple(
        Item(
            name=sign,
            label=f"{sign} of the plaque",
            kind="ordinal",
            low=Decimal(0),
            high=Decimal(4),
            codes=GRADES,
        )
        for sign in SIGNS
    ),
    per="lesion",
    scores=(Score(name="plaque_score", label="plaque score", compute=_compute, low=0, high=12, decimals=0),),
    examples=(
        ({"erythema": 4, "induration": 4, "desquamation": 4}, 12.0),
        ({"erythema": 3, "induration": 2, "desquamation": 2}, 7.0),
        ({"erythema": 0, "induration": 0, "desquamation": 0}, 0.0),
    ),
    verb="is rated",
    licence="The rules stand here in our own words.",
    mapping=(("domain", "RS"), ("category", "PLAQUE SCORE"), ("lesion", "RSLNKID")),
    notes=(
        "Variants of this score exist, some multiplied by area: this one is the plain sum.",
        "The area of the plaque belongs to the lesion map.",
        "A biopsied spot is not scored as plaque.",
    ),
)
