"""Areas out of scales and repeated readings, with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isnan, nan, sqrt
from statistics import mean, median, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

READINGS_MOST = 3
CM = {"cm": 1.0, "mm": 0.1, "um": 1e-4, "m": 100.0, "in": 2.54}


@dataclass(frozen=True, slots=True)
class Scale:
    """cm of one pixel (NaN: not known) and its relative standard error (NaN: not said); `words` say where from."""

    cm_per_px: float
    error: float
    words: str


@dataclass(frozen=True, slots=True)
class Combined:
    """One value of several readings: `spread` the standard error of the value out of their scatter, NaN of one."""

    value: float
    spread: float
    difference: float
    why: str = ""


def read_number(words: Mapping[str, str], name: str) -> float:
    """An option as a number; NaN where it is not said."""
    try:
        return float(words.get(name, "") or "nan")
    except ValueError:
        return nan


def scale_of(words: Mapping[str, str]) -> Scale:
    """The scale that the options say: cm per pixel, or a ruler of so many cm over so many pixels.

    The error is `scale_error` in percent, and that of reading the ruler's two ends, `ruler_px_error` pixels together.
    """
    said = read_number(words, "scale_error") / 100
    direct = read_number(words, "cm_per_px")
    if direct > 0:
        return Scale(direct, said, f"{direct:.6g} cm a pixel as said")
    length, pixels = read_number(words, "ruler_cm"), read_number(words, "ruler_px")
    if length > 0 and pixels > 0:
        reading = read_number(words, "ruler_px_error") / pixels
        known = [part for part in (said, reading) if not isnan(part)]
        return Scale(
            length / pixels, hypot(*known) if known else nan, f"{length:g} cm over {pixels:g} pixels"
        )
    return Scale(nan, said, "")


def combine(readings: Sequence[float], limit: float) -> Combined:
    """One reading as it is; the mean of two that differ by at most `limit` of it; the median of three or more.

    Two that differ by more have no value: a third reading decides.
    """
    if not readings:
        return Combined(nan, nan, nan, "no reading has an area")
    difference = (max(readings) - min(readings)) / mean(readings) if len(readings) > 1 else 0.0
    if len(readings) == 1:
        return Combined(readings[0], nan, 0.0)
    scatter = stdev(readings) / sqrt(len(readings))
    if len(readings) == 2 and difference > limit:
        why = f"two readings differ by {100 * difference:.1f} %: a third is needed"
        return Combined(nan, nan, difference, why)
    value = mean(readings) if len(readings) == 2 else median(readings)
    return Combined(value, scatter, difference)


def area_error(area: float, *, scale: float, tracing: float, sides: float = nan) -> float:
    """Standard error of an area: twice the relative error of the scale, the scatter of readings, that of the diameters.

    `scale` relative, `tracing` in cm2, `sides` relative, each NaN where not known; NaN where none is.
    """
    parts = [2 * area * scale, tracing, area * sides]
    known = [part for part in parts if not isnan(part)]
    return hypot(*known) if known else nan
