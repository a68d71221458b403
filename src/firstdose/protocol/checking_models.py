"""Models that cannot be fitted to so few participants, and what is declared to be done then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_designs import unmet
from firstdose.protocol.checking_words import problem
from firstdose.protocol.feasibility import counts_of
from firstdose.protocol.feasibility_words import lower_first
from firstdose.protocol.planned import group_count, planned, time_count
from firstdose.protocol.telling_words import ended, listed
from firstdose.values.issue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.catalogue import Method
    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Analysis, Fallback, Protocol
    from firstdose.protocol.planned import Planned
    from firstdose.values.issue import Issue, Place

COVARIANCE = "covariance"
# A method that leaves its covariance or its random parts to the plan is fitted by iteration, which may fail.
_FITTED = frozenset({COVARIANCE, "random"})


def check_models(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Fallbacks that exist and can be used; analyses that cannot be carried out at some number of participants."""
    for one in planned(protocol):
        if one.is_main:
            yield from _declared(protocol, one, places)
    for analysis in protocol.analyses:
        yield from _fallbacks(protocol, analysis, places)
    yield from _impossible(protocol, places)


def is_model(method: Method) -> bool:
    """Whether the method is fitted by iteration, which may fail."""
    return any(option.name in _FITTED for option in method.options)


def covariances(method: Method) -> tuple[str, ...]:
    return next((option.values for option in method.options if option.name == COVARIANCE), ())


def _declared(protocol: Protocol, one: Planned, places: Places) -> Iterator[Issue]:
    name, method, place = one.name, one.method, places.of("analyses", one.name)
    models = [each for each in planned(protocol) if each.endpoint.endpoint == name and is_model(each.method)]
    if is_model(method) and not one.analysis.fallback:
        yield problem("FD-P095", place, endpoint=name, method=method.name)
    if one.analysis.fallback and not models:
        place, what = places.of("analyses", name, "fallback"), "what replaces a model"
        yield problem(
            "FD-P099", place, method=method.name, word="fallback", endpoint=name, what=what, them="it"
        )


def _fallbacks(protocol: Protocol, analysis: Analysis, places: Places) -> Iterator[Issue]:
    """Every word of a fallback is a covariance of some model of the endpoint, or a method that fits it."""
    mine = [one for one in planned(protocol) if one.endpoint.endpoint == analysis.endpoint]
    known = {word: one.method.name for one in reversed(mine) for word in covariances(one.method)}
    main = next((one for one in mine if one.is_main), None)
    if main is None:
        return
    for row in analysis.fallback:
        for word in row.use:
            if word not in known:
                place = places.of("analyses", analysis.endpoint, "fallback", row.case, "use", word)
                yield from _fallback_method(protocol, main, word, tuple(known), place)


def _fallback_method(
    protocol: Protocol, main: Planned, word: str, known: tuple[str, ...], place: Place
) -> Iterator[Issue]:
    methods, endpoint = load("methods"), main.endpoint.endpoint
    if word not in methods:
        guess, words = did_you_mean(word, [*known, *methods]), listed(known, "or")
        more = f"Write {words}, or a method." if known else "Name a method of the shelf."
        yield problem("FD-P098", place, word=word, endpoint=endpoint, guess=guess, known=more)
        return
    for needs, has, remedy in unmet(protocol, replace(main, method=methods[word])):
        yield problem("FD-P061", place, method=word, needs=needs, endpoint=endpoint, has=has, remedy=remedy)


# ---------------------------------------------------------------------------------------------------- impossible


def _impossible(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Each analysis once: at the planned number, or at the first smaller one where it cannot be carried out."""
    found: set[str] = set()
    for n in counts_of(protocol):
        for one in planned(protocol):
            reason = reason_against(protocol, one, n) if one.name not in found else ""
            if reason:
                found.add(one.name)
                yield _told(protocol, one, n, reason, places)


def reason_against(protocol: Protocol, one: Planned, n: int) -> str:
    """Why an analysis cannot be carried out with n participants; '' where it, or a declared fallback, can."""
    reason = _cannot(protocol, one, one.method, n, {})
    if not reason:
        return ""
    rows = [row for row in one.analysis.fallback if row.case == "rank below times"]
    return "" if any(_rescues(protocol, one, row, n) for row in rows) else reason


def _rescues(protocol: Protocol, one: Planned, row: Fallback, n: int) -> bool:
    methods = load("methods")
    for word in row.use:
        if word in covariances(one.method):
            reason = _cannot(protocol, one, one.method, n, {COVARIANCE: word})
        elif word in methods:
            reason = _cannot(protocol, one, methods[word], n, {})
        else:
            continue
        if not reason:
            return True
    return False


def _cannot(protocol: Protocol, one: Planned, method: Method, n: int, instead: dict[str, str]) -> str:
    if method.cannot is None:
        return ""
    said = one.options if method is one.method else {}
    options = {option.name: option.default for option in method.options if option.default}
    groups = group_count(protocol, replace(one, method=method))
    return method.cannot(n, time_count(one), groups, {**options, **said, **instead})


def _told(protocol: Protocol, one: Planned, n: int, reason: str, places: Places) -> Issue:
    is_planned = n == protocol.trial.participants
    path = ("endpoints", one.name, "analysis") if one.is_main else ("sensitivity", one.name, "use")
    remedy = "Plan more participants, or choose a method for so few."
    if covariances(one.method):
        name = one.endpoint.endpoint
        remedy = f"Write a fallback for 'rank below times' under analyses, {name}, or a simpler covariance."
    return problem(
        "FD-P096" if is_planned else "FD-P097",
        places.of(*path),
        test=one.name,
        method=one.method.name,
        n=n,
        reason=ended(lower_first(reason)),
        remedy=remedy,
    )
