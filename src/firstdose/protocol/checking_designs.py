"""Whether a method can do what an endpoint asks: times, yes or no, groups, lesions as rows, a second measure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import EVENTS, measured_by, measures
from firstdose.protocol.planned import planned, summaries_of, takes_factors, time_count, visits_of
from firstdose.protocol.telling_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Method
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Endpoint, Protocol
    from firstdose.protocol.planned import Planned
    from firstdose.values.issue import Issue, Place

    Unmet = tuple[str, str, str]

# What of a profile or change reaches the method as single values at their times.
_VALUES_AT_TIMES = {"profile", "change"}


def check_designs(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Every analysis, main or sensitivity, against what its method needs."""
    for one in planned(protocol):
        needs = list(unmet(protocol, one))
        if one.is_main:
            place = places.of("endpoints", one.name, "analysis")
            yield from (_of_main(one, need, place) for need in needs)
        else:
            yield from _sensitivity(protocol, one, needs, places)
        yield from _nested(protocol, one, places)
        yield from _denominator(protocol, one, places)


def _of_main(one: Planned, need: Unmet, place: Place) -> Issue:
    needs, has, remedy = need
    endpoint = one.endpoint.endpoint
    return problem(
        "FD-P061", place, method=one.method.name, needs=needs, endpoint=endpoint, has=has, remedy=remedy
    )


def _sensitivity(protocol: Protocol, one: Planned, needs: list[Unmet], places: Places) -> Iterator[Issue]:
    main = load("methods").get(one.endpoint.method)
    if main is None:
        return
    if not needs and not one.method.tests and one.method.design == "summary" and main.design != "summary":
        needs = [("nothing to be compared", main.label, "")]
    if needs:
        wanted, has, _ = needs[0]
        fitting = listed(_fitting(protocol, one, main), "or")
        yield problem(
            "FD-P086",
            places.of("sensitivity", one.name, "use"),
            check=one.name,
            method=one.method.name,
            needs=wanted,
            endpoint=one.endpoint.endpoint,
            has=has,
            remedy=f"Choose a method that fits: {fitting}.",
        )


def _fitting(protocol: Protocol, one: Planned, main: Method) -> list[str]:
    """Methods that fit: of the main method's own design, and for the summary declared, as far as there are any."""
    estimand = protocol.estimand(one.endpoint.endpoint)
    found = [
        method
        for method in load("methods").values()
        if (method.design == "summary") == (main.design == "summary")
        and not any(unmet(protocol, replace(one, method=method)))
    ]
    alike = [method for method in found if method.design == main.design] or found
    wanted = set(summaries_of(estimand)) if estimand else set()
    return sorted(method.name for method in alike if wanted & {*method.summaries}) or sorted(
        method.name for method in alike
    )


# --------------------------------------------------------------------------------------------------------- needs


def unmet(protocol: Protocol, one: Planned) -> Iterator[Unmet]:
    """(what is needed, what is there, what to do) for each need of the method that the endpoint does not meet."""
    yield from _times(one)
    need, endpoint, design = one.method.need, one.endpoint, one.method.design
    if need.binary and not _is_binary(protocol, endpoint):
        remedy = "Measure any event or a response, or choose another method."
        yield "yes or no of each participant", endpoint.kind, remedy
    if (need.groups or design == "between") and not _is_divided(one):
        word = "by" if design == "between" else "factors"
        yield f"{max(need.groups, 2)} groups", "one", f"Write {word} under analyses, {endpoint.endpoint}."
    if protocol.trial.participants < need.participants:
        has = f"{protocol.trial.participants} participants"
        yield f"{need.participants} participants", has, "Choose a method for so few, or describe."
    if design == "rate" and not (endpoint.kind == "any event" and is_of_events(protocol, endpoint)):
        yield "events with their number", endpoint.measure, "Measure adverse_events as any event."
    if design == "nested":
        yield from _lesions(protocol, one)
    if design == "association":
        yield from _second(protocol, one)


