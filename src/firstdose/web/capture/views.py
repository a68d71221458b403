"""Pages of work: the calendar, the list of participants, the page of a participant."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods

from firstdose.protocol.names import ADMINISTRATION, EVENTS
from firstdose.records.due import LESIONS
from firstdose.records.visits import VISITS
from firstdose.web.accounts.blinding import hidden
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import participants_for, require_participant
from firstdose.web.audit.append import Refused
from firstdose.web.audit.models import CurrentQuery
from firstdose.web.audit.reading import current_state
from firstdose.web.audit.study import Study, current
from firstdose.web.capture import actions, issues
from firstdose.web.capture.course import courses_of
from firstdose.web.capture.listing import columns_of, rows_of
from firstdose.web.capture.photographs import photographs_of
from firstdose.web.capture.schedule import (
    COMING,
    DUE,
    OVERDUE,
    Step,
    next_unplanned,
    steps_of,
    today_at,
)
from firstdose.web.capture.sheet import NOWHERE, lesions_of, may_enter
from firstdose.web.capture.views_of_lesions import body_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstdose.protocol.names import Form
    from firstdose.records.log.state import State
    from firstdose.web.accounts.standing import Request, Standing

AHEAD = timedelta(days=14)
ON_A_PAGE = 25


@require_GET
@needs("see participants")
def calendar(request: Request) -> HttpResponse:
    """What is due, overdue and coming, visit by visit; and a row of visits for each participant."""
    study, site = current(), request.GET.get("site", "")
    page = Paginator(_people(request.standing, site), ON_A_PAGE).get_page(request.GET.get("page"))
    everybody = steps_of(study, _people(request.standing, site))
    listed: dict[str, list[Step]] = {OVERDUE: [], DUE: [], COMING: []}
    today = max((today_at(study, each.site) for each in study.sites), default=today_at(study, ""))
    for step in (step for steps in everybody.values() for step in steps):
        near = step.first is None or step.first <= today + AHEAD
        if step.state in listed and near:
            listed[step.state].append(step)
    context = {
        "listed": [(state, sorted(steps, key=_by_day)) for state, steps in listed.items()],
        "page": page,
        "rows": [(name, where, everybody[name]) for name, where in page],
        "visits": study.protocol.visits,
        "sites": _sites(study, request.standing),
        "site": site,
        "today": today,
    }
    return render(request, "capture/calendar.html", context)


def _by_day(step: Step) -> tuple[Any, ...]:
    return (step.last is None, step.last, step.participant)


def _people(standing: Standing, site: str) -> list[tuple[str, str]]:
    return [(name, where) for name, where in participants_for(standing) if site in {"", where}]


def _sites(study: Study, standing: Standing) -> list[Any]:
    return [each for each in study.sites if standing.sees_site(each.site)]


@require_http_methods(["GET", "POST"])
@needs("see participants")
def participants(request: Request) -> HttpResponse:
    """Everybody with how far they are; somebody new enters under the next number."""
    study = current()
    faults = _add(request, study) if request.method == "POST" else []
    if isinstance(faults, HttpResponse):
        return faults
    page = Paginator(_people(request.standing, ""), ON_A_PAGE).get_page(request.GET.get("page"))
    steps = steps_of(study, list(page))
    queries = CurrentQuery.objects.exclude(status="closed")
    asked = [row.participant for row in queries if not hidden(request.standing, row.form, row.item)]
    context = {
        "page": page,
        "rows": [(name, site, steps[name], asked.count(name)) for name, site in page],
        "sites": _sites(study, request.standing),
        "proposed": actions.proposed_participant(),
        "enters": request.standing.may("enter"),
        "idem": str(uuid.uuid4()),
        "faults": faults,
    }
    return render(request, "capture/participants.html", context, status=422 if faults else 200)


def _add(request: Request, study: Study) -> Any:
    if not request.standing.may("enter"):
        raise PermissionDenied
    site = request.POST.get("site", "")
    if site not in {each.site for each in _sites(study, request.standing)}:
        return [issues.not_ours()]
    idem = request.POST.get("idem", "")[:64]
    try:
        name = actions.add_participant(site=site, by=request.standing.actor, idem=idem)
    except Refused as refused:
        return refused.issues
    return HttpResponseRedirect(reverse("participant", args=[name]))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAt:
    """A form at a visit: how it stands, and where it is."""

    label: str
    state: str
    address: str
    enters: bool


@require_GET
@needs("see participants")
def participant(request: Request, participant: str) -> HttpResponse:
    """Visits as steps, the forms of one of them, lesions on the body map, their course, events and queries."""
    site, study, standing = require_participant(request, participant), current(), request.standing
    steps = steps_of(study, [(participant, site)])[participant]
    chosen = _chosen(steps, request.GET.get("visit", ""))
    state = current_state(participant=participant)
    sees = standing.may("see values")
    events = study.forms.get(EVENTS)
    context = {
        "participant": participant,
        "site": site,
        "steps": steps,
        "chosen": chosen,
        "forms": forms_at(study, standing, state, chosen) if sees else [],
        "unplanned": next_unplanned(steps),
        "enters": standing.may("enter"),
        "lesions": lesions_of(state, participant),
        "map": body_map(state, participant) if LESIONS in study.forms else "",
        "map_at": _map_address(study, participant),
        "courses": courses_of(study, standing, state) if sees else [],
        "events": rows_of(events, state, participant, standing) if events and sees else [],
        "event_columns": columns_of(events, standing) if events else [],
        "events_form": events,
        "queries": _queries(standing, participant),
        "photographs": photographs_of(participant) if sees else [],
    }
    return render(request, "capture/participant.html", context)


def _chosen(steps: Sequence[Step], asked: str) -> Step:
    """The visit asked for, else the first that waits, else the first that is to come, else the last."""
    by_name = {step.visit: step for step in steps}
    waits = (step for state in (OVERDUE, DUE, COMING) for step in steps if step.state == state)
    nothing = steps[-1] if steps else Step(participant="", visit="", label="", state=DUE)
    return by_name.get(asked) or next(waits, nothing)


def _map_address(study: Study, participant: str) -> str:
    row = study.protocol.activity(LESIONS)
    return reverse("record", args=[participant, row.at[0], LESIONS]) if row and row.at else ""


def _queries(standing: Standing, participant: str) -> list[CurrentQuery]:
    if not standing.may("see queries"):
        return []
    rows = CurrentQuery.objects.filter(participant=participant).exclude(status="closed").order_by("query")
    return [row for row in rows if not hidden(standing, row.form, row.item)][:50]


def forms_at(study: Study, standing: Standing, state: State, step: Step) -> list[FormAt]:
    """The visit's own form first, then what is scheduled there."""
    names = [VISITS, *_scheduled(study, step.visit)]
    shown = [study.forms[name] for name in names if name in study.forms and not hidden(standing, name)]
    return [
        FormAt(
            label=form.label,
            state=_state_of(form, state, step),
            address=_address(form, step),
            enters=may_enter(study, standing, form.name),
        )
        for form in shown
    ]


