"""What no protocol of a first trial may lack. Elsewhere the same gaps are warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.catalogue import load
from firstdose.protocol.checking_words import problem, softened
from firstdose.protocol.names import ADMINISTRATION, CONSENT, EVENTS, is_early_phase, is_misspelt
from firstdose.protocol.telling_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.checking_words import Places
    from firstdose.protocol.model import Protocol
    from firstdose.values.issue import Issue


def check_mandatory(protocol: Protocol, places: Places) -> Iterator[Issue]:
    """Each mandatory element has its own code, so that its absence turns exactly that check red."""
    if is_early_phase(protocol):
        yield from _treatment(protocol, places)
        yield from _safety(protocol, places)
        yield from _always(protocol, places)
    else:
        yield from map(softened, _always(protocol, places))
    if not protocol.trial.registry:
        yield problem("FD-P114", places.of("trial"))


def _always(protocol: Protocol, places: Places) -> Iterator[Issue]:
    yield from _visits(protocol, places)
    yield from _activities(protocol, places)
    if not any(endpoint.level == "primary" for endpoint in protocol.endpoints):
        yield problem("FD-P108", places.of("endpoints"))
    if not protocol.eligibility:
        yield problem("FD-P115", places.of("trial"))


def _treatment(protocol: Protocol, places: Places) -> Iterator[Issue]:
    if protocol.intervention is None:
        yield problem("FD-P100", places.of("trial"))
    elif not protocol.intervention.dose_levels:
        yield problem("FD-P101", places.of("intervention"))


def _visits(protocol: Protocol, places: Places) -> Iterator[Issue]:
    known = {visit.visit for visit in protocol.visits}
    named = {name for row in protocol.schedule for name in row.at}
    if named - known:
        return  # a missing visit is already named where it is used
    if not any(visit.day == 0 for visit in protocol.visits):
        yield problem("FD-P102", places.of("visits"))
    if is_early_phase(protocol) and not any(visit.day < 0 for visit in protocol.visits):
        yield problem("FD-P103", places.of("visits"))


def _activities(protocol: Protocol, places: Places) -> Iterator[Issue]:
    consent = protocol.activity(CONSENT)
    if not _is_scheduled(protocol, CONSENT):
        yield problem("FD-P104", places.of("schedule"))
    elif consent and protocol.visit(consent.at[0]) and consent.at[0] != protocol.visits[0].visit:
        place = places.of("schedule", CONSENT)
        yield problem("FD-P105", place, visit=consent.at[0], first=protocol.visits[0].visit)
    if protocol.intervention is not None and not _is_scheduled(protocol, ADMINISTRATION):
        yield problem("FD-P106", places.of("schedule"))
    if not _is_scheduled(protocol, EVENTS):
        yield problem("FD-P107", places.of("schedule"))


def _is_scheduled(protocol: Protocol, activity: str) -> bool:
    """Also true where its name is misspelt: that is said where it stands."""
    row = protocol.activity(activity)
    return bool(row.at) if row else is_misspelt(protocol, activity)


def _safety(protocol: Protocol, places: Places) -> Iterator[Issue]:
    safety = protocol.safety
    if safety is None:
        yield problem("FD-P109", places.of("trial"))
        return
    place = places.of("safety")
    levels = len(protocol.intervention.dose_levels) if protocol.intervention else 0
    if not safety.dlt:
        yield problem("FD-P110", place)
    if not safety.design and levels > 1:
        yield problem("FD-P111", place, count=levels, designs=listed(sorted(load("designs")), "or"))
    if not safety.pause_when and not safety.stop_when:
        yield problem("FD-P112", place)
    if not safety.sentinel and levels > 1:
        yield problem("FD-P113", place)
