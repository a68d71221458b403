"""What is to be run for an endpoint: its planned analysis, then its sensitivity analyses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.catalogue import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue import Method
    from firstdose.protocol.model import Analysis, Endpoint, Protocol


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
            changed, options = _with_words(analysis, dict(check.options))
            yield Plan(
                name=check.check,
                endpoint=endpoint,
                analysis=changed,
                method=methods[check.method],
                options=options,
                attacks=check.attacks,
            )


def _with_words(analysis: Analysis, words: dict[str, str]) -> tuple[Analysis, dict[str, str]]:
    """Words of the plan change the plan; all others go to the method."""
    names = {"set": "analysis_set", "missing": "missing", "nested": "nested", "by": "by"}
    changed = {names[word]: words.pop(word) for word in list(words) if word in names}
    return replace(analysis, **changed), words  # type: ignore[arg-type]
