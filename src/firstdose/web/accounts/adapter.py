"""What allauth asks of us: nobody signs up, failures lock, secrets of second factors are encrypted."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firstdose.web.accounts import issues, lockout
from firstdose.web.accounts.sessions import PROVEN
from firstdose.web.audit.clock import now
from firstdose.web.audit.sayings import say

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest

_FRESH = 300  # seconds after login in which a first second factor is set up without the password once more


class Adapter(DefaultAccountAdapter):
    """Accounts are made by the administrator only; five failures lock one."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-mail address or password is not right."),
        "too_many_login_attempts": _("Too many failures. Wait 15 minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002, allauth's signature
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        refuse_locked(credentials.get("email", ""))
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        step = "reauthentication" if request.user.is_authenticated else "password"
        lockout.failed(credentials.get("email", ""), step=step, address=self.get_client_ip(request))

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        if app == "allauth.mfa" and _just_logged_in(self.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **more))


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted in the database; the QR code is plain SVG without script or style."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]


def refuse_locked(name: str) -> None:
    """Raise the sentence that a form shows while this name is locked."""
    if minutes := lockout.minutes_locked(name):
        issue = issues.locked("login", minutes)
        raise ValidationError(str(say(issue)), code=issue.code)


def _just_logged_in(request: HttpRequest) -> bool:
    """Whether this login is fresh and its second factor is set up in it."""
    person: AbstractBaseUser = request.user
    records = get_authentication_records(request, person)
    if not records or (person.authenticator_set.exists() and not request.session.get(PROVEN)):
        return False
    return bool(now().timestamp() - records[-1]["at"] < _FRESH)


def _cipher() -> Fernet:
    key = hashlib.sha256(b"firstdose second factors " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
