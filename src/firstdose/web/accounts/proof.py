"""Proof that the person who signs is the person who is logged in (21 CFR 11.200(a)(1)).

The first signature after login takes password and second factor, later ones in the same session the password. Both are
verified here, on the server; failures are logged and count towards the lock of the account.

A page that signs shows a field `password` and, where `needs_code(person, session)`, a field `code`, and calls
`require_proof(request, "why")`, or `check_proof(...)` for a second person at the same screen (session=None: both
components, always).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction

from firstdose.web.accounts import issues, lockout
from firstdose.web.accounts.models import SpentCode
from firstdose.web.audit.clock import now

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from firstdose.values.issue import Issue
    from firstdose.web.accounts.models import Person
    from firstdose.web.accounts.standing import Request

FORM = "sign"
PROVEN = "proven_for_signing"  # in the session: whose first signature was proven in full
_KEPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Proof:
    """How it was proven, as the log keeps it: `password totp`, `password recovery_codes`, `password`."""

    text: str

    def __str__(self) -> str:
        return self.text


def needs_code(person: Person, session: SessionBase | None) -> bool:
    """Whether a signature now takes the code of the second factor beside the password."""
    return settings.MFA_REQUIRED and (session is None or session.get(PROVEN) != person.pk)


def require_proof(request: Request, purpose: str = "signature") -> Proof | Issue:
    """Proof from the fields `password` and `code` of this request, for the person who is logged in."""
    posted = request.POST
    person = request.standing.person
    return check_proof(
        person, posted.get("password", ""), posted.get("code", ""), request.session, purpose=purpose
    )


def check_proof(
    person: Person, password: str, code: str, session: SessionBase | None, *, purpose: str = "signature"
) -> Proof | Issue:
    """Proof, or the Issue to show beside the form: locked, identity not checked, code missing, password or code wrong.

    `session`: that of the person's own login; None for somebody else at the same screen. `purpose`: goes into the log
    with a failure.
    """
    if minutes := lockout.minutes_locked(person.email):
        return issues.locked(FORM, minutes)
    if person.identified_on is None:
        return issues.not_identified(FORM)
    asked = needs_code(person, session)
    if asked and not Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        return issues.no_factor(FORM)
    if asked and not code.strip():
        return issues.no_code(FORM)
    factor = _proven_by(person, password, code if asked else None)
    if factor is None:
        lockout.failed(person.email, step=purpose)
        return issues.not_proven(FORM)
    if session is not None and asked:
        session[PROVEN] = person.pk
    return Proof(f"password {factor}".strip())


def _proven_by(person: Person, password: str, code: str | None) -> str | None:
    """The kind of second factor, '' where none was asked for, None where password or code is wrong."""
    if not (person.is_active and person.check_password(password)):
        return None
    return "" if code is None else accepted(person, code.strip())


def accepted(person: Person, code: str) -> str | None:
    """The kind of second factor that this code belongs to; None where it is wrong or was used before."""
    for factor in Authenticator.objects.filter(user=person).order_by("-type"):
        if factor.wrap().validate_code(code):
            return factor.type if spend(person, code) else None
    return None


def spend(person: Person, code: str) -> bool:
    """Mark a code as used; False where it was used before."""
    digest = hashlib.sha256(f"{person.pk} {''.join(code.split())}".encode()).hexdigest()
    SpentCode.objects.filter(at__lt=now() - _KEPT).delete()
    try:
        with transaction.atomic():
            SpentCode.objects.create(person=person, digest=digest, at=now())
    except IntegrityError:
        return False
    return True
