"""Slips of the day of injection, found by the factor they leave: 100, 10, 4, 4/pi, viability.

Every number somebody wrote is compared with the one that follows from the record.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from firstdose.derived import dose_issues as issues
from firstdose.derived.area import PI
from firstdose.derived.dose import derive_doses, dose_totals, is_outside, millions
from firstdose.derived.dose_in_float import disagreement
from firstdose.derived.dose_plan import CELLS, ML, PER_CM2, PER_ML, SHARE, value_in
from firstdose.laboratory.issues_of_product import not_released
from firstdose.records.issues import given_again
from firstdose.values.quantity import Quantity
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.derived.area import Area
    from firstdose.derived.dose_plan import DosePlan, GivenDose, LesionDose
    from firstdose.protocol.model import Intervention, Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue, Place, Weight

MOST_RATIO = 10
BOX = 4 / PI
# Two readings may be so far apart; two counts; a number that was computed and written down.
READING, COUNT, WRITTEN = Decimal("0.10"), Decimal("0.20"), Decimal("0.02")
# Around a slip's own factor: readings scatter, counts scatter, typed numbers hardly do.
NEAR_TEN, NEAR_FOUR, NEAR_BOX, NEAR_VIABILITY = (
    Decimal("0.15"),
    Decimal("0.12"),
    Decimal("0.08"),
    Decimal("0.015"),
)


def check_doses(protocol: Protocol, snapshot: Snapshot) -> tuple[Issue, ...]:
    """Every Issue of every dose planned or given, and of every participant's total, in order."""
    if protocol.intervention is None:
        return ()
    doses = derive_doses(protocol, snapshot)
    word = protocol.lesion_word
    found = [issue for dose in doses for issue in check_lesion(dose, protocol.intervention, word)]
    return tuple(sorted({*found, *check_totals(doses, protocol.intervention)}))


def check_lesion(dose: LesionDose, limits: Intervention, word: str = "lesion") -> tuple[Issue, ...]:
    """The Issues of one dose, planned and given; `word`: what the trial calls a lesion."""
    whose = f"{word} {dose.lesion} of participant {dose.participant}"
    found = [
        *_released(dose, whose),
        *_unknown(dose, limits, whose),
        *_areas(dose, limits, whose),
        *_plan(dose, limits, whose),
    ]
    if dose.given is not None:
        counts = list(_concentration(dose, dose.given, whose))
        found += [
            *counts,
            *_again(dose, limits, word),
            *_level(dose, dose.given, whose),
            *_cells(dose, dose.given, limits, whose),
            # A volume that follows from a wrong concentration says nothing new.
            *(() if counts else _volume(dose, dose.given, limits, whose)),
            *_delivery(dose, dose.given, limits, whose),
        ]
    return tuple(sorted(set(found)))


def check_totals(doses: Sequence[LesionDose], limits: Intervention) -> tuple[Issue, ...]:
    """A hard stop for every participant whose total exceeds the cap."""
    return tuple(
        issues.cap_exceeded(total.place, total.participant, millions(total.largest), millions(total.cap))
        for total in dose_totals(doses, limits)
        if total.visit == "" and total.cap is not None and total.over_cap
    )


def _released(dose: LesionDose, whose: str) -> Iterator[Issue]:
    """A dose of a lot that may not be given."""
    if dose.unreleased:
        place = dose.at("injection.lot" if dose.given else "lesion_map.lesion")
        yield not_released(place, dose.lot or "unknown", whose, dose.unreleased, given=dose.given is not None)


def _unknown(dose: LesionDose, limits: Intervention, whose: str) -> Iterator[Issue]:
    """What is missing for a plan."""
    if dose.unread:
        yield issues.outline_not_read(dose.at("lesion_map.outline"), whose, *dose.unread)
    known = [level.level for level in limits.dose_levels]
    if not dose.level:
        yield issues.no_level(dose.at("lesion_map.dose_level"), whose)
    elif dose.level not in known:
        yield issues.no_such_level(dose.at("lesion_map.dose_level"), whose, dose.level, ", ".join(known))
    if not dose.areas and not dose.unread:
        yield issues.no_area(dose.at("lesion_map.long_diameter"), whose)
    if dose.plan and dose.plan.volume is None:
        yield issues.no_concentration(dose.at("injection.concentration"), whose, dose.why_no_concentration)


# ------------------------------------------------------------------------------------------------------------ areas


def _areas(dose: LesionDose, limits: Intervention, whose: str) -> Iterator[Issue]:
    if not dose.areas:
        return
    for area in dose.areas:
        sizes = [size.value for size in area.sizes]
        if area.method == "ellipse" and max(sizes) > MOST_RATIO * min(sizes):
            yield issues.slender(
                dose.at("lesion_map.long_diameter"), whose, str(area.sizes[0]), str(area.sizes[1])
            )
    chosen, *others = dose.areas
    if limits.area_limits and _outside(chosen.value, limits.area_limits):
        low, high = limits.area_limits
        yield issues.area_outside(_place_of(dose, chosen), whose, _cm2(chosen), f"{low} to {high}")
    for other in others:
        yield from _two_readings(_place_of(dose, chosen), whose, chosen, other, "error")
    used = dose.given.area if dose.given else None
    if used is not None and used is not chosen:
        yield from _two_readings(dose.at("injection.area_cm2"), whose, used, chosen, "query")


