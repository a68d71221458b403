"""Psoriasis Area and Severity Index, 0 to 72, computed in integer tenths."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Integrity, Item, Score

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

WEIGHTS = {"head": 1, "arms": 2, "trunk": 3, "legs": 4}  # tenths; legs with buttocks
SIGNS = ("erythema", "induration", "desquamation")
BAND_STARTS = (10, 30, 50, 70, 90)  # percent of the region, closed below
GRADES = (("0", "none"), ("1", "slight"), ("2", "moderate"), ("3", "severe"), ("4", "very severe"))
BANDS = (
    ("0", "no skin of this region affected"),
    ("1", "more than 0 and less than 10 %"),
    ("2", "10 to less than 30 %"),
    ("3", "30 to less than 50 %"),
    ("4", "50 to less than 70 %"),
    ("5", "70 to less than 90 %"),
    ("6", "90 to 100 %"),
)


def _sum_of_signs(x: Mapping[str, Any], region: str) -> NDArray[np.float64]:
    return np.asarray(sum(np.asarray(x[f"{region}_{sign}"], dtype=float) for sign in SIGNS))


def _compute(x: Mapping[str, Any]) -> NDArray[np.float64]:
    tenths = sum(
        w * _sum_of_signs(x, r) * np.asarray(x[f"{r}_area"], dtype=float) for r, w in WEIGHTS.items()
    )
    return np.asarray(tenths / 10)


@cache
def attainable() -> frozenset[int]:
    """Every total that the formula can give, in tenths: 697 of the 721 from 0 to 720."""
    totals = {0}
    for weight in WEIGHTS.values():
        parts = {weight * signs * area for signs, area in product(range(13), range(7))}
        totals = {total + part for total in totals for part in parts}
    return frozenset(totals)


def is_attainable(total: float | Decimal) -> bool:
    """Whether some set of gradings gives this total; False also for more than one decimal."""
    tenths = Decimal(str(total)) * 10
    return tenths.is_finite() and tenths == int(tenths) and int(tenths) in attainable()


def area_band(percent: float | Decimal) -> int:
    """Area band 0 to 6 of a region from the percent of its skin affected.

    Raises:
        ValueError: outside 0 to 100.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} is not a percent of a region. Give 0 to 100.")
    return 1 + bisect_right(BAND_STARTS, percent) if percent > 0 else 0


def responds(baseline: ArrayLike, visit: ArrayLike, cut: int) -> NDArray[np.float64]:
    """Improvement of at least `cut` percent (50, 75, 90, 100): 1 or 0; NaN if missing or baseline 0.

    Compared in integers of tenths, so that 8.0 to 2.0 is exactly 75 percent.
    """
    before, after = np.rint(np.multiply(baseline, 10.0)), np.rint(np.multiply(visit, 10.0))
    unknown = np.isnan(before) | np.isnan(after) | (before == 0)
    return np.where(unknown, np.nan, 100 * (before - after) >= cut * before)


def _area_contradicts_signs(region: str) -> Callable[[Mapping[str, Any]], NDArray[np.bool_]]:
    def broken(x: Mapping[str, Any]) -> NDArray[np.bool_]:
        area, signs = np.asarray(x[f"{region}_area"], dtype=float), _sum_of_signs(x, region)
        return np.asarray(((area == 0) & (signs > 0)) | ((area > 0) & (signs == 0)))

    return broken


def _item(region: str, name: str, codes: tuple[tuple[str, str], ...]) -> Item:
    high = Decimal(len(codes) - 1)
    label = f"{name} of {region}"
    return Item(name=f"{region}_{name}", label=label, kind="ordinal", low=Decimal(0), high=high, codes=codes)


def _items(region: str) -> tuple[Item, ...]:
    return (*(_item(region, sign, GRADES) for sign in SIGNS), _item(region, "area", BANDS))


def _rated(**regions: tuple[int, int, int, int]) -> dict[str, float]:
    """Gradings by region as (E, I, D, area band); a region not named is clear."""
    return {
        f"{region}_{name}": float(value)
        for region in WEIGHTS
        for name, value in zip((*SIGNS, "area"), regions.get(region, (0, 0, 0, 0)), strict=True)
    }


ENTRY = Instrument(
    name="PASI",
    label="Psoriasis Area and Severity Index",
    source="Fredriksson T, Pettersson U. Dermatologica 1978;157:238-244",
    variants=("Fredriksson", "Feldman", "Bozek", "EMA"),
    variant_notes=(
        (
            "Fredriksson",
            "The formula is the same in all four; its set of responses may differ from the others'.",
        ),
        ("Feldman", "The formula is the same in all four; its set of responses may differ from the others'."),
        ("Bozek", "The formula is the same in all four; its set of responses may differ from the others'."),
        ("EMA", "The formula is the same in all four; responses after the European guideline on psoriasis."),
    ),
    items=tuple(item for region in WEIGHTS for item in _items(region)),
    scores=(Score(name="PASI", label="PASI", compute=_compute, low=0, high=72, decimals=1),),
    integrity=tuple(
        Integrity(
            code="FD-R101",
            broken=_area_contradicts_signs(region),
            message=f"the area of {region} and its signs contradict each other: area 0 and all signs 0 go together.",
            remedy="Grade the signs of an affected region; write 0 for all of a clear one.",
            columns=(*(f"{region}_{sign}" for sign in SIGNS), f"{region}_area"),
        )
        for region in WEIGHTS
    ),
    examples=(
        (_rated(head=(4, 4, 4, 6), arms=(4, 4, 4, 6), trunk=(4, 4, 4, 6), legs=(4, 4, 4, 6)), 72.0),
        (_rated(head=(2, 1, 1, 1), arms=(3, 2, 2, 2), trunk=(2, 2, 1, 1), legs=(3, 3, 2, 3)), 14.3),
        (_rated(arms=(3, 3, 2, 1), legs=(3, 3, 2, 2)), 8.0),
        (_rated(arms=(2, 1, 1, 1), legs=(1, 1, 1, 1)), 2.0),
    ),
    verb="is rated",
    licence="The rules stand here in our own words; no figure or photograph of the authors is used.",
    mapping=(("domain", "RS"), ("category", "PASI {VARIANT}")),
    notes=(
        "Weights head 0.1, arms 0.2, trunk 0.3, legs with buttocks 0.4.",
        "Two raters of the same photographs differed by 3.3 on average (PMID 29569769).",
        "There is no agreed smallest change that matters; PASI75 is usual.",
    ),
)
