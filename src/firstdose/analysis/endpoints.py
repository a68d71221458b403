"""Each endpoint by its plan: main analysis, sensitivity analyses and descriptions, all as rows of numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.analysis.courses import BETWEEN
from firstdose.analysis.effects import effect_rows, headline_rows
from firstdose.analysis.estimating import estimate, run, sample_of
from firstdose.analysis.formatting import Format, scale_of
from firstdose.analysis.occurrences import analyse_occurrence
from firstdose.analysis.origins import origin_of
from firstdose.analysis.plan import declared_decimals, plans
from firstdose.analysis.proportions import change_of_shares, shares_between
from firstdose.analysis.rates import analyse_rate
from firstdose.analysis.responders import response_rows
from firstdose.analysis.results import ResultRow
from firstdose.protocol.names import measures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.plan import Plan
    from firstdose.analysis.shaping import Sample
    from firstdose.catalogue import Result
    from firstdose.protocol.model import Endpoint
    from firstdose.protocol.names import Variable

__all__ = ["analyse_endpoint", "declared_decimals", "result_rows"]

TOGETHER = frozenset(
    {"longitudinal", "association"}
)  # designs that look at all times of the endpoint at once


def analyse_endpoint(basis: Basis, endpoint: Endpoint) -> Iterator[ResultRow]:
    """All rows of an endpoint; every variable of its measure is analysed alike."""
    for plan in plans(basis.protocol, endpoint):
        if endpoint.kind == "any event":
            yield from (
                analyse_rate(basis, plan) if plan.method.design == "rate" else analyse_occurrence(basis, plan)
            )
            continue
        for variable in measures(basis.protocol, endpoint.measure):
            yield from _analyse(basis, plan, variable)


def _analyse(basis: Basis, plan: Plan, variable: Variable) -> Iterator[ResultRow]:
    members = basis.sets[plan.analysis.analysis_set]
    if plan.method.design == "between":
        yield from _between(basis, plan, variable, members)
        return
    for level, those in basis.levels(plan.analysis.by, members).items():
        for times in times_of_runs(plan):
            yield from _one(basis, plan, variable, those, times, level)


def times_of_runs(plan: Plan) -> list[tuple[str, ...]]:
    """The times of each run: all together for a profile, pairs for a change, one by one for a value.

    A method that looks at two times at most compares each later time of a profile with its first.
    """
    endpoint, most = plan.endpoint, plan.method.need.times_most
    if endpoint.kind == "worst change":
        return [endpoint.at]
    every = (*filter(None, [endpoint.reference]), *endpoint.at)
    if endpoint.kind == "profile":
        return [(every[0], later) for later in every[1:]] if most == 2 and len(every) > 2 else [endpoint.at]
    answers = endpoint.kind == "response" or not endpoint.reference
    together = plan.method.design in TOGETHER and most != 2
    if together or (plan.method.design == "paired proportion" and answers):
        return [every]
    if endpoint.reference:
        return [(endpoint.reference, visit) for visit in endpoint.at]
    return [(visit,) for visit in endpoint.at] or [()]


def _one(
    basis: Basis,
    plan: Plan,
    variable: Variable,
    members: tuple[str, ...],
    times: tuple[str, ...],
    level: str,
) -> Iterator[ResultRow]:
    if plan.method.design == "proportion":
        yield from response_rows(basis, plan, variable, members, times, level)
        return
    if plan.method.design == "paired proportion":
        sample, result = change_of_shares(basis, plan, variable, members, times)
        used = plan
    else:
        found = run(basis, plan, variable, members, times)
        sample, result, used = found.sample, found.result, found.plan
    row = template(basis, used, variable, sample, times, level)
    yield from result_rows(basis, row, result, variable, sample, used)
    if plan.analysis.responders and not plan.attacks:
        yield from response_rows(basis, plan, variable, members, times, level)


def template(
    basis: Basis, plan: Plan, variable: Variable, sample: Sample, times: tuple[str, ...], level: str
) -> ResultRow:
    """Everything a row says besides its number."""
    estimand = basis.protocol.estimand(plan.endpoint.endpoint)
    percent = plan.endpoint.kind == "percent change"
    return ResultRow(
        analysis=plan.name,
        statistic="",
        value=None,
        text="",
        unit="participant",
        variable=variable.name,
        visit=" ".join(
            times if plan.endpoint.kind == "profile" and times == plan.endpoint.at else times[-1:]
        ),
        group=plan.analysis.by,
        level=level,
        measure_unit="%" if percent else variable.unit,
        estimand=estimand.name if estimand else "",
        analysis_set=plan.analysis.analysis_set,
        purpose=plan.purpose,
        reason=plan.analysis.reason,
        n_participants=sample.n,
        n_lesions=sample.n_lesions,
        excluded=sample.excluded,
        incomplete=sample.gaps,
        sources=origin_of(basis.protocol, plan, sample.sources, sample.excluded, sample.times),
    )


def result_rows(
    basis: Basis, row: ResultRow, result: Result, variable: Variable, sample: Sample, plan: Plan
) -> Iterator[ResultRow]:
    """A method's Result as rows, headline first, then each of its lines; caveats keep their code and sentence."""
    row = replace(
        row,
        method=result.method,
        variant=result.variant,
        exact=result.exact,
        caveats=tuple(f"{caveat.code} {caveat.sentence}" for caveat in result.caveats),
    )
    own = row if scale_of(result.estimate_name) == "unit" else replace(row, measure_unit="")
    yield from headline_rows(basis, own, result, _counts(result, sample, plan), variable.decimals)
    style = Format(variable.decimals, basis.rounding)
    tested = {each.contrast: each.test == "main" for each in plan.analysis.contrasts}
    yield from effect_rows(row, result, style, tested)


def _counts(result: Result, sample: Sample, plan: Plan) -> dict[str, float | None]:
    """Participants; where gaps are allowed also those without one; lesions where they are the rows."""
    counts: dict[str, float | None] = {"n": float(sample.n)}
    if plan.gaps_allowed:
        counts["n_complete"] = float(sample.n_complete)
    if plan.method.design == "nested":
        counts["n_units"] = float(result.n_units)
    return counts


def _between(basis: Basis, plan: Plan, variable: Variable, members: tuple[str, ...]) -> Iterator[ResultRow]:
    """Groups compared in one row: those of `by`, else of the planned factor between participants."""
    levels = basis.levels(plan.analysis.by, members) if plan.analysis.by else {}
    owner = {name: code for code, names in enumerate(levels.values()) for name in names}
    for times in times_of_runs(plan):
        if plan.method.need.binary:
            sample, result = shares_between(basis, plan, variable, members, times, owner)
        else:
            sample = sample_of(basis, plan, variable, members, times)
            groups = np.array([owner[name] for name in sample.participants], dtype=int) if owner else None
            result = estimate(basis, plan, sample, variable, groups)
        row = replace(template(basis, plan, variable, sample, times, ""), group=group_word(plan))
        yield from result_rows(basis, row, result, variable, sample, plan)


def group_word(plan: Plan) -> str:
    """What divides participants into the groups that are compared."""
    return plan.analysis.by or " x ".join(plan.factors(BETWEEN))
