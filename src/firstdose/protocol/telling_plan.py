"""What is estimated and how: objectives, endpoints, estimands, analyses, families, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.names import EVENTS, names_in_sight
from firstdose.protocol.planned import has_direction
from firstdose.protocol.telling_words import (
    capital,
    counted,
    ended,
    listed,
    measure,
    number,
    percent,
    rule,
    spaced,
    visits,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Method
    from firstdose.protocol.model import (
        Analysis,
        Edge,
        Endpoint,
        Estimand,
        Fallback,
        Family,
        Objective,
        Outcome,
        PlannedContrast,
        PlannedFactor,
        Protocol,
        Published,
        Sensitivity,
    )

_PROPER = ("Wilson", "Jeffreys", "Clopper", "Friedman", "Fisher", "Hotelling", "Poisson")
_NESTED = {
    "participant mean": "the mean of each participant",
    "participant worst": "the worst value of each participant",
}
_DIRECTIONS = {
    "two sided": "two-sided",
    "greater": "one-sided, the direction declared is greater",
    "less": "one-sided, the direction declared is less",
}
_CASES = {
    "not converged": "where the model does not converge",
    "rank below times": "where there are too few participants for its times",
}
_JUDGED = {
    "fixed sequence": "in this fixed sequence",
    "fallback": "in this order by the fallback procedure",
    "graph": "by the graph declared",
    "joint sign flip": "by flipping the signs of each participant's changes together",
}


def tell_objective(row: Objective) -> str:
    return f"{row.objective}, {row.level} objective: {ended(row.text)}"


def tell_endpoint(protocol: Protocol, row: Endpoint) -> str:
    """Level, objective, what is looked at, when, and by which method."""
    objective = f" (objective {row.objective})" if row.objective else ""
    return f"{row.endpoint}, {row.level}{objective}: {_what(protocol, row)}; {_label(row.method)}."


def _what(protocol: Protocol, row: Endpoint) -> str:
    what, at = measure(protocol, row.measure), visits(protocol, row.at)
    cut = f"{number(row.cut)} %" if row.cut is not None else "an unnamed share"
    since = f" from {row.reference}" if row.reference else ""
    words = {
        "value": f"{what}{since} at {at}",
        "any event": f"occurrence of {what}{since} at {at}",
        "change": f"change in {what}{since} to {at}",
        "percent change": f"percent change in {what}{since} to {at}",
        "worst change": f"worst change in {what}{since} over {at}",
        "profile": f"{what}{since} over {at} together",
        "response": f"improvement of {what} by at least {cut}{since} at {at}",
    }[row.kind]
    return words if row.kind == "response" or row.cut is None else f"{words}, cut at {cut}"


def tell_estimand(protocol: Protocol, row: Estimand) -> str:
    """The five attributes, each in words."""
    parts = [f"{row.name} ({listed(row.endpoints)})"]
    parts[0] += f": {ended(row.objective)}" if row.objective else ":"
    parts += [
        f"Population: {row.population}.",
        f"Treatment: {ended(row.treatment)}",
        f"Summary: {row.summary}.",
    ]
    if row.where:
        endpoint = next((each for each in protocol.endpoints if each.endpoint in row.endpoints), None)
        activity = endpoint.measure.partition(".")[0] if endpoint else EVENTS
        words = rule(protocol, row.where, names_in_sight(protocol, "where", activity))
        parts.append(f"Only where: {words}.")
    events = [f"{spaced(event)}, {strategy}" for event, strategy in row.intercurrent_events]
    parts.append(f"Intercurrent events: {'; '.join(events) if events else 'none named'}.")
    return " ".join(parts)


def tell_analysis(protocol: Protocol, row: Analysis) -> str:
    """Set, method, unit, interval, direction, missing values, options with their defaults."""
    endpoint = next((each for each in protocol.endpoints if each.endpoint == row.endpoint), None)
    method = load("methods").get(endpoint.method) if endpoint else None
    label = _label(endpoint.method) if endpoint else "no method"
    parts = [f"{row.endpoint} is analysed in the set {row.analysis_set} by {label}", _unit(protocol, row)]
    parts.append(_interval(row))
    if method is not None and method.tests and has_direction(method):
        parts.append(f"the test is {_DIRECTIONS[row.direction]}")
    elif row.direction != "two sided":
        parts.append(_DIRECTIONS[row.direction])
    parts.append(f"missing values: {row.missing or 'no rule'}")
    parts += list(_more(row))
    parts += list(_layout(protocol, row))
    options = dict(row.options)
    parts += [f"{spaced(name)}: {spaced(value)}" for name, value in row.options]
    parts += _defaults(method, options)
    return f"{'; '.join(parts)}."


def _unit(protocol: Protocol, row: Analysis) -> str:
    lesion = protocol.lesion_word
    words = {
        "participant": "each participant counts once",
        "lesion in participant": f"each {lesion} counts within its participant",
        "event": "each event counts",
    }.get(row.unit, "the unit of inference is not said")
    if row.nested:
        return f"{words}, reduced to {_NESTED.get(row.nested, row.nested)}"
    return words


def _interval(row: Analysis) -> str:
    return f"interval {percent(row.ci)}" if row.ci is not None else "interval 95 % (default)"


def _more(row: Analysis) -> Iterator[str]:
    if row.by:
        yield f"by {spaced(row.by)}"
    if row.responders:
        cuts = listed([f"{number(cut)} %" for cut in row.responders])
        yield f"responders at {cuts}"
    if row.responders_missing:
        yield f"a missing response counts as {row.responders_missing}"
    if row.decimals is not None:
        yield f"judged and printed with {counted(row.decimals, 'decimal')}"
    if row.reason == "later":
        yield "added later than the protocol"


def _layout(protocol: Protocol, row: Analysis) -> Iterator[str]:
    """Factors, comparisons, what replaces a model, and what an association or a rate refers to."""
    if row.factors:
        yield f"divided by {listed(map(_factor, row.factors))}"
    if row.contrasts:
        yield f"compared are {listed(map(_contrast, row.contrasts))}"
    yield from map(_fallback, row.fallback)
    if row.against:
        yield f"against {measure(protocol, row.against)}"
    if row.exposure:
        yield f"counted per {row.exposure.replace('lesion', protocol.lesion_word)}"
    if row.carry_over:
        yield f"assumed of its reach to other {protocol.lesion_word}s: {row.carry_over}"


def _factor(row: PlannedFactor) -> str:
    return f"{spaced(row.factor)} ({row.lies}s)"


def _contrast(row: PlannedContrast) -> str:
    return f"{row.contrast}, {row.compares} ({'tested' if row.test == 'main' else 'described'})"


def _fallback(row: Fallback) -> str:
    return f"{_CASES[row.case]}: {', then '.join(map(spaced, row.use))}"


def _defaults(method: Method | None, said: dict[str, str]) -> list[str]:
    options = method.options if method else ()
    return [
        f"{spaced(option.name)}: {spaced(option.default)} (default)"
        for option in options
        if option.default and option.name not in said
    ]


def tell_sensitivity(row: Sensitivity) -> str:
    options = listed([f"{spaced(name)} {spaced(value)}" for name, value in row.options])
    more = f", with {options}" if row.options else ""
    return f"{row.check}: {row.endpoint} again by {_label(row.method)}{more}; the assumption in doubt: {row.attacks}."


def tell_family(row: Family) -> str:
    are = "is" if len(row.members) == 1 else "are"
    if row.method == "none":
        way = f"{listed(row.members)}, described at {number(row.alpha)} without adjustment"
    else:
        way = f"{listed(row.members)} {are} tested together at {number(row.alpha)}, "
        way += _JUDGED.get(row.method, f"adjusted after {capital(row.method)}")
    return f"Family {row.family}: {'; '.join([way, *_shares_and_gates(row)])}."


def _shares_and_gates(row: Family) -> Iterator[str]:
    if row.weights:
        yield f"their shares are {listed(map(number, row.weights))}"
    if row.after:
        yield f"only after every test of {listed(row.after)} has rejected"


def tell_edge(row: Edge) -> str:
    share = f"{percent(row.share)} of its level goes to {row.target}"
    return f"{row.edge}, family {row.family}: when {row.source} is rejected, {share}."


def tell_published(row: Published) -> str:
    whole = ", from whole numbers" if row.whole else ""
    of = counted(row.n, "participant")
    return f"{row.result}: {row.source} gives {row.statistic} {row.value} of {spaced(row.variable)} in {of}{whole}."


def tell_outcome(protocol: Protocol, row: Outcome) -> str:
    by = f"is measured by {measure(protocol, row.measured_by)}" if row.measured_by else "is measured nowhere"
    return f"{row.row}: the {row.level} outcome '{row.outcome}' of {row.source} {by}."


def tell_rehearsal(protocol: Protocol) -> dict[str, str]:
    """Key of the section -> its sentence: rates for invented participants."""
    plan = protocol.rehearsal
    low, high = plan.lesions
    lesion = protocol.lesion_word
    told = {"lesions": f"A rehearsal invents {low} to {high} {lesion}s for each participant."}
    shares = {
        "dropout": "of its participants drop out",
        "missed_visit": "of its visits are missed",
        "outside_window": "of its visits lie outside their window",
        "missing_value": "of its values are missing",
    }
    for key, words in shares.items():
        share = getattr(plan, key)
        if share is not None:
            told[key] = f"{capital(percent(share))} {words}."
    if plan.adverse_events is not None:
        told["adverse_events"] = f"It invents {number(plan.adverse_events)} adverse events per participant."
    if plan.icc is not None:
        told["icc"] = f"The intraclass correlation of its {lesion}s is {number(plan.icc)}."
    return told


def _label(method: str) -> str:
    entry = load("methods").get(method)
    if entry is None:
        return method
    label = str(entry.label)
    common = label[1:2].islower() and not label.startswith(_PROPER)
    return label[:1].lower() + label[1:] if common else label
