"""Freeze and lock; protocol deviations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import participants_for, require_participant
from firstdose.web.audit.allowed import Refused
from firstdose.web.audit.models import CurrentLock, CurrentQuery, CurrentRecord
from firstdose.web.audit.study import current
from firstdose.web.review import actions, issues
from firstdose.web.review import deviations as of_rules
from firstdose.web.review.milestones import unsigned

if TYPE_CHECKING:
    from django.http import HttpResponse

    from firstdose.values.issue import Issue
    from firstdose.web.accounts.standing import Request

LEVELS: dict[str, tuple[actions.Level, ...]] = {
    "": ("frozen", "locked"),
    "frozen": ("thawed", "locked"),
    "locked": ("unlocked",),
}
RIGHT = {"frozen": "freeze", "thawed": "freeze", "locked": "lock", "unlocked": "lock"}


@needs("freeze", "lock")
def locks(request: Request) -> HttpResponse:
    """Visits, participants and the study: what is open, frozen or locked, with what still speaks against it."""
    faults: list[Issue] = []
    if request.method == "POST":
        faults = _set(request)
        if not faults:
            return HttpResponseRedirect(reverse("locks"))
    people = participants_for(request.standing)
    held = {(row.participant, row.visit): row.level for row in CurrentLock.objects.all()}
    study = current()
    visits = [visit.visit for visit in study.protocol.visits]
    rows = [
        {
            "participant": name,
            "level": held.get((name, ""), ""),
            "acts": LEVELS[held.get((name, ""), "")],
            "open": _open(name),
            "unsigned": unsigned(study, name),
            "visits": [(visit, held.get((name, visit), "")) for visit in visits if _has_records(name, visit)],
        }
        for name, _site in people
    ]
    whole = held.get(("", ""), "")
    context = {
        "rows": rows,
        "whole": whole,
        "acts": LEVELS[whole],
        "levels": LEVELS,
        "open_acts": LEVELS[""],
    } | {"faults": faults}
    return render(request, "review/locks.html", context, status=422 if faults else 200)


def _open(participant: str) -> int:
    return CurrentQuery.objects.filter(participant=participant).exclude(status="closed").count()


def _has_records(participant: str, visit: str) -> bool:
    return CurrentRecord.objects.filter(participant=participant, visit=visit).exists()


def _set(request: Request) -> list[Issue]:
    said = {name: request.POST.get(name, "").strip() for name in ("level", "participant", "visit", "reason")}
    level = said["level"]
    if level not in RIGHT or not request.standing.may(RIGHT[level]):
        raise Http404
    site = require_participant(request, said["participant"]) if said["participant"] else ""
    if level in actions.NEEDS_REASON and not said["reason"]:
        return [issues.no_reason("locks")]
    try:
        actions.set_lock(
            by=request.standing.actor,
            level=level,
            participant=said["participant"],
            visit=said["visit"],
            site=site,
            reason=said["reason"],
        )
    except Refused as why:
        return list(why.issues)
    messages.success(request, _("Recorded."))
    return []


@needs("see deviations")
def deviations(request: Request) -> HttpResponse:
    """Every deviation that the rules found, with what people said of it."""
    people = {participant for participant, _site in participants_for(request.standing)}
    found = [each for each in of_rules.look_again() if each.key.participant in people]
    found.sort(key=lambda each: (each.status != "proposed", each.key, each.name))
    context = {"found": found, "may_judge": request.standing.may("confirm deviations")}
    return render(request, "review/deviations.html", context)


@needs("confirm deviations")
def deviation(request: Request, name: str) -> HttpResponse:
    """One deviation: confirmed as minor or major, or dismissed with a reason."""
    each = of_rules.on_record().get(name)
    if each is None:
        raise Http404
    site = require_participant(request, each.key.participant)
    faults: list[Issue] = []
    if request.method == "POST":
        act, weight = request.POST.get("act", ""), request.POST.get("weight", "")
        reason = request.POST.get("reason", "").strip()
        if act == "confirmed" and weight not in {"minor", "major"}:
            faults.append(issues.not_weighed("deviation"))
        if act != "confirmed" and not reason:
            faults.append(issues.no_reason("deviation"))
        if not faults:
            actions.judge_deviation(
                by=request.standing.actor,
                deviation=name,
                key=each.key,
                site=site,
                act="confirmed" if act == "confirmed" else "dismissed",
                weight=weight if act == "confirmed" else "",
                reason=reason,
            )
            return HttpResponseRedirect(reverse("deviations"))
    return render(
        request, "review/deviation.html", {"each": each, "faults": faults}, status=422 if faults else 200
    )
