"""The page of one person, and what the administrator does there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from firstdose.values.issue import Issue
from firstdose.web.accounts import forms_of_people as forms
from firstdose.web.accounts import people as acts
from firstdose.web.accounts import sessions
from firstdose.web.accounts.invitations import invite
from firstdose.web.accounts.models import Membership, Person
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.views import say_whether_sent, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.forms import Form

    from firstdose.web.accounts.standing import Request


@needs("see people")
@require_safe
def person(request: Request, code: str) -> HttpResponse:
    """What is known of a person; for the administrator with everything that can be done."""
    return _page(request, get_object_or_404(Person, code=code))


def _page(
    request: Request, found: Person, faults: Mapping[str, object] | None = None, status: int = 200
) -> HttpResponse:
    held = [told_of(each) for each in found.memberships.order_by("pk")]
    context: dict[str, Any] = {"found": found, "held": held, "logins": sessions.open_logins(found)}
    context["forms"] = {name: form(auto_id=f"{name}_%s") for name, (form, _) in ACTS.items()}
    context["manages"] = request.standing.may("manage people")
    context |= faults or {}
    return render(request, "accounts/person.html", context, status=status)


@needs("manage people")
@require_POST
def act(request: Request, code: str, name: str) -> HttpResponse:
    """One act on a person: grant, train, identify, invite, factor, leave, logins."""
    found = get_object_or_404(Person, code=code)
    if name not in ACTS:
        raise Http404
    form_of, do = ACTS[name]
    form = form_of(request.POST, auto_id=f"{name}_%s")
    if not form.is_valid():
        return _page(request, found, {"filled": form, "act": name}, status=422)
    refused = do(request, found, form)
    if refused is not None:
        return _page(request, found, {"faults": [refused], "act": name}, status=422)
    messages.success(request, _("Done, and on record."))
    return HttpResponseRedirect(reverse("person", args=[found.code]))


@needs("manage people")
@require_POST
def withdraw(request: Request, code: str, number: int) -> HttpResponse:
    """End one role of a person."""
    row = get_object_or_404(Membership, pk=number, person__code=code)
    form = forms.WithReason(request.POST)
    if not form.is_valid():
        return _page(request, row.person, {"filled": form, "act": "withdraw"}, status=422)
    refused = acts.withdraw(membership=row, by=request.standing.actor, reason=form.cleaned_data["reason"])
    if refused is not None:
        return _page(request, row.person, {"faults": [refused], "act": "withdraw"}, status=422)
    messages.success(request, _("The role is withdrawn."))
    return HttpResponseRedirect(reverse("person", args=[code]))


def _grant(request: Request, found: Person, form: Any) -> Issue | None:
    told = form.cleaned_data
    done = acts.grant(
        person=found,
        role=told["role"],
        site=told["site"],
        by=request.standing.actor,
        reason=told["reason"],
        **form.moments(),
    )
    return done if isinstance(done, Issue) else None


def _train(request: Request, found: Person, form: Form) -> Issue | None:
    return acts.record_training(person=found, by=request.standing.actor, **form.cleaned_data)


def _identify(request: Request, found: Person, form: Form) -> Issue | None:
    return acts.record_identity(person=found, by=request.standing.actor, **form.cleaned_data)


def _invite(request: Request, found: Person, form: Form) -> Issue | None:
    sent = invite(person=found, by=request.standing.actor, address=_site(request), **form.cleaned_data)
    if isinstance(sent, Issue):
        return sent
    say_whether_sent(request, found, sent)
    return None


def _factor(request: Request, found: Person, form: Form) -> Issue | None:
    return acts.withdraw_factor(
        person=found, by=request.standing.actor, address=_site(request), **form.cleaned_data
    )


def _leave(request: Request, found: Person, form: Form) -> Issue | None:
    return acts.leave(person=found, by=request.standing.actor, **form.cleaned_data)


def _logins(request: Request, found: Person, form: Form) -> None:
    how = f"by the administrator: {form.cleaned_data['reason']}"
    sessions.end(sessions.open_logins(found), by=request.standing.actor, how=how)


def _site(request: Request) -> str:
    return str(request.build_absolute_uri("/"))


ACTS: dict[str, tuple[type[Form], Callable[[Request, Person, Any], Issue | None]]] = {
    "grant": (forms.Grant, _grant),
    "train": (forms.Training, _train),
    "identify": (forms.Identity, _identify),
    "invite": (forms.WithReason, _invite),
    "factor": (forms.WithReason, _factor),
    "logins": (forms.WithReason, _logins),
    "leave": (forms.WithReason, _leave),
}