def _scheduled(study: Study, visit: str) -> Iterator[str]:
    """Activities of a planned visit; of an early end those of the last; at any other visit all that may be repeated."""
    planned = study.protocol.visit(visit)
    last = study.protocol.visits[-1].visit if study.protocol.visits else ""
    at = visit if planned else last if visit.startswith("END") else ""
    for row in study.protocol.schedule:
        many = len(row.at) > 2 and row.activity != ADMINISTRATION
        if at in row.at or (not at and many):
            yield row.activity


def _address(form: Form, step: Step) -> str:
    if form.name == ADMINISTRATION:
        try:
            return reverse("injection_day", args=[step.participant])
        except NoReverseMatch:
            pass
    return reverse("record", args=[step.participant, NOWHERE if form.repeats else step.visit, form.name])


def _state_of(form: Form, state: State, step: Step) -> str:
    """empty, started, complete, missed or locked; a form of lesions is complete once it is for each."""
    records = [
        record
        for key, record in state.records.items()
        if key.form == form.name
        and not record.struck
        and (form.repeats or not form.by_visit or key.visit == step.visit)
    ]
    if step.lock:
        return step.lock
    if step.state == "missed" and form.name != VISITS and not records:
        return "missed"
    if not records:
        return "empty"
    many = len(lesions_of(state, step.participant)) if form.per == "lesion" else 1
    done = [record for record in records if record.completed]
    return "complete" if len(done) == len(records) and len(done) >= many else "started"
