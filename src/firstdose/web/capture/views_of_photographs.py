"""Photographs: the page of a participant's, adding one, and the picture itself."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from firstdose.records.due import LESIONS
from firstdose.records.order import is_unplanned
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.append import Refused
from firstdose.web.audit.reading import current_state
from firstdose.web.audit.study import current
from firstdose.web.capture import issues
from firstdose.web.capture.photographs import LARGEST, NoPhotograph, add_photograph, photographs_of
from firstdose.web.capture.sheet import lesions_of
from firstdose.web.capture.steps import check_steps

if TYPE_CHECKING:
    from firstdose.web.accounts.standing import Request


@require_http_methods(["GET", "POST"])
@needs("see values")
def photographs(request: Request, participant: str) -> HttpResponse:
    """All photographs of a participant by lesion and visit, each with the word whether it is whole."""
    site = require_participant(request, participant)
    lesions = lesions_of(current_state(participant=participant, form=LESIONS), participant)
    faults: Any = _add(request, participant, site, lesions) if request.method == "POST" else []
    if request.method == "POST" and not faults:
        messages.success(request, gettext("The photograph is kept."))
        return HttpResponseRedirect(reverse("photographs", args=[participant]))
    context = {
        "participant": participant,
        "lesions": lesions,
        "visits": current().protocol.visits,
        "photographs": photographs_of(participant),
        "faults": faults,
        "idem": str(uuid.uuid4()),
        "adds": request.standing.may("photograph"),
    }
    return render(request, "capture/photographs.html", context, status=422 if faults else 200)


def _add(request: Request, participant: str, site: str, lesions: tuple[str, ...]) -> Any:
    if not request.standing.may("photograph"):
        raise PermissionDenied
    sent, lesion, visit = (
        request.FILES.get("file"),
        request.POST.get("lesion", ""),
        request.POST.get("visit", ""),
    )
    study = current()
    if lesion not in lesions or not (study.protocol.visit(visit) or is_unplanned(visit)):
        raise Http404
    if sent is None or sent.size > LARGEST:
        return [issues.no_photograph(gettext("There is no file, or it is larger than 15 MB."))]
    if refused := list(
        check_steps(study, current_state(participant=participant), participant, visit, LESIONS)
    ):
        return refused
    try:
        add_photograph(
            content=sent.read(),
            participant=participant,
            visit=visit,
            lesion=lesion,
            site=site,
            by=request.standing.actor,
            idem=request.POST.get("idem", "")[:64],
        )
    except NoPhotograph as why:
        return [why.objection]
    except Refused as why:
        return why.issues
    return []


@require_GET
@needs("see values")
def photograph(request: Request, participant: str, digest: str) -> FileResponse:
    """The picture, under its hash: its name says neither who nor what."""
    require_participant(request, participant)
    found = next((each for each in photographs_of(participant) if each.sha256 == digest), None)
    if found is None or not found.path.is_file():
        raise Http404
    answer = FileResponse(found.path.open("rb"), content_type="image/jpeg", filename=f"{digest}.jpg")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
