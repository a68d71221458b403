"""The plan: each endpoint has its analysis and its estimand, and each analysis a method that can do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import EVENTS, measured_by, measures, times_of
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstdose.catalogue import Method, Option
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Analysis, Endpoint, Estimand, Protocol
    from firstdose.values.issue import Issue, Place

# The words that are carried out; any other would be passed over in silence.
MISSING = ("complete case", "nonresponder")
MISSING_RESPONSE = ("nonresponder", "excluded")
NESTED = ("participant mean", "participant worst")
DESIGNS = {
    "summary": "description",
    "proportion": "shares",
    "paired": "two times",
    "within": "several times",
    "between": "groups",
}


def check_plan(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Endpoints, estimands, analyses, sensitivity analyses and families."""
    for endpoint in protocol.endpoints:
        yield from _endpoint(protocol, endpoint, places)
    for estimand in protocol.estimands:
        yield from _attributes(estimand, places)
    for analysis in protocol.analyses:
        yield from _analysis(protocol, analysis, places)
    yield from _sensitivity(protocol, places)
    yield from _families(protocol, places)
    yield from _design(protocol, places)


def method_of(protocol: Protocol, endpoint: str) -> Method | None:
    """The main method of an endpoint; None where the endpoint or its method is unknown (said elsewhere)."""
    found = next((row for row in protocol.endpoints if row.endpoint == endpoint), None)
    return load("methods").get(found.method) if found else None


def _endpoint(protocol: Protocol, endpoint: Endpoint, places: Places) -> Iterator[Issue]:
    name, place = endpoint.endpoint, places.of("endpoints", endpoint.endpoint)
    method = load("methods").get(endpoint.method)
    analysed = [row.endpoint for row in protocol.analyses]
    if name not in analysed and not _is_misspelt(protocol, name, analysed):
        yield problem("FD-P070", place, endpoint=name)
    estimated = [each for row in protocol.estimands for each in row.endpoints]
    is_needed = endpoint.level == "primary" or (method is not None and method.tests)
    is_told = any(not row.endpoints for row in protocol.estimands) or _is_misspelt(protocol, name, estimated)
    if is_needed and name not in estimated and not is_told:
        yield problem("FD-P074", place, endpoint=name)
    if endpoint.kind == "response" and endpoint.cut is None:
        reference = endpoint.reference or "the baseline visit"
        yield problem("FD-P088", places.of("endpoints", name, "as"), endpoint=name, reference=reference)
    if method is not None:
        yield from _needs(protocol, endpoint, method, places)


def _is_misspelt(protocol: Protocol, endpoint: str, names: Iterable[str]) -> bool:
    """Whether an unknown name among these was probably meant to be this endpoint; it is told where it stands."""
    known = [row.endpoint for row in protocol.endpoints]
    unknown = [name for name in names if name not in known]
    return any(f"'{endpoint}'" in did_you_mean(name, known) for name in unknown)


def _needs(protocol: Protocol, endpoint: Endpoint, method: Method, places: Places) -> Iterator[Issue]:
    place = places.of("endpoints", endpoint.endpoint, "analysis")
    for needs, has, remedy in _unmet(protocol, endpoint, method):
        yield problem(
            "FD-P061",
            place,
            method=method.name,
            needs=needs,
            endpoint=endpoint.endpoint,
            has=has,
            remedy=remedy,
        )


def _unmet(protocol: Protocol, endpoint: Endpoint, method: Method) -> Iterator[tuple[str, str, str]]:
    """(what is needed, what is there, what to do) for each need that the endpoint does not meet."""
    need, times = method.need, times_of(endpoint)
    most = need.times_most
    if times < need.times or (most is not None and times > most):
        wanted = f"{need.times} times" if most == need.times else f"{need.times} times or more"
        has = "1 time" if times == 1 else f"{times} times"
        yield wanted, has, "Name the visits under at and in 'change from', or choose another method."
    if need.binary and not _is_binary(protocol, endpoint):
        yield (
            "yes or no of each participant",
            endpoint.kind,
            "Measure any event or a response, or choose another method.",
        )
    analysis = protocol.analysis(endpoint.endpoint)
    if need.groups and not (analysis and analysis.by):
        yield f"{need.groups} groups", "one", f"Write by under analyses, {endpoint.endpoint}."
    if protocol.trial.participants < need.participants:
        has = f"{protocol.trial.participants} participants"
        yield f"{need.participants} participants", has, "Choose a method for so few, or describe."


def _is_binary(protocol: Protocol, endpoint: Endpoint) -> bool:
    if endpoint.kind in {"any event", "response"}:
        return True
    found = measures(protocol, endpoint.measure)
    return endpoint.kind == "value" and all(variable.kind == "truth" for variable in found)


