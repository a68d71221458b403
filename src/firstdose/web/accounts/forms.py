"""Fields of login: a locked account is told so at the second factor too, and no code counts twice."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp.forms import ActivateTOTPForm

from firstdose.web.accounts.adapter import refuse_locked
from firstdose.web.accounts.proof import spend
from firstdose.web.accounts.sessions import mark_proven


class _OnceOnly(base.BaseAuthenticateForm):
    def clean_code(self) -> str:
        refuse_locked(self.user.email)
        code: str = super().clean_code()
        if not spend(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_OnceOnly, base.AuthenticateForm):
    """The second step of login."""


class ReauthenticateForm(_OnceOnly, base.ReauthenticateForm):
    """Before something delicate is changed."""


class ActivateForm(ActivateTOTPForm):
    """Setting up an authenticator app: the code that proves it is spent by that."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        spend(self.user, code)
        mark_proven(context.request, "totp")
        return code
