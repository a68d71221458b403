"""What divides the values and what is compared: factors at their level, comparisons of visits and levels that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.checking_words import problem
from firstdose.protocol.contrasts import read_contrast
from firstdose.protocol.names import forms, measures
from firstdose.protocol.planned import (
    DOSE,
    TIME,
    endpoint_of,
    factor_variable,
    is_dose,
    levels_of,
    method_of,
    planned,
    takes_factors,
    visits_of,
    within_factors,
)
from firstdose.protocol.telling_words import listed
from firstdose.values.issue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.contrasts import ContrastWords
    from firstdose.protocol.model import Analysis, Endpoint, PlannedContrast, PlannedFactor, Protocol
    from firstdose.values.issue import Issue, Place


def check_layout(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Factors, comparisons, and parts of the plan that no method uses."""
    for analysis in protocol.analyses:
        for factor in analysis.factors:
            place = places.of("analyses", analysis.endpoint, "factors", factor.factor)
            yield from _factor(protocol, analysis, factor, place)
        yield from _by(protocol, analysis, places)
        yield from _carry_over(protocol, analysis, places)
        yield from _contrasts(protocol, analysis, places)
        yield from _unused(protocol, analysis, places)
    yield from _names(protocol, places)


# ------------------------------------------------------------------------------------------------------- factors


def _factor(protocol: Protocol, analysis: Analysis, factor: PlannedFactor, place: Place) -> Iterator[Issue]:
    variable = factor_variable(protocol, factor.factor)
    if variable is None and factor.factor != DOSE:
        if factor.factor == TIME:
            guess = "Leave time out: the visits divide the values without being named. "
        else:
            guess = did_you_mean(factor.factor, _dividing(protocol))
        yield problem("FD-P093", place, name=factor.factor, guess=guess)
        return
    why = _misplaced(protocol, analysis, factor)
    if why:
        says, remedy = why
        yield problem(
            "FD-P117",
            place,
            factor=factor.factor,
            lies=_local(protocol, factor.lies),
            why=says,
            remedy=remedy,
        )


def _dividing(protocol: Protocol) -> list[str]:
    items = [item.name for form in forms(protocol).values() for item in form.items]
    return [DOSE, *items, *(step.variable for step in protocol.derivations)]


def _misplaced(protocol: Protocol, analysis: Analysis, factor: PlannedFactor) -> tuple[str, str] | None:
    """(why, what to do) where a factor cannot lie where it is declared."""
    lesion, is_within = protocol.lesion_word, factor.lies == "within participant"
    endpoint = endpoint_of(protocol, analysis.endpoint)
    of_participant = endpoint is not None and any(
        variable.per == "participant" for variable in measures(protocol, endpoint.measure)
    )
    if is_within and of_participant:
        return (
            f"and {analysis.endpoint} has one value of each participant",
            "Write between participant, or measure something of each " + lesion + ".",
        )
    first = next(row for row in analysis.factors if row.lies == factor.lies)
    if first is not factor:
        remedy = "Leave one: an analysis divides by one factor within and one between participants."
        return f"and {first.factor} is declared so already", remedy
    per = _per(protocol, factor.factor)
    if is_within and per == "participant":
        return "and it is the same for the whole participant", "Write between participant."
    if not is_within and per == "lesion":
        return f"and it differs between the {lesion}s of one participant", "Write within participant."
    if per == "event":
        return "and it belongs to single events", "Name an item recorded once."
    times = _times_recorded(protocol, factor.factor)
    if len(times) > 1:
        return f"and it is recorded at {listed(times)}", "Name an item recorded once: a factor has one level."
    return None


def _per(protocol: Protocol, factor: str) -> str:
    """What has one level of the factor; '' for a dose given to lesions, where both ways of giving it exist."""
    given = protocol.intervention
    if is_dose(protocol, factor):
        return "participant" if given is None or given.unit_of_dosing == "participant" else ""
    variable = factor_variable(protocol, factor)
    return variable.per if variable else ""


def _times_recorded(protocol: Protocol, factor: str) -> tuple[str, ...]:
    variable = factor_variable(protocol, factor)
    if variable is None or is_dose(protocol, factor):
        return ()
    row = protocol.activity(variable.activity)
    return row.at if row else ()


def _local(protocol: Protocol, words: str) -> str:
    return words.replace("lesion", protocol.lesion_word)


def _by(protocol: Protocol, analysis: Analysis, places: Places) -> Iterator[Issue]:
    """What divides participants is the same for a whole participant."""
    variable = factor_variable(protocol, analysis.by) if analysis.by else None
    if variable is not None and variable.per == "lesion" and not is_dose(protocol, analysis.by):
        place, lesion = places.of("analyses", analysis.endpoint, "by"), protocol.lesion_word
        why = f"and it differs between the {lesion}s of one participant"
        remedy = "Name what is recorded once a participant, or declare it under factors, within participant."
        yield problem("FD-P117", place, factor=analysis.by, lies="under by", why=why, remedy=remedy)