def _two_readings(place: Place, whose: str, one: Area, other: Area, weight: Weight) -> Iterator[Issue]:
    """The slip that explains two readings of one area, or that they are too far apart."""
    smaller, larger = sorted((one, other), key=lambda area: area.value.value)
    ratio = larger.value.value / smaller.value.value
    if ratio <= 1 + READING:
        return
    told = (place, whose, _cm2(one), _cm2(other))
    if _near(ratio, 100, 2 * NEAR_TEN):
        yield issues.millimetres(*told, weight=weight)
    elif _near(ratio, 10, NEAR_TEN):
        yield issues.area_tenfold(*told, weight=weight)
    elif _near(ratio, 4, NEAR_FOUR):
        yield issues.radius(*told, weight=weight)
    elif (
        _near(ratio, BOX, NEAR_BOX) and larger.method in {"given", "rectangle"} and smaller.method != "given"
    ):
        yield issues.bounding_box(place, whose, _cm2(larger), _cm2(smaller), weight)
    else:
        yield issues.areas_differ(*told, printed(100 * (ratio - 1), 0))


def _place_of(dose: LesionDose, area: Area) -> Place:
    item = {"outline": "outline", "given": "area_given"}.get(area.method, "long_diameter")
    return dose.at(f"lesion_map.{item}")


# ------------------------------------------------------------------------------------------------------------- plan


def _plan(dose: LesionDose, limits: Intervention, whose: str) -> Iterator[Issue]:
    plan, request = dose.plan, dose.request
    if plan is None or request is None:
        return
    if different := disagreement(request, plan, limits):
        yield issues.computations_differ(dose.place, whose, different)
    limit = limits.concentration_limit
    if limit and plan.viable_concentration and plan.viable_concentration.value > value_in(limit, PER_ML):
        place = dose.at("injection.concentration")
        yield issues.too_concentrated(place, whose, _per_ml(plan.viable_concentration), _per_ml(limit))
    if limits.volume_per_point_limits and plan.volume_per_point:
        yield from _point_volume(dose.place, whose, plan.volume_per_point, limits.volume_per_point_limits)
    yield from _syringe(dose, plan, limits, whose)


def _point_volume(
    place: Place, whose: str, volume: Quantity, limits: tuple[Quantity, Quantity]
) -> Iterator[Issue]:
    if _outside(volume, limits):
        yield issues.point_volume_outside(place, whose, _ml(volume.value, 3), f"{limits[0]} to {limits[1]}")


def _syringe(dose: LesionDose, plan: DosePlan, limits: Intervention, whose: str) -> Iterator[Issue]:
    if plan.volume is None or plan.graduation is None:
        return
    shown = plan.on_syringe(plan.volume)
    if is_outside(shown.value / plan.volume.value, limits):
        yield issues.coarse_syringe(dose.place, whose, _ml(plan.volume.value, 4), str(shown))


# ------------------------------------------------------------------------------------------------------------ given


def _again(dose: LesionDose, limits: Intervention, word: str) -> Iterator[Issue]:
    """Told in the words and at the place of the records' own check, so that it is told once."""
    if dose.number > limits.administrations:
        lesion = f", {word} {dose.lesion}" if dose.lesion else ""
        whose = f"participant {dose.participant}{lesion}"
        yield given_again(dose.at("injection.participant"), whose, dose.number, limits.administrations)


def _level(dose: LesionDose, given: GivenDose, whose: str) -> Iterator[Issue]:
    if dose.mapped_level and given.level and given.level != dose.mapped_level:
        yield issues.other_level(dose.at("injection.dose_level"), whose, given.level, dose.mapped_level)


def _concentration(dose: LesionDose, given: GivenDose, whose: str) -> Iterator[Issue]:
    """The suspension as used against the suspension as released."""
    used, product = given.viable_concentration, dose.product
    if used is None or product is None:
        return
    ratio = used.value / value_in(product.viable_concentration, PER_ML)
    if abs(ratio - 1) <= WRITTEN:
        return
    viability = _share(product.viability or given.viability)
    place, both = dose.at("injection.concentration"), (_per_ml(used), _per_ml(product.viable_concentration))
    what = f"{both[0]} on the day, {both[1]} at release"
    if _near_ten(ratio):
        yield issues.concentration_tenfold(place, whose, *both, weight="query")
    elif viability and _near(ratio * viability, 1, NEAR_VIABILITY):
        yield issues.total_for_viable(place, whose, what, "query")
    elif viability and _near(ratio, viability, NEAR_VIABILITY):
        yield issues.viability_twice(place, whose, what, "query")
    elif max(ratio, 1 / ratio) > 1 + COUNT:
        yield issues.concentrations_differ(place, whose, *both)


