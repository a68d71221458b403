"""What review refuses, in words that are shown beside the form."""

from __future__ import annotations

from django.utils.translation import gettext as _

from firstdose.values.issue import Issue, Place


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
