"""Each endpoint by its plan: main analysis, sensitivity analyses and descriptions, all as rows of numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.analysis.formatting import Format, rows_of
from firstdose.analysis.occurrences import analyse_occurrence
from firstdose.analysis.origins import origin_of
from firstdose.analysis.plan import plans
from firstdose.analysis.responders import response_rows
from firstdose.analysis.results import ResultRow
from firstdose.analysis.shaping import (
    Sample,
    changes,
    shape_sample,
    without_zero_baseline,
    worst_changes,
)
from firstdose.catalogue import Caveat, Result
from firstdose.protocol.names import measures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.plan import Plan
    from firstdose.protocol.model import Endpoint
    from firstdose.protocol.names import Variable

CENSORED = "FD-A201"
NOTHING = "FD-A202"
ALTERNATIVE = {"two sided": "two-sided", "greater": "greater", "less": "less"}
PAIRED_KINDS = {"change", "percent change"}
# Methods that use only the order of values within a participant or over all, where "below the limit" has a place.
RANK_METHODS = frozenset({"friedman_exact", "kruskal_wallis", "jonckheere"})


def analyse_endpoint(basis: Basis, endpoint: Endpoint) -> Iterator[ResultRow]:
    """All rows of an endpoint; every variable of its measure is analysed alike."""
    for plan in plans(basis.protocol, endpoint):
        if endpoint.kind == "any event":
            yield from analyse_occurrence(basis, plan)
            continue
        for variable in measures(basis.protocol, endpoint.measure):
            yield from _analyse(basis, plan, variable)


def _analyse(basis: Basis, plan: Plan, variable: Variable) -> Iterator[ResultRow]:
    members = basis.sets[plan.analysis.analysis_set]
    if plan.method.design == "between":
        yield from _between(basis, plan, variable, members)
        return
    for level, those in basis.levels(plan.analysis.by, members).items():
        for times in _times(plan):
            yield from _one(basis, plan, variable, those, times, level)


def _times(plan: Plan) -> list[tuple[str, ...]]:
    """The times of each run: all together for a profile, pairs for a change, one by one for a value."""
    endpoint = plan.endpoint
    if endpoint.kind in {"profile", "worst change"}:
        return [endpoint.at]
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
    sample = sample_of(basis, plan, variable, members, times)
    if plan.method.design == "proportion":
        yield from response_rows(basis, plan, variable, members, times, level)
        return
    result = estimate(plan, sample, variable)
    row = template(basis, plan, variable, sample, times, level)
    yield from result_rows(basis, row, result, variable)
    if plan.analysis.responders and not plan.attacks:
        yield from response_rows(basis, plan, variable, members, times, level)


def sample_of(
    basis: Basis, plan: Plan, variable: Variable, members: tuple[str, ...], times: tuple[str, ...]
) -> Sample:
    """The arrays of one run."""
    nested = plan.analysis.nested
    if plan.endpoint.kind == "worst change":
        return worst_changes(basis, plan.endpoint, variable, members, nested)
    sample = shape_sample(basis, variable, members, times, nested)
    return without_zero_baseline(sample) if plan.endpoint.kind == "percent change" else sample


def _array(plan: Plan, sample: Sample) -> np.ndarray:
    """The array in the shape that the method's design asks for."""
    kind = plan.endpoint.kind
    if plan.method.design == "paired" and kind == "percent change":
        percent = changes(sample, kind)
        return np.column_stack([np.zeros_like(percent), percent])
    if plan.method.design in {"paired", "within"}:
        return sample.values
    if kind in PAIRED_KINDS:
        return changes(sample, kind)
    return sample.values[:, -1]


def estimate(plan: Plan, sample: Sample, variable: Variable, groups: np.ndarray | None = None) -> Result:
    """Run the method; what it must not see is refused with a caveat instead."""
    if sample.n == 0:
        return _refused(plan, sample, NOTHING, "No participant has a complete record for this analysis.")
    y = _array(plan, sample)
    if sample.censored:
        ranked = sample.ranked() if _takes_ranks(plan, variable) else None
        if ranked is None:
            return _refused(plan, sample, CENSORED, _censored_sentence(plan, sample))
        y = ranked if plan.method.design == "within" else ranked[:, -1]
    return plan.method.estimate(
        y,
        groups=groups,
        level=float(plan.analysis.ci or 0.95),
        alternative=ALTERNATIVE[plan.analysis.direction],
        decimals=declared_decimals(plan, variable),
        **plan.options,
    )


def _takes_ranks(plan: Plan, variable: Variable) -> bool:
    """Whether only the order of single values matters: then a value below quantification has its place."""
    single = plan.endpoint.kind in {"value", "profile"} and variable.per != "lesion"
    return single and plan.method.name in RANK_METHODS


def _censored_sentence(plan: Plan, sample: Sample) -> str:
    return (
        f"{sample.censored} of {sample.values.size} values are outside the range of quantification; "
        f"{plan.method.label} cannot use them and none is put in their place."
    )


def declared_decimals(plan: Plan, variable: Variable) -> int | None:
    """The precision ranks are taken at; participant means of lesions have none of their own."""
    if plan.analysis.decimals is not None:
        return plan.analysis.decimals
    if plan.analysis.nested == "participant mean" or plan.endpoint.kind == "percent change":
        return None
    return variable.decimals


def _refused(plan: Plan, sample: Sample, code: str, sentence: str) -> Result:
    return Result(
        method=plan.method.name,
        n_participants=sample.n,
        n_units=sample.n,
        exact=plan.method.exact,
        caveats=(Caveat(code, sentence),),
    )


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
        visit=" ".join(times[-1:]) if plan.endpoint.kind != "profile" else " ".join(times),
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
        sources=origin_of(basis.protocol, plan, sample.sources, sample.excluded, sample.times),
    )


def result_rows(basis: Basis, row: ResultRow, result: Result, variable: Variable) -> Iterator[ResultRow]:
    """A method's Result as rows; caveats keep their code and sentence."""
    row = replace(
        row,
        method=result.method,
        variant=result.variant,
        exact=result.exact,
        caveats=tuple(f"{caveat.code} {caveat.sentence}" for caveat in result.caveats),
    )
    numbers: dict[str, float | None] = {
        "n": float(row.n_participants or 0),
        "estimate": result.estimate,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "level": result.level,
        "attained_level": result.attained_level,
        "statistic": result.statistic,
        **{f"df{i}" if len(result.df) > 1 else "df": value for i, value in enumerate(result.df, start=1)},
        "p": result.p,
    }
    numbers |= {name: value for name, value in result.more if name not in numbers}
    yield from rows_of(row, numbers, Format(variable.decimals, basis.rounding))


def _between(basis: Basis, plan: Plan, variable: Variable, members: tuple[str, ...]) -> Iterator[ResultRow]:
    levels = basis.levels(plan.analysis.by, members)
    for times in _times(plan):
        sample = sample_of(basis, plan, variable, members, times)
        owner = {name: code for code, names in enumerate(levels.values()) for name in names}
        groups = np.array([owner[name] for name in sample.participants], dtype=int)
        result = estimate(plan, sample, variable, groups)
        row = replace(template(basis, plan, variable, sample, times, ""), group=plan.analysis.by)
        yield from result_rows(basis, row, result, variable)
