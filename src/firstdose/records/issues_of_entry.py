"""The Issues of values that are possible in themselves and do not fit what else is known; every code has its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue

if TYPE_CHECKING:
    from firstdose.values.issue import Place

CONFIRM = "Look at the source; correct it, or confirm it in writing."


def another_day(
    place: Place, what: str, whose: str, day: str, visit: str, of_visit: str, beyond: str
) -> Issue:
    """FD-R065: a record dated on another day than its visit."""
    more = f": {beyond}" if beyond else ""
    message = f"{what} of {whose} is dated {day}, and {visit} took place on {of_visit}{more}."
    return Issue(place, "FD-R065", message, "Is it so, or is one of the two dates wrong?", "query")


def not_yet(place: Place, label: str, whose: str, date: str, day: str) -> Issue:
    """FD-R066: a date that had not come when the record was made."""
    message = f"{_capital(whose)}: {label} is {date}, after {day}, the day of the record."
    return Issue(place, "FD-R066", message, CONFIRM, "query")


def event_before_consent(place: Place, participant: str, onset: str, consent: str) -> Issue:
    """FD-R067: an adverse event that began before consent."""
    message = f"Participant {participant}: the event began on {onset}, before consent on {consent}."
    remedy = "Is the date right? What was there before belongs to the medical history, unless it grew worse."
    return Issue(place, "FD-R067", message, remedy, "query")


def consent_long_ago(place: Place, participant: str, consent: str, days: int, visit: str) -> Issue:
    """FD-R068: a consent signed long before its visit."""
    message = f"Participant {participant}: consent is dated {consent}, {days} days before {visit}."
    return Issue(place, "FD-R068", message, CONFIRM, "query")


def no_day_left(
    place: Place, participant: str, visit: str, day: str, apart: int, other: str, near: int, far: int
) -> Issue:
    """FD-R069: two visits whose windows leave no day for the treatment."""
    message = (
        f"Participant {participant}: {visit} is dated {day}, {apart} days after {other}; by their windows it is {near}"
        f" to {far} days, whenever the first administration will be."
    )
    return Issue(place, "FD-R069", message, "Check both dates at the source.", "query")


def departs(place: Place, whose: str, label: str, now: str, was: str, visit: str, limit: str) -> Issue:
    """FD-R075: a value that departs from the one before by more than is usual."""
    message = f"{_capital(whose)}: {label} is {now}, and it was {was} at {visit}: {limit}."
    return Issue(
        place, "FD-R075", message, "Is it so? Look at the number, its unit and whose it is.", "query"
    )


def exchanged(place: Place, whose: str, lesion: str, other: str, visit: str) -> Issue:
    """FD-R076: the records of two lesions that fit each other's record before better than their own."""
    message = (
        f"{_capital(whose)}: what is recorded for {lesion} fits {other} at {visit} better than {lesion}, and the other"
        " way round."
    )
    return Issue(
        place, "FD-R076", message, "Were the two exchanged? Look at the map and the photographs.", "query"
    )


def unusual(place: Place, whose: str, label: str, value: str, usual: str) -> Issue:
    """FD-R077: a value outside of what the protocol calls usual."""
    message = f"{_capital(whose)}: {label} is {value}; usual is {usual}."
    return Issue(place, "FD-R077", message, "Is it so? Look at the number and its unit.", "query")


def after_the_end(place: Place, participant: str, end: str, visit: str, day: str) -> Issue:
    """FD-R078: a visit after the last day in the trial."""
    message = (
        f"Participant {participant}: the last day in the trial is {end}, and {visit} took place on {day}."
    )
    return Issue(place, "FD-R078", message, "Check both dates at the source.", "query")


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
