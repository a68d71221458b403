"""The day of injection: gate, lot, then for each plaque its sheet, the second person's word, and what was carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from firstdose.catalogue import Item
from firstdose.protocol.names import ADMINISTRATION
from firstdose.values.issue import Issue
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.append import Moved, Refused
from firstdose.web.audit.models import CurrentValue
from firstdose.web.audit.study import current
from firstdose.web.capture.entries import plain_text
from firstdose.web.review.deviations import on_record
from firstdose.web.safety import actions, issues
from firstdose.web.safety.asking import ask
from firstdose.web.safety.boxes import Box, boxes_of, read_boxes, refused
from firstdose.web.safety.days import today_at
from firstdose.web.safety.on_record import is_given, sheets_of
from firstdose.web.safety.product import lots_here
from firstdose.web.safety.proving import second_actor
from firstdose.web.safety.sheet import COMPUTED, TYPED, compute_sheet, key_of_injection, treated_lesions
from firstdose.web.safety.snapshot import now_on_record, state_now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State
    from firstdose.web.accounts.standing import Request
    from firstdose.web.safety.on_record import Sheet
    from firstdose.web.safety.sheet import Computed

PRODUCT = {"viable_concentration": "concentration", "viability": "viability", "lot": "lot"}
DAY = Item(name="date", label="day of the injection", kind="date")


@dataclass(slots=True, kw_only=True)
class Plaque:
    """One lesion of the page. `state`: to compute, to confirm, to record, or done."""

    lesion: str
    map: Mapping[str, str]
    sheet: Sheet | None
    given: bool
    boxes: list[Box]
    carried_out: list[Box]
    computed: Computed | None = None

    @property
    def state(self) -> str:
        if self.given:
            return "done"
        if self.sheet is None:
            return "compute"
        return "record" if self.sheet.approved else "confirm"


@needs("enter dose")
def injection_day(request: Request, participant: str) -> HttpResponse:
    """Everything of one participant's injections, in the order of the day."""
    site = require_participant(request, participant)
    visit = _visit()
    faults: list[Issue] = []
    plaques = _plaques(participant, visit, state_now(), today_at(site))
    if request.method == "POST":
        faults = list(_act(request, site, participant, visit, plaques))
        if not faults:
            return HttpResponseRedirect(request.path)
    today = today_at(site)
    asked = ask(participant, today)
    for plaque in plaques:
        _look_again(plaque, participant, visit, today)
    context = {
        "participant": participant,
        "visit": visit,
        "deviations": [each for each in on_record().values() if each.key.participant == participant],
        "today": today,
        "asked": asked,
        "plaques": plaques,
        "waiting": [each for each in plaques if each.state == "confirm"],
        "lots": lots_here(now_on_record()),
        "reactions": _reactions(visit),
        "asks_code": settings.MFA_REQUIRED,
        "faults": faults,
        "idem": str(uuid4()),
        "word": current().protocol.lesion_word,
    }
    return render(request, "safety/injection_day.html", context, status=422 if faults else 200)


def _look_again(plaque: Plaque, participant: str, visit: str, today: date) -> None:
    """What is to be said of a sheet that waits for the second person, or for the injection."""
    if plaque.computed is None and plaque.sheet is not None and plaque.state in {"confirm", "record"}:
        typed = {name: plaque.sheet.of(name) for name in TYPED}
        key = key_of_injection(participant, visit, plaque.lesion)
        plaque.computed = compute_sheet(current().protocol, key, typed, today.isoformat())


def _visit() -> str:
    scheduled = current().protocol.activity(ADMINISTRATION)
    if scheduled is None or not scheduled.at:
        raise Http404
    return scheduled.at[0]


def _items(names: tuple[str, ...] | None = None) -> list[Item]:
    """Items of the injection form: those named, else what is carried out beside the sheet."""
    items = current().forms[ADMINISTRATION].items
    if names is None:
        return [item for item in items if item.name not in {*TYPED, *COMPUTED}]
    return [item for item in items if item.name in names]


def _reactions(visit: str) -> list[str]:
    """Forms of local reactions that are due at this visit."""
    return [
        row.activity
        for row in current().protocol.schedule
        if row.activity.startswith("local_tolerability") and visit in row.at
    ]


def _plaques(participant: str, visit: str, state: State, today: date) -> list[Plaque]:
    sheets = sheets_of(participant)
    per_lesion = current().forms[ADMINISTRATION].per == "lesion"
    lesions = treated_lesions(state, participant) if per_lesion else [("", {})]
    usual = _usual(participant, state, sheets)
    return [
        _plaque(key_of_injection(participant, visit, lesion), row, sheets.get(lesion), usual, today)
        for lesion, row in lesions
    ]


def _plaque(
    key: Key, row: Mapping[str, str], sheet: Sheet | None, usual: Mapping[str, str], today: date
) -> Plaque:
    lesion = key.repeat
    typed = {**usual} | ({"dose_level": row["dose_level"]} if row.get("dose_level") else {})
    if sheet is not None:
        typed |= {name: sheet.of(name) for name in TYPED}
    where = {name: row[name] for name in ("site", "laterality") if row.get(name)}
    return Plaque(
        lesion=lesion,
        map=where,
        sheet=sheet,
        given=is_given(key.participant, lesion),
        boxes=boxes_of(_items(TYPED), f"s-{lesion}", typed),
        carried_out=boxes_of([DAY, *_items()], f"r-{lesion}", {"date": today.isoformat()}),
    )


