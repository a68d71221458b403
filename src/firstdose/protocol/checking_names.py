"""Names: every activity, method, design, visit, endpoint, objective, set and measure of the file exists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from firstdose.catalogue import load
from firstdose.protocol.checking_words import problem
from firstdose.protocol.model import Strategy
from firstdose.protocol.names import (
    EVENTS,
    activity_names,
    find_instrument,
    forms,
    is_early_phase,
    is_misspelt,
    measures,
    resolve_activity,
    variants_of,
)
from firstdose.protocol.planned import members
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.values.issue import Issue, Place


def check_names(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Everything that names something else."""
    yield from _activities(protocol, places)
    yield from _methods(protocol, places)
    yield from _safety(protocol, places)
    yield from _visits(protocol, places)
    yield from _endpoints(protocol, places)
    yield from _sets(protocol, places)
    yield from _measures(protocol, places)
    yield from _groupings(protocol, places)
    yield from _strategies(protocol, places)
    yield from _twice(protocol, places)


def _activities(protocol: Protocol, places: Places) -> Iterator[Issue]:
    named = [(row.activity, places.of("schedule", row.activity)) for row in protocol.schedule]
    # `checks` may speak of an activity only if it is scheduled; a form of the file names itself.
    scheduled = {row.activity for row in protocol.schedule}
    named += [
        (row.activity, places.of("checks", row.check, "activity"))
        for row in protocol.checks
        if row.activity not in scheduled
    ]
    for name, place in named:
        if resolve_activity(protocol, name) is None:
            yield _unknown_activity(protocol, name, place)


def _unknown_activity(protocol: Protocol, name: str, place: Place) -> Issue:
    variants = variants_of(name)
    if variants:
        return problem("FD-P041", place, name=name, count=len(variants), variants=listed(variants, "or"))
    shelf = load("instruments")
    guess = did_you_mean(name, [*shelf, *activity_names(protocol)])
    close = guess.partition("'")[2].partition("'")[0]
    more = f"Name its variant: {listed(variants_of(close), 'or')}." if variants_of(close) else ""
    if not guess:
        more = "Take an instrument of the shelf, or declare its items in the file."
    return problem("FD-P040", place, kind="activity", name=name, guess=guess, more=more)


def _methods(protocol: Protocol, places: Places) -> Iterator[Issue]:
    named = [(row.method, places.of("endpoints", row.endpoint, "analysis")) for row in protocol.endpoints]
    named += [(row.method, places.of("sensitivity", row.check, "use")) for row in protocol.sensitivity]
    for name, place in named:
        yield from _entry(name, "methods", "method", place)


def _safety(protocol: Protocol, places: Places) -> Iterator[Issue]:
    safety = protocol.safety
    if safety is None:
        return
    if safety.design:
        yield from _entry(safety.design, "designs", "design", places.of("safety", "design"))
    for stop in safety.stopping:
        place = places.of("safety", "stopping", stop.stop, "rule")
        yield from _entry(stop.rule, "designs.stopping", "stopping rule", place)
    if safety.dictionary:
        dictionary = places.of("safety", "dictionary")
        yield from _entry(safety.dictionary, "instruments.dictionaries", "dictionary", dictionary)


def _entry(name: str, shelf: str, kind: str, place: Place) -> Iterator[Issue]:
    known = load(shelf)
    if name not in known:
        more = f"The shelf holds {listed(sorted(known))}."
        yield problem("FD-P040", place, kind=kind, name=name, guess=did_you_mean(name, known), more=more)


def _visits(protocol: Protocol, places: Places) -> Iterator[Issue]:
    known = [visit.visit for visit in protocol.visits]
    for row in protocol.schedule:
        for name in row.at:
            yield from _visit(name, known, places.of("schedule", row.activity, name))
    for endpoint in protocol.endpoints:
        for name in endpoint.at:
            yield from _visit(name, known, places.of("endpoints", endpoint.endpoint, "at", name))
        if endpoint.reference:
            yield from _visit(endpoint.reference, known, places.of("endpoints", endpoint.endpoint, "as"))


def _visit(name: str, known: Iterable[str], place: Place) -> Iterator[Issue]:
    visits = list(known)
    if name not in visits:
        yield problem("FD-P042", place, name=name, guess=did_you_mean(name, visits), visits=listed(visits))


