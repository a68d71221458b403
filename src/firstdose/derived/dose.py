"""Doses as the records tell them: planned from the lesion map, given by the injections, kept apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from firstdose.derived.area import (
    Area,
    NotAnOutline,
    compute_ellipse,
    compute_given,
    compute_outline,
    read_outline,
)
from firstdose.derived.deviation import Deviation
from firstdose.derived.dose_plan import (
    DIGITS,
    NO_CELLS,
    Counted,
    DosePlan,
    DoseRequest,
    GivenDose,
    LesionDose,
    Product,
    compute_dose,
)
from firstdose.derived.lots import Lots, derive_standing
from firstdose.derived.timing import ADMINISTRATION
from firstdose.values.issue import Place
from firstdose.values.quantity import Quantity
from firstdose.values.rounding import printed
from firstdose.values.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.protocol.model import Intervention, Protocol
    from firstdose.records.snapshot import Snapshot

__all__ = [
    "Counted", "DosePlan", "DoseRequest", "DoseTotal", "GivenDose", "LesionDose", "Product", "compute_dose",
    "derive_dose_deviations", "derive_doses", "dose_totals", "doses_cells", "is_outside", "millions",
]  # fmt: skip

LESIONS, PRODUCT = "lesion_map", "cell_product"
DENSITY = read_unit("cells/cm2")

Row = dict[str, Any]


def doses_cells(limits: Intervention | None) -> bool:
    """Whether the protocol doses lesions in cells per area."""
    levels = limits.dose_levels if limits else ()
    return bool(levels) and all(level.dose.same_dimension(DENSITY) for level in levels)


def derive_doses(protocol: Protocol, snapshot: Snapshot) -> tuple[LesionDose, ...]:
    """Every injection on record, and every lesion of the map that waits for its first; by participant and lesion.

    Lesions mapped as control appear only where they were injected. Empty where nothing is dosed in cells per area.
    """
    if protocol.intervention is None or not doses_cells(protocol.intervention):
        return ()
    mapped = _by_lesion(snapshot, LESIONS)
    given = _by_lesion(snapshot, ADMINISTRATION)
    products = _by_participant(snapshot, PRODUCT)
    scheduled = protocol.activity(ADMINISTRATION)
    visit = scheduled.at[0] if scheduled and scheduled.at else ""
    rank = {name: place for place, name in enumerate(snapshot.participants)}
    reading = _Reading(snapshot, protocol.intervention, visit, derive_standing(protocol, snapshot))
    return tuple(
        dose
        for key in sorted({**mapped, **given}, key=lambda key: rank.get(key[0], len(rank)))
        for dose in reading.of_lesion(key, mapped.get(key, []), given.get(key, []), products.get(key[0], []))
    )


def _by_lesion(snapshot: Snapshot, activity: str) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in _rows(snapshot, activity):
        found.setdefault((row["participant"], row["lesion"] or ""), []).append(row)
    return found


def _by_participant(snapshot: Snapshot, activity: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in _rows(snapshot, activity):
        found.setdefault(row["participant"], []).append(row)
    return found


def _rows(snapshot: Snapshot, activity: str) -> list[Row]:
    table = snapshot.table(activity)
    return [] if table is None else table.to_dicts()


@dataclass(frozen=True, slots=True)
class _Reading:
    """Rows of one snapshot read as doses."""

    snapshot: Snapshot
    limits: Intervention
    visit: str
    lots: Lots

    def of_lesion(
        self, key: tuple[str, str], mapped: list[Row], given: list[Row], products: list[Row]
    ) -> Iterator[LesionDose]:
        lesion = mapped[0] if mapped else {}
        if not given and lesion.get("role") != "control":
            yield self._dose(key, lesion, None, 1, products)
        for number, row in enumerate(given, start=1):
            yield self._dose(key, lesion, row, number, products)

    def _dose(
        self, key: tuple[str, str], lesion: Row, row: Row | None, number: int, products: list[Row]
    ) -> LesionDose:
        given = None if row is None else _read_given(row, self.visit)
        product = _read_product(products, given)
        concentration, why = _concentration(given, product)
        if given is not None and given.viable_concentration is None and product is not None:
            given = replace(
                given, concentration=product.viable_concentration, counted="viable", released=True
            )
        areas, unread = _read_areas(lesion)
        if not areas and given is not None and given.area is not None:
            areas = (given.area,)
        mapped_level = lesion.get("dose_level") or ""
        level = mapped_level or (given.level if given else "")
        request = self._request(areas, level, concentration)
        lot = self.lots.of_dose(key, given.lot if given else "", product.lot if product else "")
        rows = {LESIONS: lesion, ADMINISTRATION: row or {}}
        places = {activity: self._place(activity, each) for activity, each in rows.items() if each}
        return LesionDose(
            participant=key[0],
            lesion=key[1],
            visit=given.visit if given else self.visit,
            place=next(iter(places.values()))[0],
            level=level,
            mapped_level=mapped_level,
            site=lesion.get("site") or (row or {}).get("site") or "",
            side=lesion.get("laterality") or (row or {}).get("laterality") or "",
            role=lesion.get("role") or "",
            number=number,
            areas=areas,
            request=request,
            plan=compute_dose(request, self.limits) if request else None,
            given=given,
            product=product,
            unread=unread,
            why_no_concentration=why,
            lot=lot,
            unreleased=self.lots.why_not(lot, prepared=given is not None or product is not None),
            places=places,
        )

    def _request(self, areas: tuple[Area, ...], level: str, concentration: _Strength) -> DoseRequest | None:
        density = next((each.dose for each in self.limits.dose_levels if each.level == level), None)
        if not areas or density is None or density.value <= 0:
            return None
        strength, counted, viability = concentration
        return DoseRequest(
            area=areas[0], density=density, concentration=strength, counted=counted, viability=viability
        )

    def _place(self, activity: str, row: Row) -> tuple[Place, Mapping[str, int]]:
        file = row.get("_file") or f"records/{activity}.csv"
        columns = self.snapshot.columns.get((activity, file), {})
        return Place(file, row.get("_row") or 0, 1), columns


_Strength = tuple[Quantity | None, Counted, Quantity | None]
_UNKNOWN: _Strength = (None, "viable", None)


def _quantity(row: Row, item: str, unit: str) -> Quantity | None:
    """A number of a record with the unit of its item; the shortest text of a float is what was typed."""
    value = row.get(item)
    return None if value is None else Quantity(Decimal(repr(float(value))), read_unit(unit))


def _above_zero(row: Row, item: str, unit: str) -> Quantity | None:
    found = _quantity(row, item, unit)
    return found if found is not None and found.value > 0 else None


def _not_below_zero(row: Row, item: str, unit: str) -> Quantity | None:
    found = _quantity(row, item, unit)
    return found if found is not None and found.value >= 0 else None


def _read_areas(lesion: Row) -> tuple[tuple[Area, ...], tuple[str, str] | None]:
    """(readings: outline, area from elsewhere, ellipse; why the outline could not be read)."""
    areas: list[Area] = []
    unread = None
    if lesion.get("outline"):
        try:
            areas.append(compute_outline(read_outline(lesion["outline"])))
        except NotAnOutline as why:
            unread = (why.message, why.remedy)
    if elsewhere := _above_zero(lesion, "area_given", "cm2"):
        areas.append(compute_given(elsewhere, _not_below_zero(lesion, "area_error", "cm2")))
    long, short = (_above_zero(lesion, name, "cm") for name in ("long_diameter", "short_diameter"))
    if long and short:
        areas.append(compute_ellipse(long, short))
    return tuple(areas), unread


def _read_given(row: Row, visit: str) -> GivenDose:
    area, points = _above_zero(row, "area_cm2", "cm2"), row.get("points")
    counted = row.get("concentration_is")
    return GivenDose(
        visit=row.get("visit") or visit,
        date=row.get("date"),
        level=row.get("dose_level") or "",
        area=compute_given(area) if area else None,
        concentration=_above_zero(row, "concentration", "cells/mL"),
        counted=counted if counted in {"viable", "total"} else None,
        viability=_above_zero(row, "viability", "%"),
        drawn=_quantity(row, "volume_drawn", "mL"),
        residual=_quantity(row, "residual_volume", "mL"),
        points=None if points is None else int(points),
        cells_written=_above_zero(row, "planned_cells", "cells"),
        lot=row.get("lot") or "",
        time=row.get("start_time") or "",
        operator=row.get("operator") or "",
    )


def _read_product(rows: list[Row], given: GivenDose | None) -> Product | None:
    """The release record of the lot injected, of its visit, or the only one; None where it stays open which."""
    known = [row for row in rows if _above_zero(row, "viable_concentration", "cells/mL")]
    if given and given.lot:
        known = [row for row in known if row.get("lot") in {given.lot, None}]
    if given and len(known) > 1:
        known = [row for row in known if row.get("visit") == given.visit]
    if len(known) != 1:
        return None
    strength = _above_zero(known[0], "viable_concentration", "cells/mL")
    assert strength is not None
    return Product(
        viable_concentration=strength,
        viability=_above_zero(known[0], "viability", "%"),
        lot=known[0].get("lot") or "",
    )


def _concentration(given: GivenDose | None, product: Product | None) -> tuple[_Strength, str]:
    """(concentration, what it counts, viability) of the injection's record, else of the release; why there is none."""
    if given is not None and given.viable_concentration is not None and given.counted is not None:
        return (given.concentration, given.counted, given.viability), ""
    if product is not None:
        return (product.viable_concentration, "viable", product.viability), ""
    if given is None:
        return _UNKNOWN, "neither a count at release nor one of the day"
    if given.concentration is None:
        return _UNKNOWN, "the injection has none"
    if given.counted is None:
        return _UNKNOWN, "it is not said whether all or living cells were counted"
    return _UNKNOWN, "all cells were counted and the viability is missing"


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
    place: Place

    @property
    def largest(self) -> Quantity:
        """The largest of plan, doses given, and both together."""
        return max(self.planned, self.given, self.committed, key=lambda cells: cells.value)

    @property
    def over_cap(self) -> bool:
        return self.cap is not None and self.largest > self.cap


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
        place=doses[0].place,
    )


