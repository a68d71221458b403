"""Invitations: the link by which a person, and nobody else, sets the own password.

It goes to the person's own e-mail address, never to the administrator's screen; a forgotten password is a new invitation:
made by the administrator, confirmed by whoever reads that mail. Two people, as 21 CFR 11.200(a)(3) asks.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import gettext as _

from firstdose.web.accounts import issues, sessions
from firstdose.web.accounts.models import Invitation
from firstdose.web.accounts.noting import note, oneself
from firstdose.web.accounts.writing import together
from firstdose.web.audit.clock import now

if TYPE_CHECKING:
    from firstdose.records.log.event import Actor
    from firstdose.values.issue import Issue
    from firstdose.web.accounts.models import Person

GOOD_FOR = timedelta(hours=72)
_SIGNER = Signer(salt="firstdose invitation")
FORM = "invitation"


def invite(*, person: Person, by: Actor, reason: str, address: str) -> str | Issue:
    """Send a new link; older ones are void. `address`: of the site, such as https://trial.example.org. The link."""
    if not person.is_active:
        return issues.has_left(FORM)
    nonce = secrets.token_urlsafe(32)
    with together():
        void(person)
        Invitation.objects.create(person=person, digest=_digest(nonce), made=now())
        note("user.changed", by=by, person=person.code, what="invited", reason=reason)
    link = address.rstrip("/") + reverse("invitation", args=[_SIGNER.sign(nonce)])
    return link if _send(person, link) else issues.mail_not_sent(FORM)


def void(person: Person) -> None:
    """No link of this person works any more."""
    Invitation.objects.filter(person=person, used=None).update(used=now())


def invited_by(token: str) -> Invitation | None:
    """The invitation of a link that can still be used."""
    try:
        digest = _digest(_SIGNER.unsign(token))
    except BadSignature:
        return None
    found = Invitation.objects.filter(digest=digest, used=None, person__is_active=True).first()
    return found if found and now() - found.made <= GOOD_FOR else None


def accept(*, token: str, password: str) -> Person | Issue:
    """Set the password that the invited person chose; the link is spent, sessions begun before it end."""
    invitation = invited_by(token)
    if invitation is None:
        return issues.link_is_void(FORM)
    person = invitation.person
    try:
        validate_password(password, person)
    except ValidationError as error:
        return issues.password_refused(FORM, " ".join(error.messages))
    with together():
        taken = Invitation.objects.filter(pk=invitation.pk, used=None).update(used=now())
        if not taken:
            return issues.link_is_void(FORM)
        person.set_password(password)
        person.save(update_fields=["password"])
        sessions.end(sessions.open_logins(person), by=oneself(person), how="password changed")
        note("password.changed", by=oneself(person), person=person.code, how="invitation")
    return person


def _digest(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def _send(person: Person, link: str) -> bool:
    words = _(
        "%(name)s,\n\nwith this link you set the password of your account, within 72 hours and once:\n\n%(link)s\n\n"
        "If you did not ask for it, tell the administrator of the trial."
    ) % {"name": person.printed_name, "link": link}
    try:
        return bool(send_mail(_("firstdose: your account"), words, None, [person.email]))
    except (OSError, SMTPException):
        return False
