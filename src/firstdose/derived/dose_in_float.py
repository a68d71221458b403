"""The dose a second time, in binary floating point: its own table of units, its own formulas, nothing shared.

A mistake in one way is seen as a difference from the other; a sheet is printed only where both agree.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.derived.area import Area
    from firstdose.derived.dose_plan import DosePlan, DoseRequest
    from firstdose.protocol.model import Intervention
    from firstdose.values.quantity import Quantity

AGREEMENT = 1e-9
DUST = 1e-12  # so near a whole number of points is only the rounding of binary numbers

# In centimetres and their powers, single cells, and shares of one.
_SIZE = {
    "cells": 1.0, "1": 1.0, "fraction": 1.0, "%": 0.01,
    "nm": 1e-7, "um": 1e-4, "mm": 0.1, "cm": 1.0, "m": 100.0,
    "um2": 1e-8, "mm2": 0.01, "cm2": 1.0, "m2": 1e4,
    "uL": 1e-3, "mm3": 1e-3, "mL": 1.0, "cm3": 1.0, "dL": 100.0, "L": 1000.0, "m3": 1e6,
}  # fmt: skip


def compute_dose_in_float(request: DoseRequest, limits: Intervention) -> dict[str, float]:
    """cells, and with a concentration volume_to_prepare, volume, points_needed (not whole) and density bounds.

    cm2, mL and cells; NaN for a unit outside its own small table, which agrees with nothing.
    """
    area = compute_area_in_float(request.area)
    density = _plain(request.density)
    numbers = {"cells": area * density}
    numbers |= _spread(density, limits, request.area)
    strength = _strength(request)
    if strength is None:
        return numbers
    per_area = density / strength
    numbers["viable_concentration"] = strength
    numbers["volume"] = area * per_area
    dead = 0.0 if limits.dead_volume is None else _plain(limits.dead_volume)
    numbers["volume_to_prepare"] = math.fsum((area * per_area, dead))
    needed = []
    if limits.volume_per_point is not None and limits.volume_per_point.value > 0:
        needed.append(area * (per_area / _plain(limits.volume_per_point)))
    if limits.point_spacing is not None and limits.point_spacing.value > 0:
        needed.append(area * _plain(limits.point_spacing) ** -2)
    if needed:
        numbers["points_needed"] = max(needed)
    return numbers


def compute_area_in_float(area: Area) -> float:
    """cm2: ellipse by its half axes, outline by triangles around its middle, rectangle by its sides."""
    sizes = [_plain(size) for size in area.sizes]
    if area.method == "ellipse":
        return math.pi * (sizes[0] / 2) * (sizes[1] / 2)
    if area.method == "rectangle":
        return math.prod(sizes)
    if area.method == "outline":
        return _fan([(float(x), float(y)) for x, y in area.corners])
    return _plain(area.value)


def _fan(corners: Sequence[tuple[float, float]]) -> float:
    """Triangles between each edge and the middle of all corners, with their signs."""
    middle_x = math.fsum(x for x, _ in corners) / len(corners)
    middle_y = math.fsum(y for _, y in corners) / len(corners)
    arms = [(x - middle_x, y - middle_y) for x, y in corners]
    return (
        abs(math.fsum(arms[i - 1][0] * arms[i][1] - arms[i - 1][1] * arms[i][0] for i in range(len(arms))))
        / 2
    )


def _strength(request: DoseRequest) -> float | None:
    """Living cells per mL."""
    if request.concentration is None:
        return None
    if request.counted == "viable":
        return _plain(request.concentration)
    return None if request.viability is None else _plain(request.concentration) * _plain(request.viability)


def _spread(density: float, limits: Intervention, area: Area) -> dict[str, float]:
    parts = [limits.uncertainty_area, limits.uncertainty_count, limits.uncertainty_volume]
    if area.uncertainty is not None:
        parts[0] = area.uncertainty
    known = [float(part) for part in parts if part is not None]
    if not known:
        return {}
    share = math.hypot(*known)
    return {"density_low": density - density * min(share, 1.0), "density_high": density + density * share}


def _plain(quantity: Quantity) -> float:
    return float(quantity.value) * _quotient(quantity.unit.symbol)


@cache
def _quotient(symbol: str) -> float:
    above, *below = symbol.split("/")
    size = _size(above)
    for unit in below:
        size /= _size(unit)
    return size


def _size(symbol: str) -> float:
    power = re.fullmatch(r"10\^([0-9]+) ?(.*)", symbol)
    if power:
        return math.pow(10.0, int(power[1])) * _SIZE.get(power[2] or "cells", math.nan)
    return _SIZE.get(symbol, math.nan)


def disagreement(request: DoseRequest, plan: DosePlan, limits: Intervention) -> tuple[str, ...]:
    """The names of the numbers in which both ways differ by more than 1e-9 relative, or which only one way has."""
    second = compute_dose_in_float(request, limits)
    needed = second.pop("points_needed", None)
    first = {name: float(quantity.value) for name, quantity in _quantities(plan).items()}
    differing = [
        name
        for name in sorted({*first, *second})
        if not math.isclose(first.get(name, math.nan), second.get(name, math.nan), rel_tol=AGREEMENT)
    ]
    return (*differing, *(() if _fits(plan.points, needed) else ("points",)))


def _quantities(plan: DosePlan) -> dict[str, Quantity]:
    numbers = {
        "cells": plan.cells,
        "viable_concentration": plan.viable_concentration,
        "volume": plan.volume,
        "volume_to_prepare": plan.volume_to_prepare,
    }
    if plan.density_interval is not None:
        low, high = plan.density_interval
        numbers |= {"density_low": low.to("cells/cm2"), "density_high": high.to("cells/cm2")}
    return {name: quantity for name, quantity in numbers.items() if quantity is not None}


def _fits(points: int | None, needed: float | None) -> bool:
    """Whether these are the points needed, rounded up; binary dust beside a whole number is not."""
    if points is None or needed is None:
        return points is None and needed is None
    whole = round(needed)
    return points == (whole if math.isclose(needed, whole, rel_tol=DUST) else math.ceil(needed))
