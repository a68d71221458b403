"""The lesions, their dose levels and the injections: sizes, cells, volumes, points, as the dose sheet asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.rehearsal.inventing import invent_form
from firstdose.rehearsal.streams import chosen, normals, picked
from firstdose.values.units import read_unit
from firstdose.values.unreadable import Unreadable

if TYPE_CHECKING:
    from firstdose.protocol.model import Intervention, Protocol
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft
    from firstdose.rehearsal.streams import Bools, Floats, Ints
    from firstdose.values.quantity import Quantity

LESIONS, PRODUCT = "lesion_map", "cell_product"
LEVEL_OF_NOBODY = "not declared"
USUAL_LONG_CM, LONGEST_CM, SHORTEST_CM = 5.0, 14.0, 2.2
AWAY = frozenset({"scalp", "face", "neck", "hand", "foot", "other"})  # places hard to inject
MIDDLE = frozenset({"chest", "abdomen", "back", "neck", "scalp", "face"})
USUAL_CONCENTRATION = 1e7  # cells/mL, where nothing can be computed from the plan
OF_THE_CAP = 0.9
COHORT_OF = 3  # participants a level, where whole participants are dosed
SLIPS = 0.01  # of the injections whose delivery lies outside the tolerance: a leaking syringe
PER_AREA, CELLS = "cells/cm2", "cells"


@dataclass(frozen=True, slots=True)
class Plan:
    """The numbers of the intervention in cm2, mL and cells; nan where nothing is declared."""

    levels: tuple[str, ...]
    doses: Floats
    per_area: bool
    cap: float
    area: tuple[float, float]
    most_concentrated: float
    per_point: float
    spacing: float
    dead: float
    graduation: float
    tolerance: tuple[float, float]


def plan_of(protocol: Protocol) -> Plan:
    """The intervention as plain numbers."""
    given = protocol.intervention
    levels = given.dose_levels if given else ()
    per_area = bool(levels) and all(level.dose.unit.same_dimension(read_unit(PER_AREA)) for level in levels)
    unit = PER_AREA if per_area else CELLS
    tolerance = given.tolerance if given and given.tolerance else (0.9, 1.1)
    return Plan(
        levels=tuple(level.level for level in levels) or (LEVEL_OF_NOBODY,),
        doses=np.array([_in(level.dose, unit) for level in levels] or [np.nan]),
        per_area=per_area,
        cap=_in(given.cap if given else None, CELLS),
        area=_area_limits(given),
        most_concentrated=_in(given.concentration_limit if given else None, "cells/mL"),
        per_point=_in(given.volume_per_point if given else None, "mL", 0.1),
        spacing=_in(given.point_spacing if given else None, "cm", 1.0),
        dead=_in(given.dead_volume if given else None, "mL", 0.0),
        graduation=_in(given.syringe_graduation if given else None, "mL", 0.01),
        tolerance=(float(tolerance[0]), float(tolerance[1])),
    )


def _in(quantity: Quantity | None, unit: str, otherwise: float = np.nan) -> float:
    """The quantity in this unit; `otherwise` where it is not declared or of another kind."""
    if quantity is None:
        return otherwise
    try:
        return float(quantity.to(unit).value)
    except Unreadable:
        return otherwise


def _area_limits(given: Intervention | None) -> tuple[float, float]:
    if given is None or given.area_limits is None:
        return 0.01, 10_000.0
    low, high = given.area_limits
    return _in(low, "cm2", 0.01), _in(high, "cm2", 10_000.0)


@dataclass(frozen=True, slots=True)
class Lesions:
    """Of each lesion (participant, place): where it is, its diameters in cm, its area and its dose level."""

    site: Ints
    side: Ints
    long: Floats
    short: Floats
    level: Ints

    @property
    def area(self) -> Floats:
        """cm2, two decimals."""
        return np.asarray(np.rint(np.pi / 4 * self.long * self.short * 100) / 100)


def invent_lesions(cohort: Cohort, plan: Plan, sites: tuple[str, ...]) -> Lesions:
    """Lesions at different places, of sizes within the limits, whose doses stay below the cap."""
    most = max(cohort.most_lesions, 1)
    draws = cohort.draws("lesions of the map", 3 + len(sites), most)
    order = np.argsort(draws[:, 3:, 0] + [site in AWAY for site in sites], axis=1, kind="stable")
    site = order[:, np.arange(most) % len(sites)]
    long = np.clip(USUAL_LONG_CM * np.exp(0.35 * normals(draws[:, 0])), SHORTEST_CM, LONGEST_CM)
    short = long * (0.55 + 0.4 * draws[:, 1])
    middle = np.isin(site, [place for place, name in enumerate(sites) if name in MIDDLE])
    side = np.where(middle & (draws[:, 2] < 0.3), 2, picked(draws[:, 2] * 7 % 1, 2))
    level = _levels(cohort, plan, most)
    size = _fitting(cohort, plan, long * short * np.pi / 4, level)
    long, short = (np.rint(each * size * 10) / 10 for each in (long, short))
    return Lesions(site, side, long, np.minimum(long, short), level)


def _levels(cohort: Cohort, plan: Plan, most: int) -> Ints:
    """As the rule has decided; else drawn for each lesion, or in cohorts of three where whole participants are dosed."""
    if cohort.level is not None:
        return levels_due(cohort, cohort.level, most)
    given = cohort.protocol.intervention
    if given is None or given.unit_of_dosing == "participant":
        turn = np.minimum(np.arange(cohort.size) // COHORT_OF, len(plan.levels) - 1)
        return np.repeat(turn[:, None], most, axis=1)
    return picked(cohort.draws("dose level", most), len(plan.levels))


def levels_due(cohort: Cohort, level: Ints, most: int) -> Ints:
    """The level of each lesion where these are due: the same, or each further lesion one lower, as declared."""
    safety = cohort.protocol.safety
    falls = safety is not None and safety.lesion_levels == "descending"
    return np.asarray(np.maximum(level[:, None] - int(falls) * np.arange(most), 0))


def _fitting(cohort: Cohort, plan: Plan, area: Floats, level: Ints) -> Floats:
    """By what all diameters of a lesion are multiplied, so that area limits and cap hold."""
    low, high = plan.area
    size = np.sqrt(np.clip(area, low * 1.1, high * 0.9) / area)
    if not plan.per_area or np.isnan(plan.cap):
        return np.asarray(size)
    there = cohort.has_lesion() if cohort.most_lesions else np.ones_like(area, dtype=bool)
    total = (area * size**2 * plan.doses[level] * there).sum(axis=1, keepdims=True)
    shrunk = size * np.sqrt(np.minimum(1, OF_THE_CAP * plan.cap / np.maximum(total, 1)))
    return np.asarray(np.maximum(shrunk, np.sqrt(low * 1.1 / area)))


def draft_lesion_map(cohort: Cohort, form: Form, plan: Plan) -> Draft:
    """The lesion map: once for each lesion, with the dose level that it shall receive."""
    draft = invent_form(cohort, form)
    sites = _codes(form, "site")
    lesions = invent_lesions(cohort, plan, sites)
    at = draft.rows.who, np.maximum(draft.rows.lesion, 0)
    draft.words["site"] = pl.Series(sites, dtype=pl.String).gather(lesions.site[at])
    draft.words["laterality"] = pl.Series(_codes(form, "laterality"), dtype=pl.String).gather(
        lesions.side[at]
    )
    draft.words["dose_level"] = pl.Series(plan.levels).gather(lesions.level[at])
    draft.numbers |= {"long_diameter": lesions.long[at], "short_diameter": lesions.short[at]}
    return draft


def _codes(form: Form, name: str) -> tuple[str, ...]:
    item = form.item(name)
    return item.code_names if item else ()


def draft_injection(cohort: Cohort, form: Form, plan: Plan, mapped: Draft | None) -> Draft:
    """Injections as the dose sheet asks; the lesions are those of the map where there is one."""
    draft = invent_form(cohort, form)
    rows = draft.rows
    place = np.maximum(rows.lesion, 0)
    if mapped is None:
        lesions = invent_lesions(cohort, plan, _codes(form, "site"))
        area, level = lesions.area[rows.who, place], lesions.level[rows.who, place]
    else:
        area, level = _as_mapped(cohort, draft, plan, mapped)
    draft.words["dose_level"] = pl.Series(plan.levels).gather(level)
    _give(cohort, draft, plan, area, level)
    hour, minute = np.divmod(540 + 20 * place + picked(cohort.draws("start time", 1)[rows.who, 0], 90), 60)
    times = zip(hour.tolist(), minute.tolist(), strict=True)
    draft.words["start_time"] = pl.Series([f"{h:02d}:{m:02d}" for h, m in times], dtype=pl.String)
    return draft


def _as_mapped(cohort: Cohort, draft: Draft, plan: Plan, mapped: Draft) -> tuple[Floats, Ints]:
    """(area, level) of each injection, and its place and side as the map has them."""
    most = max(cohort.most_lesions, 1)
    key = mapped.rows.who * most + np.maximum(mapped.rows.lesion, 0)
    mine = draft.rows.who * most + np.maximum(draft.rows.lesion, 0)
    at = np.searchsorted(key, mine)
    for name in ("site", "laterality"):
        draft.words[name] = mapped.words[name].gather(at)
    long, short = (mapped.numbers[f"{which}_diameter"] for which in ("long", "short"))
    area = np.pi / 4 * long * short  # as the dose sheet has it: rounded in print alone
    names = {name: place for place, name in enumerate(plan.levels)}
    levels = np.array([names.get(name, 0) for name in mapped.words["dose_level"].to_list()], dtype=np.int64)
    return area[at], levels[at]


def _give(cohort: Cohort, draft: Draft, plan: Plan, area: Floats, level: Ints) -> None:
    """Cells, volumes and points, rounded to the graduation of the syringe."""
    rows = draft.rows
    concentration, viability, total = _product(cohort, plan)
    count, living, of_total = concentration[rows.who], viability[rows.who], total[rows.who]
    viable = np.where(of_total, count * living / 100, count)
    dose = np.where(np.isnan(plan.doses[level]), USUAL_CONCENTRATION, plan.doses[level])
    planned = np.rint(dose * (area if plan.per_area else 1))
    volume = planned / viable
    step = plan.graduation
    drawn = np.ceil(np.round((volume + plan.dead) / step, 6)) * step
    residual = _residual(cohort, draft, plan, drawn, viable, planned)
    points = np.maximum(
        np.ceil(np.round(volume / plan.per_point, 6)), np.ceil(np.round(area / plan.spacing**2, 6))
    )
    codes = _codes(draft.form, "concentration_is")
    kinds = pl.Series(codes, dtype=pl.String).gather(
        np.where(of_total, codes.index("total"), codes.index("viable"))
    )
    draft.words["concentration_is"] = kinds
    written = {
        "area_cm2": (area, 2), "concentration": (count, 0), "viability": (living, 1), "planned_cells": (planned, 0),
        "volume_drawn": (drawn, 3), "residual_volume": (residual, 3), "points": (np.maximum(points, 1), 0),
    }  # fmt: skip
    for name, (values, decimals) in written.items():
        if draft.form.item(name):
            draft.numbers[name], draft.decimals[name] = values, decimals


def _residual(
    cohort: Cohort, draft: Draft, plan: Plan, drawn: Floats, viable: Floats, planned: Floats
) -> Floats:
    """What is left in the syringe: about the dead volume, inside the tolerance but for a rare slip."""
    rows, most = draft.rows, max(cohort.most_lesions, 1)
    draws = cohort.draws("residual", max(rows.times, 1), most, 2)[
        rows.who, rows.time, np.maximum(rows.lesion, 0)
    ]
    step = plan.graduation
    wanted = plan.dead + step * (picked(draws[:, 0], 3) - 1)
    low, high = (drawn - planned / viable * share for share in (plan.tolerance[1], plan.tolerance[0]))
    inside = np.clip(
        wanted, np.ceil(np.round(low / step, 6)) * step, np.floor(np.round(high / step, 6)) * step
    )
    slip = np.ceil(np.round((drawn - 0.9 * plan.tolerance[0] * planned / viable) / step, 6)) * step
    return np.clip(np.where(draws[:, 1] < SLIPS, slip, inside), 0, drawn)


def _product(cohort: Cohort, plan: Plan) -> tuple[Floats, Floats, Bools]:
    """(cells/mL as counted, viability in percent, whether all cells were counted) of each participant's lot.

    As many cells in one point's volume as the lowest dose asks for one point's area.
    """
    usual = USUAL_CONCENTRATION
    if plan.per_area:
        usual = float(np.nanmin(plan.doses)) * plan.spacing**2 / plan.per_point
    if not np.isnan(plan.most_concentrated):
        usual = min(usual, 0.8 * plan.most_concentrated)
    draws = cohort.draws("lot", 3)
    counted = np.rint(usual * np.exp(0.05 * normals(draws[:, 0])) / 1e5) * 1e5
    viability = np.rint(np.clip(92 + 2.5 * normals(draws[:, 1]), 80, 99) * 10) / 10
    return counted, viability, chosen(draws[:, 2], (0.5, 0.5)) == 1


def match_product(cohort: Cohort, draft: Draft, plan: Plan) -> None:
    """The release record says the same of the lot as the injections do."""
    counted, viability, total = _product(cohort, plan)
    viable = np.where(total, counted * viability / 100, counted)[draft.rows.who]
    values = {"viability": (viability[draft.rows.who], 1), "viable_concentration": (np.rint(viable), 0)}
    for name, (numbers, decimals) in values.items():
        if draft.form.item(name):
            draft.numbers[name], draft.decimals[name] = numbers, decimals
