"""Pages of a form: reading, typing, saving; the list of a form that repeats; striking out."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from firstdose.protocol.names import ADMINISTRATION, EVENTS
from firstdose.records.due import LESIONS
from firstdose.records.order import is_unplanned
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.append import Refused
from firstdose.web.audit.reading import current_state
from firstdose.web.audit.study import current
from firstdose.web.capture import actions
from firstdose.web.capture.drafts import IDEM, keep_draft, read_draft
from firstdose.web.capture.entries import (
    PAPER,
    PAPER_DAY,
    REASON_FOR_ALL,
    SAME,
    read_entries,
    with_reason_for_all,
)
from firstdose.web.capture.forms import build_form
from firstdose.web.capture.listing import list_of
from firstdose.web.capture.reading import read_page, saved_entries
from firstdose.web.capture.sheet import NEW, NOWHERE, home_of, lesions_of, may_enter, open_sheet, records_of
from firstdose.web.capture.views_of_lesions import place_lesion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.records.log.event import Key
    from firstdose.web.accounts.standing import Request
    from firstdose.web.audit.study import Study
    from firstdose.web.capture.entries import Entry
    from firstdose.web.capture.reading import PageReading
    from firstdose.web.capture.sheet import Sheet

ENTER = ("enter", "rate", "enter laboratory")


def sheet_of(request: Request, participant: str, visit: str, form: str, repeat: str = "") -> Sheet:
    """The page that an address means; 404 where it is nobody's, or hidden from this person."""
    site, study = require_participant(request, participant), current()
    visit = "" if visit == NOWHERE else visit
    known = study.forms.get(form)
    if known is None or not _may_be_at(study, visit, repeats=known.repeats):
        raise Http404
    sheet = open_sheet(
        study, request.standing, site=site, participant=participant, visit=visit, form=form, repeat=repeat
    )
    if sheet is None:
        raise Http404
    return sheet


def _may_be_at(study: Study, visit: str, *, repeats: bool) -> bool:
    if repeats:
        return not visit
    return study.protocol.visit(visit) is not None or is_unplanned(visit)


def address_of(sheet: Sheet, name: str = "record", repeat: str | None = None) -> str:
    """The address of a page."""
    parts = [sheet.participant, sheet.visit or NOWHERE, sheet.name]
    own = sheet.repeat if repeat is None else repeat
    return reverse(name, args=[*parts, own] if own else parts)


@require_http_methods(["GET", "POST"])
@needs("see values")
def record(request: Request, participant: str, visit: str, form: str, repeat: str = "") -> HttpResponse:
    """A form: read only for those who may not enter into it."""
    known = current().forms.get(form)
    if known is not None and known.repeats and not repeat:
        return list_of(request, participant, known)
    if known is not None and not known.by_visit and not repeat:
        require_participant(request, participant)
        home = home_of(known, current_state(participant=participant, form=form), participant, visit)
        if home and home != visit:  # it has its record elsewhere, and no second one
            return HttpResponseRedirect(reverse("record", args=[participant, home, form]))
    sheet = sheet_of(request, participant, visit, form, repeat)
    if request.method == "POST":
        return _posted(request, sheet)
    if repeat == NEW and not may_enter(sheet.study, request.standing, form):
        raise PermissionDenied
    return _shown(request, sheet)


def record_new(request: Request, participant: str, visit: str, form: str) -> HttpResponse:
    """A record that is not there yet: an event, a treatment, a lesion."""
    return record(request, participant, visit, form, NEW)


record_new.rights = ("see values",)  # type: ignore[attr-defined]  # those of `record`, which it calls


def _shown(request: Request, sheet: Sheet) -> HttpResponse:
    language = get_language() or "en"
    enters = may_enter(sheet.study, request.standing, sheet.name)
    entries = saved_entries(sheet, language)
    draft = _unsaved(request, sheet, entries) if enters else None
    if draft is not None:
        entries = entries | draft
    elif sheet.is_new:
        entries = place_lesion(sheet, entries, request.GET)
    return _page(request, sheet, read_page(sheet, entries, language), draft=draft is not None)


