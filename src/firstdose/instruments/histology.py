"""Histology of a plaque biopsy: eight signs graded 0 to 3 by a reader who may not know the time point."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SIGNS = {
    "acanthosis": "acanthosis",
    "parakeratosis": "parakeratosis",
    "hyperkeratosis": "hyperkeratosis",
    "rete_elongation": "elongation of the rete ridges",
    "munro_microabscess": "Munro microabscesses",
    "spongiform_pustule": "spongiform pustules",
    "inflammatory_infiltrate": "inflammatory infiltrate",
    "dilated_vessels": "dilated vessels of the papillae",
}
GRADES = (("0", "absent"), ("1", "slight"), ("2", "moderate"), ("3", "marked"))


def _compute(x: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(sum(np.asarray(x[sign], dtype=float) for sign in SIGNS))


ENTRY = Instrument(
    name="histology",
    label="histology of the plaque",
    source="Own graded form of the usual signs of psoriasis; grades 0 to 3 as in the UCI Dermatology data (1998)",
    items=(
        *(
            Item(name=name, label=label, kind="ordinal", low=Decimal(0), high=Decimal(3), codes=GRADES)
            for name, label in SIGNS.items()
        ),
        Item(
            name="epidermal_thickness",
            label="epidermal thickness without the horny layer",
            kind="quantity",
            unit="um",
            low=Decimal(0),
            high=Decimal(5000),
            required=False,
        ),
        Item(name="reader", label="who read the slide", kind="text"),
        Item(name="blinded", label="reader did not know participant and time", kind="truth"),
        Item(name="slide_id", label="slide", kind="text"),
    ),
    per="lesion",
    scores=(
        Score(name="histology_sum", label="histology sum", compute=_compute, low=0, high=24, decimals=0),
    ),
    examples=((dict.fromkeys(SIGNS, 3.0), 24.0), (dict.fromkeys(SIGNS, 0.0), 0.0)),
    verb="is read",
    mapping=(("domain", "MI"), ("lesion", "MILNKID")),
    notes=("The sum is a plain sum of our form, without a published smallest change that matters.",),
)
