"""Tests judged together: p adjusted within a family by a procedure of the shelf, families one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.analysis.comparisons import planned_contrasts
from firstdose.analysis.courses import shape_courses, time_factor
from firstdose.analysis.estimating import ALTERNATIVE, sample_of
from firstdose.analysis.formatting import Format, rows_of
from firstdose.analysis.origins import merged
from firstdose.analysis.plan import declared_decimals, plans
from firstdose.catalogue import Layout, load
from firstdose.protocol.names import measures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.plan import Plan
    from firstdose.analysis.results import ResultRow
    from firstdose.catalogue import Procedure
    from firstdose.protocol.model import Family, Protocol

SHELF = "methods.multiplicity"
_Adjusted = list[float] | list[None]


@dataclass(frozen=True, slots=True)
class Judged:
    """One test of a family: the member of the plan it belongs to, and the row of its p."""

    member: str
    row: ResultRow


def adjust_families(basis: Basis, rows: Sequence[ResultRow]) -> Iterator[ResultRow]:
    """Every family of the plan; behind others, an adjusted p is at least as large as each of theirs."""
    done: dict[str, list[float | None]] = {}
    for family in _in_turn(basis.protocol.families):
        procedure = load(SHELF).get(family.method.replace(" ", "_"))
        if procedure is None:
            continue
        tests = list(_tests(basis.protocol, family, rows))
        before = [p for name in family.after for p in done.get(name, [None])]
        adjusted = _behind(before, _adjusted(basis, family, procedure, tests))
        done[family.family] = list(adjusted)
        yield from _rows(basis, family, tests, adjusted)


def _in_turn(families: Sequence[Family]) -> Iterator[Family]:
    """Families with those that must come before them first; a ring is taken as written."""
    waiting, names = list(families), {each.family for each in families}
    done: set[str] = set()
    while waiting:
        ready = next((each for each in waiting if set(each.after) & names <= done), waiting[0])
        waiting.remove(ready)
        done.add(ready.family)
        yield ready


def _tests(protocol: Protocol, family: Family, rows: Sequence[ResultRow]) -> Iterator[Judged]:
    """The headline p of an endpoint, or the p of a contrast in the main analysis that declares it."""
    declared = {each.contrast: own.endpoint for own in protocol.analyses for each in own.contrasts}
    endpoints = {each.endpoint for each in protocol.endpoints}
    for member in family.members:
        effect = "" if member in endpoints else member
        analysis = member if not effect else declared.get(member, "")
        for row in rows:
            if (row.analysis, row.effect, row.statistic) == (analysis, effect, "p"):
                yield Judged(member, row)


def _behind(before: list[float | None], adjusted: Sequence[float | None]) -> list[float | None]:
    """Serial gatekeeping: a family that waits for others falls only where all of theirs have fallen."""
    if any(p is None for p in before):
        return [None] * len(adjusted)
    worst = max((p for p in before if p is not None), default=0.0)
    return [None if p is None else max(worst, p) for p in adjusted]


def _adjusted(
    basis: Basis, family: Family, procedure: Procedure, tests: list[Judged]
) -> Sequence[float | None]:
    """Where one test has no p, none of them can be judged."""
    values = [test.row.value for test in tests if test.row.value is not None]
    if not tests or len(values) < len(tests):
        return [None] * len(tests)
    keywords: dict[str, Any] = {"alpha": float(family.alpha)}
    if procedure.needs == "changes":
        changes, words = _changes(basis, tests)
        return procedure.adjust(changes, **keywords, **words)
    if "weights" in procedure.takes and family.weights:
        keywords["weights"] = _weights(family, tests)
    if "graph" in procedure.takes:
        keywords["graph"] = _graph(basis.protocol, family, tests)
    return procedure.adjust(values, **keywords)


def _shares(tests: list[Judged]) -> dict[str, float]:
    """Member > what each of its tests has of its weight, where several variables make several tests."""
    names = [test.member for test in tests]
    return {name: 1 / names.count(name) for name in names}


def _weights(family: Family, tests: list[Judged]) -> list[float]:
    declared = dict(zip(family.members, map(float, family.weights), strict=False))
    shares = _shares(tests)
    return [declared.get(test.member, 0.0) * shares[test.member] for test in tests]


def _graph(protocol: Protocol, family: Family, tests: list[Judged]) -> list[list[float]]:
    """A row a test: which share of its level goes to each other once it is rejected."""
    edges = {(each.source, each.target): float(each.share) for each in protocol.graph if each.family == family.family}  # fmt: skip
    shares = _shares(tests)
    return [
        [edges.get((one.member, other.member), 0.0) * shares[other.member] for other in tests]
        for one in tests
    ]


def _changes(basis: Basis, tests: list[Judged]) -> tuple[np.ndarray, dict[str, Any]]:
    """(n, m) change of each participant in each test, NaN where missing; precision and direction of each."""
    found = [_change(basis, test) for test in tests]
    everybody = sorted({name for each in found for name in each.of})
    matrix = [[each.of.get(name, np.nan) for each in found] for name in everybody]
    return np.array(matrix, dtype=float).reshape(len(everybody), len(tests)), {
        "decimals": [each.decimals for each in found],
        "alternatives": [each.alternative for each in found],
    }


@dataclass(frozen=True, slots=True)
class _Change:
    """Participant > what changed, in the words of one test."""

    of: dict[str, float]
    decimals: int | None
    alternative: str


def _change(basis: Basis, test: Judged) -> _Change:
    """From the first to the last time of the test, or its contrast over the columns, of each participant."""
    row = test.row
    plan = _plan_of(basis.protocol, row.analysis)
    variable = next(each for each in measures(basis.protocol, plan.endpoint.measure) if each.name == row.variable)  # fmt: skip
    members = basis.sets[plan.analysis.analysis_set]
    endpoint = plan.endpoint
    times = endpoint.at if endpoint.kind == "profile" else (endpoint.reference, row.visit)
    shape = shape_courses if plan.method.design == "nested" else sample_of
    sample = shape(basis, plan, variable, members, times)
    weights = _columns(
        basis, plan, sample.layout or Layout(within=time_factor(times)), row, len(sample.times)
    )
    change = np.where(weights != 0, sample.values * weights, 0.0).sum(axis=1)
    exact = bool(set(np.abs(weights)) <= {0.0, 1.0})
    return _Change(
        of=dict(zip(sample.participants, change.tolist(), strict=True)),
        decimals=declared_decimals(plan, variable) if exact else None,
        alternative=ALTERNATIVE[plan.analysis.direction],
    )


def _plan_of(protocol: Protocol, analysis: str) -> Plan:
    return next(
        plan for each in protocol.endpoints for plan in plans(protocol, each) if plan.name == analysis
    )


def _columns(basis: Basis, plan: Plan, layout: Layout, row: ResultRow, times: int) -> np.ndarray:
    """Weights over the columns: the contrast's, else last less first."""
    if row.effect:
        own = tuple(each for each in plan.analysis.contrasts if each.contrast == row.effect)
        (contrast,), _ = planned_contrasts(basis, own, layout, tuple(layout.within[-1].levels))
        return np.array(contrast.columns)
    return np.array([-1.0, *[0.0] * (times - 2), 1.0])


def _rows(
    basis: Basis, family: Family, tests: list[Judged], adjusted: Iterable[float | None]
) -> Iterator[ResultRow]:
    sources = merged(*(test.row.sources for test in tests))
    for test, value in zip(tests, adjusted, strict=True):
        row = test.row
        template = replace(
            row,
            analysis=f"family.{family.family}",
            result="",
            variable=f"{test.member}: {row.variable}",
            effect="",
            effect_kind="",
            quantity="",
            measure_unit="",
            estimand="",
            analysis_set="",
            reason="",
            n_lesions=None,
            excluded=(),
            incomplete=(),
            variant="",
            caveats=(),
            method=family.method,
            sources=sources,
        )
        style = Format(None, basis.rounding)
        yield from rows_of(template, {"p_adjusted": value, "alpha": float(family.alpha)}, style)
