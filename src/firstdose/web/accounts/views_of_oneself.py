"""The own account: role for this session, open sessions, and the password set by an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from firstdose.values.issue import Issue
from firstdose.web.accounts import sessions
from firstdose.web.accounts.forms_of_people import NewPassword
from firstdose.web.accounts.invitations import accept, invited_by
from firstdose.web.accounts.models import Login
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import ROLE_IN_SESSION, held_by, roles_of
from firstdose.web.accounts.views import told_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from firstdose.web.accounts.standing import Request


@needs("own")
@require_safe
def account(request: Request) -> HttpResponse:
    """Name, roles, open sessions, and where password and second factor are changed."""
    person = request.standing.person
    context = {
        "held": [told_of(each) for each in held_by(person)],
        "logins": sessions.open_logins(person),
        "this": request.session.get(sessions.LOGIN),
    }
    return render(request, "accounts/account.html", context)


@needs("own")
@require_POST
def login_end(request: Request, number: int) -> HttpResponse:
    """End a session of one's own, on this or another device."""
    row = get_object_or_404(Login, pk=number, person=request.standing.person, ended=None)
    sessions.end([row], by=request.standing.actor, how="by the person, from another session")
    messages.success(request, _("The session is ended."))
    return HttpResponseRedirect(reverse("account"))


def choose_role(request: HttpRequest) -> HttpResponse:
    """Which of the own roles is in force in this session; until the next choice nothing else is."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account_login"))
    held = held_by(request.user)
    if request.method == "POST":
        wanted = request.POST.get("role", "")
        row = next((each for each in held if each.role == wanted), None)
        if row is not None:
            request.session[ROLE_IN_SESSION] = row.pk
            return HttpResponseRedirect("/")
    rows = [told_of(next(each for each in held if each.role == role)) for role in roles_of(held)]
    return render(request, "accounts/choose_role.html", {"rows": rows})


@sensitive_post_parameters()
@sensitive_variables("form")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the own password with the link of an invitation. Looking at it spends nothing: mail scanners look too."""
    found = invited_by(token)
    if found is None:
        return render(request, "accounts/invitation_void.html", status=404)
    form = NewPassword(request.POST or None)
    faults: list[Issue] = []
    if request.method == "POST" and form.is_valid():
        done = accept(token=token, password=form.cleaned_data["password"])
        if not isinstance(done, Issue):
            messages.success(request, _("Your password is set. Log in with it."))
            return HttpResponseRedirect(reverse("account_login"))
        faults = [done]
    context = {"form": form, "faults": faults, "person": found.person}
    return render(request, "accounts/invitation.html", context, status=422 if faults or form.errors else 200)
