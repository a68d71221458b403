"""Designs that count more than toxicities: where grades and responses come from, and the rates of their scenarios."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_local import check_rates
from firstdose.protocol.checking_words import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol, Safety
    from firstdose.protocol.model_of_safety import GradedScenario, Scenario
    from firstdose.values.issue import Issue

SCORES, RESPONSES = "scores", "responses"
_WORDS = {SCORES: ("graded", "graded_scenarios"), RESPONSES: ("response",)}


def check_counted(protocol: Protocol, safety: Safety, counts: str, places: Places) -> Iterator[Issue]:
    """FD-P166 to FD-P172. `counts`: what the design counts beside toxicities; empty where no design was made."""
    entry = load("designs").get(safety.design)
    label = entry.label if entry else safety.design
    if counts == SCORES and not safety.graded:
        yield problem("FD-P166", places.of("safety", "design"), design=label)
    if counts == RESPONSES and not safety.response:
        yield problem("FD-P167", places.of("safety", "design"), design=label)
    if counts:
        unused = [key for kind, keys in _WORDS.items() if kind != counts for key in keys]
        for key in unused:
            if getattr(safety, key):
                yield problem("FD-P169", places.of("safety", key), key=key, design=label)
    if safety.response:
        yield from _endpoint(protocol, safety, places)
    levels = len(protocol.intervention.dose_levels) if protocol.intervention else 0
    for graded in safety.graded_scenarios:
        yield from _grades(graded, levels, places)
    for each in safety.scenarios:
        yield from _responses(each, counts, label, levels, places)


def _endpoint(protocol: Protocol, safety: Safety, places: Places) -> Iterator[Issue]:
    place, named = places.of("safety", "response"), safety.response
    found = next((each for each in protocol.endpoints if each.endpoint == named), None)
    if found is None or found.kind != "response" or len(found.at) != 1:
        fitting = [each.endpoint for each in protocol.endpoints if each.kind == "response"]
        known = f"such as {' or '.join(fitting)}" if fitting else "as: response 50 from BL"
        yield problem("FD-P168", place, endpoint=named, known=known)


def _grades(each: GradedScenario, levels: int, places: Places) -> Iterator[Issue]:
    for name, rates in zip(("grade_1", "grade_2", "grade_3", "grade_4"), each.grades, strict=True):
        place = places.of("safety", "graded_scenarios", each.scenario, name)
        found = [*check_rates(each.scenario, rates, levels, place)]
        # A grade may become rarer with the dose where a higher one takes its place.
        yield from (issue for issue in found if issue.code != "FD-P155")
        if found and any(issue.code != "FD-P155" for issue in found):
            return
    sums = [sum(rates) for rates in zip(*each.grades, strict=False)]
    too_much = next((level for level, total in enumerate(sums, start=1) if total > 1), None)
    if too_much is not None:
        place = places.of("safety", "graded_scenarios", each.scenario)
        yield problem(
            "FD-P170", place, scenario=each.scenario, level=too_much, total=f"{sums[too_much - 1]:f}"
        )


def _responses(each: Scenario, counts: str, label: str, levels: int, places: Places) -> Iterator[Issue]:
    place = places.of("safety", "scenarios", each.scenario, "response")
    if not each.response:
        if counts == RESPONSES:
            row = places.of("safety", "scenarios", each.scenario)
            yield problem("FD-P171", row, scenario=each.scenario, design=label)
        return
    found = [*check_rates(each.scenario, each.response, levels, place)]
    # A response may well fall with the dose: that is what such designs are for.
    yield from (issue for issue in found if issue.code != "FD-P155")
    if each.together is None or any(issue.code != "FD-P155" for issue in found):
        return
    pairs = zip(map(float, each.rates), map(float, each.response), strict=False)
    impossible = [(t, r) for t, r in pairs if not can_go_together(t, r, float(each.together))]
    if impossible:
        toxic, response = impossible[0]
        place = places.of("safety", "scenarios", each.scenario, "together")
        yield problem("FD-P172", place, together=each.together, toxic=f"{toxic:g}", response=f"{response:g}")


def can_go_together(toxicity: float, response: float, correlation: float) -> bool:
    """Whether two outcomes with these rates can have that correlation."""
    if not (0 <= toxicity <= 1 and 0 <= response <= 1):
        return True
    both = toxicity * response + correlation * sqrt(toxicity * (1 - toxicity) * response * (1 - response))
    return max(0.0, toxicity + response - 1) - 1e-12 <= both <= min(toxicity, response) + 1e-12
