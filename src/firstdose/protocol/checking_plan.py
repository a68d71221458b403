"""The plan: each endpoint has its analysis and its estimand, and each analysis a method that can do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from firstdose.catalogue import load
from firstdose.protocol.checking_designs import unmet
from firstdose.protocol.checking_options import check_options, values_of
from firstdose.protocol.checking_words import is_declared, problem
from firstdose.protocol.model import Exposure
from firstdose.protocol.names import EVENTS, measured_by, measures
from firstdose.protocol.planned import has_direction, method_of, planned, summaries_of
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.catalogue import Method
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Analysis, Endpoint, Estimand, Protocol
    from firstdose.protocol.planned import Planned
    from firstdose.values.issue import Issue, Place

# The words that are carried out; any other would be passed over in silence.
COMPLETE, AVAILABLE = "complete case", "available values"
GAPS = (COMPLETE, AVAILABLE)
MISSING = (*GAPS, "nonresponder")
# Designs in which a participant counts with the values there are.
GAPPED = frozenset({"longitudinal", "nested", "association"})
MISSING_RESPONSE = ("nonresponder", "excluded")
EXPOSURES = tuple(word for word in get_args(Exposure) if word)
NESTED = ("participant mean", "participant worst")


def check_plan(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Endpoints, estimands, analyses and sensitivity analyses, and the words of the design."""
    for endpoint in protocol.endpoints:
        yield from _endpoint(protocol, endpoint, places)
    for estimand in protocol.estimands:
        yield from _attributes(estimand, places)
    for analysis in protocol.analyses:
        yield from _analysis(protocol, analysis, places)
    for one in planned(protocol):
        if not one.is_main:
            yield from _sensitivity(protocol, one, places)
    yield from _design(protocol, places)


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
    if endpoint.kind == "percent change" and method is not None and method.tests:
        yield _percent_change(protocol, endpoint, places)


def _percent_change(protocol: Protocol, endpoint: Endpoint, places: Places) -> Issue:
    labels = [variable.label for variable in measures(protocol, endpoint.measure)]
    return problem(
        "FD-P122",
        places.of("endpoints", endpoint.endpoint, "as"),
        endpoint=endpoint.endpoint,
        variable=listed(labels, "or") if labels else endpoint.measure,
        reference=endpoint.reference or "baseline",
    )


def _is_misspelt(protocol: Protocol, endpoint: str, names: Iterable[str]) -> bool:
    """Whether an unknown name among these was probably meant to be this endpoint; it is told where it stands."""
    known = [row.endpoint for row in protocol.endpoints]
    unknown = [name for name in names if name not in known]
    return any(f"'{endpoint}'" in did_you_mean(name, known) for name in unknown)


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
    if analysis.missing in GAPS and (analysis.missing == AVAILABLE) != (method.design in GAPPED):
        yield _gaps(analysis, method, places)
    yield from _unit(protocol, analysis, method, places)
    yield from _summary(protocol, analysis, method, places)
    yield from check_options(method.name, method.options, analysis.options, places, ("analyses", name))


def _gaps(analysis: Analysis, method: Method, places: Places) -> Issue:
    """What is declared of participants with a gap is what the method does with them."""
    takes = method.design in GAPPED
    return problem(
        "FD-P130",
        places.of("analyses", analysis.endpoint, "missing"),
        method=method.name,
        does="takes participants with the values they have" if takes else "takes complete participants only",
        endpoint=analysis.endpoint,
        missing=analysis.missing,
        proper=AVAILABLE if takes else COMPLETE,
    )


def _word(word: str, known: tuple[str, ...], kind: str, place: Place) -> Iterator[Issue]:
    """A word of a closed list, or none at all."""
    if word and word not in known:
        words = listed(known, "or")
        yield problem("FD-P035", place, word=word, kind=kind, guess=did_you_mean(word, known), words=words)


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
        yield _uncounted(protocol, analysis, method, place)


def _uncounted(protocol: Protocol, analysis: Analysis, method: Method, place: Place) -> Issue:
    lesion = protocol.lesion_word
    return problem(
        "FD-P072",
        place,
        method=method.name,
        counts=listed([f"{_local(unit, lesion)}s" for unit in method.units]),
        endpoint=analysis.endpoint,
        unit=_local(analysis.unit, lesion),
        units=f"{lesion}s" if analysis.unit != "event" else "events",
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
    for summary in summaries_of(estimand):
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


def _sensitivity(protocol: Protocol, one: Planned, places: Places) -> Iterator[Issue]:
    """Words of the plan that a sensitivity analysis changes, its unit, its summary, and words of its method."""
    path = ("sensitivity", one.name, "with")
    analysis, method = one.analysis, one.method
    main = protocol.analysis(one.endpoint.endpoint)
    for word, known, kind in (
        ("exposure", EXPOSURES, "denominator"),
        ("missing", MISSING, "rule for missing values"),
        ("nested", NESTED, "way to reduce"),
    ):
        said = getattr(analysis, word)
        if said != getattr(main, word):
            yield from _word(said, known, kind, places.of(*path, word))
    if analysis.unit not in method.units and not analysis.nested:
        yield _uncounted(protocol, analysis, method, places.of("sensitivity", one.name, "use"))
    yield from _other_summary(protocol, one, places)
    yield from check_options(method.name, method.options, one.options.items(), places, path)


def _other_summary(protocol: Protocol, one: Planned, places: Places) -> Iterator[Issue]:
    estimand = protocol.estimand(one.endpoint.endpoint)
    declared = summaries_of(estimand) if estimand else []
    if any(unmet(protocol, one)):
        return  # that it does not fit is said already
    if estimand and declared and not any(summary in one.method.summaries for summary in declared):
        yield problem(
            "FD-P123",
            places.of("sensitivity", one.name, "use"),
            check=one.name,
            method=one.method.name,
            summary=", ".join(declared),
            estimand=estimand.name,
            summaries=listed(list(one.method.summaries)),
        )


def _design(protocol: Protocol, places: Places) -> Iterator[Issue]:
    safety = protocol.safety
    design = load("designs").get(safety.design) if safety else None
    if safety is None or design is None:
        return
    yield from check_options(design.name, design.keys, safety.keys, places, ("safety",))
    said = dict(safety.keys)
    for option in design.keys:
        if not option.default and option.name not in said:
            place, known = places.of("safety", "design"), values_of(option)
            yield problem("FD-P091", place, design=design.name, key=option.name, known=known)