def _is_divided(one: Planned) -> bool:
    """Whether the plan says what tells the groups apart, in a word that reaches the method."""
    if one.method.design == "between" and one.analysis.by:
        return True
    return any(takes_factors(one.method, factor.lies) for factor in one.analysis.factors)


def _times(one: Planned) -> Iterator[Unmet]:
    need, times, kind = one.method.need, time_count(one), one.endpoint.kind
    most = need.times_most
    if times < need.times or (most is not None and times > most):
        wanted = f"{need.times} times" if most == need.times else f"{need.times} times or more"
        has = "1 time" if times == 1 else f"{times} times"
        yield wanted, has, "Name the visits under at and in 'change from', or choose another method."
    elif one.method.design in {"within", "longitudinal"} and kind not in _VALUES_AT_TIMES:
        yield "a profile or a change", f"a {kind}", "Look at it as a profile or as a change."
    elif one.method.design == "between" and kind == "profile":
        yield "one value of each participant", "a profile", "Look at it as a value or as a change."


def _is_binary(protocol: Protocol, endpoint: Endpoint) -> bool:
    if endpoint.kind in {"any event", "response"}:
        return True
    found = measures(protocol, endpoint.measure)
    return endpoint.kind in {"value", "change"} and all(variable.kind == "truth" for variable in found)


def is_of_events(protocol: Protocol, endpoint: Endpoint) -> bool:
    """Whether events are counted: adverse events, or another form with a row an event."""
    form = measured_by(protocol, endpoint.measure)
    named = endpoint.measure.partition(".")[0] == EVENTS
    return named or (form is not None and (form.name == EVENTS or form.per == "event"))


def _lesions(protocol: Protocol, one: Planned) -> Iterator[Unmet]:
    """A value of each lesion; its unit is told where the plan declares another."""
    found = measures(protocol, one.endpoint.measure)
    if any(variable.per != "lesion" for variable in found):
        wanted = f"a value of each {protocol.lesion_word}"
        yield wanted, "one of each participant", "Choose a method for participants."


def _second(protocol: Protocol, one: Planned) -> Iterator[Unmet]:
    """The second measure of an association: said, of participants, at the visits of the first."""
    against, name = one.analysis.against, one.endpoint.endpoint
    found = measures(protocol, against) if against else ()
    if not against:
        yield "a second measure", "one", f"Write against under analyses, {name}."
    elif len(found) > 1 or any(variable.per != "participant" for variable in found):
        yield "one second value of each participant", against, "Name one item or score of the participant."
    elif found:
        row = protocol.activity(found[0].activity)
        planned_visits = [name for name in visits_of(one.endpoint) if protocol.visit(name)]
        absent = [name for name in planned_visits if row is not None and name not in row.at]
        if absent:
            where = f"{against} not at {listed(absent)}"
            yield "both measures at the same visits", where, "Put an x in the schedule, or take fewer visits."


# ------------------------------------------------------------------------------------------ lesions and exposure


def _nested(protocol: Protocol, one: Planned, places: Places) -> Iterator[Issue]:
    """A reduction beside a method for all lesions; a sensitivity analysis of all lesions undoes the main reduction."""
    row = next((row for row in protocol.sensitivity if row.check == one.name and not one.is_main), None)
    said = one.analysis.nested if one.is_main else dict(row.options).get("nested", "") if row else ""
    if one.method.design == "nested" and said:
        path = ("analyses", one.name, "nested") if one.is_main else ("sensitivity", one.name, "with")
        yield problem(
            "FD-P116",
            places.of(*path),
            test=one.name,
            method=one.method.name,
            lesion=protocol.lesion_word,
            nested=said,
        )


def _denominator(protocol: Protocol, one: Planned, places: Places) -> Iterator[Issue]:
    """Events per participant, month, injection and lesion are four numbers."""
    name = one.endpoint.endpoint
    if one.method.design == "rate" and not one.analysis.exposure:
        yield problem(
            "FD-P121",
            places.of("analyses", name),
            test=one.name,
            method=one.method.name,
            endpoint=name,
            lesion=protocol.lesion_word,
        )
