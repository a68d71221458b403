"""The injection of one plaque: what was planned, drawn, left in the syringe, where and by whom."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Integrity, Item, Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SITES = (
    *("scalp", "face", "neck", "upper arm", "elbow", "forearm", "hand", "chest", "abdomen", "back"),
    *("buttock", "thigh", "knee", "lower leg", "foot", "other"),
)
SIDES = (
    ("left", "the participant's left"),
    ("right", "the participant's right"),
    ("midline", "on the midline"),
)
COUNTED = (
    ("viable", "living cells per mL: viability is already in it"),
    ("total", "all cells per mL: viability is still to be multiplied"),
)


def _volume(x: Mapping[str, Any]) -> NDArray[np.float64]:
    given = np.asarray(x["volume_drawn"], dtype=float) - np.asarray(x["residual_volume"], dtype=float)
    return np.where(given < 0, np.nan, given)


def _more_left_than_drawn(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    return np.asarray(
        np.asarray(x["residual_volume"], dtype=float) > np.asarray(x["volume_drawn"], dtype=float)
    )


def _amount(name: str, label: str, unit: str, high: str, **more: Any) -> Item:
    return Item(name=name, label=label, kind="number", unit=unit, low=Decimal(0), high=Decimal(high), **more)


ENTRY = Instrument(
    name="injection",
    label="injection",
    source="Own form: the day's dose sheet as carried out",
    items=(
        Item(name="start_time", label="time of the first point, hh:mm", kind="text", required=False),
        Item(
            name="site", label="place as seen now", kind="code", codes=tuple((site, site) for site in SITES)
        ),
        Item(name="laterality", label="side as seen now", kind="code", codes=SIDES),
        Item(name="dose_level", label="dose level", kind="text"),
        _amount("area_cm2", "area used for the dose", "cm2", "10000"),
        _amount("concentration", "concentration of the suspension", "cells/mL", "1e12"),
        Item(name="concentration_is", label="what the counter printed", kind="code", codes=COUNTED),
        _amount("viability", "viability", "%", "100"),
        _amount("planned_cells", "planned cells", "cells", "1e12", required=False),
        _amount("volume_drawn", "volume drawn", "mL", "200"),
        _amount("residual_volume", "volume left in syringe and needle", "mL", "200"),
        Item(name="points", label="injection points", kind="integer", low=Decimal(1), high=Decimal(2000)),
        Item(name="lot", label="lot of the product", kind="text"),
        Item(name="operator", label="who injected", kind="text"),
    ),
    per="lesion",
    scores=(
        Score(
            name="volume_given",
            label="volume given",
            compute=_volume,
            low=0,
            high=200,
            decimals=3,
            unit="mL",
            direction="neither",
        ),
    ),
    integrity=(
        Integrity(
            code="FD-R115",
            broken=_more_left_than_drawn,
            message="more is left in the syringe than was drawn.",
            remedy="Read both volumes again; the residual is what was not injected.",
            columns=("volume_drawn", "residual_volume"),
        ),
    ),
    examples=(({"volume_drawn": 1.875, "residual_volume": 0.125}, 1.75),),
    verb="is given",
    mapping=(("domain", "EX"), ("site", "EXLOC"), ("laterality", "EXLAT"), ("lesion", "EXLNKID")),
    notes=(
        "Place and side are looked at again on the day: a disagreement with the lesion map suggests swapped plaques.",
        "A concentration of viable cells is never multiplied by viability once more.",
    ),
)
