"""Sheets as they are filled on the day, drawn from a seed: right ones, and the same with one slip planted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.unit.derived.dose_records import Row, injected, mapped, product

Sheet = tuple[Row, Row, Row]  # lesion map, injection, cell product
LEVELS = {"DL1": 1e6, "DL2": 3e6}
DEAD = 0.1  # mL


def clean_sheet(rng: np.random.Generator, participant: str) -> Sheet:
    """One plaque, measured twice, counted, planned, drawn and injected without a slip.

    Readings of the area scatter by 3 %, counts by 4 %; computed numbers are rounded as people round; the syringe
    shows 0.01 mL; the residual scatters around the dead volume.
    """
    long = round(rng.uniform(3, 9), 1)
    short = round(long * rng.uniform(0.45, 1), 1)
    level = str(rng.choice(list(LEVELS)))
    area = round(math.pi / 4 * long * short * rng.uniform(0.97, 1.03), 1)
    viability = round(rng.uniform(70, 92), 1)
    release = _digits(LEVELS[level] / rng.uniform(0.065, 0.09), 3)
    living = release * rng.uniform(0.96, 1.04)
    counted = str(rng.choice(["total", "viable"]))
    concentration = _digits(living / (viability / 100) if counted == "total" else living, 4)
    living = concentration * viability / 100 if counted == "total" else concentration
    volume = LEVELS[level] * area / living
    drawn, residual = round(volume + DEAD, 2), round(DEAD + rng.uniform(-0.01, 0.01), 2)
    return (
        mapped(participant, "L1", long, short, dose_level=level),
        injected(
            participant,
            "L1",
            dose_level=level,
            area_cm2=area,
            concentration=concentration,
            concentration_is=counted,
            viability=viability,
            planned_cells=_digits(LEVELS[level] * area, 3),
            volume_drawn=drawn,
            residual_volume=residual,
            points=math.ceil(max(volume / 0.1, area)),
        ),
        product(participant, release, viability),
    )


def _digits(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")


def _times(item: str, factor: float, at: int = 1) -> Callable[[Sheet, np.random.Generator], None]:
    def plant(sheet: Sheet, rng: np.random.Generator) -> None:
        sheet[at][item] *= factor if rng.random() < 0.5 else 1 / factor

    return plant


def _set_area(area: Callable[[float, float], float]) -> Callable[[Sheet, np.random.Generator], None]:
    """The area used comes from the diameters in a wrong way, and all else follows from it."""

    def plant(sheet: Sheet, rng: np.random.Generator) -> None:
        lesion, injection, _ = sheet
        factor = area(lesion["long_diameter"], lesion["short_diameter"]) / injection["area_cm2"]
        _follow(injection, factor)

    return plant


def _follow(injection: Row, factor: float) -> None:
    """Area used, cells and volume, all times the factor: the rest of the sheet was computed correctly."""
    volume = (injection["volume_drawn"] - DEAD) * factor
    injection["area_cm2"] = round(injection["area_cm2"] * factor, 2)
    injection["planned_cells"] = _digits(injection["planned_cells"] * factor, 3)
    injection["volume_drawn"] = round(volume + DEAD, 2)


def _millimetres(sheet: Sheet, rng: np.random.Generator) -> None:
    """The map has millimetres for centimetres; the area used is right."""
    for item in ("long_diameter", "short_diameter"):
        sheet[0][item] *= 10


def _tenfold_area(sheet: Sheet, rng: np.random.Generator) -> None:
    _follow(sheet[1], 10 if rng.random() < 0.5 else 0.1)


def _other_level(sheet: Sheet, rng: np.random.Generator) -> None:
    sheet[1]["dose_level"] = "DL2" if sheet[1]["dose_level"] == "DL1" else "DL1"


def _total_at_release(sheet: Sheet, rng: np.random.Generator) -> None:
    """The counter printed all cells; they were entered as living ones."""
    _, injection, release = sheet
    injection["concentration_is"] = "viable"
    injection["concentration"] = _digits(release["viable_concentration"] / (injection["viability"] / 100), 4)


def _total_in_volume(sheet: Sheet, rng: np.random.Generator) -> None:
    """The volume was computed with all cells; no release record to compare with."""
    _, injection, release = sheet
    release["viable_concentration"] = None
    _large_enough(sheet)
    injection["concentration"] = _digits(_strength(injection) / (injection["viability"] / 100), 4)
    injection["concentration_is"] = "total"
    injection["volume_drawn"] = round(_cells(injection) / injection["concentration"] + DEAD, 2)


def _viability_twice(sheet: Sheet, rng: np.random.Generator) -> None:
    """The counter printed living cells; viability was multiplied once more for the volume."""
    _, injection, release = sheet
    release["viable_concentration"] = None
    _large_enough(sheet)
    injection["concentration"] = _digits(_strength(injection), 4)
    injection["concentration_is"] = "viable"
    strength = injection["concentration"] * injection["viability"] / 100
    injection["volume_drawn"] = round(_cells(injection) / strength + DEAD, 2)


def _large_enough(sheet: Sheet) -> None:
    """A plaque of at least 12 cm2, so that the syringe can show the slip at all."""
    lesion, injection, _ = sheet
    if injection["area_cm2"] < 12:
        lesion["long_diameter"], lesion["short_diameter"] = 5.0, 4.0
        _follow(injection, math.pi * 5 / injection["area_cm2"])


def _strength(injection: Row) -> float:
    share = injection["viability"] / 100 if injection["concentration_is"] == "total" else 1.0
    return float(injection["concentration"] * share)


def _cells(injection: Row) -> float:
    return LEVELS[injection["dose_level"]] * float(injection["area_cm2"])


# Slip: (Issue that names it, how it is planted)
SLIPS: dict[str, tuple[str, Callable[[Sheet, np.random.Generator], None]]] = {
    "area a factor 10 off": ("FD-R209", _tenfold_area),
    "concentration a factor 10 off": ("FD-R210", _times("concentration", 10)),
    "planned cells a factor 10 off": ("FD-R211", _times("planned_cells", 10)),
    "volume a factor 10 off": ("FD-R212", _times("volume_drawn", 10)),
    "mm typed as cm on the map": ("FD-R213", _millimetres),
    "mm typed as cm on the day": ("FD-R213", _set_area(lambda a, b: math.pi / 4 * 10 * a * 10 * b)),
    "diameter used as radius": ("FD-R214", _set_area(lambda a, b: math.pi * a * b)),
    "radius used as diameter": ("FD-R214", _set_area(lambda a, b: math.pi / 4 * a / 2 * b / 2)),
    "bounding box for ellipse": ("FD-R215", _set_area(lambda a, b: a * b)),
    "all cells entered as living": ("FD-R216", _total_at_release),
    "volume computed with all cells": ("FD-R216", _total_in_volume),
    "viability multiplied twice": ("FD-R217", _viability_twice),
    "another dose level": ("FD-R208", _other_level),
}


def sheets(seed: int, number: int, slip: str = "") -> list[Sheet]:
    """So many sheets of so many participants, each with the slip, or clean."""
    rng = np.random.default_rng(seed)
    drawn: list[Any] = []
    for place in range(number):
        sheet = clean_sheet(rng, f"P{place + 1}")
        if slip:
            SLIPS[slip][1](sheet, rng)
        drawn.append(sheet)
    return drawn
