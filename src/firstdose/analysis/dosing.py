"""Doses as numbers of record: each lesion planned and given, then participants, dose levels and all together.

Cells are told in millions; delivery is given over planned. A dose that is not on record is NC and named as left out.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from firstdose.analysis.formatting import Format, rows_of
from firstdose.analysis.origins import merged
from firstdose.analysis.results import ResultRow, Source
from firstdose.derived.dose import dose_totals
from firstdose.derived.dose_plan import compute_uncertainty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.analysis.basis import Basis
    from firstdose.derived.dose import DoseTotal, LesionDose
    from firstdose.protocol.model import Intervention
    from firstdose.values.quantity import Quantity

MILLION, MILLION_PER_CM2 = "10^6 cells", "10^6 cells/cm2"
Values = dict[str, float | None]
# Variable: (unit, decimals)
VARIABLES = {
    "area": ("cm2", 2),
    "planned_cells": (MILLION, 2),
    "given_cells": (MILLION, 2),
    "delivery": ("%", 1),
    "density_given": (MILLION_PER_CM2, 2),
    "volume_given": ("mL", 2),
}
MAPPED = ("long_diameter", "short_diameter", "area_given", "outline", "dose_level", "role")
MEASURED = ("area_given", "area_error")
WRITTEN = ("concentration", "concentration_is", "viability", "volume_drawn", "residual_volume", "dose_level")
MOST_SINGLE = 500
# Which lesions belong to a dose level: as given, else as planned.
LEVELS = (Source("injection", ("dose_level",)), Source("lesion_map", ("dose_level",)))
PLANNED = frozenset({"area", "planned_cells"})
NOT_GIVEN = "no injection on record"
NOT_KNOWN = "the cells given cannot be computed from the record"


def dose_rows(basis: Basis) -> Iterator[ResultRow]:
    """Rows of the analysis `dose`; none where the protocol doses nothing in cells per area.

    Per lesion, up to 500 of them (the listing of doses has all): unit lesion, level 'P1 / L1'. Per participant: unit participant, level 'P1', statistic sum. Per dose
    level (group dose_level) and in all (level ''): sums, counts, mean, min and max of delivery and density.
    """
    doses = basis.doses
    limits = basis.protocol.intervention
    if not doses or limits is None:
        return
    values_of = {name_of(dose): _values(dose) for dose in doses}
    single = doses if len(doses) <= MOST_SINGLE else ()
    for dose in single:
        yield from _of_lesion(basis, dose, values_of[name_of(dose)])
    of_participant = {name: list(those) for name, those in groupby(doses, key=lambda dose: dose.participant)}
    for total in dose_totals(single, limits):
        if total.visit == "":
            yield from _of_participant(basis, total, of_participant[total.participant])
    levels = [level.level for level in limits.dose_levels]
    for level in levels:
        yield from _of_group(basis, level, [dose for dose in doses if level_of(dose) == level], values_of)
    yield from _of_group(basis, "", doses, values_of)
    yield from _uncertainty(basis, doses, limits)


def _uncertainty(basis: Basis, doses: Sequence[LesionDose], limits: Intervention) -> Iterator[ResultRow]:
    """What the protocol's uncertainties make together, and its range over lesions whose area brought its own."""
    declared = compute_uncertainty(limits)
    if declared is not None:
        row = replace(_row("uncertainty", "%", doses), method="root sum of squares", sources=(), excluded=())
        yield from rows_of(row, {"value": 100 * float(declared)}, Format(1, basis.rounding))
    own = [dose for dose in doses if dose.areas and dose.areas[0].uncertainty is not None]
    shares = [100 * float(compute_uncertainty(limits, dose.areas[0]) or 0) for dose in own]
    if shares:
        row = replace(_row("uncertainty_measured", "%", own), method="root sum of squares", excluded=())
        participants = tuple(dict.fromkeys(dose.participant for dose in own))
        row = replace(row, sources=(Source("lesion_map", MEASURED, (), participants),))
        yield from rows_of(row, {"min": min(shares), "max": max(shares)}, Format(1, basis.rounding))


def level_of(dose: LesionDose) -> str:
    """The dose level as given, else as planned."""
    return dose.given.level if dose.given and dose.given.level else dose.level


def name_of(dose: LesionDose) -> str:
    """'P1 / L1', and 'P1 / L1 / 2' for a second administration."""
    again = f" / {dose.number}" if dose.number > 1 else ""
    return f"{dose.participant} / {dose.lesion}{again}"


def _row(variable: str, unit: str, doses: Sequence[LesionDose]) -> ResultRow:
    participants = tuple(dict.fromkeys(dose.participant for dose in doses))
    return ResultRow(
        analysis="dose",
        statistic="",
        value=None,
        text="",
        unit="lesion",
        variable=variable,
        measure_unit=unit,
        purpose="description",
        n_participants=len(participants),
        n_lesions=_lesions(doses),
        excluded=() if variable in PLANNED else _left_out(doses),
        method="dose",
        exact=True,
        sources=tuple(_sources(variable, doses, participants)),
    )


