"""Quantities of the intervention: each of the kind that its field needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.checking_words import problem
from firstdose.values.units import dimension_words, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Intervention, Protocol
    from firstdose.values.issue import Issue, Place
    from firstdose.values.quantity import Quantity

AREA, VOLUME, LENGTH = (read_unit(symbol).dimension for symbol in ("cm2", "mL", "cm"))
CELLS, DENSITY, CONCENTRATION = (read_unit(symbol).dimension for symbol in ("cells", "cells/cm2", "cells/mL"))

# Field -> (dimension, words, unit to write)
_FIELDS = {
    "volume_per_point": (VOLUME, "a volume", "mL"),
    "point_spacing": (LENGTH, "a length", "cm"),
    "dead_volume": (VOLUME, "a volume", "mL"),
    "syringe_graduation": (VOLUME, "a volume", "mL"),
}
_RANGES = {"area_limits": (AREA, "an area", "cm2"), "volume_per_point_limits": (VOLUME, "a volume", "mL")}


def check_dose(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Dose levels against the unit of dosing, then cap, limits, volumes and spacing."""
    given = protocol.intervention
    if given is None:
        return
    for level in given.dose_levels:
        place = places.of("intervention", "dose_levels", level.level, "dose")
        yield from _level(given, protocol.lesion_word, level.dose, place)
    if given.cap:
        yield from _cap(given, given.cap, places.of("intervention", "cap"))
    if given.concentration_limit and _is_cells(given):
        place = places.of("intervention", "concentration_limit")
        yield from _must_be(given.concentration_limit, CONCENTRATION, "a concentration", "cells/mL", place)
    for field, (dimension, words, unit) in _FIELDS.items():
        quantity = getattr(given, field)
        if quantity:
            yield from _must_be(quantity, dimension, words, unit, places.of("intervention", field))
    for field, (dimension, words, unit) in _RANGES.items():
        for quantity in getattr(given, field) or ():
            yield from _must_be(quantity, dimension, words, unit, places.of("intervention", field))


def _level(given: Intervention, lesion: str, dose: Quantity, place: Place) -> Iterator[Issue]:
    """Cells per area for a lesion; for a participant any amount, but never a concentration."""
    per_volume = ("length", -3) in dose.unit.dimension
    cells = ("cells", 1) in dose.unit.dimension
    if given.unit_of_dosing == "participant":
        if per_volume:
            needs, unit = "an amount, not a concentration", "cells, cells/kg, mg or mL"
            yield _wrong(dose, "a dose per participant", needs, unit, place)
    elif (cells and dose.unit.dimension != DENSITY) or per_volume:
        yield _wrong(dose, f"a dose per {lesion}", "cells per area", "cells/cm2", place)


def _cap(given: Intervention, cap: Quantity, place: Place) -> Iterator[Issue]:
    if _is_cells(given) and cap.unit.dimension != CELLS:
        yield _wrong(cap, "a cap", "a number of cells", "cells", place)


def _is_cells(given: Intervention) -> bool:
    return any(("cells", 1) in level.dose.unit.dimension for level in given.dose_levels)


def _must_be(
    quantity: Quantity, dimension: tuple[tuple[str, int], ...], words: str, unit: str, place: Place
) -> Iterator[Issue]:
    if quantity.unit.dimension != dimension:
        yield _wrong(quantity, "this field", words, unit, place)


def _wrong(quantity: Quantity, field: str, needs: str, unit: str, place: Place) -> Issue:
    is_ = dimension_words(quantity.unit.dimension).removesuffix(" of cells")
    return problem(
        "FD-P032", place, quantity=quantity, is_=is_, field=field, needs=needs, guess=f"Write {unit}."
    )
