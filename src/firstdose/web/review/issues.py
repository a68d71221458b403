"""What review refuses, in words that are shown beside the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NAMED = 10  # milestones in one sentence


def no_words(form: str) -> Issue:
    return Issue(
        Place(form), "FD-W080", _("There are no words here."), _("Write what you ask, answer or decide.")
    )


def no_reason(form: str) -> Issue:
    return Issue(
        Place(form), "FD-W081", _("There is no reason here."), _("Write why; it is kept with your name.")
    )


def changed_since(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W082",
        _("Values changed since this page was shown; nothing was signed."),
        _("Read the page again and sign what stands there now."),
    )


def nothing_to_sign(form: str) -> Issue:
    return Issue(Place(form), "FD-W084", _("There is nothing on record here."), _("Enter the records first."))


def not_weighed(form: str) -> Issue:
    return Issue(
        Place(form), "FD-W085", _("It is not said whether it is minor or major."), _("Choose one of the two.")
    )


def closed_already(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W086",
        _("Somebody has moved this query in the meantime."),
        _("Look at what was said and decide again."),
    )


def another_trial(found: str, known: str) -> Issue:
    return Issue(
        Place("protocol.yaml"),
        "FD-W087",
        _("This is the protocol of %(found)s; here %(known)s is recorded.")
        % {"found": found, "known": known},
        _("Choose the file of this trial."),
    )


def same_protocol() -> Issue:
    return Issue(
        Place("protocol.yaml"),
        "FD-W088",
        _("This version means the same as the one in force."),
        _("There is nothing to put in force."),
    )


def no_protocol_file() -> Issue:
    return Issue(
        Place("protocol.yaml"),
        "FD-W089",
        _("No file was chosen, or it is no text."),
        _("Choose a protocol file."),
    )


def not_that_item(form: str, item: str, now: str) -> Issue:
    return Issue(
        Place("protocol.yaml"),
        "FD-W090",
        _("%(item)s of %(form)s cannot go on as %(now)s.") % {"item": item, "form": form, "now": now},
        _("Choose a new item of the same form with the same kind of answer, each once."),
    )


def not_signed(milestones: Sequence[tuple[str, str]]) -> Issue:
    named = ", ".join(f"{participant} {visit}" for participant, visit in milestones[:MOST_NAMED])
    more = len(milestones) - MOST_NAMED
    return Issue(
        Place("locks"),
        "FD-W091",
        _("The investigator has not signed, as they stand: %(named)s.")
        % {"named": f"{named} (+{more})" if more > 0 else named},
        _("Have them signed, or write why it is locked all the same; the reason is kept with your name."),
    )