def _sources(variable: str, doses: Sequence[LesionDose], participants: tuple[str, ...]) -> Iterator[Source]:
    """The lesion map for what was planned, the injections for what was given, both for what compares them."""
    mapped = any("lesion_map" in dose.places for dose in doses)
    visits = tuple(dict.fromkeys(dose.visit for dose in doses if dose.given))
    if mapped and variable not in {"given_cells", "volume_given"}:
        yield Source("lesion_map", MAPPED, (), participants)
    if variable not in PLANNED or not mapped:
        yield Source("injection", WRITTEN if mapped else ("area_cm2", *WRITTEN), visits, participants)
    if variable not in PLANNED and any(dose.given and dose.given.released for dose in doses):
        yield Source("cell_product", ("viable_concentration",), (), participants)


def _lesions(doses: Sequence[LesionDose]) -> int:
    return len({(dose.participant, dose.lesion) for dose in doses})


def _counted(row: ResultRow, known: Sequence[LesionDose]) -> ResultRow:
    """The row with the numbers of participants and lesions whose value is in it."""
    participants = len({dose.participant for dose in known})
    return replace(row, n_participants=participants, n_lesions=_lesions(known))


def _left_out(doses: Sequence[LesionDose]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name_of(dose), NOT_KNOWN if dose.given else NOT_GIVEN)
        for dose in doses
        if dose.given is None or dose.given.cells is None
    )


def _of_lesion(basis: Basis, dose: LesionDose, values: Values) -> Iterator[ResultRow]:
    for variable, value in values.items():
        unit, decimals = VARIABLES[variable]
        row = replace(_row(variable, unit, [dose]), group="lesion", level=name_of(dose), visit=dose.visit)
        yield from rows_of(row, {"value": value}, Format(decimals, basis.rounding))


def _values(dose: LesionDose) -> Values:
    """The numbers of VARIABLES, in their units."""
    given = dose.given
    return {
        "area": _float(dose.areas[0].value if dose.areas else None),
        "planned_cells": _millions(dose.plan.cells if dose.plan else None),
        "given_cells": _millions(given.cells if given else None),
        "delivery": None if dose.delivery is None else float(100 * dose.delivery),
        "density_given": _millions(dose.density_given),
        "volume_given": _float(given.volume if given else None),
    }


def _float(quantity: Quantity | None) -> float | None:
    return None if quantity is None else float(quantity.value)


def _millions(cells: Quantity | None) -> float | None:
    """Cells, or cells per cm2, in millions."""
    return None if cells is None else float(cells.value.scaleb(-6))


def _of_participant(basis: Basis, total: DoseTotal, doses: Sequence[LesionDose]) -> Iterator[ResultRow]:
    known = any(dose.given and dose.given.cells for dose in doses)
    sums = {"planned_cells": total.planned, "given_cells": total.given if known else None}
    for variable, cells in sums.items():
        row = replace(
            _row(variable, MILLION, doses), unit="participant", group="participant", level=total.participant
        )
        yield from rows_of(row, {"sum": _millions(cells)}, Format(2, basis.rounding))


def _of_group(
    basis: Basis, level: str, doses: Sequence[LesionDose], values_of: Mapping[str, Values]
) -> Iterator[ResultRow]:
    """Counts of those injected, sums of cells, and the spread of delivery and density."""
    group = "dose_level" if level else ""
    given = [dose for dose in doses if dose.given]
    participants = len({dose.participant for dose in given})
    grouped = LEVELS if level else ()
    counts = (("lesions", "lesion", _lesions(given)), ("participants", "participant", participants))
    for statistic, unit, count in counts:
        plain = _row("injected", "", doses)
        sources = merged(plain.sources, grouped)
        row = replace(plain, unit=unit, group=group, level=level, excluded=(), sources=sources)
        yield from rows_of(row, {statistic: float(count)}, Format(0, basis.rounding))
    for variable in ("planned_cells", "given_cells", "delivery", "density_given"):
        known = [dose for dose in doses if values_of[name_of(dose)][variable] is not None]
        values = [value for dose in known if (value := values_of[name_of(dose)][variable]) is not None]
        unit, decimals = VARIABLES[variable]
        plain = _row(variable, unit, doses)
        sources = merged(plain.sources, grouped)
        row = _counted(replace(plain, group=group, level=level, sources=sources), known)
        yield from rows_of(row, _statistics(variable, values), Format(decimals, basis.rounding))


def _statistics(variable: str, values: list[float]) -> dict[str, float | None]:
    if variable.endswith("_cells"):
        return {"sum": sum(values) if values else None}
    if not values:
        return dict.fromkeys(("mean", "min", "max"))
    return {"mean": sum(values) / len(values), "min": min(values), "max": max(values)}