def _endpoints(protocol: Protocol, places: Places) -> Iterator[Issue]:
    known = [endpoint.endpoint for endpoint in protocol.endpoints]
    named = [
        (name, places.of("estimands", row.name, "endpoint", name))
        for row in protocol.estimands
        for name in row.endpoints
    ]
    named += [(row.endpoint, places.of("analyses", row.endpoint)) for row in protocol.analyses]
    named += [(row.endpoint, places.of("sensitivity", row.check, "endpoint")) for row in protocol.sensitivity]
    for name, place in named:
        if name not in known:
            guess = did_you_mean(name, known)
            yield problem("FD-P043", place, name=name, guess=guess, endpoints=listed(known))
    yield from _members(protocol, places)
    objectives = [objective.objective for objective in protocol.objectives]
    for endpoint in protocol.endpoints:
        if endpoint.objective and endpoint.objective not in objectives:
            name, place = endpoint.objective, places.of("endpoints", endpoint.endpoint, "objective")
            guess = did_you_mean(name, objectives)
            yield problem("FD-P044", place, name=name, guess=guess, objectives=listed(objectives))


def _members(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """A family names endpoints, or comparisons of their analyses."""
    known = members(protocol)
    for row in protocol.families:
        for name in row.members:
            if name not in known:
                place, guess = places.of("families", row.family, "members", name), did_you_mean(name, known)
                yield problem("FD-P043", place, name=name, guess=guess, endpoints=listed(known))


def _sets(protocol: Protocol, places: Places) -> Iterator[Issue]:
    known = [row.name for row in protocol.analysis_sets]
    named = [(row.population, places.of("estimands", row.name, "population")) for row in protocol.estimands]
    named += [(row.analysis_set, places.of("analyses", row.endpoint, "set")) for row in protocol.analyses]
    named += _said_again(protocol, places, "set")
    for name, place in named:
        if name and name not in known:
            yield problem("FD-P045", place, name=name, guess=did_you_mean(name, known), sets=listed(known))


def _said_again(protocol: Protocol, places: Places, word: str) -> list[tuple[str, Place]]:
    """What sensitivity analyses put in place of a word of the plan."""
    return [
        (dict(row.options).get(word, ""), places.of("sensitivity", row.check, "with", word))
        for row in protocol.sensitivity
    ]


def _measures(protocol: Protocol, places: Places) -> Iterator[Issue]:
    named = [(row.measure, places.of("endpoints", row.endpoint, "measure")) for row in protocol.endpoints]
    named += [(row.against, places.of("analyses", row.endpoint, "against")) for row in protocol.analyses]
    named += _said_again(protocol, places, "against")
    named += [(row.measured_by, places.of("outcomes", row.row, "measured_by")) for row in protocol.outcomes]
    for name, place in named:
        if name and not _is_measured(protocol, name):
            yield problem("FD-P046", place, name=name, guess=did_you_mean(name, _measurable(protocol)))


def _is_measured(protocol: Protocol, measure: str) -> bool:
    """Also true where the activity itself is unknown, misspelt or mandatory: that is said once, at the schedule."""
    activity = measure.partition(".")[0]
    form = forms(protocol).get(activity)
    if form is None and activity == EVENTS and is_early_phase(protocol):
        return True
    if form is None and (protocol.activity(activity) is not None or is_misspelt(protocol, activity)):
        return True
    return bool(measures(protocol, measure)) or (form is not None and form.name == measure)


def _measurable(protocol: Protocol) -> list[str]:
    known = forms(protocol)
    columns = [f"{form.name}.{item.name}" for form in known.values() for item in form.items]
    columns += [f"{form.name}.{score.name}" for form in known.values() for score in form.scores]
    return [*known, *columns, *(step.variable for step in protocol.derivations)]


def _groupings(protocol: Protocol, places: Places) -> Iterator[Issue]:
    items = {item.name for form in forms(protocol).values() for item in form.items}
    known = {"dose_level", *items, *(step.variable for step in protocol.derivations)}
    named = [(row.by, places.of("analyses", row.endpoint, "by")) for row in protocol.analyses]
    for name, place in [*named, *_said_again(protocol, places, "by")]:
        if name and name.rpartition(".")[2] not in known:
            yield problem("FD-P093", place, name=name, guess=did_you_mean(name, known))


def _strategies(protocol: Protocol, places: Places) -> Iterator[Issue]:
    known = get_args(Strategy)
    for row in protocol.estimands:
        for event, strategy in row.intercurrent_events:
            if strategy not in known:
                place = places.of("estimands", row.name, "intercurrent_events", event)
                guess = did_you_mean(strategy, known)
                yield problem(
                    "FD-P035", place, word=strategy, kind="strategy", guess=guess, words=listed(known, "or")
                )


def _twice(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """A local item that its shelf form has already, and a derivation that bears the name of an item."""
    for row in protocol.items:
        entry, _ = find_instrument(row.activity)
        if entry and entry.item(row.item.name):
            first, second = f"an item of {row.activity} on the shelf", "an item of the file"
            yield problem(
                "FD-P047", places.of("items", row.item.name), name=row.item.name, first=first, second=second
            )
    items = Counter(item.name for form in forms(protocol).values() for item in form.items)
    for step in protocol.derivations:
        if step.variable in items:
            place = places.of("derivations", step.variable)
            yield problem("FD-P047", place, name=step.variable, first="an item", second="a derivation")
