"""The arithmetic of one dose: planned by area and dose level, prepared in volume and points, and given.

Everything is exact or has 40 digits; nothing is rounded before it is shown. `dose_in_float` computes the same numbers
a second time in another way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Literal

from firstdose.values.quantity import Quantity
from firstdose.values.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from firstdose.derived.area import Area
    from firstdose.protocol.model import Intervention
    from firstdose.values.issue import Place

Counted = Literal["viable", "total"]

CELLS, PER_ML, ML, PER_CM2 = (read_unit(symbol) for symbol in ("cells", "cells/mL", "mL", "cells/cm2"))
NO_CELLS = Quantity(Decimal(0), CELLS)
DIGITS = Context(prec=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRequest:
    """What a dose is computed from. `counted`: the cells in the concentration; of all cells the viability is needed."""

    area: Area
    density: Quantity
    concentration: Quantity | None = None
    counted: Counted = "viable"
    viability: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DosePlan:
    """A dose in full precision; None where a concentration or the protocol's limit is not known.

    `points`: the larger of `points_by_volume` and `points_by_grid`, known only with a volume. `uncertainty`: relative
    standard uncertainty of the density given; `density_interval` reaches one of them to each side.
    """

    cells: Quantity
    viable_concentration: Quantity | None
    volume: Quantity | None
    volume_to_prepare: Quantity | None
    points_by_volume: int | None
    points_by_grid: int | None
    points: int | None
    volume_per_point: Quantity | None
    graduation: Quantity | None
    uncertainty: Decimal | None
    density_interval: tuple[Quantity, Quantity] | None

    def on_syringe(self, volume: Quantity) -> Quantity:
        """A volume as the syringe shows it: the nearest graduation, halves up; unrounded where none is declared."""
        if self.graduation is None:
            return volume.to(ML)
        step = self.graduation.to(ML).value
        steps = DIGITS.divide(volume.to(ML).value, step).to_integral_value(ROUND_HALF_UP)
        return Quantity(steps * step, ML)


def compute_dose(request: DoseRequest, limits: Intervention) -> DosePlan:
    """Cells, volume and points of one lesion.

    Raises:
        DifferentDimension: the density is not in cells per area, or the concentration not in cells per volume.
        ValueError: density or concentration is not above 0.
    """
    cells = (_above_zero(request.density.to(PER_CM2)) * request.area.value).to(CELLS)
    viable = compute_viable(request.concentration, request.counted, request.viability)
    volume = None if viable is None else (cells / viable).to(ML)
    by_volume = _parts(volume, limits.volume_per_point)
    by_grid = _parts(request.area.value, limits.point_spacing and limits.point_spacing * limits.point_spacing)
    known = [number for number in (by_volume, by_grid) if number is not None]
    points = max(known, default=None) if volume is not None else None
    uncertainty = compute_uncertainty(limits)
    return DosePlan(
        cells=cells,
        viable_concentration=viable,
        volume=volume,
        volume_to_prepare=_with_dead(volume, limits.dead_volume),
        points_by_volume=by_volume,
        points_by_grid=by_grid,
        points=points,
        volume_per_point=volume / points if volume is not None and points else None,
        graduation=limits.syringe_graduation,
        uncertainty=uncertainty,
        density_interval=None if uncertainty is None else _interval(request.density, uncertainty),
    )


def compute_viable(concentration: Quantity | None, counted: Counted, viability: Quantity | None) -> Quantity | None:
    """Living cells per mL. A count of living cells is never multiplied by viability once more."""
    if concentration is None:
        return None
    if counted == "viable":
        return _above_zero(concentration.to(PER_ML))
    return None if viability is None else _above_zero((concentration * viability).to(PER_ML))


def compute_uncertainty(limits: Intervention) -> Decimal | None:
    """Square root of the sum of squares of the parts the protocol declares, as a share; None where it declares none."""
    parts = (limits.uncertainty_area, limits.uncertainty_count, limits.uncertainty_volume)
    known = [part for part in parts if part is not None]
    return DIGITS.sqrt(sum((part * part for part in known), Decimal(0))) if known else None


def _above_zero(quantity: Quantity) -> Quantity:
    if quantity.value <= 0:
        raise ValueError(f"{quantity} is not above 0")
    return quantity


def _parts(whole: Quantity | None, part: Quantity | None) -> int | None:
    """How many parts cover the whole; a remainder is a part of its own."""
    if whole is None or part is None:
        return None
    return int((whole / part).to("1").value.to_integral_value(ROUND_CEILING))


def _with_dead(volume: Quantity | None, dead: Quantity | None) -> Quantity | None:
    return volume if volume is None or dead is None else volume + dead


def _interval(quantity: Quantity, share: Decimal) -> tuple[Quantity, Quantity]:
    return quantity * max(Decimal(0), 1 - share), quantity * (1 + share)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDose:
    """What the record of one injection says.

    `cells_written`: the planned cells that somebody computed on the day; `released`: the record has no concentration
    that can be used, that of the product at release stands here.
    """

    visit: str
    date: date | None
    level: str
    area: Area | None
    concentration: Quantity | None
    counted: Counted | None
    viability: Quantity | None
    drawn: Quantity | None
    residual: Quantity | None
    points: int | None
    cells_written: Quantity | None
    lot: str = ""
    time: str = ""
    operator: str = ""
    released: bool = False

    @property
    def viable_concentration(self) -> Quantity | None:
        """Living cells per mL; None where it is not said what was counted."""
        if self.counted is None:
            return None
        return compute_viable(self.concentration, self.counted, self.viability)

    @property
    def volume(self) -> Quantity | None:
        """Drawn less what stayed in the syringe; None where more is said to be left than was drawn."""
        if self.drawn is None or self.residual is None or self.residual > self.drawn:
            return None
        return (self.drawn - self.residual).to(ML)

    @property
    def cells(self) -> Quantity | None:
        """(drawn - residual) x living cells per mL."""
        strength = self.viable_concentration
        return None if self.volume is None or strength is None else (self.volume * strength).to(CELLS)

    @property
    def volume_per_point(self) -> Quantity | None:
        return self.volume / self.points if self.volume is not None and self.points else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The suspension as released: living cells per mL, viability, lot."""

    viable_concentration: Quantity
    viability: Quantity | None = None
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionDose:
    """One administration to one lesion: what was planned and what was given, kept apart.

    `areas`: every reading of the lesion map, the one that counts first (the injection's, where the map has none);
    `level`: of the lesion map, else of the injection; `number`: 1 for the first administration; `places`: where the
    items stand, `injection.points`; `unread`: why the outline has no area (message, remedy).
    """

    participant: str
    lesion: str
    visit: str
    place: Place
    level: str = ""
    mapped_level: str = ""
    site: str = ""
    side: str = ""
    role: str = ""
    number: int = 1
    areas: tuple[Area, ...] = ()
    request: DoseRequest | None = None
    plan: DosePlan | None = None
    given: GivenDose | None = None
    product: Product | None = None
    unread: tuple[str, str] | None = None
    why_no_concentration: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)

    def at(self, item: str) -> Place:
        """Where an item stands, or the lesion's own line."""
        return self.places.get(item, self.place)

    @property
    def delivery(self) -> Decimal | None:
        """Cells given over cells planned, as a share."""
        if self.plan is None or self.given is None or self.given.cells is None:
            return None
        return DIGITS.divide(self.given.cells.value, self.plan.cells.value)

    @property
    def density_given(self) -> Quantity | None:
        """Cells given over the area that counts."""
        if self.given is None or self.given.cells is None or not self.areas:
            return None
        return (self.given.cells / self.areas[0].value).to(PER_CM2)

    @property
    def committed(self) -> Quantity:
        """The cells given where known, else those planned: what counts against the cap."""
        if self.given is not None and self.given.cells is not None:
            return self.given.cells
        return self.plan.cells if self.plan else NO_CELLS