def _attributes(estimand: Estimand, places: Places) -> Iterator[Issue]:
    """Population, treatment, endpoint, summary, intercurrent events (ICH E9(R1))."""
    place = places.of("estimands", estimand.name)
    said = {
        "population": (bool(estimand.population), "Name an analysis set."),
        "treatment": (bool(estimand.treatment), "Say which treatment, and compared with what."),
        "endpoint": (bool(estimand.endpoints), "Name the endpoint."),
        "summary": (
            bool(estimand.summary),
            "Say which number describes the population, such as mean change.",
        ),
        "intercurrent events": (
            bool(estimand.intercurrent_events),
            "Name at least one with its strategy, such as withdrawal: while on treatment.",
        ),
    }
    for attribute, (is_said, remedy) in said.items():
        if not is_said:
            yield problem("FD-P075", place, estimand=estimand.name, attribute=attribute, remedy=remedy)


def _analysis(protocol: Protocol, analysis: Analysis, places: Places) -> Iterator[Issue]:
    method = method_of(protocol, analysis.endpoint)
    if method is None:
        return
    name, place = analysis.endpoint, places.of("analyses", analysis.endpoint)
    if not analysis.missing or not is_declared(places, "analyses", name, "missing"):
        yield problem("FD-P078", place, endpoint=name)
    yield from _word(
        analysis.missing, MISSING, "rule for missing values", places.of("analyses", name, "missing")
    )
    response = places.of("analyses", name, "responders_missing")
    yield from _word(analysis.responders_missing, MISSING_RESPONSE, "rule for missing responses", response)
    if analysis.responders and not analysis.responders_missing:
        yield problem("FD-P087", place, endpoint=name)
    if analysis.direction != "two sided" and not has_direction(method):
        direction = places.of("analyses", name, "direction")
        yield problem("FD-P081", direction, method=method.name, endpoint=name, direction=analysis.direction)
    yield from _unit(protocol, analysis, method, places)
    yield from _summary(protocol, analysis, method, places)
    yield from _options(method.name, method.options, analysis.options, places, ("analyses", name))


def _word(word: str, known: tuple[str, ...], kind: str, place: Place) -> Iterator[Issue]:
    """A word of a closed list, or none at all."""
    if word and word not in known:
        words = listed(known, "or")
        yield problem("FD-P035", place, word=word, kind=kind, guess=did_you_mean(word, known), words=words)


def is_declared(places: Places, *path: str) -> bool:
    """Whether the part stands in the file: an unwritten part has the place of what holds it."""
    return places.of(*path) != places.of(*path[:-1])


def has_direction(method: Method) -> bool:
    """Two times, two groups and shares can go up or down; several times together cannot."""
    return method.design in {"paired", "proportion", "between"} and (
        method.tests or method.design == "proportion"
    )


def _unit(protocol: Protocol, analysis: Analysis, method: Method, places: Places) -> Iterator[Issue]:
    name, lesion = analysis.endpoint, protocol.lesion_word
    place = places.of("analyses", name, "unit")
    yield from _word(analysis.nested, NESTED, "way to reduce", places.of("analyses", name, "nested"))
    proper = _proper_unit(protocol, name)
    if proper and analysis.unit not in proper:
        form_per = "event" if "event" in proper else proper[0].partition(" ")[0]
        per, said = _local(form_per, lesion), _local(analysis.unit, lesion)
        wanted = _local(proper[0], lesion)
        yield problem("FD-P073", place, endpoint=name, per=per, unit=said, proper=wanted)
    elif analysis.unit not in method.units and not analysis.nested:
        units = f"{lesion}s" if analysis.unit != "event" else "events"
        counts = listed([f"{_local(unit, lesion)}s" for unit in method.units])
        said = _local(analysis.unit, lesion)
        yield problem(
            "FD-P072", place, method=method.name, counts=counts, endpoint=name, unit=said, units=units
        )


def _proper_unit(protocol: Protocol, name: str) -> tuple[str, ...]:
    """The units that what is recorded allows; none where nothing is known of it."""
    endpoint = next(row for row in protocol.endpoints if row.endpoint == name)
    form = measured_by(protocol, endpoint.measure)
    if form is not None and (form.name == EVENTS or form.per == "event"):
        return ("participant", "event", "lesion in participant")
    pers = {variable.per for variable in measures(protocol, endpoint.measure)}
    if pers == {"lesion"}:
        return ("lesion in participant",)
    return ("participant",) if pers == {"participant"} else ()


def _local(unit: str, lesion: str) -> str:
    return unit.replace("lesion", lesion)


