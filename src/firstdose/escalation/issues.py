"""The Issues of the room `escalation`, one named constructor each; every code has its page in docs/issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

PROTOCOL = Place("protocol.yaml")
# How a name of the rule is said to somebody who looks at the form.
_WORDS = {"related": "relation to the cells", "day": "day of onset"}


def no_rule(why: str) -> Issue:
    """FD-E001: nothing escalates here."""
    message = f"No dose can be decided: {why}"
    return Issue(PROTOCOL, "FD-E001", message, "Choose a design that escalates, under safety.")


def no_watch(lacks: str, remedy: str) -> Issue:
    """FD-E002: nobody can be evaluable."""
    return Issue(PROTOCOL, "FD-E002", f"No dose can be decided: the protocol does not say {lacks}.", remedy)


def undecided_event(place: Place, participant: str, term: str, name: str, written: object) -> Issue:
    """FD-E003: an event that may be dose-limiting, and the fact that is missing."""
    message = f"Whether '{term}' of {participant} is dose-limiting is not known: {_lacks(name, written)}."
    return Issue(place, "FD-E003", message, "Complete the record; until then no dose is decided.")


def ungraded_event(place: Place, participant: str, term: str, name: str, written: object) -> Issue:
    """FD-E003: an event whose grade the design may count, and the fact that is missing."""
    message = f"What the design counts of '{term}' of {participant} is not known: {_lacks(name, written)}."
    return Issue(place, "FD-E003", message, "Complete the record; until then no dose is decided.")


def _lacks(name: str, written: object) -> str:
    word = _WORDS.get(name, name)
    return f"{word} is not on record" if written in {None, ""} else f"{word} is '{written}'"


def no_level(place: Place, participant: str) -> Issue:
    """FD-E004: an administration of an unknown level."""
    message = f"The dose level that {participant} received is not known."
    return Issue(place, "FD-E004", message, "Write a level of the protocol; until then no dose is decided.")


def no_day(place: Place, participant: str) -> Issue:
    """FD-E004: an administration on an unknown day."""
    message = f"The day on which {participant} was treated is not known."
    return Issue(place, "FD-E004", message, "Write the date; until then no dose is decided.")


def no_last_day(place: Place, participant: str, status: str) -> Issue:
    """FD-E004: an end of participation on an unknown day."""
    message = f"{participant} left ({status}); whether before the end of the watch is not known."
    return Issue(place, "FD-E004", message, "Write the last day in the trial; until then no dose is decided.")


def unjudged(name: str, counts: Iterable[tuple[str, int, int]]) -> Issue:
    """FD-E005: a rule over counts that are not known well enough."""
    between = " and ".join(f"{word} is between {low} and {high}" for word, low, high in counts)
    message = f"Whether {name} holds is not known: {between}."
    return Issue(
        PROTOCOL, "FD-E005", message, "Complete the records of these events; until then no dose is decided."
    )


def no_outcomes(why: str) -> Issue:
    """FD-E006: a line that is no line of outcomes."""
    what, _, remedy = why.partition(". ")
    return Issue(Place("--outcomes"), "FD-E006", f"{what[:1].upper()}{what[1:].removesuffix('.')}.", remedy)


def halted(place: Place, reason: str) -> Issue:
    """FD-E020: dosing rests."""
    message = f"Nobody may be treated: dosing rests for a review ({reason})."
    return Issue(place, "FD-E020", message, "Have the review decide, and say on which day it did.")


def another_level(place: Place, given: str, due: str, reason: str) -> Issue:
    """FD-E021: not the level of the rule."""
    message = f"{given} may not be given: {due} is due, {reason}."
    return Issue(place, "FD-E021", message, f"Give {due}, or put an override on record.")


def too_early(place: Place, day: date, earliest: date) -> Issue:
    """FD-E022: before the interval is over."""
    message = f"{day} is too early: the next participant may be treated from {earliest} on."
    return Issue(place, "FD-E022", message, f"Wait until {earliest}, or put an override on record.")


def not_decided(place: Place, reason: str) -> Issue:
    """FD-E023: outcomes or facts are awaited."""
    message = f"Nobody may be treated yet: {reason}."
    return Issue(place, "FD-E023", message, "Wait for what is missing, or put an override on record.")


def ended(place: Place, reason: str) -> Issue:
    """FD-E024: nobody is due any more."""
    message = f"Nobody may be treated any more: {reason}."
    return Issue(place, "FD-E024", message, "Amend the protocol before more are treated.")


def given_all_the_same(place: Place, participant: str, why: str, lacks: str) -> Issue:
    """FD-E025: an administration on record that the rule forbade on that day."""
    message = f"{participant} was treated against the rule. {why}"
    remedy = f"Put an override on record ({lacks}), or correct the record."
    return Issue(place, "FD-E025", message, remedy, "query")


def no_appendix(
    why: str, remedy: str = "Choose another design, or compare designs with the same dose levels."
) -> Issue:
    """FD-E030: a design that cannot be shown or compared."""
    return Issue(PROTOCOL, "FD-E030", f"No design appendix: {why}.", remedy)
