"""Queries: the list, one query with all that was said, and a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from firstdose.records.log.event import Key
from firstdose.web.accounts.blinding import hidden
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.models import CurrentQuery, CurrentValue
from firstdose.web.audit.reading import events
from firstdose.web.audit.study import current
from firstdose.web.review import actions, issues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

    from firstdose.values.issue import Issue
    from firstdose.web.accounts.standing import Request, Standing

PAGE = 50
# What may be done with a query in a state: (act, its word, right).
ACTS: dict[str, tuple[tuple[Literal["answered", "closed", "reopened"], str], ...]] = {
    "open": (("answered", "answer queries"), ("closed", "open queries")),
    "answered": (("closed", "open queries"), ("reopened", "open queries")),
    "closed": (("reopened", "open queries"),),
}


def visible(standing: Standing) -> Iterator[CurrentQuery]:
    """The queries that somebody may see: of their sites, and not about what is hidden from them."""
    for row in CurrentQuery.objects.order_by("status", "query"):
        if standing.sees_site(row.site) and not hidden(standing, row.form, row.item):
            yield row


@needs("see queries")
def queries(request: Request) -> HttpResponse:
    """All queries, the open ones first, by status and participant."""
    rows = list(visible(request.standing))
    status, participant = request.GET.get("status", ""), request.GET.get("participant", "")
    shown = [row for row in rows if status in {"", row.status} and participant in {"", row.participant}]
    shown.sort(key=lambda row: ({"open": 0, "answered": 1, "closed": 2}[row.status], row.query))
    counts = {name: sum(row.status == name for row in rows) for name in ("open", "answered", "closed")}
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    people = sorted({row.participant for row in rows})
    context = {"page": page, "counts": counts, "status": status, "participant": participant, "people": people}
    return render(request, "review/queries.html", context)


@needs("see queries")
def query(request: Request, number: int) -> HttpResponse:
    """One query: the value it is about, everything said, and what this person may do."""
    row = get_object_or_404(CurrentQuery, query=number)
    if row not in list(visible(request.standing)):
        raise Http404
    faults: list[Issue] = []
    if request.method == "POST":
        faults = _move(request, row)
        if not faults:
            return HttpResponseRedirect(reverse("query", args=[number]))
    acts = [act for act, right in ACTS[row.status] if request.standing.may(right)]
    return render(
        request,
        "review/query.html",
        _told(row) | {"acts": acts, "faults": faults},
        status=422 if faults else 200,
    )


def _move(request: Request, row: CurrentQuery) -> list[Issue]:
    act, text = request.POST.get("act", ""), request.POST.get("text", "").strip()
    allowed: dict[str, str] = dict(ACTS[row.status])
    if act not in allowed or str(row.last) != request.POST.get("last"):
        return [issues.closed_already("query")]
    if not request.standing.may(allowed[act]):
        raise Http404
    if not text:
        return [issues.no_words("query")]
    actions.move_query(by=request.standing.actor, query=row, act=act, text=text)
    messages.success(request, _("Recorded."))
    return []


def _told(row: CurrentQuery) -> dict[str, Any]:
    place = {"participant": row.participant, "visit": row.visit, "form": row.form, "repeat": row.repeat}
    value = CurrentValue.objects.filter(**place, item=row.item).first()
    said = [
        event
        for event in events(kind__startswith="query.", **place, item=row.item)
        if event.seq == row.query or (event.payload or {}).get("query") == row.query
    ]
    return {"row": row, "value": value, "said": said} | _labels(row.form, row.item)


def _labels(form: str, item: str) -> dict[str, Any]:
    found = current().forms.get(form)
    known = found.item(item) if found else None
    return {"form": found, "item_label": known.label if known else item}


@needs("open queries")
def query_new(request: Request) -> HttpResponse:
    """A person asks about a value or about a record as a whole."""
    told = {name: request.GET.get(name, "") for name in ("participant", "visit", "form", "repeat", "item")}
    site = require_participant(request, told["participant"])
    key = Key(**told)
    if key.form not in current().forms or hidden(request.standing, key.form, key.item):
        raise Http404
    faults: list[Issue] = []
    if request.method == "POST":
        text = request.POST.get("text", "").strip()
        if text:
            made = actions.open_query(by=request.standing.actor, key=key, site=site, text=text)
            return HttpResponseRedirect(reverse("query", args=[made.seq]))
        faults = [issues.no_words("query")]
    context = {"key": key, "faults": faults} | _labels(key.form, key.item)
    return render(request, "review/query_new.html", context, status=422 if faults else 200)
