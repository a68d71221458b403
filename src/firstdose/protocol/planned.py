"""The analyses of a protocol one by one, and what their words name: members of families, factors, levels, groups."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.names import ADMINISTRATION, forms, measures, times_of
from firstdose.protocol.names_of_forms import once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue import Method
    from firstdose.protocol.model import Analysis, Endpoint, Estimand, PlannedContrast, Protocol, Sensitivity
    from firstdose.protocol.names import Variable

DOSE = "dose_level"
TIME = "time"
# Words of `with` that change the plan of a sensitivity analysis; all others are words of its method.
PLAN_WORDS: Mapping[str, str] = {
    "set": "analysis_set",
    "missing": "missing",
    "nested": "nested",
    "by": "by",
    "exposure": "exposure",
    "against": "against",
}
_MOST_LEVELS = 100
_DIRECTED = frozenset({"paired", "paired proportion", "between", "rate", "association"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One analysis to be carried out: of an endpoint, or a sensitivity analysis with the words it changes."""

    name: str
    endpoint: Endpoint
    analysis: Analysis
    method: Method
    options: Mapping[str, str]
    attacks: str = ""

    @property
    def is_main(self) -> bool:
        return not self.attacks and self.name == self.endpoint.endpoint


@once
def planned(protocol: Protocol) -> tuple[Planned, ...]:
    """Every analysis whose endpoint and method are known, sensitivity analyses after their endpoint."""
    return tuple(_planned(protocol))


def _planned(protocol: Protocol) -> Iterator[Planned]:
    methods = load("methods")
    for endpoint in protocol.endpoints:
        analysis = protocol.analysis(endpoint.endpoint)
        if analysis is None:
            continue
        if endpoint.method in methods:
            yield Planned(
                name=endpoint.endpoint,
                endpoint=endpoint,
                analysis=analysis,
                method=methods[endpoint.method],
                options=dict(analysis.options),
            )
        for row in protocol.sensitivity:
            if row.endpoint == endpoint.endpoint and row.method in methods:
                changed, options = changed_by(analysis, row)
                yield Planned(
                    name=row.check,
                    endpoint=endpoint,
                    analysis=changed,
                    method=methods[row.method],
                    options=options,
                    attacks=row.attacks or "an assumption",
                )


def changed_by(analysis: Analysis, row: Sensitivity) -> tuple[Analysis, dict[str, str]]:
    """(the plan of a sensitivity analysis, the words that its method takes)."""
    words = dict(row.options)
    changed = {PLAN_WORDS[word]: words.pop(word) for word in list(words) if word in PLAN_WORDS}
    return replace(analysis, **changed), words  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------- members


def endpoint_of(protocol: Protocol, name: str) -> Endpoint | None:
    return next((row for row in protocol.endpoints if row.endpoint == name), None)


def method_of(protocol: Protocol, endpoint: str) -> Method | None:
    """The main method of an endpoint; None where the endpoint or its method is unknown (said elsewhere)."""
    found = endpoint_of(protocol, endpoint)
    return load("methods").get(found.method) if found else None


def summaries_of(estimand: Estimand) -> list[str]:
    """The summaries that an estimand declares, one after the other."""
    return [part.strip() for part in estimand.summary.split(",") if part.strip()]


def contrasts_of(protocol: Protocol) -> dict[str, tuple[Analysis, PlannedContrast]]:
    """Every planned comparison by its name, with the analysis it belongs to."""
    return {row.contrast: (analysis, row) for analysis in protocol.analyses for row in analysis.contrasts}


def owner_of(protocol: Protocol, member: str) -> str:
    """The endpoint behind a member of a family: itself, or that of the comparison; '' where there is none."""
    if endpoint_of(protocol, member):
        return member
    found = contrasts_of(protocol).get(member)
    return found[0].endpoint if found else ""


def members(protocol: Protocol) -> list[str]:
    """What a family may name."""
    return [*(row.endpoint for row in protocol.endpoints), *contrasts_of(protocol)]