def _unsaved(request: Request, sheet: Sheet, saved: Mapping[Key, Entry]) -> dict[Key, Entry] | None:
    """The draft of this page; one that says nothing beyond the record (it came in while that was saved) is dropped."""
    told = read_draft(sheet)
    if told is None:
        return None
    typed = read_entries(told, _all_keys(sheet))
    differs = any(typed[key].value != entry.value for key, entry in saved.items())
    if differs and not actions.saved_as_new(sheet, told.get(IDEM, ""), request.standing.actor):
        return typed
    actions.forget_draft(sheet)
    return None


def _all_keys(sheet: Sheet) -> list[Key]:
    return [*(key for key, _ in sheet.keys), *sheet.records]


def _entries(request: Request, sheet: Sheet) -> dict[Key, Entry]:
    """What was sent; a box that was not sent (closed by a lock of rights, or another page) stands as it is."""
    posted: Mapping[str, str] = request.POST
    found = read_entries(posted, _all_keys(sheet))
    sent = {
        key: entry for key, entry in found.items() if not key.item or f"n-{key.repeat}-{key.item}" in posted
    }
    return with_reason_for_all(saved_entries(sheet, get_language() or "en") | sent, posted)


def _posted(request: Request, sheet: Sheet) -> HttpResponse:
    if not may_enter(sheet.study, request.standing, sheet.name):
        raise PermissionDenied
    wanted = request.POST.get("do", "save")
    if wanted == "draft":
        return _drafted(request, sheet)
    if wanted == "discard":
        actions.forget_draft(sheet)
        return HttpResponseRedirect(address_of(sheet))
    return _saved(request, sheet, complete=wanted == "complete")


def _saved(request: Request, sheet: Sheet, *, complete: bool) -> HttpResponse:
    language, entries = get_language() or "en", _entries(request, sheet)
    idem = request.POST.get("idem", "")[:64]
    paper = request.POST.get(PAPER_DAY, "").strip() if request.POST.get(PAPER) else None
    try:
        outcome = actions.save_record(
            sheet=sheet,
            entries=entries,
            by=request.standing.actor,
            idem=idem,
            language=language,
            complete=complete,
            paper=paper,
        )
    except Refused as refused:
        again = sheet_of(request, sheet.participant, sheet.visit or NOWHERE, sheet.name, sheet.repeat)
        page = read_page(again, entries, language, complete=complete)
        return _page(request, again, page, said=refused.issues, status=409)
    if not outcome.saved and outcome.page is not None:
        return _page(request, sheet, outcome.page, status=422)
    told = gettext("Saved, and the form is complete.") if complete else gettext("Saved.")
    messages.success(request, told if outcome.events else gettext("Nothing was changed."))
    return HttpResponseRedirect(_after(sheet, outcome.repeat))


def _after(sheet: Sheet, number: str) -> str:
    """Where a save leads: the record itself, or the visit once a new lesion is on the map."""
    if sheet.name == LESIONS and sheet.is_new:
        return reverse("record", args=[sheet.participant, sheet.visit, LESIONS])
    return address_of(sheet, repeat=number if sheet.is_new else None)


def _drafted(request: Request, sheet: Sheet) -> HttpResponse:
    if keep_draft(sheet, request.POST):
        messages.warning(request, gettext("Kept as a draft. It is not saved to the record yet."))
    return HttpResponseRedirect(address_of(sheet))


@require_POST
@needs(*ENTER)
def draft(request: Request, participant: str, visit: str, form: str, repeat: str = "") -> HttpResponse:
    """Keep what was typed apart from the record, while somebody types."""
    sheet = _entered(request, participant, visit, form, repeat)
    kept = keep_draft(sheet, request.POST)
    return render(request, "capture/draft.html", {"kept": kept})


