"""The Issues of the log in the database, one named constructor each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from firstdose.records.log.event import Key


def locked(level: str, participant: str, visit: str) -> Issue:
    """FD-W170: the study, a participant or a visit is frozen or locked."""
    place = Place(" ".join(part for part in (participant, visit) if part) or "study")
    if participant and visit:
        what = _("Visit %(visit)s of participant %(participant)s") % {
            "visit": visit,
            "participant": participant,
        }
    else:
        what = _("Participant %s") % participant if participant else _("The study")
    if level == "frozen":
        message = _("%s is frozen: the site enters nothing.") % what
        return Issue(place, "FD-W170", message, _("Ask the data manager to thaw it, with a reason."))
    message = _("%s is locked: nobody enters anything.") % what
    return Issue(place, "FD-W170", message, _("Ask the data manager to unlock it, with a reason."))


def struck(key: Key) -> Issue:
    """FD-W171: the record is struck out."""
    message = _("This record is struck out; it takes no values.")
    return Issue(_place(key), "FD-W171", message, _("Restore the record with a reason, or use another one."))


def moved(key: Key) -> Issue:
    """FD-W172: somebody else changed the value meanwhile."""
    message = _("Somebody changed %s since you opened the form.") % key.item
    return Issue(_place(key), "FD-W172", message, _("Look at both values and save the right one."))


def _place(key: Key) -> Place:
    parts = (key.participant, key.visit, key.form, key.repeat, key.item)
    return Place(" ".join(part for part in parts if part))


# ------------------------------------------------------------------------------------------------- redaction, backup


def no_reason() -> Issue:
    """FD-W173: erasing needs a reason."""
    return Issue(
        Place("reason"), "FD-W173", _("There is no reason."), _("Say why, in a sentence that names nobody.")
    )


def one_person(code: str) -> Issue:
    """FD-W173: erasing needs two persons."""
    message = _("%s is named twice; erasing takes two persons.") % code
    return Issue(Place(code), "FD-W173", message, _("Name a second person."))


def not_proven(code: str) -> Issue:
    """FD-W173: unknown person or wrong password; which of the two is not told."""
    message = _("%s is no active account, or the password is wrong.") % code
    return Issue(Place(code), "FD-W173", message, _("Type the person's code and password again."))


def nothing_to_erase(seq: int) -> Issue:
    """FD-W174: there is no such event, or it was erased before."""
    message = _("Event %s does not exist, or it was erased before.") % seq
    return Issue(Place(str(seq)), "FD-W174", message, _("Look up its number in the trail."))


def never_erased(seq: int, kind: str) -> Issue:
    """FD-W174: a kind of event that is kept as a whole."""
    message = _("Event %(seq)s (%(kind)s) is never erased.") % {"seq": seq, "kind": kind}
    return Issue(Place(str(seq)), "FD-W174", message, _("Only what people write freely can be."))


def not_owner() -> Issue:
    """FD-W174: the database account may only add."""
    message = _("This database account can only add to the log.")
    return Issue(Place("database"), "FD-W174", message, _("Run the command with the owner's DATABASE_URL."))


def nothing_to_back_up() -> Issue:
    """FD-W175: the log is empty."""
    return Issue(Place("backup"), "FD-W175", _("The log is empty."), _("Put a protocol in force first."))


def not_empty() -> Issue:
    """FD-W176: a backup goes into an empty database only."""
    message = _("The log of this database is not empty; nothing was restored.")
    return Issue(Place("restore"), "FD-W176", message, _("Restore into a new folder or a new database."))


def no_backup(path: str) -> Issue:
    """FD-W177: not a file that `backup` wrote."""
    message = _("This is no backup of firstdose, or it is damaged.")
    return Issue(Place(path), "FD-W177", message, _("Name a file that the command `backup` wrote."))


def no_day(name: str, text: str) -> Issue:
    """FD-W178: a filter of the trail that is no date."""
    message = _("%s is no date; the filter was left out.") % repr(text)
    return Issue(Place(name), "FD-W178", message, _("Write it as 2025-03-31."))


def no_finding() -> Issue:
    """FD-W179: a review without a finding."""
    message = _("There is no finding.")
    return Issue(Place("finding"), "FD-W179", message, _("Say what you looked at and what you found."))


def unreasoned(key: Key) -> Issue:
    """FD-W180: a saved value changes and nobody says why."""
    return Issue(
        _place(key),
        "FD-W180",
        _("A saved value would change without a reason."),
        _("Write why; it is kept beside the old value."),
    )