def _carry_over(protocol: Protocol, analysis: Analysis, places: Places) -> Iterator[Issue]:
    """A dose in one lesion that reaches the others biases every comparison of doses towards none."""
    if any(is_dose(protocol, factor) for factor in within_factors(analysis)) and not analysis.carry_over:
        place, lesion = places.of("analyses", analysis.endpoint, "factors"), protocol.lesion_word
        yield problem("FD-P118", place, endpoint=analysis.endpoint, lesion=lesion)


# --------------------------------------------------------------------------------------------------- comparisons


def _contrasts(protocol: Protocol, analysis: Analysis, places: Places) -> Iterator[Issue]:
    endpoint = endpoint_of(protocol, analysis.endpoint)
    if endpoint is None:
        return
    for row in analysis.contrasts:
        place = places.of("analyses", analysis.endpoint, "contrasts", row.contrast, "is")
        words = read_contrast(row.compares)
        why = _unreadable(analysis, endpoint, words)
        if why:
            yield problem("FD-P119", place, compares=row.compares, contrast=row.contrast, why=why)
        elif words is not None:
            yield from _parts(protocol, analysis, endpoint, row, words, place)


def _unreadable(analysis: Analysis, endpoint: Endpoint, words: ContrastWords | None) -> str:
    """Why it is no comparison; '' where it may be one."""
    if words is None:
        return "is no comparison"
    if words.kind == "trend":
        is_open = not words.first and len(analysis.factors) > 1
        return "does not say which factor" if is_open else ""
    if words.first == words.second:
        return "compares something with itself"
    visits = visits_of(endpoint)
    if words.at in visits and {words.first, words.second} <= {*visits}:
        return "compares visits at a visit"
    return ""


def _parts(
    protocol: Protocol,
    analysis: Analysis,
    endpoint: Endpoint,
    row: PlannedContrast,
    words: ContrastWords,
    place: Place,
) -> Iterator[Issue]:
    """Every visit, level and factor that a comparison names; nothing where the levels of a factor are not known."""
    factors = [each.factor for each in analysis.factors]
    kinds = [visits_of(endpoint), *(levels_of(protocol, factor) for factor in factors)]
    if not all(kinds):
        return
    known = [name for kind in kinds for name in kind]
    if words.kind == "trend":
        named = [(words.first, [TIME, *factors]), (words.at, known)]
    else:
        named = [(name, known) for name in (words.first, words.second, words.at)]
    unknown = [(name, among) for name, among in named if name and name not in among]
    for name, among in unknown:
        yield problem(
            "FD-P120",
            place,
            name=name,
            contrast=row.contrast,
            endpoint=endpoint.endpoint,
            guess=did_you_mean(name, among),
            known=listed(among),
        )
    pair = {words.first, words.second}
    if not unknown and words.kind == "difference" and not any(pair <= {*kind} for kind in kinds):
        why = "compares things of different kinds"
        yield problem("FD-P119", place, compares=row.compares, contrast=row.contrast, why=why)


def _names(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """A comparison bears no name that an endpoint or another comparison has: a family could not tell them apart."""
    seen = {endpoint.endpoint: "an endpoint" for endpoint in protocol.endpoints}
    seen |= {row.check: "a sensitivity analysis" for row in protocol.sensitivity}
    for analysis in protocol.analyses:
        for row in analysis.contrasts:
            second = f"a comparison of {analysis.endpoint}"
            if row.contrast in seen:
                place = places.of("analyses", analysis.endpoint, "contrasts", row.contrast)
                yield problem("FD-P047", place, name=row.contrast, first=seen[row.contrast], second=second)
            seen.setdefault(row.contrast, second)


# ---------------------------------------------------------------------------------------------------------- unused


def _unused(protocol: Protocol, analysis: Analysis, places: Places) -> Iterator[Issue]:
    """What the method would pass over in silence."""
    method = method_of(protocol, analysis.endpoint)
    if method is None:
        return
    all_of = [one.method for one in planned(protocol) if one.endpoint.endpoint == analysis.endpoint]
    strange = [row.factor for row in analysis.factors if not takes_factors(method, row.lies)]
    parts = (
        ("factors", listed(strange), not strange),
        ("contrasts", listed(row.contrast for row in analysis.contrasts), "contrasts" in method.takes),
        ("exposure", analysis.exposure, any(each.design == "rate" for each in all_of)),
        ("against", analysis.against, any(each.design == "association" for each in all_of)),
    )
    for word, what, is_used in parts:
        if getattr(analysis, word) and not is_used:
            place = places.of("analyses", analysis.endpoint, word)
            them = "them" if word.endswith("s") else "it"
            yield problem(
                "FD-P099",
                place,
                method=method.name,
                word=word,
                endpoint=analysis.endpoint,
                what=what,
                them=them,
            )