@require_POST
@needs(*ENTER)
def preview(request: Request, participant: str, visit: str, form: str, repeat: str = "") -> HttpResponse:
    """What the page would say: items asked, calculated values, warnings. Keeps the draft; saves nothing."""
    sheet = _entered(request, participant, visit, form, repeat)
    kept = keep_draft(sheet, request.POST)
    page = read_page(sheet, _entries(request, sheet), get_language() or "en")
    view = build_form(sheet, page)
    states = [
        field
        for each in view.records
        for field in each.fields
        if request.POST.get(f"a-{field.reading.key.repeat}-{field.reading.item.name}", "yes")
        != ("yes" if field.reading.asked else "no")
    ]
    return render(request, "capture/preview.html", {"view": view, "kept": kept, "turned": states})


def _entered(request: Request, participant: str, visit: str, form: str, repeat: str) -> Sheet:
    sheet = sheet_of(request, participant, visit, form, repeat)
    if not may_enter(sheet.study, request.standing, form):
        raise PermissionDenied
    return sheet


def _page(
    request: Request,
    sheet: Sheet,
    page: PageReading,
    *,
    draft: bool = False,
    said: Any = (),
    status: int = 200,
) -> HttpResponse:
    enters = may_enter(sheet.study, request.standing, sheet.name)
    view = build_form(sheet, page, read_only=not enters)
    place = [sheet.participant, sheet.visit or NOWHERE, sheet.name, *([sheet.repeat] if sheet.repeat else [])]
    strikes = enters and len(view.records) == 1 and bool(view.records[0].state)
    context = {
        "view": view,
        "strike_at": reverse("strike", args=place) if strikes else "",
        "sheet": sheet,
        "draft": draft,
        "said": said,
        "idem": str(uuid.uuid4()),
        "preview_at": reverse("preview", args=place),
        "reason_for_all": request.POST.get(REASON_FOR_ALL, ""),
        "same": bool(request.POST.get(SAME)),
        "paper": bool(request.POST.get(PAPER)),
        "paper_day": request.POST.get(PAPER_DAY, ""),
        "visit": sheet.study.protocol.visit(sheet.visit),
        "many": len(sheet.records) > 1,
        "lesions": lesions_of(sheet.state, sheet.participant),
        "struck": [
            key.repeat
            for key in records_of(sheet.state, sheet.participant, LESIONS)
            if sheet.name == LESIONS and sheet.state.records[key].struck
        ],
        "is_injection": sheet.name == ADMINISTRATION,
        "is_event": sheet.name == EVENTS and not sheet.is_new and request.standing.may("see events"),
        "is_map": sheet.name == LESIONS,
        "nowhere": NOWHERE,
        "first_save": request.method == "GET",
    }
    return render(request, "capture/record.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs(*ENTER)
def strike(request: Request, participant: str, visit: str, form: str, repeat: str = "") -> HttpResponse:
    """Strike a record out, restore it, or open a complete one again: each with a reason."""
    sheet = _entered(request, participant, visit, form, repeat)
    key = sheet.records[0] if len(sheet.records) == 1 else None
    known = sheet.state.records.get(key) if key else None
    if key is None or known is None:
        raise Http404
    wanted = request.POST.get("do") or request.GET.get("do") or ("restore" if known.struck else "strike")
    if wanted not in {"strike", "restore", "reopen"}:
        raise Http404
    faults = _strike(request, sheet, key, wanted) if request.method == "POST" else []
    if request.method == "POST" and not faults:
        return HttpResponseRedirect(address_of(sheet))
    context = {
        "sheet": sheet,
        "key": key,
        "back": address_of(sheet),
        "known": known,
        "wanted": wanted,
        "faults": faults,
        "idem": str(uuid.uuid4()),
    }
    return render(request, "capture/strike.html", context, status=422 if faults else 200)


def _strike(request: Request, sheet: Sheet, key: Key, wanted: str) -> Any:
    told = {"site": sheet.site, "by": request.standing.actor, "idem": request.POST.get("idem", "")[:64]}
    reason = request.POST.get("reason", "")
    try:
        if wanted == "reopen":
            return actions.reopen_form(record=key, reason=reason, **told)
        return actions.strike_record(record=key, reason=reason, restore=wanted == "restore", **told)
    except Refused as refused:
        return refused.issues
