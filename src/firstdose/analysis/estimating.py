"""One analysis run on one sample: what the method is given, what it must not see, and what was declared instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from firstdose.analysis.comparisons import planned_contrasts
from firstdose.analysis.courses import (
    BETWEEN,
    WITHIN,
    shape_courses,
    shape_lesions,
    shape_pairs,
    time_factor,
    with_groups,
    within_levels,
)
from firstdose.analysis.plan import FALLBACK, declared_decimals
from firstdose.analysis.shaping import (
    Sample,
    changes,
    shape_sample,
    without_zero_baseline,
    worst_changes,
)
from firstdose.catalogue import Caveat, Layout, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.analysis.basis import Basis
    from firstdose.analysis.plan import Plan
    from firstdose.protocol.names import Variable

CENSORED, NOTHING, IN_PLACE = "FD-A201", "FD-A202", "FD-A204"
UNUSED, REFUSED = "FD-A206", "FD-A207"
ALTERNATIVE = {"two sided": "two-sided", "greater": "greater", "less": "less"}
PAIRED_KINDS = frozenset({"change", "percent change"})
# Methods that use only the order of values within a participant or over all, where "below the limit" has a place.
RANK_METHODS = frozenset({"friedman_exact", "kruskal_wallis", "jonckheere"})
PLACE = re.compile(r"\b(?:dose|group) (\d+)\b")
COLUMNS = frozenset({"paired", "within", "longitudinal", "association"})


@dataclass(frozen=True, slots=True)
class Run:
    """What came out, of whom, and by which plan: the declared one, or what was declared in its place."""

    plan: Plan
    sample: Sample
    result: Result


def run(
    basis: Basis, plan: Plan, variable: Variable, members: tuple[str, ...], times: tuple[str, ...]
) -> Run:
    """The planned analysis; where it cannot be carried out, the first that was declared beforehand and can."""
    sample = sample_of(basis, plan, variable, members, times)
    why = _impossible(plan, sample)
    if why and (other := _instead(basis, plan, "rank below times", why, variable, members, times)):
        return other
    found = Run(plan, sample, estimate(basis, plan, sample, variable))
    if sample.n and not _is_answer(found.result):
        why = "it gives no answer on these records."
        return _instead(basis, plan, "not converged", why, variable, members, times) or found
    return found


def _instead(
    basis: Basis,
    plan: Plan,
    case: str,
    why: str,
    variable: Variable,
    members: tuple[str, ...],
    times: tuple[str, ...],
) -> Run | None:
    for other in plan.instead(case):
        sample = sample_of(basis, other, variable, members, times)
        if sample.n == 0 or _impossible(other, sample):
            continue
        result = estimate(basis, other, sample, variable)
        if _is_answer(result):
            told = Caveat(IN_PLACE, f"{_named(plan)} could not be carried out: {why} As declared beforehand, {_named(other)} stands in its place.")  # fmt: skip
            return Run(other, sample, replace(result, caveats=(told, *result.caveats)))
    return None


def _named(plan: Plan) -> str:
    words = [word.replace("_", " ") for name, word in plan.options.items() if name == "covariance"]
    return f"{plan.method.label} ({words[0]})" if words else plan.method.label


def _impossible(plan: Plan, sample: Sample) -> str:
    """Why the method cannot be carried out on so many participants and times; empty where it can."""
    if plan.method.cannot is None or sample.n == 0:
        return ""
    groups = 1 if sample.codes is None else len(set(sample.codes.tolist()))
    try:
        return plan.method.cannot(sample.n, sample.values.shape[1], groups, options_of(plan))
    except ValueError:  # a word that the method does not know: it says so itself when it is asked
        return ""


def _is_answer(result: Result) -> bool:
    lines = (line.estimate is not None or line.p is not None for line in result.effects)
    return result.estimate is not None or result.p is not None or any(lines)


def sample_of(
    basis: Basis, plan: Plan, variable: Variable, members: tuple[str, ...], times: tuple[str, ...]
) -> Sample:
    """The arrays of one run, as the method's design wants them."""
    kind, design, nested = plan.endpoint.kind, plan.method.design, plan.analysis.nested
    if kind == "worst change":
        return worst_changes(basis, plan.endpoint, variable, members, nested)
    if design == "nested":
        return shape_lesions(basis, plan, variable, members, times)
    if design == "association":
        return shape_pairs(basis, plan, variable, members, times)
    if design == "longitudinal" or (design == "within" and within_levels(basis, plan) is not None):
        return shape_courses(basis, plan, variable, members, times)
    sample = shape_sample(basis, variable, members, times, nested)
    sample = without_zero_baseline(sample) if kind == "percent change" else sample
    return with_groups(basis, plan, sample)


