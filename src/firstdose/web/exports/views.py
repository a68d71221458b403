"""Pages of exports and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstdose.values.issue import errors
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import participants_for, require_participant
from firstdose.web.audit.append import Moved
from firstdose.web.audit.sayings import say
from firstdose.web.audit.study import current
from firstdose.web.exports import actions, issues, making
from firstdose.web.exports.importing import Plan, bring_in, plan_import
from firstdose.web.exports.pack import make_pack

if TYPE_CHECKING:
    from firstdose.web.accounts.standing import Request
    from firstdose.web.exports.making import Made


@needs("export")
def exports(request: Request) -> HttpResponse:
    """What can be taken away; each is made anew from the log."""
    formats = [(name, words) for name, (_make, words) in making.FORMATS.items()]
    people = [participant for participant, _site in participants_for(request.standing)]
    return render(request, "exports/exports.html", {"formats": formats, "people": people})


def _sent(request: Request, made: Made, form: str) -> HttpResponse:
    actions.note_export(by=request.standing.actor, made=made, form=form)
    answer = HttpResponse(made.content, content_type=made.kind)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


@needs("export")
@require_POST
def export(request: Request, form: str) -> HttpResponse:
    """One file of a format."""
    if form not in making.FORMATS:
        raise Http404
    return _sent(request, making.FORMATS[form][0](making.source_for(request.standing)), form)


@needs("export")
@require_POST
def crf(request: Request, participant: str) -> HttpResponse:
    """The filled case report form of one participant."""
    require_participant(request, participant)
    return _sent(
        request, making.make_filled_crf(making.source_for(request.standing), participant), "crf-filled"
    )


@needs("keep system", "see trail")
@require_POST
def pack(request: Request) -> HttpResponse:
    """The inspector's pack: log, anchors, verifier, trail, people by date, filled forms."""
    if request.standing.sites:
        fault = issues.not_complete(", ".join(request.standing.sites))
        messages.error(request, str(say(fault)))
        return HttpResponseRedirect(reverse("exports"))
    return _sent(request, make_pack(), "inspector's pack")


@needs("import")
def import_(request: Request) -> HttpResponse:
    """Bring in tables: first what it would do, then, asked once more, done."""
    context: dict[str, object] = {"idem": str(uuid4())}
    if request.method != "POST":
        return render(request, "exports/import.html", context)
    plan, name = _planned(request)
    faults = errors(plan.issues)
    if not faults and "confirm" in request.POST:
        try:
            bring_in(
                standing=request.standing,
                plan=plan,
                source=name,
                reason=request.POST.get("reason", "").strip(),
                idem=request.POST.get("idem", ""),
            )
        except Moved:
            messages.error(
                request, _("Values changed in the meantime; nothing was brought in. Look once more.")
            )
        else:
            messages.success(request, _("Brought in: %(n)d values.") % {"n": plan.added + plan.changed})
        return HttpResponseRedirect(reverse("import"))
    context |= {"plan": plan, "faults": faults, "notes": [each for each in plan.issues if each not in faults]}
    return render(request, "exports/import.html", context, status=422 if faults else 200)


def _planned(request: Request) -> tuple[Plan, str]:
    file = request.FILES.get("file")
    if file is None:
        return Plan(issues=[issues.no_file()]), ""
    reason = request.POST.get("reason", "").strip()
    return plan_import(current(), request.standing, file.name or "", file.read(), reason), file.name or ""
