"""The plan of visits and what is done when: order, windows, and endpoints that find their activity scheduled."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from firstdose.protocol.checking_words import problem
from firstdose.protocol.names import ADMINISTRATION, END, measured_by, measures
from firstdose.protocol.planned import method_of
from firstdose.protocol.telling_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Endpoint, Protocol
    from firstdose.values.issue import Issue

COMPARING = frozenset({"change", "percent change", "worst change", "response"})
DIVIDING = frozenset({"percent change", "response"})


def check_schedule(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Visits, windows, the schedule, and each endpoint against it."""
    yield from _windows(protocol, places)
    yield from _order(protocol, places)
    yield from _after_the_end(protocol, places)
    yield from _administrations(protocol, places)
    for endpoint in protocol.endpoints:
        yield from _unscheduled(protocol, endpoint, places)
        yield from _reference(protocol, endpoint, places)
        yield from _division(protocol, endpoint, places)


def _windows(protocol: Protocol, places: Places) -> Iterator[Issue]:
    for visit in protocol.visits:
        if not visit.window.contains(visit.day):
            place = places.of("visits", visit.visit, "window")
            yield problem("FD-P065", place, visit=visit.visit, day=visit.day, window=visit.window)
    for one, other in pairwise(sorted(protocol.visits, key=lambda visit: visit.window)):
        if one.window.overlaps(other.window):
            yield problem(
                "FD-P062",
                places.of("visits", other.visit, "window"),
                first=one.visit,
                first_window=one.window,
                second=other.visit,
                second_window=other.window,
            )


def _order(protocol: Protocol, places: Places) -> Iterator[Issue]:
    for before, visit in pairwise(protocol.visits):
        if visit.day <= before.day:
            place = places.of("visits", visit.visit, "day")
            yield problem(
                "FD-P066", place, visit=visit.visit, day=visit.day, before=before.visit, day_before=before.day
            )


def _after_the_end(protocol: Protocol, places: Places) -> Iterator[Issue]:
    ends = [_day(protocol, name) for name in _at(protocol, END)]
    if not ends or None in ends:
        return
    last = max(day for day in ends if day is not None)
    end = next(visit.visit for visit in protocol.visits if visit.day == last)
    for row in protocol.schedule:
        for name in row.at:
            day = _day(protocol, name)
            if day is not None and day > last:
                place = places.of("schedule", row.activity, name)
                yield problem("FD-P063", place, activity=row.activity, visit=name, end=END, last=end)


def _administrations(protocol: Protocol, places: Places) -> Iterator[Issue]:
    given, scheduled = protocol.intervention, len(_at(protocol, ADMINISTRATION))
    if given is None or not scheduled or scheduled == given.administrations:
        return
    one = given.administrations == 1
    unit = "participant" if given.unit_of_dosing == "participant" else protocol.lesion_word
    yield problem(
        "FD-P069",
        places.of("schedule", ADMINISTRATION),
        count=given.administrations,
        s="" if one else "s",
        unit=unit,
        are="is" if one else "are",
        scheduled=scheduled,
        activity=ADMINISTRATION,
    )


def _unscheduled(protocol: Protocol, endpoint: Endpoint, places: Places) -> Iterator[Issue]:
    form = measured_by(protocol, endpoint.measure)
    if form is None:
        return
    known = {visit.visit for visit in protocol.visits}
    needed = [name for name in (endpoint.reference, *endpoint.at) if name in known]
    absent = [name for name in dict.fromkeys(needed) if name not in _at(protocol, form.name)]
    if absent:
        place = places.of("endpoints", endpoint.endpoint, "at")
        yield problem("FD-P060", place, endpoint=endpoint.endpoint, activity=form.name, visits=listed(absent))


def _reference(protocol: Protocol, endpoint: Endpoint, places: Places) -> Iterator[Issue]:
    reference = _day(protocol, endpoint.reference)
    if reference is None or endpoint.kind not in COMPARING:
        return
    for name in endpoint.at:
        day = _day(protocol, name)
        if day is not None and day <= reference:
            place = places.of("endpoints", endpoint.endpoint, "at")
            yield problem(
                "FD-P068", place, endpoint=endpoint.endpoint, visit=name, reference=endpoint.reference
            )


def _division(protocol: Protocol, endpoint: Endpoint, places: Places) -> Iterator[Issue]:
    method = method_of(protocol, endpoint.endpoint)
    if endpoint.kind not in DIVIDING or (endpoint.kind == "percent change" and method and method.tests):
        return  # a percent change that is tested is told of with all that speaks against it
    low = [
        variable
        for variable in measures(protocol, endpoint.measure)
        if variable.low is None or variable.low <= 0
    ]
    if low:
        yield problem(
            "FD-P067",
            places.of("endpoints", endpoint.endpoint, "as"),
            endpoint=endpoint.endpoint,
            variable=listed([variable.label for variable in low]),
            reference=endpoint.reference or "baseline",
        )


def _at(protocol: Protocol, activity: str) -> tuple[str, ...]:
    row = protocol.activity(activity)
    return row.at if row else ()


def _day(protocol: Protocol, name: str) -> int | None:
    visit = protocol.visit(name)
    return visit.day if visit else None
