"""Shares of participants: responders to a cut and binary variables, observed and with non-responder imputation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from firstdose.analysis.formatting import Format, rows_of
from firstdose.analysis.origins import origin_of
from firstdose.analysis.results import ResultRow
from firstdose.analysis.shaping import ZERO, Sample, shape_sample, sources_of
from firstdose.catalogue import load
from firstdose.values.rounding import printed_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.plan import Plan
    from firstdose.catalogue import Method, Result
    from firstdose.protocol.names import Variable

INTERVAL = "exact_binomial"
NONRESPONDER = "nonresponder"


def response_rows(
    basis: Basis,
    plan: Plan,
    variable: Variable,
    members: tuple[str, ...],
    times: tuple[str, ...],
    level: str,
) -> Iterator[ResultRow]:
    """For each cut: observed cases, and with non-responder imputation where the plan says so."""
    sample = shape_sample(basis, variable, members, times, plan.analysis.nested)
    method = plan.method if plan.method.design == "proportion" else load("methods")[INTERVAL]
    for label, answers in _answers(plan, sample, variable):
        rules = ["observed"]
        if NONRESPONDER in (plan.analysis.missing, plan.analysis.responders_missing):
            rules.append(NONRESPONDER)
        for rule in rules:
            yield from _share(
                basis, plan, variable, members, sample, times, level, method, label, answers, rule
            )


def _answers(plan: Plan, sample: Sample, variable: Variable) -> Iterator[tuple[str, np.ndarray]]:
    """Label of the response > 1, 0 or NaN (undefined) for each participant of the sample."""
    endpoint = plan.endpoint
    if plan.method.design == "proportion" and endpoint.kind == "value":
        yield variable.label, sample.values[:, -1]
        return
    cuts = (endpoint.cut,) if endpoint.kind == "response" else plan.analysis.responders
    for cut in filter(None, cuts):
        yield f"improved by at least {cut} %", response(sample, float(cut), variable)


def response(sample: Sample, cut: float, variable: Variable) -> np.ndarray:
    """(n,) 1 where the improvement from the first to the last time is at least `cut` percent; NaN for baseline 0.

    Values are taken in whole steps of the declared precision, so that an edge such as 8.0 to 2.0 is exact.
    """
    steps = 10.0 ** (variable.decimals if variable.decimals is not None else 6)
    values = np.round(sample.values * steps)
    if sample.values.shape[1] == 1:  # the value is itself a percent improvement
        return np.where(values[:, 0] >= np.round(cut * steps), 1.0, 0.0)
    before, after = values[:, 0], values[:, -1]
    sign = -1.0 if variable.direction == "higher is better" else 1.0
    answer = (100 * sign * (before - after) >= cut * before).astype(float)
    return np.where(before == 0, np.nan, answer)


def _share(
    basis: Basis,
    plan: Plan,
    variable: Variable,
    members: tuple[str, ...],
    sample: Sample,
    times: tuple[str, ...],
    level: str,
    method: Method,
    label: str,
    answers: np.ndarray,
    rule: str,
) -> Iterator[ResultRow]:
    known = ~np.isnan(answers)
    answered = {name for name, ok in zip(sample.participants, known, strict=True) if ok}
    y = answers[known]
    excluded = (
        *sample.excluded,
        *((name, ZERO) for name in sample.participants if name not in answered),
    )
    if rule == NONRESPONDER:
        y = np.concatenate([y, np.zeros(len(members) - y.size)])
    result = (
        method.estimate(y, level=float(plan.analysis.ci or 0.95), alternative="two-sided") if y.size else None
    )
    estimand = basis.protocol.estimand(plan.endpoint.endpoint)
    row = ResultRow(
        analysis=f"{plan.name}.{rule}" if rule == NONRESPONDER else plan.name,
        statistic="",
        value=None,
        text="",
        unit="participant",
        variable=f"{variable.name}: {label}" if label != variable.label else variable.name,
        visit=times[-1] if times else "",
        group=plan.analysis.by,
        level=level,
        estimand=estimand.name if estimand else "",
        analysis_set=plan.analysis.analysis_set,
        purpose=plan.purpose,
        reason=plan.analysis.reason,
        n_participants=int(y.size),
        n_lesions=sample.n_lesions,
        excluded=() if rule == NONRESPONDER else excluded,
        method=method.name,
        variant=rule if rule == NONRESPONDER else "observed cases",
        exact=method.exact,
        caveats=() if result is None else tuple(f"{each.code} {each.sentence}" for each in result.caveats),
        sources=origin_of(basis.protocol, plan, sources_of(basis, variable, times, members), excluded, times),
    )
    yield from share_rows(basis, row, int(y.sum()), int(y.size), result)


def share_rows(
    basis: Basis, row: ResultRow, count: int, of: int, result: Result | None
) -> Iterator[ResultRow]:
    """The count with its share as text, then the estimate with its interval."""
    yield replace(
        row, statistic="count", value=float(count), text=printed_share(count, of, mode=basis.rounding)
    )
    numbers: dict[str, float | None] = {"numerator": float(count), "of": float(of)}
    if result is not None:
        numbers |= {
            "estimate": result.estimate,
            "ci_low": result.ci_low,
            "ci_high": result.ci_high,
            "level": result.level,
        }
        numbers |= {name: value for name, value in result.more if name not in {"n", "events"}}
    yield from rows_of(row, numbers, Format(None, basis.rounding, share=True))