def _cells(dose: LesionDose, given: GivenDose, limits: Intervention, whose: str) -> Iterator[Issue]:
    """The planned cells written on the day against level x the area used."""
    computed = _cells_used(dose, given, limits)
    if given.cells_written is None or computed is None:
        return
    ratio = given.cells_written.value / computed
    if abs(ratio - 1) <= WRITTEN:
        return
    place, both = (
        dose.at("injection.planned_cells"),
        (millions(given.cells_written), millions(Quantity(computed, CELLS))),
    )
    if _near_ten(ratio):
        yield issues.cells_tenfold(place, whose, *both, weight="query")
    else:
        yield issues.cells_differ(place, whose, *both)


def _cells_used(dose: LesionDose, given: GivenDose, limits: Intervention) -> Decimal | None:
    """Level given x area used on the day."""
    density = next(
        (each.dose for each in limits.dose_levels if each.level == (given.level or dose.level)), None
    )
    area = given.area or (dose.areas[0] if dose.areas else None)
    return None if density is None or area is None else value_in(density, PER_CM2) * area.value.value


def _volume(dose: LesionDose, given: GivenDose, limits: Intervention, whose: str) -> Iterator[Issue]:
    """What was drawn, without the dead volume, and what was given, against cells over concentration; all in mL."""
    cells, strength = _cells_used(dose, given, limits), given.viable_concentration
    if cells is None or strength is None or given.drawn is None:
        return
    needed, drawn = cells / strength.value, value_in(given.drawn, ML)
    dead = value_in(limits.dead_volume, ML) if limits.dead_volume else Decimal(0)
    place = dose.at("injection.volume_drawn")
    ratios = [drawn / (needed + dead), *([given.volume.value / needed] if given.volume else [])]
    if any(map(_near_ten, ratios)):
        yield issues.volume_tenfold(place, whose, f"{_ml(drawn, 3)} drawn", _ml(needed + dead, 3), "query")
    else:
        yield from _viability_in_volume(place, whose, given, drawn - dead, needed, limits)


def _viability_in_volume(
    place: Place, whose: str, given: GivenDose, meant: Decimal, needed: Decimal, limits: Intervention
) -> Iterator[Issue]:
    """A volume (mL) that fits the viability forgotten or used twice, and not the one needed, on this syringe."""
    step = value_in(limits.syringe_graduation, ML) if limits.syringe_graduation else Decimal("0.01")
    viability = _share(given.viability)
    if viability is None or abs(meant - needed) <= 2 * step:
        return
    what = f"{_ml(meant, 3)} drawn beyond the dead volume where {_ml(needed, 3)} are needed"
    if given.counted == "total" and abs(meant - needed * viability) <= step:
        yield issues.total_for_viable(place, whose, what, "query")
    elif given.counted == "viable" and abs(meant - needed / viability) <= step:
        yield issues.viability_twice(place, whose, what, "query")


def _delivery(dose: LesionDose, given: GivenDose, limits: Intervention, whose: str) -> Iterator[Issue]:
    if limits.tolerance and dose.delivery is not None and is_outside(dose.delivery, limits):
        low, high = (printed(100 * end, 0) for end in limits.tolerance)
        place = dose.at("injection.volume_drawn")
        yield issues.delivery_outside(place, whose, printed(100 * dose.delivery, 1), f"{low} to {high}")
    if limits.volume_per_point_limits and given.volume_per_point:
        yield from _point_volume(
            dose.at("injection.points"), whose, given.volume_per_point, limits.volume_per_point_limits
        )


# ------------------------------------------------------------------------------------------------------------ words


def _near(ratio: Decimal, factor: Decimal | int, width: Decimal) -> bool:
    return abs(ratio / factor - 1) <= width


def _near_ten(ratio: Decimal) -> bool:
    return _near(ratio, 10, NEAR_TEN) or _near(ratio * 10, 1, NEAR_TEN)


def _outside(quantity: Quantity, limits: tuple[Quantity, Quantity]) -> bool:
    low, high = (value_in(end, quantity.unit) for end in limits)
    return not low <= quantity.value <= high


def _share(percent: Quantity | None) -> Decimal | None:
    return None if percent is None else value_in(percent, SHARE)


def _cm2(area: Area) -> str:
    words = {"outline": "traced", "given": "as given", "ellipse": "ellipse", "rectangle": "rectangle"}
    return f"{printed(area.value.value, 2)} cm2 ({words[area.method]})"


def _ml(volume: Decimal, decimals: int) -> str:
    return f"{printed(volume, decimals)} mL"


def _per_ml(concentration: Quantity) -> str:
    return f"{printed(value_in(concentration, PER_ML) / 1_000_000, 2)} million cells/mL"