def estimate(
    basis: Basis, plan: Plan, sample: Sample, variable: Variable, groups: np.ndarray | None = None
) -> Result:
    """Run the method; what it must not see is refused with a caveat instead."""
    if sample.n == 0:
        return refused(plan, sample.n, NOTHING, "No participant has a complete record for this analysis.")
    if plan.endpoint.kind == "percent change" and plan.gaps_allowed:
        return refused(plan, sample.n, REFUSED, cannot(plan, "it knows no percent change"))
    y, sides = _arrays(plan, sample)
    if sample.censored and ("sides" not in plan.method.takes or sides is None):
        ranked = sample.ranked() if _takes_ranks(plan, variable) else None
        if ranked is None:
            return refused(plan, sample.n, CENSORED, _censored_sentence(plan, sample))
        y = ranked if plan.method.design == "within" else ranked[:, -1]
    keywords, told = _keywords(basis, plan, sample, sides)
    keywords["groups"] = sample.codes if groups is None else groups
    result = asked(plan, sample.n, y, decimals=declared_decimals(plan, variable), **keywords)
    result = replace(result, caveats=(*result.caveats, *told, *_passed_over(plan)))
    return _with_names_of_levels(plan, sample, result)


def asked(plan: Plan, n: int, y: np.ndarray, **keywords: Any) -> Result:
    """What the method says; where it takes neither such values nor such words, why."""
    try:
        result: Result = plan.method.estimate(
            y,
            level=float(plan.analysis.ci or 0.95),
            alternative=ALTERNATIVE[plan.analysis.direction],
            **keywords,
            **options_of(plan),
        )
    except ValueError as refusal:
        return refused(plan, n, REFUSED, cannot(plan, str(refusal)))
    return result


def cannot(plan: Plan, why: str) -> str:
    """Why an analysis was not carried out, for the report."""
    return f"{plan.method.label} cannot be carried out here: {why}."


def _with_names_of_levels(plan: Plan, sample: Sample, result: Result) -> Result:
    """Lines about `dose 1` bear the name of the level, for methods that are told codes and no names."""
    if "layout" in plan.method.takes or sample.layout is None or not sample.layout.between:
        return result
    levels = sample.layout.between[0].levels
    lines = tuple(replace(line, name=PLACE.sub(lambda found: levels[int(found[1]) - 1], line.name)) for line in result.effects)  # fmt: skip
    return replace(result, effects=lines)


def _arrays(plan: Plan, sample: Sample) -> tuple[np.ndarray, np.ndarray | None]:
    """Values in the shape that the method's design asks for, and their sides where each is a value of record."""
    kind, design = plan.endpoint.kind, plan.method.design
    if design == "paired" and kind == "percent change":
        percent = changes(sample, kind)
        return np.column_stack([np.zeros_like(percent), percent]), None
    if design == "nested" and plan.method.need.times_most == 1 and kind in PAIRED_KINDS:
        return changes(sample, kind)[:, None], None
    if design in COLUMNS or design == "nested":
        return sample.values, sample.sides
    if kind in PAIRED_KINDS:
        return changes(sample, kind), None
    return sample.values[:, -1], sample.sides[:, -1]


def _keywords(
    basis: Basis, plan: Plan, sample: Sample, sides: np.ndarray | None
) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """What the method understands beyond its values, and comparisons that could not be made of the plan."""
    layout = sample.layout or Layout(within=time_factor(sample.times))
    found: dict[str, Any] = {"layout": layout, "units": sample.units, "names": sample.participants}
    if sides is not None:
        found["sides"] = sides
    told: tuple[Caveat, ...] = ()
    if "contrasts" in plan.method.takes and plan.analysis.contrasts:
        found["contrasts"], told = planned_contrasts(basis, plan.analysis.contrasts, layout, sample.times)
    return {name: value for name, value in found.items() if name in plan.method.takes}, told


def options_of(plan: Plan) -> dict[str, str]:
    """Words for the method: those of the plan, and what other parts of the plan say that it has a word for."""
    known = {option.name: option for option in plan.method.options}
    dose = "within" if plan.factors(WITHIN) else "between" if plan.factors(BETWEEN) else ""
    follows = {FALLBACK: plan.ladder(), "per": plan.analysis.exposure.replace(" ", "_"), "dose": dose}
    words = {
        name: word
        for name, word in follows.items()
        if word and name in known and (name == FALLBACK or word in known[name].values)
    }
    return words | dict(plan.options)


def _passed_over(plan: Plan) -> Iterator[Caveat]:
    """Planned factors that this method cannot look at."""
    inside = plan.factors(WITHIN)
    used = {*(inside if plan.method.design == "nested" else inside[:1]), *plan.factors(BETWEEN)}
    for planned in plan.analysis.factors:
        if planned.factor not in used:
            yield Caveat(UNUSED, f"{plan.method.label} does not look at the factor {planned.factor}.")


def _takes_ranks(plan: Plan, variable: Variable) -> bool:
    """Whether only the order of single values matters: then a value below quantification has its place."""
    single = plan.endpoint.kind in {"value", "profile"} and variable.per != "lesion"
    return single and plan.method.name in RANK_METHODS


def _censored_sentence(plan: Plan, sample: Sample) -> str:
    return (
        f"{sample.censored} of {sample.values.size} values are outside the range of quantification; "
        f"{plan.method.label} cannot use them and none is put in their place."
    )


def refused(plan: Plan, n: int, code: str, sentence: str) -> Result:
    """A Result without numbers, and why."""
    return Result(
        method=plan.method.name,
        n_participants=n,
        n_units=n,
        exact=plan.method.exact,
        caveats=(Caveat(code, sentence),),
    )