def _usual(participant: str, state: State, sheets: Mapping[str, Sheet]) -> dict[str, str]:
    """What a sheet most likely holds: of the product at release, or of the sheet before; a person looks at it."""
    found: dict[str, str] = {}
    for sheet in sheets.values():
        found |= {name: sheet.of(name) for name in TYPED if name != "dose_level" and sheet.of(name)}
    for key, value in state.values.items():
        if (
            (key.participant, key.form) == (participant, "cell_product")
            and key.item in PRODUCT
            and value.text
        ):
            found[PRODUCT[key.item]] = value.text
            found["concentration_is"] = "viable"
    return found


# ------------------------------------------------------------------------------------------------------------- acts


def _act(
    request: Request, site: str, participant: str, visit: str, plaques: list[Plaque]
) -> tuple[Issue, ...]:
    act, lesion = request.POST.get("act", ""), request.POST.get("lesion", "")
    if act == "confirm":
        return _confirm(request, site, plaques)
    plaque = next((each for each in plaques if each.lesion == lesion), None)
    if plaque is None or act not in {"propose", "record"}:
        raise Http404
    try:
        if act == "propose":
            return _propose(request, site, key_of_injection(participant, visit, lesion), plaque)
        return _record(request, site, participant, plaque)
    except Refused as why:
        return why.issues


def _propose(request: Request, site: str, key: Key, plaque: Plaque) -> tuple[Issue, ...]:
    plaque.boxes, said = read_boxes(plaque.boxes, request.POST, get_language() or "en")
    if refused(plaque.boxes):
        return tuple(fault for box in plaque.boxes for fault in box.faults)
    typed = {name: each.text for name, each in said.items()}
    faults, plaque.computed = actions.propose_sheet(
        by=request.standing.actor, site=site, key=key, typed=typed, idem=_idem(request)
    )
    if not faults:
        messages.success(request, _("The sheet was computed. A second person confirms it."))
    return faults


def _confirm(request: Request, site: str, plaques: list[Plaque]) -> tuple[Issue, ...]:
    """All sheets that wait, by somebody else than who computed them, with their own password."""
    shown = {request.POST[name] for name in request.POST if name.startswith("sheet-")}
    sheets = [
        each.sheet
        for each in plaques
        if each.sheet and str(each.sheet.seq) in shown and not each.sheet.approved
    ]
    if not sheets:
        return (issues.sheet_changed(),)
    second = second_actor(request, right="enter dose", site=site, purpose="dose sheet")
    if isinstance(second, Issue):
        return (second,)
    faults = actions.approve_sheets(by=second, site=site, sheets=sheets)
    if not faults:
        messages.success(request, _("Confirmed by %(person)s.") % {"person": second.who})
    return faults


def _record(request: Request, site: str, participant: str, plaque: Plaque) -> tuple[Issue, ...]:
    plaque.carried_out, said = read_boxes(plaque.carried_out, request.POST, get_language() or "en")
    day = _day(said.pop("date").text)
    if refused(plaque.carried_out) or day is None:
        return tuple(fault for box in plaque.carried_out for fault in box.faults) or (
            issues.day_outside("?", "?", "?"),
        )
    faults = actions.record_injection(
        by=request.standing.actor, site=site, participant=participant, lesion=plaque.lesion, day=day, typed=said,
        idem=_idem(request),
    )  # fmt: skip
    if not faults:
        messages.success(request, _("The injection is on record."))
    return faults


def _idem(request: Request) -> str:
    """The key of this press of a button; nothing where it is none of ours."""
    found = request.POST.get("idem", "")
    return found if len(found) <= 100 and found.isprintable() else ""


def _day(text: str) -> date | None:
    """The day where it is known whole."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------------------- corrections


@needs("enter dose")
def injection_edit(request: Request, participant: str, visit: str, lesion: str) -> HttpResponse:
    """An injection on record, to be corrected with a reason."""
    site = require_participant(request, participant)
    lesion = "" if lesion == "-" else lesion
    key = key_of_injection(participant, visit, lesion)
    rows = {
        row.item: row
        for row in CurrentValue.objects.filter(
            participant=participant, visit=visit, form=ADMINISTRATION, repeat=lesion
        )
    }
    if not rows:
        raise Http404
    items = [DAY, *current().forms[ADMINISTRATION].items]
    faults: list[Issue] = []
    boxes = [
        replace(box, seen=rows[box.item.name].seq if box.item.name in rows else 0)
        for box in boxes_of(items, "e", {name: row.text for name, row in rows.items()})
    ]
    if request.method == "POST":
        boxes, faults = _correct(request, site, key, boxes)
        if not faults:
            return HttpResponseRedirect(reverse("injection_day", args=[participant]))
    context: dict[str, Any] = {
        "participant": participant, "visit": visit, "lesion": lesion, "boxes": boxes, "faults": faults,
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "safety/injection_edit.html", context, status=422 if faults else 200)


def _correct(request: Request, site: str, key: Key, boxes: list[Box]) -> tuple[list[Box], list[Issue]]:
    boxes, said = read_boxes(boxes, request.POST, get_language() or "en")
    seen = {
        replace(key, item=name): int(number)
        for name in said
        if (number := request.POST.get(f"seen-{name}", "0")).isdecimal()
        and number.isascii()
        and len(number) < 16
    }
    boxes = [replace(box, seen=seen.get(replace(key, item=box.item.name), 0)) for box in boxes]
    if refused(boxes):
        return boxes, [fault for box in boxes for fault in box.faults if fault.weight == "error"]
    try:
        faults = actions.correct_injection(
            by=request.standing.actor, site=site, key=key, typed=said, reason=plain_text(request.POST.get("reason", "")),
            seen=seen,
        )  # fmt: skip
    except Moved:
        return boxes, [issues.moved()]
    except Refused as why:
        return boxes, list(why.issues)
    if not faults:
        messages.success(request, _("Corrected."))
    return boxes, list(faults)
