"""The Issues of release and custody, FD-R230 to FD-R241, one named constructor each; every code has its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place, did_you_mean
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.values.issue import Weight

CODES = frozenset(f"FD-R{number}" for number in range(230, 242))
CHECK_THE_SOURCE = "Look at the label and the log of the laboratory; nothing is guessed here."


def attribute_missing(place: Place, lot: str, attribute: str) -> Issue:
    """FD-R230: a quality that release asks for and that has no result."""
    message = f"Lot {lot} has no result for {attribute}: that is no pass."
    return Issue(place, "FD-R230", message, "Enter the result; until then the lot is not released.")


def outside_limit(
    place: Place, lot: str, attribute: str, result: str, limit: str, *, floor: bool = False
) -> Issue:
    """FD-R231: a result that the limit does not allow."""
    message = f"{attribute[:1].upper()}{attribute[1:]} of lot {lot} is {result}; the limit is {limit}."
    if floor:
        return Issue(place, "FD-R231", message, "It lies beyond the floor: nobody overrides it.")
    remedy = "The lot is not released; two persons may override it with a reason."
    return Issue(place, "FD-R231", message, remedy)


def flagged(place: Place, lot: str, attribute: str, result: str, limit: str) -> Issue:
    """FD-R231 as a warning: a result outside a limit that only flags."""
    message = f"{attribute[:1].upper()}{attribute[1:]} of lot {lot} is {result}; the limit is {limit}."
    return Issue(place, "FD-R231", message, "The protocol lets it be given; say so in the report.", "warning")


def override_incomplete(place: Place, lot: str, attribute: str, why: str) -> Issue:
    """FD-R232: an override by fewer than two persons, or without a reason."""
    message = f"The override of {attribute} of lot {lot} does not count: {why}."
    return Issue(place, "FD-R232", message, "An override needs two different persons and a reason.")


def not_comparable(place: Place, lot: str, attribute: str, why: str) -> Issue:
    """FD-R233: a result that cannot be held against its limit."""
    message = f"{attribute[:1].upper()}{attribute[1:]} of lot {lot} cannot be judged: {why}."
    return Issue(place, "FD-R233", message, "Write the result in the kind and unit of the limit.")


def overridden(place: Place, lot: str, attribute: str, result: str, who: str, reason: str) -> Issue:
    """FD-R234: a lot that two persons released in spite of a result."""
    message = f"Lot {lot} was released in spite of {attribute} {result} by {who}: {reason}."
    return Issue(place, "FD-R234", message, "Nothing to mend; it is told wherever this lot is.", "warning")


def not_released(place: Place, lot: str, whose: str, why: str, *, given: bool) -> Issue:
    """FD-R235: a dose of a lot that is not released. Once it is given, nothing can be stopped any more."""
    message = f"Lot {lot} {'was given to' if given else 'is meant for'} {whose} and is not released: {why}."
    remedy = (
        "Report it as a deviation." if given else "Do not give it: release it first, or take another lot."
    )
    weight: Weight = "query" if given else "error"
    return Issue(place, "FD-R235", message, remedy, weight)


def unknown_parent(place: Place, link: str, why: str) -> Issue:
    """FD-R236: a link that hangs on nothing, or on the wrong kind of thing."""
    return Issue(place, "FD-R236", f"{quoted(link)} has no proper parent: {why}.", CHECK_THE_SOURCE)


def no_such_parent(place: Place, link: str, parent: str, known: Iterable[str]) -> Issue:
    """FD-R236: a parent that no record of custody has."""
    message = f"{quoted(link)} has no proper parent: no record has the id {quoted(parent)}."
    return Issue(place, "FD-R236", message, f"{did_you_mean(parent, known)}{CHECK_THE_SOURCE}")


def id_twice(place: Place, link: str, first: Place) -> Issue:
    """FD-R237: an id that two records of custody bear."""
    message = f"The id {quoted(link)} was used before ({first})."
    return Issue(place, "FD-R237", message, "An id is given once; find out which of both this is.")


def expired(place: Place, what: str, why: str) -> Issue:
    """FD-R238: cells given after their time."""
    return Issue(place, "FD-R238", f"{what} is expired: {why}.", "Do not give it; given, it is a deviation.")


def wrong_lesion(place: Place, link: str, why: str) -> Issue:
    """FD-R239: cells that went elsewhere than their label says."""
    remedy = "Stop: compare label, participant and lesion before anything else is injected."
    return Issue(place, "FD-R239", f"{quoted(link)} went astray: {why}.", remedy)


def link_incomplete(place: Place, link: str, why: str) -> Issue:
    """FD-R240: a record of custody that does not say who, when or what."""
    return Issue(
        place, "FD-R240", f"The record of {quoted(link)} is not complete: {why}.", "Complete it from the log."
    )


def no_chain(place: Place, whose: str, why: str) -> Issue:
    """FD-R241: an injection whose cells cannot be followed to their source."""
    message = f"The cells given to {whose} cannot be followed to their source: {why}."
    return Issue(place, "FD-R241", message, "Enter the missing links of custody.", "query")
