"""The dose of each lesion: planned by its area and dose level, prepared in volume and points, and given.

All arithmetic is exact or has 40 digits; nothing is rounded before it is shown. `dose_in_float` computes the same
numbers a second time on another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from firstdose.derived.deviations import Deviation
from firstdose.values.quantity import Quantity
from firstdose.values.rounding import printed
from firstdose.values.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from firstdose.derived.area import Area
    from firstdose.protocol.model import Intervention, Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue, Place

Counted = Literal["viable", "total"]

CELLS, PER_ML, ML, PER_CM2 = (read_unit(symbol) for symbol in ("cells", "cells/mL", "mL", "cells/cm2"))
ONE = read_unit("1")
NONE = Quantity(Decimal(0), CELLS)
_DIGITS = Context(prec=40)


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
    """A dose in full precision. What no concentration is known for is None; so is what the protocol sets no limit for.

    `uncertainty`: relative standard uncertainty of the density given; `density_interval` one of them to each side.
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
        steps = _DIGITS.divide(volume.to(ML).value, step).to_integral_value(ROUND_HALF_UP)
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
    by_volume = _points(volume, limits.volume_per_point)
    spacing = limits.point_spacing
    by_grid = None if spacing is None else _points(request.area.value, spacing * spacing)
    points = _larger(by_volume, by_grid) if volume is not None else None
    uncertainty = compute_uncertainty(limits)
    return DosePlan(
        cells=cells,
        viable_concentration=viable,
        volume=volume,
        volume_to_prepare=volume and (volume + limits.dead_volume if limits.dead_volume else volume),
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
    return _DIGITS.sqrt(sum((part * part for part in known), Decimal(0))) if known else None


def _above_zero(quantity: Quantity) -> Quantity:
    if quantity.value <= 0:
        raise ValueError(f"{quantity} is not above 0")
    return quantity


def _points(whole: Quantity | None, part: Quantity | None) -> int | None:
    """How many parts cover the whole; a remainder is a part of its own."""
    if whole is None or part is None:
        return None
    return int((whole / part).to(ONE).value.to_integral_value(ROUND_CEILING))


def _larger(one: int | None, other: int | None) -> int | None:
    known = [number for number in (one, other) if number is not None]
    return max(known, default=None)


def _interval(quantity: Quantity, share: Decimal) -> tuple[Quantity, Quantity]:
    return quantity * max(Decimal(0), 1 - share), quantity * (1 + share)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDose:
    """What the record of one injection says. `plan_written` holds the cells that somebody computed on the day."""

    visit: str
    date: date | None
    level: str
    area: Area | None
    concentration: Quantity | None
    counted: Counted | None
    viability: Quantity | None
    viable_concentration: Quantity | None
    drawn: Quantity | None
    residual: Quantity | None
    points: int | None
    plan_written: Quantity | None
    lot: str = ""
    time: str = ""
    operator: str = ""

    @property
    def volume(self) -> Quantity | None:
        """What was drawn and did not stay in the syringe; None where more is said to be left than was drawn."""
        if self.drawn is None or self.residual is None or self.residual > self.drawn:
            return None
        return (self.drawn - self.residual).to(ML)

    @property
    def cells(self) -> Quantity | None:
        """(drawn - residual) x living cells per mL."""
        if self.volume is None or self.viable_concentration is None:
            return None
        return (self.volume * self.viable_concentration).to(CELLS)

    @property
    def volume_per_point(self) -> Quantity | None:
        return self.volume / self.points if self.volume is not None and self.points else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionDose:
    """One administration to one lesion: what was planned and what was given, kept apart.

    `areas`: every reading of its area, the one that counts first; `level`: of the lesion map, else of the injection;
    `number`: 1 for the first administration; `product`: living cells per mL and viability at release.
    """

    participant: str
    lesion: str
    visit: str
    level: str
    place: Place
    site: str = ""
    side: str = ""
    role: str = ""
    number: int = 1
    areas: tuple[Area, ...] = ()
    request: DoseRequest | None = None
    plan: DosePlan | None = None
    given: GivenDose | None = None
    product: tuple[Quantity, Quantity | None] | None = None
    mapped_level: str = ""
    injection_place: Place | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def delivery(self) -> Decimal | None:
        """Cells given over cells planned, as a share."""
        if self.plan is None or self.given is None or self.given.cells is None:
            return None
        return _DIGITS.divide(self.given.cells.value, self.plan.cells.value)

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
        return self.plan.cells if self.plan else NONE


def derive_doses(protocol: Protocol, snapshot: Snapshot) -> tuple[LesionDose, ...]:
    """Every administration on record and every lesion of the map that is to be treated, in order.

    Empty where the protocol doses nothing in cells per area.
    """
    from firstdose.derived.dose_records import read_doses

    return tuple(read_doses(protocol, snapshot))


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTotal:
    """Cells of one participant, at one visit or (visit '') in all. `committed`: given where known, else planned."""

    participant: str
    visit: str
    lesions: int
    planned: Quantity
    given: Quantity
    committed: Quantity
    cap: Quantity | None

    @property
    def over_cap(self) -> bool:
        """Whether plan, doses given, or both together exceed the cap."""
        return self.cap is not None and max(self.planned, self.given, self.committed) > self.cap


def dose_totals(doses: Sequence[LesionDose], limits: Intervention) -> tuple[DoseTotal, ...]:
    """For each participant the total, then one row a visit; a dose that is not known adds nothing."""
    return tuple(
        total
        for participant, group in groupby(doses, key=lambda dose: dose.participant)
        for total in _totals(participant, list(group), limits)
    )


def _totals(participant: str, doses: list[LesionDose], limits: Intervention) -> Iterator[DoseTotal]:
    yield _total(participant, "", doses, limits)
    for visit in dict.fromkeys(dose.visit for dose in doses):
        yield _total(participant, visit, [dose for dose in doses if dose.visit == visit], limits)


def _total(participant: str, visit: str, doses: list[LesionDose], limits: Intervention) -> DoseTotal:
    return DoseTotal(
        participant=participant,
        visit=visit,
        lesions=len({dose.lesion for dose in doses}),
        planned=_sum(dose.plan.cells for dose in doses if dose.plan),
        given=_sum(dose.given.cells for dose in doses if dose.given and dose.given.cells),
        committed=_sum(dose.committed for dose in doses),
        cap=limits.cap,
    )


def _sum(cells: Iterable[Quantity]) -> Quantity:
    return sum(cells, start=NONE)


def derive_dose_deviations(protocol: Protocol, snapshot: Snapshot) -> tuple[Deviation, ...]:
    """Doses given outside the tolerance, at another level than planned, or above the cap; ordered."""
    if protocol.intervention is None:
        return ()
    doses = derive_doses(protocol, snapshot)
    found = [*_off_target(doses, protocol.intervention), *_other_level(doses)]
    return tuple(sorted([*found, *_over_cap(doses, protocol.intervention)]))


def is_outside(delivery: Decimal, limits: Intervention) -> bool:
    """Whether given over planned lies outside the protocol's tolerance, whose ends are inside."""
    return limits.tolerance is not None and not limits.tolerance[0] <= delivery <= limits.tolerance[1]


def _off_target(doses: Sequence[LesionDose], limits: Intervention) -> Iterator[Deviation]:
    for dose in doses:
        if dose.delivery is None or limits.tolerance is None or not is_outside(dose.delivery, limits):
            continue
        low, high = (printed(100 * end, 0) for end in limits.tolerance)
        sentence = f"{printed(100 * dose.delivery, 1)} % of the planned cells were given; {low} to {high} % are allowed."
        yield Deviation(dose.participant, "dose outside tolerance", dose.visit, dose.lesion, sentence)


def _other_level(doses: Sequence[LesionDose]) -> Iterator[Deviation]:
    for dose in doses:
        if dose.given and dose.mapped_level and dose.given.level and dose.given.level != dose.mapped_level:
            sentence = f"{dose.given.level} was given; {dose.mapped_level} was planned."
            yield Deviation(dose.participant, "wrong dose level", dose.visit, dose.lesion, sentence)


def _over_cap(doses: Sequence[LesionDose], limits: Intervention) -> Iterator[Deviation]:
    for total in dose_totals(doses, limits):
        if total.visit == "" and total.cap is not None and total.given > total.cap:
            sentence = f"{millions(total.given)} were given in all; the cap is {millions(total.cap)}."
            yield Deviation(total.participant, "dose cap exceeded", "", "", sentence)


def millions(cells: Quantity) -> str:
    """'31.42 million cells': how a number of cells is told in a sentence."""
    return f"{printed(cells.to(CELLS).value / 1_000_000, 2)} million cells"
