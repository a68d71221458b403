"""What is to be run for an endpoint: its planned analysis, then its sensitivity analyses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.planned import changed_by, takes_factors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue import Method
    from firstdose.protocol.model import Analysis, Endpoint, Protocol
    from firstdose.protocol.names import Variable

FALLBACK, COVARIANCE = "fallback", "covariance"
# Designs in which a participant counts with the values there are.
GAPS_ALLOWED = frozenset({"longitudinal", "nested", "association"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One analysis to be run: the endpoint's plan, or a sensitivity analysis that changes some words of it."""

    name: str
    endpoint: Endpoint
    analysis: Analysis
    method: Method
    options: Mapping[str, str]
    attacks: str = ""

    @property
    def purpose(self) -> str:
        return "sensitivity" if self.attacks else self.endpoint.level

    @property
    def gaps_allowed(self) -> bool:
        """Whether a participant with a missing visit takes part."""
        return self.method.design in GAPS_ALLOWED

    def factors(self, lies: str) -> tuple[str, ...]:
        """Planned factors that lie within, or between, participants and that the method looks at."""
        if not takes_factors(self.method, lies):
            return ()
        return tuple(each.factor for each in self.analysis.factors if each.lies == lies)

    def instead(self, case: str) -> tuple[Plan, ...]:
        """What was declared beforehand to be tried in this case, in order: another covariance, or another method.

        It holds for the main analysis, and for a sensitivity analysis by a model with a covariance of its own.
        """
        methods = load("methods")
        fits = any(option.name == COVARIANCE for option in self.method.options)
        words = (word for each in self.analysis.fallback if each.case == case for word in each.use)
        found = (
            replace(self, method=methods[word], options={})
            if word in methods
            else replace(self, options={**self.options, COVARIANCE: word})
            for word in words
            if word in methods or fits
        )
        return tuple(found) if fits or not self.attacks else ()

    def ladder(self) -> str:
        """Covariances to be tried in order, for a method that goes down its ladder itself."""
        methods = load("methods")
        words = (word for each in self.analysis.fallback if each.case == "not converged" for word in each.use)
        return " ".join(word for word in words if word not in methods)


def plans(protocol: Protocol, endpoint: Endpoint) -> Iterator[Plan]:
    """The main analysis of an endpoint, then its sensitivity analyses in the order of the protocol."""
    analysis = protocol.analysis(endpoint.endpoint)
    methods = load("methods")
    if analysis is None or endpoint.method not in methods:
        return
    yield Plan(
        name=endpoint.endpoint,
        endpoint=endpoint,
        analysis=analysis,
        method=methods[endpoint.method],
        options=dict(analysis.options),
    )
    for check in protocol.sensitivity:
        if check.endpoint == endpoint.endpoint and check.method in methods:
            changed, options = changed_by(analysis, check)
            yield Plan(
                name=check.check,
                endpoint=endpoint,
                analysis=changed,
                method=methods[check.method],
                options=options,
                attacks=check.attacks or "an assumption",
            )


def declared_decimals(plan: Plan, variable: Variable) -> int | None:
    """The precision ranks are taken at; participant means of lesions have none of their own."""
    if plan.analysis.decimals is not None:
        return plan.analysis.decimals
    reduced = plan.analysis.nested == "participant mean" and plan.method.design != "nested"
    return None if reduced or plan.endpoint.kind == "percent change" else variable.decimals
