"""Pages of people: who there is, who was what on any day, what each role may do."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from firstdose.values.issue import Issue
from firstdose.web.accounts import people as acts
from firstdose.web.accounts.forms_of_people import Day, Finding, NewPerson
from firstdose.web.accounts.history import COLUMNS, held_on
from firstdose.web.accounts.invitations import invite
from firstdose.web.accounts.models import Person
from firstdose.web.accounts.rights import RIGHTS, ROLES, needs
from firstdose.web.audit.cells import harmless
from firstdose.web.audit.clock import now
from firstdose.web.audit.models import Event
from firstdose.web.audit.sayings import say

if TYPE_CHECKING:
    from firstdose.web.accounts.standing import Request


@needs("see people")
@require_safe
def people(request: Request) -> HttpResponse:
    """Everybody with an account, and what each may be now."""
    rows = []
    for person in Person.objects.prefetch_related("memberships").order_by("code"):
        held = [each for each in person.memberships.all() if each.until is None or each.in_force]
        rows.append({"person": person, "held": [told_of(each) for each in held]})
    reviewed = Event.objects.filter(kind="role.reviewed").order_by("-seq").first()
    context = {"rows": rows, "reviewed": reviewed, "finding": Finding()}
    return render(request, "accounts/people.html", context)


def told_of(membership: Any) -> dict[str, Any]:
    """A membership with the word for its role."""
    return {"row": membership, "role": ROLES.get(membership.role, membership.role)}


@needs("manage people")
def person_new(request: Request) -> HttpResponse:
    """Add an account; the invitation goes out at once."""
    form = NewPerson(request.POST or None)
    faults: list[Issue] = []
    if request.method == "POST" and form.is_valid():
        by, reason = request.standing.actor, form.cleaned_data["reason"]
        added = acts.add_person(by=by, **form.cleaned_data)
        if isinstance(added, Person):
            sent = invite(person=added, by=by, reason=reason, address=request.build_absolute_uri("/"))
            say_whether_sent(request, added, sent)
            return HttpResponseRedirect(reverse("person", args=[added.code]))
        faults = [added]
    context = {"form": form, "faults": faults}
    return render(request, "accounts/person_new.html", context, status=422 if faults or form.errors else 200)


def say_whether_sent(request: Request, person: Person, sent: str | Issue) -> None:
    """The link itself is not shown: it is for the invited person alone."""
    if isinstance(sent, Issue):
        messages.error(request, str(say(sent)))
    else:
        messages.success(
            request, _("A link was sent to %(email)s. It works for 72 hours.") % {"email": person.email}
        )


@needs("see people")
@require_safe
def history(request: Request) -> HttpResponse:
    """Who was what, where, on a day; as a page or as CSV."""
    form = Day(request.GET if "day" in request.GET else {"day": now().date().isoformat()})
    if not form.is_valid():
        return render(request, "accounts/history.html", {"form": form, "rows": []}, status=422)
    day = form.cleaned_data["day"]
    rows = held_on(day)
    if request.GET.get("format") == "csv":
        return _csv(rows, f"people-{day}.csv")
    return render(request, "accounts/history.html", {"form": form, "rows": rows, "day": day, "roles": ROLES})


def _csv(rows: list[Any], name: str) -> HttpResponse:
    text = StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    out.writerows([harmless(cell) for cell in row.cells] for row in rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs("see people")
@require_safe
def rights(request: Request) -> HttpResponse:
    """The matrix of rights, as the site itself applies it."""
    rows = [(words, [role in holders for role in ROLES]) for words, holders in RIGHTS.values()]
    return render(request, "accounts/rights.html", {"roles": ROLES.values(), "rows": rows})


@needs("see people")
@require_POST
def review(request: Request) -> HttpResponse:
    """Put on record that somebody looked through who may do what."""
    form = Finding(request.POST)
    if form.is_valid():
        acts.review_rights(by=request.standing.actor, finding=form.cleaned_data["finding"])
        messages.success(request, _("The review is on record."))
    else:
        messages.error(request, _("Write what was found."))
    return HttpResponseRedirect(reverse("people"))