# ------------------------------------------------------------------------------------------- factors and groups


def factor_variable(protocol: Protocol, factor: str) -> Variable | None:
    """The item or derivation that divides; None for the dose level, which belongs to the intervention."""
    found = measures(protocol, factor.rpartition(".")[2]) or measures(protocol, factor)
    return found[0] if len(found) == 1 else _of_any_kind(protocol, factor.rpartition(".")[2])


def _of_any_kind(protocol: Protocol, item: str) -> Variable | None:
    """An item that two forms have: the first of them."""
    owners = [form.name for form in forms(protocol).values() if form.item(item)]
    found = measures(protocol, f"{owners[0]}.{item}") if owners else ()
    return found[0] if found else None


def is_dose(protocol: Protocol, factor: str) -> bool:
    """Whether a factor is the dose given: the dose level, or an item of the administration."""
    if factor == DOSE:
        return True
    variable = factor_variable(protocol, factor)
    return variable is not None and variable.activity == ADMINISTRATION


def levels_of(protocol: Protocol, factor: str) -> tuple[str, ...]:
    """The levels of a factor in their order, as far as the protocol knows them; empty where it does not."""
    if factor.rpartition(".")[2] == DOSE:
        given = protocol.intervention
        return tuple(level.level for level in given.dose_levels) if given else ()
    variable = factor_variable(protocol, factor)
    if variable is None:
        return ()
    if variable.item is not None and variable.item.codes:
        return variable.item.code_names
    if variable.kind == "truth":
        return ("false", "true")
    if variable.kind == "ordinal" and variable.low is not None and variable.high is not None:
        low, high = int(variable.low), int(variable.high)
        return tuple(map(str, range(low, high + 1))) if high - low < _MOST_LEVELS else ()
    return ()


def between_factors(analysis: Analysis) -> tuple[str, ...]:
    return tuple(row.factor for row in analysis.factors if row.lies == "between participant")


def within_factors(analysis: Analysis) -> tuple[str, ...]:
    return tuple(row.factor for row in analysis.factors if row.lies == "within participant")


def takes_factors(method: Method, lies: str) -> bool:
    """Whether a method looks at factors that lie within, or between, participants."""
    designs = {"nested"} if lies == "within participant" else {"between", "longitudinal", "nested"}
    return "layout" in method.takes or method.design in designs


def group_count(protocol: Protocol, one: Planned) -> int:
    """How many groups of participants a method compares: 1 without groups, 2 where nobody says how many."""
    dividing: tuple[str, ...] = ()
    if takes_factors(one.method, "between participant"):
        dividing = between_factors(one.analysis)
    if one.method.design == "between" and one.analysis.by:
        dividing = (one.analysis.by,)
    levels = [len(levels_of(protocol, factor)) or max(one.method.need.groups, 2) for factor in dividing]
    fewest = one.method.need.groups if one.method.design == "between" else 1
    return math.prod(levels) if levels else max(fewest, 1)


def even_sizes(n: int, groups: int) -> tuple[int, ...]:
    """n participants in groups as equal as can be, the larger first: the best that an allocation can do."""
    return tuple(n // groups + (i < n % groups) for i in range(groups))


def time_count(one: Planned) -> int:
    """How many values of one variable the method sees of one participant or lesion."""
    return times_of(one.endpoint)


def visits_of(endpoint: Endpoint) -> tuple[str, ...]:
    """The visits of an endpoint, the one compared with first."""
    return tuple(dict.fromkeys(filter(None, (endpoint.reference, *endpoint.at))))


# ---------------------------------------------------------------------------------------------------- direction


def has_direction(method: Method) -> bool:
    """Two times, two groups, shares, rates and associations can go up or down; several times together cannot."""
    if method.design == "proportion":
        return True
    return method.tests and (method.design in _DIRECTED or method.need.times_most == 2)
