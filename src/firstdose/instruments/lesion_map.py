"""The map of the plaques: place, side, size, role and dose level of each, recorded once."""

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
LARGEST_CM = 30.0  # a longer diameter was probably typed in millimetres
MOST_RATIO = 10.0
MOST_DIFFERENCE = 0.10
SAME = 0.01  # two areas that agree within rounding


def _diameters(x: Mapping[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.asarray(x["long_diameter"], dtype=float), np.asarray(x["short_diameter"], dtype=float)


def ellipse_area(x: Mapping[str, Any]) -> NDArray[np.float64]:
    """pi/4 times the two diameters, in cm2."""
    long, short = _diameters(x)
    return np.asarray(np.pi / 4 * long * short)


def _given_over_ellipse(x: Mapping[str, Any]) -> NDArray[np.float64]:
    ellipse = ellipse_area(x)
    given = np.asarray(x.get("area_given", np.nan), dtype=float)
    return np.asarray(given / np.where(ellipse > 0, ellipse, np.nan))


def _is_bounding_box(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(_given_over_ellipse(x) / (4 / np.pi) - 1) <= SAME)


def _is_from_radii(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(_given_over_ellipse(x) / 4 - 1) <= SAME)


def _differs_from_ellipse(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    far = np.abs(_given_over_ellipse(x) - 1) > MOST_DIFFERENCE
    return np.asarray(far & ~_is_bounding_box(x) & ~_is_from_radii(x))


def _short_is_longer(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    long, short = _diameters(x)
    return np.asarray(short > long)


def _too_slender(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    long, short = _diameters(x)
    return np.asarray(long > MOST_RATIO * short)


def _looks_like_mm(x: Mapping[str, Any]) -> NDArray[np.bool_]:
    long, short = _diameters(x)
    return np.asarray((long > LARGEST_CM) | (short > LARGEST_CM))


def _diameter(name: str, label: str) -> Item:
    low, high = Decimal("0.1"), Decimal(300)
    return Item(name=name, label=label, kind="quantity", unit="cm", low=low, high=high, decimals=1)


DIAMETERS = ("long_diameter", "short_diameter")
SIZES = (*DIAMETERS, "area_given")

ENTRY = Instrument(
    name="lesion_map",
    label="lesion map",
    source="Own form: place and size of each lesion before dosing; the ellipse of two diameters is pi/4 a b",
    items=(
        Item(
            name="site", label="place on the body", kind="code", codes=tuple((site, site) for site in SITES)
        ),
        Item(name="laterality", label="side of the body", kind="code", codes=SIDES),
        _diameter("long_diameter", "longest diameter"),
        _diameter("short_diameter", "diameter across the longest"),
        Item(
            name="area_given",
            label="area from elsewhere",
            kind="number",
            unit="cm2",
            low=Decimal("0.01"),
            high=Decimal(10000),
            required=False,
        ),
        Item(
            name="area_error",
            label="standard error of the area from elsewhere",
            kind="number",
            unit="cm2",
            low=Decimal(0),
            high=Decimal(10000),
            required=False,
        ),
        Item(name="outline", label="traced outline, x,y; x,y; ... in cm", kind="text", required=False),
        Item(name="dose_level", label="dose level", kind="text", required=False),
        Item(
            name="role",
            label="role in the trial",
            kind="code",
            codes=(("treated", "receives the injection"), ("control", "is only observed")),
        ),
    ),
    per="lesion",
    scores=(
        Score(
            name="ellipse_area",
            label="area of the ellipse",
            compute=ellipse_area,
            low=0,
            high=70686,
            decimals=2,
            unit="cm2",
        ),
    ),
    integrity=(
        Integrity(
            code="FD-R109",
            broken=_short_is_longer,
            message="the diameter across is longer than the longest diameter.",
            remedy="Exchange the two, or measure again.",
            columns=DIAMETERS,
        ),
        Integrity(
            code="FD-R110",
            broken=_too_slender,
            message="the longest diameter is more than ten times the other.",
            remedy="Look for a decimal point or for millimetres; a band-shaped plaque is traced.",
            columns=DIAMETERS,
        ),
        Integrity(
            code="FD-R111",
            broken=_looks_like_mm,
            message="a diameter is above 30 cm: it was probably measured in millimetres.",
            remedy="Write centimetres; the area would be 100 times too large.",
            columns=DIAMETERS,
        ),
        Integrity(
            code="FD-R112",
            broken=_differs_from_ellipse,
            message="the area given differs by more than 10 % from the ellipse of the two diameters.",
            remedy="Measure once more; a plaque of another shape is traced.",
            columns=SIZES,
        ),
        Integrity(
            code="FD-R113",
            broken=_is_bounding_box,
            message="the area given is the rectangle around the plaque, 27 % more than the ellipse.",
            remedy="Multiply by pi/4, or leave it empty: the ellipse is computed from the diameters.",
            columns=SIZES,
        ),
        Integrity(
            code="FD-R114",
            broken=_is_from_radii,
            message="the area given is four times the ellipse: the diameters were used as radii.",
            remedy="Divide by 4, or leave it empty: the ellipse is computed from the diameters.",
            columns=SIZES,
        ),
    ),
    examples=(
        ({"long_diameter": 8, "short_diameter": 5}, float(np.pi) * 10),
        ({"long_diameter": 3.5, "short_diameter": 2}, float(np.pi) * 1.75),
    ),
    by_visit=False,
    mapping=(("domain", "TU"), ("site", "TULOC"), ("laterality", "TULAT"), ("lesion", "TULNKID")),
    notes=(
        "Left and right are the participant's own.",
        "`area_error` belongs to `area_given`; it takes the place of the protocol's uncertainty of an area.",
        "Where an assay measures the areas, `sample_role` in the list of samples says which row is a further reading.",
    ),
)
