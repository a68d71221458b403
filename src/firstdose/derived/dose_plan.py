"""The arithmetic of one dose: planned by area and dose level, prepared in volume and points, and given.

Everything is exact or has 40 digits; nothing is rounded before it is shown. `dose_in_float` computes the same numbers
a second time in another way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Literal

from firstdose.values.issue import Place
from firstdose.values.quantity import Quantity
from firstdose.values.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from firstdose.derived.area import Area
    from firstdose.protocol.model import Intervention
    from firstdose.values.units import Unit

Counted = Literal["viable", "total"]

CELLS, PER_ML, PER_CM2 = (read_unit(symbol) for symbol in ("cells", "cells/mL", "cells/cm2"))
CM, CM2, ML, SHARE = (read_unit(symbol) for symbol in ("cm", "cm2", "mL", "fraction"))
NO_CELLS = Quantity(Decimal(0), CELLS)
DIGITS = Context(prec=40)


def value_in(quantity: Quantity, unit: Unit) -> Decimal:
    """The number in this unit: at once where it has it already. DifferentDimension where it cannot have it."""
    return quantity.value if quantity.unit is unit else quantity.to(unit).value


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
        step = Decimal(0) if self.graduation is None else value_in(self.graduation, ML)
        if step <= 0:
            return volume.to(ML)
        steps = DIGITS.divide(value_in(volume, ML), step).to_integral_value(ROUND_HALF_UP)
        return Quantity(steps * step, ML)


def compute_dose(request: DoseRequest, limits: Intervention) -> DosePlan:
    """Cells, volume and points of one lesion.

    Raises:
        DifferentDimension: the density is not in cells per area, or the concentration not in cells per volume.
        ValueError: density or concentration is not above 0.
    """
    area, density = value_in(request.area.value, CM2), _above_zero(value_in(request.density, PER_CM2))
    cells = DIGITS.multiply(density, area)
    viable = compute_viable(request.concentration, request.counted, request.viability)
    volume = None if viable is None else DIGITS.divide(cells, viable.value)
    dead = Decimal(0) if limits.dead_volume is None else value_in(limits.dead_volume, ML)
    by_volume = _parts(volume, value_in(limits.volume_per_point, ML) if limits.volume_per_point else None)
    by_grid = _parts(area, _square(limits.point_spacing))
    points = (
        None
        if volume is None
        else max((each for each in (by_volume, by_grid) if each is not None), default=None)
    )
    uncertainty = compute_uncertainty(limits, request.area)
    return DosePlan(
        cells=Quantity(cells, CELLS),
        viable_concentration=viable,
        volume=_in_ml(volume),
        volume_to_prepare=_in_ml(None if volume is None else DIGITS.add(volume, dead)),
        points_by_volume=by_volume,
        points_by_grid=by_grid,
        points=points,
        volume_per_point=_in_ml(
            DIGITS.divide(volume, Decimal(points)) if volume is not None and points else None
        ),
        graduation=limits.syringe_graduation,
        uncertainty=uncertainty,
        density_interval=None if uncertainty is None else _interval(density, uncertainty),
    )


def compute_viable(
    concentration: Quantity | None, counted: Counted, viability: Quantity | None
) -> Quantity | None:
    """Living cells per mL. A count of living cells is never multiplied by viability once more."""
    if concentration is None or (counted == "total" and viability is None):
        return None
    strength = value_in(concentration, PER_ML)
    if counted == "total" and viability is not None:
        strength = DIGITS.multiply(strength, value_in(viability, SHARE))
    return Quantity(_above_zero(strength), PER_ML)


def compute_uncertainty(limits: Intervention, area: Area | None = None) -> Decimal | None:
    """Square root of the sum of squares of the known parts, as a share; None where none is known.

    The parts are those that the protocol declares; an area with an uncertainty of its own brings the part of the area.
    """
    of_area = limits.uncertainty_area if area is None or area.uncertainty is None else area.uncertainty
    parts = (of_area, limits.uncertainty_count, limits.uncertainty_volume)
    known = [part for part in parts if part is not None]
    return DIGITS.sqrt(sum((part * part for part in known), Decimal(0))) if known else None


def _above_zero(number: Decimal) -> Decimal:
    if number <= 0:
        raise ValueError(f"a density or concentration of {number} is not above 0")
    return number


def _parts(whole: Decimal | None, part: Decimal | None) -> int | None:
    """How many parts cover the whole; a remainder is a part of its own."""
    if whole is None or part is None or part <= 0:
        return None
    return int(DIGITS.divide(whole, part).to_integral_value(ROUND_CEILING))


def _square(spacing: Quantity | None) -> Decimal | None:
    return None if spacing is None else DIGITS.power(value_in(spacing, CM), 2)


def _in_ml(volume: Decimal | None) -> Quantity | None:
    return None if volume is None else Quantity(volume, ML)


def _interval(density: Decimal, share: Decimal) -> tuple[Quantity, Quantity]:
    low, high = (DIGITS.multiply(density, end) for end in (max(Decimal(0), 1 - share), 1 + share))
    return Quantity(low, PER_CM2), Quantity(high, PER_CM2)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDose:
    """What the record of one injection says, and what follows from it.

    `cells_written`: the planned cells that somebody computed on the day; `released`: the record has no concentration
    that can be used, that of the product at release stands here. `volume` is what was drawn less what stayed in the
    syringe, `cells` that volume times the living cells per mL; both None where the record does not hold enough, or
    says that more is left than was drawn.
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
    viable_concentration: Quantity | None = field(init=False)
    volume: Quantity | None = field(init=False)
    cells: Quantity | None = field(init=False)
    volume_per_point: Quantity | None = field(init=False)

    def __post_init__(self) -> None:
        viable = compute_viable(self.concentration, self.counted, self.viability) if self.counted else None
        volume = _left_the_syringe(self.drawn, self.residual)
        cells = None if volume is None or viable is None else DIGITS.multiply(volume, viable.value)
        per_point = (
            DIGITS.divide(volume, Decimal(self.points)) if volume is not None and self.points else None
        )
        object.__setattr__(self, "viable_concentration", viable)
        object.__setattr__(self, "volume", _in_ml(volume))
        object.__setattr__(self, "cells", None if cells is None else Quantity(cells, CELLS))
        object.__setattr__(self, "volume_per_point", _in_ml(per_point))


def _left_the_syringe(drawn: Quantity | None, residual: Quantity | None) -> Decimal | None:
    if drawn is None or residual is None:
        return None
    volume = DIGITS.subtract(value_in(drawn, ML), value_in(residual, ML))
    return None if volume < 0 else volume


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
    `level`: of the lesion map, else of the injection; `number`: 1 for the first administration; `unread`: why the
    outline has no area (message, remedy); `lot`: of the injection, else of the chain of custody, else of the product;
    `unreleased`: why that lot may not be given; `places`: activity > line of its record and cell of each column.
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
    lot: str = ""
    unreleased: str = ""
    places: Mapping[str, tuple[Place, Mapping[str, int]]] = field(default_factory=dict)

    def at(self, item: str) -> Place:
        """Where an item such as `injection.points` stands, or the lesion's own line."""
        activity, _, column = item.partition(".")
        place, columns = self.places.get(activity, (self.place, {}))
        return Place(place.file, place.line, columns.get(column, 1))

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
        return Quantity(DIGITS.divide(self.given.cells.value, self.areas[0].value.value), PER_CM2)

    @property
    def committed(self) -> Quantity:
        """The cells given where known, else those planned: what counts against the cap."""
        if self.given is not None and self.given.cells is not None:
            return self.given.cells
        return self.plan.cells if self.plan else NO_CELLS
