"""An override: one person asks with a reason, another releases with their own login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from firstdose.values.issue import Issue
from firstdose.web.accounts.proof import needs_code, require_proof
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.anchoring import anchor_now
from firstdose.web.capture.entries import plain_text
from firstdose.web.safety import actions
from firstdose.web.safety.asking import ask
from firstdose.web.safety.days import today_at
from firstdose.web.safety.on_record import overrides_of
from firstdose.web.safety.snapshot import now_on_record

if TYPE_CHECKING:
    from django.http import HttpResponse

    from firstdose.web.accounts.standing import Request


@needs("override dose")
def override(request: Request, participant: str) -> HttpResponse:
    """What the gate forbids today, and the two signatures that release it."""
    site = require_participant(request, participant)
    limits = now_on_record().protocol.intervention
    levels = [each.level for each in limits.dose_levels] if limits else []
    today = today_at(site)
    level = request.POST.get("level") or request.GET.get("level", "")
    if level and level not in levels:
        raise Http404
    faults: list[Issue] = []
    if request.method == "POST":
        faults = _sign(request, site, participant, level)
        if not faults:
            return HttpResponseRedirect(request.path)
    all_of_them, asked = overrides_of(participant), ask(participant, today, level=level)
    waiting = [each for each in all_of_them if not each.second and each.day == today]
    context = {
        "participant": participant,
        "today": today,
        "levels": levels,
        "level": level,
        "asked": asked,
        "waiting": waiting,
        "is_asked": any(each.level == asked.gate.level for each in waiting),
        "past": [each for each in all_of_them if each.second or each.day != today],
        "person": request.standing.person.code,
        "asks_code": needs_code(request.standing.person, request.session),
        "faults": faults,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "safety/override.html", context, status=422 if faults else 200)


def _sign(request: Request, site: str, participant: str, level: str) -> list[Issue]:
    proof = require_proof(request, "override")
    if isinstance(proof, Issue):
        return [proof]
    by, reason = request.standing.actor, plain_text(request.POST.get("reason", ""))
    number = request.POST.get("asked", "")
    if request.POST.get("act") == "release" and number.isascii() and number.isdecimal() and len(number) < 16:
        faults = actions.release_override(
            by=by, site=site, participant=participant, asked=int(number), reason=reason, proof=str(proof)
        )
        said = _("Released. It holds today, for this level and for what the gate said.")
    else:
        faults = actions.ask_override(
            by=by, site=site, participant=participant, level=level, reason=reason, proof=str(proof)
        )
        said = _("Asked. A second person releases it with their own login.")
    if not faults:
        anchor_now()
        messages.success(request, said)
    return list(faults)
