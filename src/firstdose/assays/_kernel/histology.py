"""Arithmetic on slides: densities, shares of positive cells, thicknesses, the Trozak total."""

from __future__ import annotations

from math import nan
from statistics import mean, median, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

UM2_OF_MM2 = 1e6
# Sign > the points it may have, as in general use, not compared with Trozak's own table. Elongated and club-shaped
# ridges add up: only so is the most 19, as the score's range says.
TROZAK: dict[str, tuple[float, ...]] = {
    "rete_elongation": (0, 1),
    "rete_club_shape": (0, 2),
    "papillae_oedema": (0, 1),
    "perivascular_infiltrate": (0, 1),
    "granular_layer_absent": (0, 1, 2),
    "parakeratosis": (0, 1, 2),
    "suprapapillary_thinning": (0, 2),
    "suprabasal_mitoses": (0, 2),
    "munro_abscess": (0, 3),
    "spongiform_pustule": (0, 3),
}


def density(cells: float, area_um2: float) -> float:
    """Cells per mm2; NaN without an area."""
    return cells / area_um2 * UM2_OF_MM2 if area_um2 > 0 else nan


def positive_share(positive: int, negative: int) -> float:
    """Percent of positive cells; NaN of none."""
    return 100 * positive / (positive + negative) if positive + negative else nan


def is_class(name: str, analyte: str) -> bool:
    """Whether cells of a class are cells of an analyte: CD3 is in 'CD3', 'CD3: Positive', 'CD3: CD8', not 'CD3: Negative'."""
    parts = parts_of(name)
    return (name.casefold() == analyte.casefold() or analyte.casefold() in parts) and "negative" not in parts


def parts_of(name: str) -> list[str]:
    """The names that a class is made of."""
    return [part.strip().casefold() for part in name.split(":")]


def sign_of(name: str) -> tuple[str, str]:
    """(marker, '+', '-' or ''): 'Positive', 'Cells: marker+' and 'CD3: Negative' say which way."""
    parts = [part.strip() for part in name.split(":")]
    last = parts[-1].casefold()
    for word, sign in (("positive", "+"), ("negative", "-")):
        if last == word:
            return ": ".join(parts[:-1]), sign
    return (name[:-1], name[-1]) if name[-1:] in {"+", "-"} else (name, "")


def markers_of(classes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Marker > its positive and its negative class, for those that have both."""
    found: dict[str, dict[str, str]] = {}
    for name in classes:
        marker, sign = sign_of(name)
        if sign:
            found.setdefault(marker, {})[sign] = name
    return {marker: (each["+"], each["-"]) for marker, each in found.items() if len(each) == 2}


def trozak_total(points: Mapping[str, float | None]) -> tuple[float, str]:
    """(total 0 to 19, why there is none)."""
    missing = [sign for sign in TROZAK if points.get(sign) is None]
    if missing:
        return nan, f"not scored: {', '.join(missing)}"
    wrong = [sign for sign, allowed in TROZAK.items() if points[sign] not in allowed]
    if wrong:
        return nan, f"{wrong[0]} cannot have {points[wrong[0]]:g} points"
    return float(sum(points[sign] or 0.0 for sign in TROZAK)), ""


def relative_difference(values: Sequence[float]) -> float:
    """Largest less smallest over their mean, in percent; 0 of one value or where all are 0."""
    middle = mean(values)
    return 100 * (max(values) - min(values)) / middle if middle else 0.0


def median_of_fields(lines: Mapping[str, Collection[float]]) -> tuple[float, float]:
    """(median over fields of each field's mean, standard deviation of these means; NaN of one field)."""
    means = [mean(each) for each in lines.values() if each]
    if not means:
        return nan, nan
    return median(means), stdev(means) if len(means) > 1 else nan
