"""Dermatology Life Quality Index: scoring of ten numbered items, without the wording, which is copyright."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.catalogue import Instrument, Integrity, Item, Score

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

ITEMS = tuple(range(1, 11))
MAY_BE_IRRELEVANT = tuple(range(3, 11))
BANDS = ("no effect", "small effect", "moderate effect", "very large effect", "extremely large effect")
SUBSCALES = {
    "DLQI_symptoms": (1, 2),
    "DLQI_daily_activities": (3, 4),
    "DLQI_leisure": (5, 6),
    "DLQI_work": (7,),
    "DLQI_relationships": (8, 9),
    "DLQI_treatment": (10,),
}


def _typed(x: Mapping[str, Any], name: str) -> NDArray[np.float64]:
    """The values as recorded; an absent column is missing throughout."""
    return np.asarray(x.get(name, np.nan), dtype=float)


def _value(x: Mapping[str, Any], number: int) -> NDArray[np.float64]:
    """Score of one item: not relevant is 0, prevented from work is 3, of two answers the higher."""
    value = _typed(x, f"item_{number}")
    if number == 7:
        value = np.fmax(value, np.where(_typed(x, "item_7_work") == 1, 3.0, np.nan))
    irrelevant = _typed(x, f"item_{number}_not_relevant") == 1
    return np.where(irrelevant & np.isnan(value), 0.0, value)


def _values(x: Mapping[str, Any]) -> NDArray[np.float64]:
    """Shape (10, n)."""
    return np.stack(np.broadcast_arrays(*(_value(x, number) for number in ITEMS)))


def compute_total(x: Mapping[str, Any]) -> NDArray[np.float64]:
    """Total 0 to 30: one missing item counts 0, with two or more there is no total."""
    values = _values(x)
    return np.where(np.isnan(values).sum(axis=0) <= 1, np.nansum(values, axis=0), np.nan)


def compute_relevant_total(x: Mapping[str, Any]) -> NDArray[np.float64]:
    """DLQI-R: the total times 10 over the number of items that were relevant."""
    irrelevant = sum(1.0 * _irrelevant_with_zero(x, number) for number in MAY_BE_IRRELEVANT)
    return np.asarray(compute_total(x) * 10 / (10 - irrelevant))


def _irrelevant_with_zero(x: Mapping[str, Any], number: int) -> NDArray[np.bool_]:
    return np.asarray((_typed(x, f"item_{number}_not_relevant") == 1) & (_value(x, number) == 0))


def _subscale(numbers: tuple[int, ...]) -> Callable[[Mapping[str, Any]], NDArray[np.float64]]:
    return lambda x: np.asarray(sum(_value(x, number) for number in numbers))


def band(total: ArrayLike) -> NDArray[np.float64]:
    """Place in BANDS: 0-1, 2-5, 6-10, 11-20, 21-30; NaN stays NaN."""
    total = np.asarray(total, dtype=float)
    return np.where(np.isnan(total), np.nan, np.digitize(total, (2, 6, 11, 21)))


def _scored_though_irrelevant(number: int) -> Callable[[Mapping[str, Any]], NDArray[np.bool_]]:
    return lambda x: (_typed(x, f"item_{number}_not_relevant") == 1) & (_value(x, number) > 0)


def _item_7_contradicts(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    prevented, degree = _typed(x, "item_7_work"), _typed(x, "item_7")
    return np.asarray(((prevented == 1) & (degree < 3)) | ((prevented == 0) & (degree == 3)))


def _excess(x: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(_typed(x, "recorded_total") - compute_total(x))


def _second_part_left_out(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Item 7 says not prevented, and the total holds the 1 or 2 points of its second part."""
    return np.asarray((_typed(x, "item_7") == 0) & np.isin(_excess(x), (1, 2)))