def _sum(cells: Iterable[Quantity]) -> Quantity:
    total = Decimal(0)
    for each in cells:
        total = DIGITS.add(total, each.value)
    return Quantity(total, NO_CELLS.unit)


def derive_dose_deviations(
    protocol: Protocol, snapshot: Snapshot, doses: Sequence[LesionDose] | None = None
) -> tuple[Deviation, ...]:
    """Doses given outside the tolerance, at another level than planned, of a lot not released, or above the cap; ordered.

    `doses`: of `derive_doses`, where they are at hand already.
    """
    if protocol.intervention is None:
        return ()
    doses = derive_doses(protocol, snapshot) if doses is None else doses
    found = [*_off_target(doses, protocol.intervention), *_other_level(doses), *_unreleased(doses)]
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


def _unreleased(doses: Sequence[LesionDose]) -> Iterator[Deviation]:
    for dose in doses:
        if dose.given and dose.unreleased:
            sentence = f"Lot {dose.lot or 'unknown'} was given and is not released: {dose.unreleased}."
            yield Deviation(dose.participant, "lot not released", dose.visit, dose.lesion, sentence)


def _over_cap(doses: Sequence[LesionDose], limits: Intervention) -> Iterator[Deviation]:
    for total in dose_totals(doses, limits):
        if total.visit == "" and total.cap is not None and total.given > total.cap:
            sentence = f"{millions(total.given)} were given in all; the cap is {millions(total.cap)}."
            yield Deviation(total.participant, "dose cap exceeded", "", "", sentence)


def millions(cells: Quantity) -> str:
    """'31.42 million cells': how a number of cells is told in a sentence."""
    return f"{printed(cells.to('cells').value / 1_000_000, 2)} million cells"
