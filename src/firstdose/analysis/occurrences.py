"""Endpoints that ask whether anything happened: participants with at least one event that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

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


OPEN = "a missing fact leaves open whether an event counts"


def analyse_occurrence(basis: Basis, plan: Plan) -> Iterator[ResultRow]:
    """Share of participants with an event that fits the estimand's `where`, within the days of the visits named."""
    members = basis.sets[plan.analysis.analysis_set]
    estimand = basis.protocol.estimand(plan.endpoint.endpoint)
    events = derive_events(basis.protocol, basis.snapshot).filter(_within(basis, plan))
    open_questions: set[str] = set()
    if estimand and estimand.where:
        fits = expression(rule_of(basis.protocol, estimand.where, "where"))
        asked = events.with_columns(fits.alias("_fits"))
        open_questions = set(asked.filter(pl.col("_fits").is_null())["participant"].to_list())
        events = asked.filter(pl.col("_fits"))
    affected = set(events["participant"].to_list())
    for level, those in basis.levels(plan.analysis.by, members).items():
        unclear = (open_questions - affected) & set(those)
        judged = tuple(name for name in those if name not in unclear)
        if not judged:
            continue
        y = np.array([float(name in affected) for name in judged])
        result = plan.method.estimate(y, level=float(plan.analysis.ci or 0.95), alternative="two-sided")
        row = ResultRow(
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
            n_events=events.filter(pl.col("participant").is_in(judged)).height,
            excluded=tuple((name, OPEN) for name in those if name in unclear),
            method=plan.method.name,
            variant=result.variant,
            exact=result.exact,
            caveats=tuple(f"{each.code} {each.sentence}" for each in result.caveats),
            sources=merged(
                (Source(EVENTS, (), (), those),),
                of_day_zero(basis.protocol),
                of_set(basis.protocol, plan.analysis.analysis_set),
                of_grouping(basis.protocol, plan.analysis.by),
            ),
        )
        yield from share_rows(basis, row, int(y.sum()), int(y.size), result)


def _within(basis: Basis, plan: Plan) -> pl.Expr:
    """Events from the first to the last visit named, by the visits' windows; an event of unknown day counts."""
    visits = [visit for name in plan.endpoint.at if (visit := basis.protocol.visit(name))]
    if not visits:
        return pl.lit(value=True)
    inside = pl.col("day").is_between(visits[0].window.first, visits[-1].window.last)
    return inside.fill_null(value=True)