def _total_is_not_the_sum(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    excess = _excess(x)
    return np.asarray(~np.isnan(excess) & (excess != 0) & ~_second_part_left_out(x))


def _total_of_too_few(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    missing = np.isnan(_values(x)).sum(axis=0)
    return np.asarray(~np.isnan(_typed(x, "recorded_total")) & (missing >= 2))


def _total_rule(code: str, broken: Callable[..., NDArray[np.bool_]], message: str, remedy: str) -> Integrity:
    columns = (*(f"item_{n}" for n in ITEMS), "recorded_total")
    return Integrity(code=code, broken=broken, message=message, remedy=remedy, columns=columns)


def _flag(name: str, label: str) -> Item:
    return Item(name=name, label=label, kind="truth", required=False)


ENTRY = Instrument(
    name="DLQI",
    label="Dermatology Life Quality Index",
    source="Finlay AY, Khan GK. Clin Exp Dermatol 1994;19:210-216; DLQI-R: Rencz F et al. Br J Dermatol 2018;179:1102",
    items=(
        *(
            Item(name=f"item_{n}", label=f"item {n}", kind="integer", low=Decimal(0), high=Decimal(3))
            for n in ITEMS
        ),
        _flag("item_7_work", "item 7, first part: prevented"),
        *(_flag(f"item_{n}_not_relevant", f"item {n}: not relevant") for n in MAY_BE_IRRELEVANT),
        Item(
            name="recorded_total",
            label="total as written on the form",
            kind="integer",
            low=Decimal(0),
            high=Decimal(30),
            required=False,
        ),
    ),
    scores=(
        Score(name="DLQI", label="DLQI", compute=compute_total, low=0, high=30, decimals=0),
        Score(name="DLQI_R", label="DLQI-R", compute=compute_relevant_total, low=0, high=30, decimals=1),
        *(
            Score(
                name=name,
                label=name.replace("_", " "),
                compute=_subscale(numbers),
                low=0,
                high=3 * len(numbers),
                decimals=0,
            )
            for name, numbers in SUBSCALES.items()
        ),
    ),
    integrity=(
        *(
            Integrity(
                code="FD-R103",
                broken=_scored_though_irrelevant(n),
                message=f"item {n} is marked not relevant and has a score above 0.",
                remedy="Keep what the participant ticked: one of the two.",
                columns=(f"item_{n}", f"item_{n}_not_relevant"),
            )
            for n in MAY_BE_IRRELEVANT
        ),
        Integrity(
            code="FD-R104",
            broken=_item_7_contradicts,
            message="the two parts of item 7 contradict each other: prevented is 3, not prevented is 0, 1 or 2.",
            remedy="Read both parts again on the form. Until then the higher counts.",
            columns=("item_7", "item_7_work"),
        ),
        _total_rule(
            "FD-R105",
            _total_is_not_the_sum,
            "the total on the form is not the sum of its items.",
            "Read the items again; firstdose computes the total from them.",
        ),
        _total_rule(
            "FD-R106",
            _second_part_left_out,
            "the total on the form is 1 or 2 higher than its items, and item 7 is 0: its second part seems left out.",
            "Enter the second part of item 7 (0, 1 or 2) as item_7.",
        ),
        _total_rule(
            "FD-R107",
            _total_of_too_few,
            "a total is written although two or more items are missing.",
            "There is no total then; look for the answers.",
        ),
    ),
    examples=(
        ({f"item_{n}": 3 for n in ITEMS}, 30.0),
        ({f"item_{n}": 1 for n in ITEMS if n != 7} | {"item_7": np.nan, "item_7_work": 1}, 12.0),
        ({f"item_{n}": 2 for n in ITEMS if n != 4} | {"item_4": np.nan}, 18.0),
    ),
    verb="is answered",
    licence="The wording of the DLQI is copyright A.Y. Finlay and G.K. Khan and is not shipped. Ask for permission.",
    mapping=(("domain", "QS"), ("category", "DLQI")),
    notes=(
        "Missing: one missing item counts 0, with two or more there is no total; a subscale needs all its items.",
        "Over the last week, from the age of 16. Not relevant counts 0 and is allowed for items 3 to 10.",
        "Bands 0-1, 2-5, 6-10, 11-20, 21-30. A change of 4 is commonly held to matter.",
    ),
)
