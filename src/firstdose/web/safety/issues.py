"""What the dose gate and the safety desk refuse, in words shown beside the form; one constructor a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from datetime import date

GATE = Place("gate")
FORM = Place("form")


def no_consent(participant: str, day: date) -> Issue:
    """FD-W100: no consent dated on or before the day."""
    said = _("No consent of participant %(participant)s dated %(day)s or earlier is on record.")
    told = said % {"participant": participant, "day": day.isoformat()}
    return Issue(GATE, "FD-W100", told, _("Record the consent first; without it nobody is treated."))


def not_eligible(criteria: list[str], open_ones: list[str]) -> Issue:
    """FD-W101: criteria that fail, or are not known."""
    parts = []
    if criteria:
        parts.append(_("The record fails %(which)s.") % {"which": "; ".join(criteria)})
    if open_ones:
        parts.append(_("The record leaves open %(which)s.") % {"which": "; ".join(open_ones)})
    return Issue(GATE, "FD-W101", " ".join(parts), _("Complete the screening, or ask for an override."))


def lot_not_released(lot: str, why: str) -> Issue:
    """FD-W102: a lot that may not be given."""
    said = _("Lot %(lot)s may not be given: %(why)s.") % {"lot": lot or _("(none named)"), "why": why}
    return Issue(
        GATE, "FD-W102", said, _("Take a released lot, or have the laboratory complete the release.")
    )


def given_already(whose: str, times: int, most: int) -> Issue:
    """FD-W103: as many administrations as the protocol allows."""
    said = _("%(whose)s already received %(times)d of %(most)d administrations.")
    told = said % {"whose": whose, "times": times, "most": most}
    return Issue(GATE, "FD-W103", told, _("Stop. If a record is wrong, correct that record."))


def board_needed(level: str) -> Issue:
    """FD-W104: the review that the protocol asks for has not decided on what is on record now."""
    said = _("The board has not decided on %(level)s from the outcomes that are on record now.")
    remedy = _("Ask the board to decide on the escalation page; then the dose can be approved.")
    return Issue(GATE, "FD-W104", said % {"level": level}, remedy)


def board_refused(words: str) -> Issue:
    """FD-W105: the board's last word is against it."""
    said = _("The board's last decision is: %(words)s.") % {"words": words}
    return Issue(GATE, "FD-W105", said, _("Do what the board decided, or ask it to decide again."))


def other_level_before(level: str, before: str) -> Issue:
    """FD-W106: another level than the participant received before."""
    said = _("%(level)s may not be given: this participant received %(before)s before.")
    told = said % {"level": level, "before": before}
    return Issue(GATE, "FD-W106", told, _("Give the same level, or ask for an override."))


def no_such_level(level: str, known: str) -> Issue:
    """FD-W107: a level that the protocol does not have, or none."""
    said = _("'%(level)s' is no dose level of the protocol.") % {"level": level}
    return Issue(GATE, "FD-W107", said, _("Choose one of %(known)s.") % {"known": known})


def gate_closed(reasons: str) -> Issue:
    """FD-W108: what was asked is not done, because the gate is closed."""
    said = _("The gate is closed, nothing was recorded: %(reasons)s") % {"reasons": reasons}
    return Issue(FORM, "FD-W108", said, _("Settle what it says, or have two persons override it."))


def same_person() -> Issue:
    """FD-W109: two signatures by one person."""
    return Issue(
        FORM,
        "FD-W109",
        _("The second person must be somebody else than the first."),
        _("Ask another person to confirm with their own login."),
    )


def not_entitled(person: str) -> Issue:
    """FD-W110: the second person lacks the role for it."""
    said = _("%(person)s has no role in which this may be confirmed here.") % {"person": person}
    return Issue(FORM, "FD-W110", said, _("Ask somebody whose role includes it."))


def no_reason() -> Issue:
    """FD-W111: a reason is missing."""
    return Issue(FORM, "FD-W111", _("There is no reason here."), _("Write why; it is kept with your name."))


def sheet_changed() -> Issue:
    """FD-W112: what the sheet rests on changed after it was computed."""
    return Issue(
        FORM,
        "FD-W112",
        _("The values that this sheet rests on have changed since it was computed."),
        _("Compute the sheet again and have it confirmed again."),
    )


def no_sheet(lesion: str) -> Issue:
    """FD-W113: nothing confirmed to record against."""
    said = _("There is no confirmed sheet for %(lesion)s.") % {"lesion": lesion}
    return Issue(FORM, "FD-W113", said, _("Compute the sheet, and have a second person confirm it."))


def no_dose(lesion: str) -> Issue:
    """FD-W114: the sheet cannot be computed."""
    said = _("No dose can be computed for %(lesion)s.") % {"lesion": lesion}
    return Issue(
        FORM, "FD-W114", said, _("Complete area and concentration; look at what is said beside them.")
    )


def day_outside(day: str, first: str, last: str) -> Issue:
    """FD-W115: an injection dated before its sheet was confirmed, or in the future."""
    said = _("The injection is dated %(day)s; the sheet was confirmed on %(first)s and today is %(last)s.")
    told = said % {"day": day, "first": first, "last": last}
    return Issue(FORM, "FD-W115", told, _("Write the day on which the injection was given."))


def no_board_choice() -> Issue:
    """FD-W116: a decision without what was decided, or without voters."""
    return Issue(
        FORM,
        "FD-W116",
        _("The decision, its level or its voters are missing."),
        _("Choose what the board decided and name everybody who voted."),
    )


def rule_moved() -> Issue:
    """FD-W117: the records changed between the page and the signature."""
    return Issue(
        FORM,
        "FD-W117",
        _("The records have changed since this page was shown; nothing was recorded."),
        _("Read the page again and decide on what stands there now."),
    )


def override_gone() -> Issue:
    """FD-W118: an override that is not waiting any more, or no longer fits."""
    return Issue(
        FORM,
        "FD-W118",
        _("This override is not waiting for a second signature, or no longer covers what the gate says."),
        _("Ask for it again."),
    )


def nothing_forbids() -> Issue:
    """FD-W119: an override where none is needed, or where none is possible."""
    return Issue(
        FORM,
        "FD-W119",
        _("There is nothing here that an override could release."),
        _("Consent, the cap and a second administration are never overridden; everything else is open."),
    )


def already_recorded(lesion: str) -> Issue:
    """FD-W120: an injection that is on record."""
    said = _("The injection of %(lesion)s is already on record.") % {"lesion": lesion}
    return Issue(FORM, "FD-W120", said, _("Correct it on its own page, with a reason."))


def no_such_clock() -> Issue:
    """FD-W121: a clock that does not run."""
    return Issue(
        FORM,
        "FD-W121",
        _("This clock is not running."),
        _("Look at the list of events; choose a running clock."),
    )


def unknown_person() -> Issue:
    """FD-W122: nobody can be found, or password or code are wrong: both look alike."""
    return Issue(
        FORM,
        "FD-W122",
        _("The second person could not be proven."),
        _("Check address, password and code; each of them is asked for."),
    )


def moved() -> Issue:
    """FD-W123: somebody saved in the meantime."""
    return Issue(
        FORM,
        "FD-W123",
        _("Somebody changed these values in the meantime; nothing was saved."),
        _("Look at what stands there now and enter your change again."),
    )


def nothing_to_follow() -> Issue:
    """FD-W124: the board would follow a rule by which nobody is due."""
    return Issue(
        FORM,
        "FD-W124",
        _("By the rule no participant is due now: there is no level to follow."),
        _("Decide once the rule names a level, or halt dosing, or decide on another level with a reason."),
    )
