"""Arithmetic of cells: a count in a chamber with its error, endotoxin by weight, and a dose in fractions.

Everything here is exact: whole numbers and fractions in, Decimals out, rounded once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

# A square of 1 mm2 below 0.1 mm of suspension holds 0.1 uL: ten thousand of them are one mL.
SQUARES_PER_ML = 10_000
_DIGITS = Context(prec=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChamberCount:
    """Living, dead and all cells per mL, viability in percent, relative standard error of the living (None: none seen)."""

    viable: Decimal
    dead: Decimal
    total: Decimal
    viability: Decimal | None
    relative_error: float | None


def compute_chamber(live: int, dead: int, squares: Decimal, dilution: Decimal) -> ChamberCount:
    """Cells per mL out of a count in squares of 1 mm2: live / squares x dilution x 1e4.

    Raises:
        ValueError: a count below 0, or squares or dilution not above 0.
    """
    if live < 0 or dead < 0 or squares <= 0 or dilution <= 0:
        raise ValueError("counts are at least 0, squares and dilution above 0")
    factor = Fraction(dilution) * SQUARES_PER_ML / Fraction(squares)
    total = live + dead
    return ChamberCount(
        viable=decimal_of(live * factor),
        dead=decimal_of(dead * factor),
        total=decimal_of(total * factor),
        viability=decimal_of(Fraction(100 * live, total)) if total else None,
        relative_error=counting_error(live),
    )


def counting_error(cells: float) -> float | None:
    """Relative standard error of a count that is Poisson: 1/sqrt(cells); None where none were seen."""
    return 1 / math.sqrt(cells) if cells > 0 else None


def viability_error(live: float, total: float) -> float | None:
    """Standard error of a viability, in points of percent: binomial; None where no cell was seen."""
    if total <= 0 or not 0 <= live <= total:
        return None
    share = live / total
    return 100 * math.sqrt(share * (1 - share) / total)


def endotoxin_per_kg(eu_per_ml: Decimal, volume_ml: Decimal, weight_kg: Decimal) -> Decimal:
    """EU per kg that a volume carries; ValueError where the weight is not above 0."""
    if weight_kg <= 0:
        raise ValueError("a weight is above 0")
    return decimal_of(Fraction(eu_per_ml) * Fraction(volume_ml) / Fraction(weight_kg))


def endotoxin_limit(eu_per_kg: Decimal, volume_ml: Decimal, weight_kg: Decimal) -> Decimal:
    """EU per mL that a volume may hold where a kg may receive so much (USP <85>: K / M); ValueError for no volume."""
    if volume_ml <= 0:
        raise ValueError("a volume is above 0")
    return decimal_of(Fraction(eu_per_kg) * Fraction(weight_kg) / Fraction(volume_ml))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactDose:
    """Cells, volumes in mL and points of one lesion, in fractions rounded once to 40 digits."""

    cells: Decimal
    volume: Decimal
    volume_to_prepare: Decimal
    points_by_volume: int
    points_by_grid: int
    points: int
    volume_per_point: Decimal


def compute_exact_dose(
    area: Decimal,
    density: Decimal,
    viable: Decimal,
    *,
    dead_volume: Decimal,
    volume_per_point: Decimal,
    spacing: Decimal,
) -> ExactDose:
    """A dose out of cm2, cells per cm2, living cells per mL, mL, mL and cm.

    Written beside the dose sheet's two computations to judge them: no step of it is rounded.

    Raises:
        ValueError: a number that is not above 0 (the dead volume: below 0).
    """
    if min(area, density, viable, volume_per_point, spacing) <= 0 or dead_volume < 0:
        raise ValueError("area, density, concentration, volume per point and spacing are above 0")
    cells = Fraction(area) * Fraction(density)
    volume = cells / Fraction(viable)
    by_volume = math.ceil(volume / Fraction(volume_per_point))
    by_grid = math.ceil(Fraction(area) / Fraction(spacing) ** 2)
    points = max(by_volume, by_grid)
    return ExactDose(
        cells=decimal_of(cells),
        volume=decimal_of(volume),
        volume_to_prepare=decimal_of(volume + Fraction(dead_volume)),
        points_by_volume=by_volume,
        points_by_grid=by_grid,
        points=points,
        volume_per_point=decimal_of(volume / points),
    )


def decimal_of(exact: Fraction) -> Decimal:
    """The fraction as a Decimal of at most 40 digits, rounded half even."""
    return _DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))
