"""Logins, passwords and second factors leave their events, whichever page they happen on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import receiver

from firstdose.web.accounts import lockout, sessions
from firstdose.web.accounts.noting import note, oneself

if TYPE_CHECKING:
    from django.http import HttpRequest

    from firstdose.web.accounts.models import Person


@receiver(auth.user_logged_in)
def _begin(request: HttpRequest, user: Person, **_: Any) -> None:
    sessions.begin(request, user)


@receiver(account.user_logged_in)
def _logged_in(request: HttpRequest, user: Person, **_: Any) -> None:
    factors = sessions.factors_of(request)
    note("login.done", by=oneself(user, factors), name=user.email, person=user.code, factors=factors)


@receiver(auth.user_logged_out)
def _logged_out(request: HttpRequest, user: Person | None, **_: Any) -> None:
    if user is not None and sessions.end_this(request):
        note("logout.done", by=oneself(user), person=user.code, how="by the person")


@receiver([account.password_changed, account.password_set, account.password_reset])
def _password(request: HttpRequest, user: Person, **_: Any) -> None:  # noqa: ARG001, the signal's signature
    note("password.changed", by=oneself(user), person=user.code)


@receiver([mfa.authenticator_added, mfa.authenticator_reset])
def _factor(request: HttpRequest, user: Person, authenticator: Any, **_: Any) -> None:
    sessions.mark_proven(request, authenticator.type)
    note("factor.added", by=oneself(user), person=user.code, factor=authenticator.type)


@receiver(mfa.authenticator_removed)
def _no_factor(request: HttpRequest, user: Person, authenticator: Any, **_: Any) -> None:  # noqa: ARG001
    told = {"person": user.code, "factor": authenticator.type, "reason": "by the person"}
    note("factor.withdrawn", by=oneself(user), **told)


@receiver(mfa.authentication_failed)
def _factor_failed(request: HttpRequest, user: Person, **_: Any) -> None:
    from firstdose.web.accounts.adapter import Adapter

    lockout.failed(user.email, step="second factor", address=Adapter(request).get_client_ip(request))
