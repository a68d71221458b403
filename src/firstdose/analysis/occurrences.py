"""Endpoints that ask whether anything happened: participants with at least one event that fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from firstdose.analysis.effects import headline_rows
from firstdose.analysis.estimating import ALTERNATIVE
from firstdose.analysis.origins import merged, of_day_zero, of_grouping, of_set
from firstdose.analysis.responders import share_rows
from firstdose.analysis.results import ResultRow, Source
from firstdose.derived.events import EVENTS, derive_events
from firstdose.derived.rules import rule_of
from firstdose.protocol.rule import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.plan import Plan
    from firstdose.catalogue import Result

OPEN = "a missing fact leaves open whether an event counts"


@dataclass(frozen=True, slots=True)
class Counted:
    """Events that count for an endpoint, and the participants of whom a missing fact leaves open whether one does."""

    events: pl.DataFrame
    unclear: frozenset[str]


def counted_events(basis: Basis, plan: Plan) -> Counted:
    """Events that fit the estimand's `where`, within the days of the visits named."""
    estimand = basis.protocol.estimand(plan.endpoint.endpoint)
    events = derive_events(basis.protocol, basis.snapshot).filter(_within(basis, plan))
    if estimand is None or not estimand.where:
        return Counted(events, frozenset())
    fits = expression(rule_of(basis.protocol, estimand.where, "where"))
    asked = events.with_columns(fits.alias("_fits"))
    unclear = frozenset(asked.filter(pl.col("_fits").is_null())["participant"].to_list())
    return Counted(asked.filter(pl.col("_fits")), unclear)


def analyse_occurrence(basis: Basis, plan: Plan) -> Iterator[ResultRow]:
    """Share of participants with an event that counts, of each group, or compared between the groups."""
    members = basis.sets[plan.analysis.analysis_set]
    counted = counted_events(basis, plan)
    affected = set(counted.events["participant"].to_list())
    levels = basis.levels(plan.analysis.by, members)
    if plan.method.design == "between":
        yield from _compared(basis, plan, counted, affected, levels)
        return
    for level, those in levels.items():
        judged = _judged(counted, affected, those)
        if not judged:
            continue
        y = np.array([float(name in affected) for name in judged])
        result = plan.method.estimate(y, level=float(plan.analysis.ci or 0.95), alternative="two-sided")
        row = replace(event_row(basis, plan, counted, those, judged, level), **_of_result(plan, result))
        yield from share_rows(basis, row, int(y.sum()), int(y.size), result)


def _judged(counted: Counted, affected: set[str], those: tuple[str, ...]) -> tuple[str, ...]:
    """Participants of whom it is known whether an event counts."""
    return tuple(name for name in those if name in affected or name not in counted.unclear)


def _of_result(plan: Plan, result: Result) -> dict[str, Any]:
    return {
        "method": plan.method.name,
        "variant": result.variant,
        "exact": result.exact,
        "quantity": result.estimate_name,
        "caveats": tuple(f"{each.code} {each.sentence}" for each in result.caveats),
    }


def _compared(
    basis: Basis, plan: Plan, counted: Counted, affected: set[str], levels: dict[str, tuple[str, ...]]
) -> Iterator[ResultRow]:
    """One row for all groups together."""
    everybody = tuple(name for those in levels.values() for name in those)
    owner = {name: code for code, those in enumerate(levels.values()) for name in those}
    judged = _judged(counted, affected, everybody)
    if not judged:
        return
    y = np.array([float(name in affected) for name in judged])
    result = plan.method.estimate(
        y,
        groups=np.array([owner[name] for name in judged], dtype=int),
        level=float(plan.analysis.ci or 0.95),
        alternative=ALTERNATIVE[plan.analysis.direction],
        **plan.options,
    )
    row = replace(event_row(basis, plan, counted, everybody, judged, ""), **_of_result(plan, result))
    yield from headline_rows(basis, row, result, {"n": float(len(judged))})


def event_row(
    basis: Basis, plan: Plan, counted: Counted, those: tuple[str, ...], judged: tuple[str, ...], level: str
) -> ResultRow:
    """Everything that a number about events says besides it."""
    estimand = basis.protocol.estimand(plan.endpoint.endpoint)
    return ResultRow(
        analysis=plan.name,
        statistic="",
        value=None,
        text="",
        unit="participant",
        variable=EVENTS,
        visit=" ".join((*plan.endpoint.at[:1], *plan.endpoint.at[1:][-1:])),
        group=plan.analysis.by,
        level=level,
        estimand=estimand.name if estimand else "",
        analysis_set=plan.analysis.analysis_set,
        purpose=plan.purpose,
        reason=plan.analysis.reason,
        n_participants=len(judged),
        n_events=counted.events.filter(pl.col("participant").is_in(judged)).height,
        excluded=tuple((name, OPEN) for name in those if name not in set(judged)),
        method=plan.method.name,
        sources=merged(
            (Source(EVENTS, (), (), those),),
            of_day_zero(basis.protocol),
            of_set(basis.protocol, plan.analysis.analysis_set),
            of_grouping(basis.protocol, plan.analysis.by),
        ),
    )


def _within(basis: Basis, plan: Plan) -> pl.Expr:
    """Events from the first to the last visit named, by the visits' windows; an event of unknown day counts."""
    visits = [visit for name in plan.endpoint.at if (visit := basis.protocol.visit(name))]
    if not visits:
        return pl.lit(value=True)
    inside = pl.col("day").is_between(visits[0].window.first, visits[-1].window.last)
    return inside.fill_null(value=True)
