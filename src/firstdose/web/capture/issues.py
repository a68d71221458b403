"""What capture refuses or asks, one named constructor each; every code has its page in docs/issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from firstdose.web.capture.strict import Objection

if TYPE_CHECKING:
    from collections.abc import Sequence


def value_and_reason() -> Objection:
    """FD-W040: a value, and a reason why there is none."""
    return Objection(
        "FD-W040",
        _("There is a value and a reason for having none."),
        _("Keep one: delete the value, or choose no reason."),
    )


def change_without_reason(before: str) -> Objection:
    """FD-W041: a value that was saved before is changed or taken away without saying why."""
    message = _("The saved value %(before)s is changed without a reason.") % {"before": before}
    return Objection("FD-W041", message, _("Write why it is changed."))


def still_missing() -> Objection:
    """FD-W042: a form is said to be complete while a required item has neither a value nor a reason."""
    return Objection(
        "FD-W042",
        _("This is needed before the form is complete."),
        _("Write the value, or choose why there is none and say why."),
    )


def changed_meanwhile(who: str, now: str) -> Objection:
    """FD-W043: somebody else saved another value since this page was opened."""
    message = _("%(who)s saved another value meanwhile: %(now)s.") % {"who": who, "now": now or _("empty")}
    return Objection("FD-W043", message, _("Choose which of the two counts."))


def no_longer_asked() -> Objection:
    """FD-W044: an answer closes an item that has a value; nothing is ever blanked unasked.

    Where it is kept its words go on record, so they are said in the language of the page only when they are shown.
    """
    return Objection(
        "FD-W044",
        "By the answers above this is not asked, and it has a value.",
        "Clear it with a reason, or keep it with a reason.",
    )


def before_consent(clause: str) -> Objection:
    """FD-W045: an entry before informed consent is recorded."""
    message = _("Informed consent is not recorded yet, and nothing else may be entered before it.")
    return Objection(
        "FD-W045", f"{message} {clause}".strip(), _("Record informed consent with its date first.")
    )


def not_eligible(criteria: Sequence[str]) -> Objection:
    """FD-W046: an injection before eligibility is recorded."""
    message = _("Eligibility is not shown by the record: %(criteria)s.") % {"criteria": "; ".join(criteria)}
    return Objection("FD-W046", message, _("Complete the screening form; nobody is injected before that."))


def closed_for_entries(level: str) -> Objection:
    """FD-W047: the visit, the participant or the study is frozen or locked."""
    message = _("This is frozen.") if level == "frozen" else _("This is locked.")
    return Objection("FD-W047", message, _("Ask data management to open it, with your reason."))


def nothing_typed() -> Objection:
    """FD-W048: a new record without any value."""
    return Objection("FD-W048", _("Nothing was written."), _("Write at least one value."))


def keep_or_change(message: str, remedy: str, code: str) -> Objection:
    """A soft fault by the code of the core: the value is saved only together with a reason."""
    return Objection(code, message, remedy, "query")


def without_reason() -> Objection:
    """FD-W049: an act that needs a reason and has none."""
    return Objection("FD-W049", _("There is no reason."), _("Write in a few words why."))


def no_such_region(site: str) -> Objection:
    """FD-W050: a lesion at a place that the lesion map does not know."""
    message = _("The body map has no place %(site)s.") % {"site": repr(site[:40])}
    return Objection("FD-W050", message, _("Choose a place on the figure or from the list."))


def no_photograph(why: str) -> Objection:
    """FD-W051: a file that is no photograph as we keep them."""
    return Objection("FD-W051", why, _("Send a photograph as JPEG or PNG of at most 15 MB."))


def photograph_changed(name: str) -> Objection:
    """FD-W052: a stored photograph is gone or is not what it was."""
    message = _("The photograph %(name)s is missing or was changed.") % {"name": name}
    return Objection("FD-W052", message, _("Restore it from the last backup and look for the cause."))


def already_there(participant: str) -> Objection:
    """FD-W053: a participant's id that is in use."""
    message = _("%(participant)s is already in the trial.") % {"participant": participant}
    return Objection("FD-W053", message, _("Take the proposed id."))


def not_ours() -> Objection:
    """FD-W054: a site that is not this person's."""
    return Objection("FD-W054", _("This is not one of your sites."), _("Choose one of your sites."))


def saved_already(number: str) -> Objection:
    """FD-W055: an old page of a new record is sent again with other texts."""
    message = _("This record was saved already, as number %(number)s.") % {"number": number}
    return Objection("FD-W055", message, _("Open it and change it there; what was typed here was not saved."))


def still_to_come(day: str, today: str) -> Objection:
    """FD-W057: a day that has not come yet. Kept, its words go on record, so they are English here."""
    message = f"{day} is still to come: where the site is it is {today}."
    return Objection("FD-W057", message, "Is it so, or is the date wrong?", "query")


def long_ago(day: str, days: int, within: int) -> Objection:
    """FD-W058: a record that is entered later than the protocol plans. Kept, its words go on record."""
    message = f"{day} is {days} days ago, and records are entered within {within} days."
    return Objection("FD-W058", message, "Is the date right? Then say why it is entered late.", "query")


def typed_otherwise(first: str, second: str) -> Objection:
    """FD-W059: a value that is typed twice, and differs."""
    message = _("The two differ: first %(first)s, then %(second)s.") % {"first": first, "second": second}
    return Objection("FD-W059", message, _("Look at the source, and type what it says in both boxes."))


def once_more() -> Objection:
    """FD-W060: a value that is to be typed twice and was typed once."""
    return Objection(
        "FD-W060",
        _("This value is typed twice."),
        _("Type it once more, from the source and not from the first box."),
    )


def paper_without_day() -> Objection:
    """FD-W056: values from paper without the day on the paper, or with one that is still to come."""
    return Objection(
        "FD-W056", _("The paper has no day, or one that is still to come."), _("Write it like 2024-02-05.")
    )
