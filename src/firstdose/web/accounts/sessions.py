"""Sessions: each has a row that can be ended from elsewhere, an idle limit, an absolute limit, and a proven second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import Http404, HttpResponseRedirect
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404

from firstdose.web.accounts.models import Login
from firstdose.web.accounts.noting import DOOR, note
from firstdose.web.audit.clock import now
from firstdose.web.audit.study import NoStudy, current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponse

    from firstdose.records.log.event import Actor
    from firstdose.web.accounts.models import Person

LOGIN = "login"  # in the session: the number of its row
PROVEN = "second_factor"  # in the session: the factor that was set up in it
ABSOLUTE = timedelta(hours=12)
_STEP = timedelta(seconds=30)  # `seen` is written at most this often

# Of allauth's addresses these are used; the others answer 404.
USED = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_reauthenticate",
        "account_change_password",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
    }
)
# What somebody without a proven second factor may reach: setting one up, the proof of it, and the way out.
LEADS_TO_FACTOR = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_reauthenticate",
        "mfa_view_recovery_codes",
        "set_language",
        "health",
    }
)


def begin(request: HttpRequest, person: Person) -> None:
    """A row for this session."""
    moment = now()
    row = Login.objects.create(
        person=person,
        key=request.session.session_key or "",
        since=moment,
        seen=moment,
        browser=request.META.get("HTTP_USER_AGENT", "")[:200],
        by_http=bool(request.path),
    )
    request.session[LOGIN] = row.pk


def mark_proven(request: HttpRequest, factor: str) -> None:
    """The second factor was set up, and thereby proven, in this session."""
    request.session[PROVEN] = factor


def factors_of(request: HttpRequest) -> str:
    """By what this session was proven: `password totp`."""
    records = request.session.get("account_authentication_methods", [])
    found = [each.get("type") or each.get("method", "") for each in records]
    return " ".join(dict.fromkeys([*found, *filter(None, [request.session.get(PROVEN)])]))


def open_logins(person: Person) -> list[Login]:
    """The sessions of a person that count now."""
    rows = Login.objects.filter(person=person, ended=None).order_by("pk")
    return [row for row in rows if not _is_over(row)]


def end(rows: Iterable[Login], *, by: Actor, how: str) -> None:
    """End these sessions wherever they are open."""
    for row in rows:
        Session.objects.filter(session_key=row.key).delete()
        Login.objects.filter(pk=row.pk, ended=None).update(ended=now())
        note("logout.done", by=by, person=row.person.code, how=how)


def end_this(request: HttpRequest) -> bool:
    """End the row of this session; False where it had ended."""
    row = request.session.get(LOGIN)
    return bool(row and Login.objects.filter(pk=row, ended=None).update(ended=now()))


def _idle() -> timedelta:
    try:
        return timedelta(minutes=current().capture.idle)
    except NoStudy:
        return timedelta(minutes=30)


def _is_over(row: Login) -> bool:
    moment = now()
    return row.ended is not None or moment - row.since > ABSOLUTE or moment - row.seen > _idle()


class Limits:
    """Middleware: a session whose row has ended, that was idle too long or open too long is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            row = Login.objects.filter(pk=request.session.get(LOGIN), person=request.user).first()
            if row is None or _is_over(row):
                return self._over(request, row)
            self._keep(request, row)
        return self.get_response(request)

    @staticmethod
    def _keep(request: HttpRequest, row: Login) -> None:
        changes = {}
        if now() - row.seen > _STEP:
            changes["seen"] = now()
        if row.key != request.session.session_key:
            changes["key"] = request.session.session_key
        if changes:
            Login.objects.filter(pk=row.pk).update(**changes)

    @staticmethod
    def _over(request: HttpRequest, row: Login | None) -> HttpResponse:
        if row is not None and row.ended is None:
            Login.objects.filter(pk=row.pk).update(ended=now())
            note("logout.done", by=DOOR, person=row.person.code, how="limit of time")
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))


class SecondFactor:
    """Middleware: whoever has not proven a second factor is led to one first; allauth's unused pages are not there.

    Closed by default: only a session made in a shell on the server itself (no request, no path) is not asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = _name_of(request)
        if settings.MFA_REQUIRED and request.user.is_authenticated and name not in LEADS_TO_FACTOR:
            if not Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists():
                if self._by_http(request):
                    return HttpResponseRedirect(reverse("mfa_activate_totp"))
            elif not self._proven(request) and self._by_http(request):
                logout(request)
                return HttpResponseRedirect(reverse("account_login"))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object) -> None:
        """Nothing of allauth is reached but what is used."""
        module = getattr(view, "__module__", "")
        if module.startswith("allauth.") and _name_of(request) not in USED:
            raise Http404

    @staticmethod
    def _proven(request: HttpRequest) -> bool:
        records = request.session.get("account_authentication_methods", [])
        return bool(request.session.get(PROVEN)) or any(each.get("method") == "mfa" for each in records)

    @staticmethod
    def _by_http(request: HttpRequest) -> bool:
        row = request.session.get(LOGIN)
        return not Login.objects.filter(pk=row, person=request.user, by_http=False).exists()


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