def _summary(protocol: Protocol, analysis: Analysis, method: Method, places: Places) -> Iterator[Issue]:
    name, estimand = analysis.endpoint, protocol.estimand(analysis.endpoint)
    if estimand is None:
        return
    place = places.of("estimands", estimand.name, "summary")
    for summary in filter(None, (part.strip() for part in estimand.summary.split(","))):
        if summary not in method.summaries:
            yield problem(
                "FD-P077",
                place,
                method=method.name,
                summary=summary,
                estimand=estimand.name,
                endpoint=name,
                guess=did_you_mean(summary, method.summaries),
                summaries=listed(list(method.summaries)),
            )
    if analysis.analysis_set and estimand.population and analysis.analysis_set != estimand.population:
        yield problem(
            "FD-P076",
            places.of("analyses", name, "set"),
            estimand=estimand.name,
            population=estimand.population,
            endpoint=name,
            analysis_set=analysis.analysis_set,
        )


def _options(
    entry: str,
    known: Iterable[Option],
    said: Iterable[tuple[str, str]],
    places: Places,
    path: tuple[str, ...],
) -> Iterator[Issue]:
    """Words of the file against the words that a method or a design declares."""
    options: Mapping[str, Option] = {option.name: option for option in known}
    for name, value in said:
        place = places.of(*path, name)
        if name not in options:
            guess = did_you_mean(name, options)
            words = f"It knows {listed(list(options))}." if options else "Take the word away: it knows none."
            yield problem("FD-P079", place, entry=entry, option=name, guess=guess, known=words)
        else:
            yield from _option(entry, options[name], value, place)


def _option(entry: str, option: Option, value: str, place: Place) -> Iterator[Issue]:
    is_known = value in option.values if option.values else _is_number(value)
    if not is_known:
        known = listed(list(option.values), "or") if option.values else "a number"
        guess = did_you_mean(value, option.values)
        yield problem(
            "FD-P080", place, entry=entry, option=option.name, value=value, guess=guess, known=known
        )


def _is_number(text: str) -> bool:
    from firstdose.values.number import NotANumber, read_number

    try:
        read_number(text)
    except NotANumber:
        return False
    return True


def _sensitivity(protocol: Protocol, places: Places) -> Iterator[Issue]:
    methods: Mapping[str, Method] = load("methods")
    for row in protocol.sensitivity:
        method, main = methods.get(row.method), method_of(protocol, row.endpoint)
        if method is None or main is None:
            continue
        if method.design != main.design:
            same = sorted(name for name, each in methods.items() if each.design == main.design)
            yield problem(
                "FD-P086",
                places.of("sensitivity", row.check, "use"),
                check=row.check,
                method=method.name,
                kind=DESIGNS[method.design],
                endpoint=row.endpoint,
                main=main.name,
                main_kind=DESIGNS[main.design],
                methods=listed(same, "or"),
            )
        yield from _options(
            method.name, method.options, row.options, places, ("sensitivity", row.check, "with")
        )


def _families(protocol: Protocol, places: Places) -> Iterator[Issue]:
    seen: dict[str, str] = {}
    for family in protocol.families:
        place = places.of("families", family.family, "members")
        if not 0 < family.alpha < 1:
            alpha = places.of("families", family.family, "alpha")
            yield problem("FD-P092", alpha, family=family.family, alpha=family.alpha)
        for name in family.members:
            method, analysis = method_of(protocol, name), protocol.analysis(name)
            if name in seen:
                yield problem("FD-P085", place, endpoint=name, first=seen[name], second=family.family)
            seen.setdefault(name, family.family)
            if method is not None and not method.tests and family.method != "none":
                yield problem("FD-P084", place, endpoint=name, family=family.family, method=method.name)
            elif method is not None and analysis is not None and _lacks_direction(name, method, places):
                yield problem("FD-P089", places.of("analyses", name), endpoint=name, family=family.family)


def _lacks_direction(endpoint: str, method: Method, places: Places) -> bool:
    return has_direction(method) and not is_declared(places, "analyses", endpoint, "direction")


def _design(protocol: Protocol, places: Places) -> Iterator[Issue]:
    safety = protocol.safety
    design = load("designs").get(safety.design) if safety else None
    if safety is None or design is None:
        return
    yield from _options(design.name, design.keys, safety.keys, places, ("safety",))
    said = dict(safety.keys)
    for option in design.keys:
        if not option.default and option.name not in said:
            known = listed(list(option.values), "or") if option.values else "a number"
            yield problem(
                "FD-P091", places.of("safety", "design"), design=design.name, key=option.name, known=known
            )
