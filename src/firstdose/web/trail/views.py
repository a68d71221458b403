"""Pages of the log: the trail, the history of one value, review, and the state of the system."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstdose.records.log.event import KINDS, Key
from firstdose.web.accounts.blinding import HIDDEN_FORMS, HIDDEN_ITEMS, hidden
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import participants_for, require_participant
from firstdose.web.audit import actions, guards, reviewing
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.anchoring import anchors
from firstdose.web.audit.backing import backup as make_backup
from firstdose.web.audit.clock import now, stamp
from firstdose.web.audit.head import last_event
from firstdose.web.audit.sayings import say
from firstdose.web.audit.study import current
from firstdose.web.audit.trail import Filters, Scope, filters_of, found, history, lines

if TYPE_CHECKING:
    from firstdose.web.accounts.standing import Request, Standing

PAGE, PRINTED = 100, 2000


def scope_of(standing: Standing) -> Scope:
    """What this person sees of the trail."""
    return Scope(sites=standing.sites, blind=standing.blind, forms=HIDDEN_FORMS, items=HIDDEN_ITEMS)


@needs("see trail")
@require_safe
def trail(request: Request) -> HttpResponse:
    """The trail, the newest first, by filter; to be printed with ?print=1."""
    filters, faults = filters_of(request.GET)
    rows = found(filters, scope_of(request.standing))
    many, printed = rows.count(), "print" in request.GET
    before = request.GET.get("before", "")
    shown = (
        rows.filter(seq__lt=int(before))
        if before.isdecimal() and before.isascii() and len(before) < 18
        else rows
    )
    part = list(shown.order_by("-seq")[: PRINTED if printed else PAGE])
    table = list(lines(part, blind=request.standing.blind))
    older = table[-1]["seq"] if table and shown.filter(seq__lt=table[-1]["seq"]).exists() else 0
    context = {
        "rows": table,
        "many": many,
        "older": older,
        "printed": printed,
        "faults": faults,
        "filters": filters,
    }
    return render(request, "trail/trail.html", context | _choices(request.standing))


def _choices(standing: Standing) -> dict[str, Any]:
    study = current()
    return {
        "participants": [participant for participant, _site in participants_for(standing)],
        "sites": [site for site in study.sites if standing.sees_site(site.site)],
        "kinds": list(KINDS),
        "forms": [name for name in study.forms if not hidden(standing, name)],
    }


@needs("see trail")
@require_safe
def trail_csv(request: Request) -> HttpResponse:
    """The filtered trail as a table; that it left is an event of its own."""
    filters, _faults = filters_of(request.GET)
    content = actions.export_trail(
        by=request.standing.actor, filters=filters, scope=scope_of(request.standing)
    )
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{current().id}-trail.csv"'
    return answer


@needs("see values")
@require_safe
def value_history(request: Request) -> HttpResponse:
    """Everything about one value: a part of a page for htmx, a page for others."""
    asked = request.GET
    key = Key(*(asked.get(name, "") for name in ("participant", "visit", "form", "repeat", "item")))
    if hidden(request.standing, key.form, key.item):
        raise Http404
    if key.participant:
        require_participant(request, key.participant)
    template = "trail/history.html" if request.headers.get("HX-Request") else "trail/history_page.html"
    return render(request, template, {"key": key, "rows": history(key)})


@needs("see trail")
@require_safe
def review(request: Request) -> HttpResponse:
    """The lists of what is unusual since the last review, or in the days that are asked for."""
    asked, faults = filters_of(request.GET)
    last = reviewing.last_review()
    filters = asked if asked != Filters() or last is None else Filters(since=last.at[:10])
    lists = reviewing.lists(filters, scope_of(request.standing), current())
    context = {
        "lists": lists,
        "filters": filters,
        "faults": faults,
        "last": last,
        "today": stamp(now())[:10],
        "idem": secrets.token_hex(16),
        "may_review": request.standing.may("review trail"),
    }
    return render(request, "trail/review.html", context | _choices(request.standing))


@needs("review trail")
@require_POST
def reviewed(request: Request) -> HttpResponse:
    """That somebody reviewed the trail goes on record."""
    told = {name: request.POST.get(name, "") for name in ("since", "until", "finding", "idem")}
    try:
        actions.review_trail(by=request.standing.actor, **told)
        messages.success(request, _("The review is on record."))
    except Refused as why:
        messages.error(request, " ".join(str(say(each)) for each in why.issues))
    return HttpResponseRedirect(reverse("trail_review"))


@needs("keep system")
@require_http_methods(["GET", "HEAD", "POST"])
def system(request: Request) -> HttpResponse:
    """The head of the log, its last anchor, its guards; POST verifies every event now."""
    known = anchors()
    context = {
        "last": last_event(),
        "anchor": known[-1] if known else None,
        "anchors": len(known),
        "missing": guards.missing(connection),
        "vendor": connection.vendor,
        "verdict": actions.verify_now() if request.method == "POST" else None,
    }
    return render(request, "trail/system.html", context)


@needs("keep system")
@require_POST
def backup(request: Request) -> HttpResponse:
    """Everything in one file, made now."""
    settings.KEPT.mkdir(parents=True, exist_ok=True)
    name = f"{current().id}-{stamp(now())[:10]}.zip"
    with tempfile.TemporaryDirectory(dir=settings.KEPT, prefix=".backup-") as folder:
        made = make_backup(Path(folder) / name, by=request.standing.actor)
        answer = HttpResponse(made.path.read_bytes(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
