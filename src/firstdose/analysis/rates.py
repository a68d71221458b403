"""Events by their time or place: counts of each participant over the denominator that the plan declares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.analysis.courses import BETWEEN
from firstdose.analysis.effects import headline_rows
from firstdose.analysis.estimating import REFUSED, asked, cannot, refused
from firstdose.analysis.factors import factor_levels
from firstdose.analysis.occurrences import OPEN, counted_events, event_row
from firstdose.analysis.origins import merged
from firstdose.analysis.results import Source
from firstdose.derived.timing import ADMINISTRATION, derive_visit_days
from firstdose.records.due import LESIONS
from firstdose.records.visits import VISITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.occurrences import Counted
    from firstdose.analysis.plan import Plan
    from firstdose.analysis.results import ResultRow
    from firstdose.catalogue import Result

UNDECLARED = (
    "the plan does not say whether it counts by participants, participant months, injections or lesions"
)


def analyse_rate(basis: Basis, plan: Plan) -> Iterator[ResultRow]:
    """Events per declared denominator, of each group; who has none of it is left out by name."""
    members = basis.sets[plan.analysis.analysis_set]
    counted = counted_events(basis, plan)
    exposure = exposure_of(basis, plan)
    for level, those in basis.levels(plan.analysis.by, members).items():
        out = {name: OPEN for name in those if name in counted.unclear}
        out |= {name: _without(basis, plan) for name in those if not exposure.get(name)}
        codes, ungrouped = _groups(basis, plan, [name for name in those if name not in out])
        out |= ungrouped
        judged = tuple(name for name in those if name not in out)
        y = _counts(counted, judged)
        times = np.array([exposure[name] for name in judged], dtype=float)
        result = _estimate(plan, y, times, codes)
        row = replace(
            event_row(basis, plan, counted, those, judged, level),
            measure_unit=f"events per {_word(basis, plan)}" if plan.analysis.exposure else "",
            excluded=tuple(out.items()),
            variant=result.variant,
            exact=result.exact,
            caveats=tuple(f"{each.code} {each.sentence}" for each in result.caveats),
        )
        row = replace(row, sources=merged(row.sources, _sources(plan)))
        counts = {"n": float(len(judged)), "events": float(y.sum()), "exposure": float(times.sum())}
        yield from headline_rows(basis, row, result, counts)


def _groups(basis: Basis, plan: Plan, names: list[str]) -> tuple[np.ndarray | None, dict[str, str]]:
    """Codes of the planned factor between participants, and who has no level of it."""
    planned = next((each.factor for each in plan.analysis.factors if each.lies == BETWEEN), None)
    if planned is None:
        return None, {}
    levels = factor_levels(basis, planned)
    found = {name: levels.participant(name) for name in names}
    known = [level for level, _ in found.values() if level]
    present = levels.present(known)
    out = {name: why for name, (level, why) in found.items() if not level}
    return np.array([present.index(level) for level in known], dtype=int), out


def _counts(counted: Counted, judged: tuple[str, ...]) -> np.ndarray:
    """(n,) events of each participant."""
    names = counted.events["participant"].to_list()
    return np.array([float(names.count(name)) for name in judged])


def _estimate(plan: Plan, y: np.ndarray, exposure: np.ndarray, groups: np.ndarray | None) -> Result:
    if not plan.analysis.exposure:
        return refused(plan, y.size, REFUSED, cannot(plan, UNDECLARED))
    return asked(plan, y.size, y, exposure=exposure, groups=groups)


def _word(basis: Basis, plan: Plan) -> str:
    return basis.protocol.lesion_word if plan.analysis.exposure == "lesion" else plan.analysis.exposure


def _without(basis: Basis, plan: Plan) -> str:
    return {
        "participant month": "no follow-up on record",
        "injection": "no injection on record",
        "lesion": f"no {basis.protocol.lesion_word} on record",
    }.get(plan.analysis.exposure, "no denominator is declared")


def _sources(plan: Plan) -> tuple[Source, ...]:
    return {
        "participant month": (Source(VISITS, ("status", "date")),),
        "injection": (Source(ADMINISTRATION, ("participant",)),),
        "lesion": (Source(LESIONS, ("lesion",)),),
    }.get(plan.analysis.exposure, ())


def exposure_of(basis: Basis, plan: Plan) -> Mapping[str, float]:
    """Participant > how much of the denominator there is of them."""
    counts = plan.analysis.exposure
    if counts == "participant":
        return dict.fromkeys(basis.flow.enrolled, 1.0)
    if counts == "participant month":
        return {name: days / month_days(basis) for name, days in days_at_risk(basis, plan).items()}
    table = {"injection": ADMINISTRATION, "lesion": LESIONS}.get(counts)
    found = basis.snapshot.table(table) if table else None
    if found is None:
        return {}
    rows = found.unique(["participant", "lesion"]) if counts == "lesion" else found
    return {name: float(number) for name, number in rows.group_by("participant").len().iter_rows()}


def month_days(basis: Basis) -> float:
    """Days of a month as the protocol declares them (`30 days`)."""
    return float(basis.protocol.trial.month.split()[0])


def days_at_risk(basis: Basis, plan: Plan) -> dict[str, float]:
    """Participant > days from the first visit of the endpoint to the last, or to the last visit done where they left.

    A visit before or after its planned day counts by the day it took place, within the windows of the two visits.
    """
    done = derive_visit_days(basis.protocol, basis.snapshot).filter(
        (pl.col("status") == "done") & pl.col("day").is_not_null()
    )
    visits = [visit for name in plan.endpoint.at if (visit := basis.protocol.visit(name))]
    first = pl.col("day").min()
    last = pl.col("day").max()
    if visits:
        first = pl.max_horizontal(first, pl.lit(visits[0].window.first))
        last = pl.min_horizontal(last, pl.lit(visits[-1].window.last))
    spans = done.group_by("participant", maintain_order=True).agg((last - first).alias("days"))
    return {name: float(days) for name, days in spans.iter_rows() if days > 0}
