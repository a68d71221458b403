"""What accounts refuse, in words that are shown beside the form."""

from __future__ import annotations

from django.utils.translation import gettext as _

from firstdose.values.issue import Issue, Place


def not_proven(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W130",
        _("Password or code is not right; nothing was signed."),
        _("Type both again. A code counts once: wait until the app shows the next one."),
    )


def locked(form: str, minutes: int) -> Issue:
    message = _("After five failures in a row this account is locked for %(n)d minutes.") % {"n": minutes}
    remedy = _("Wait, then try again. If it was not you, tell the administrator now.")
    return Issue(Place(form), "FD-W131", message, remedy)


def not_identified(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W132",
        _("Your identity was not checked yet, so you cannot sign."),
        _("Ask the administrator to record the check."),
    )


def no_code(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W133",
        _("The first signature after login needs the code of your second factor too."),
        _("Type the code that your authenticator app shows now."),
    )


def no_factor(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W134",
        _("You have no second factor, so you cannot sign."),
        _("Set one up on the page of your account."),
    )


def roles_do_not_go_together(form: str, one: str, other: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W135",
        _("Nobody may be both %(one)s and %(other)s.") % {"one": one, "other": other},
        _("Give the role to somebody else, or withdraw the other role first."),
    )


def knows_the_dose(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W136",
        _("This person has had a role that sees the dose, and cannot rate blind any more."),
        _("Choose another evaluator."),
    )


def address_taken(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W137",
        _(
            "An account with this e-mail address or this short name exists or existed; neither is given twice."
        ),
        _("Look for it in the list, or use another."),
    )


def not_understood(form: str, name: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W138",
        _("This cannot be used for “%(name)s”.") % {"name": name},
        _("Correct it and send the form again."),
    )


def no_reason(form: str) -> Issue:
    return Issue(
        Place(form), "FD-W139", _("There is no reason here."), _("Write why; it is kept with your name.")
    )


def held_already(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W140",
        _("This person holds this role at this site already."),
        _("Withdraw it first if its dates change."),
    )


def last_administrator(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W141",
        _("Nobody would be left to administer the trial."),
        _("Give the role to somebody else first."),
    )


def not_oneself(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W142",
        _("Nobody changes their own rights."),
        _("Ask another administrator."),
    )


def link_is_void(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W143",
        _("This link was used already, is older than 72 hours, or was replaced by a newer one."),
        _("Ask the administrator for a new invitation."),
    )


def has_left(form: str) -> Issue:
    return Issue(
        Place(form), "FD-W144", _("This person has left the trial."), _("Accounts that ended stay closed.")
    )


def dates_reversed(form: str) -> Issue:
    return Issue(
        Place(form), "FD-W145", _("The last day is before the first."), _("Correct one of the two dates.")
    )


def password_refused(form: str, why: str) -> Issue:
    return Issue(Place(form), "FD-W146", why, _("Choose another password."))


def mail_not_sent(form: str) -> Issue:
    return Issue(
        Place(form),
        "FD-W147",
        _("The invitation could not be sent by e-mail, so nobody has it."),
        _("Let the mail settings be put right, then invite again."),
    )
