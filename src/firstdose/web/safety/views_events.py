"""The adverse event desk: every event with its grade, relation and clocks, and the terms of the dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from firstdose.catalogue import load
from firstdose.derived.events import derive_events
from firstdose.records.log.event import Key, NewEvent
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.append import append, writing
from firstdose.web.audit.clock import now
from firstdose.web.audit.reading import current_state
from firstdose.web.capture.entries import plain_text
from firstdose.web.safety import issues
from firstdose.web.safety.clocks import AE, Clock, clocks_now, clocks_on_record, is_serious, values_of
from firstdose.web.safety.days import zone_of
from firstdose.web.safety.notices import begin_clocks
from firstdose.web.safety.snapshot import now_on_record, record_at, state_now

if TYPE_CHECKING:
    from datetime import datetime

    from firstdose.records.log.event import Actor
    from firstdose.values.issue import Issue
    from firstdose.web.accounts.standing import Request

MOST_TERMS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A clock as a row: its due moment on the clock of the site."""

    clock: Clock
    due: datetime
    state: str

    @property
    def badge(self) -> str:
        """Its class of look."""
        return {"met": "done", "met late": "soft", "running": "due", "lifted": "coming"}.get(
            self.state, "overdue"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event on the desk. `dlt`: yes, no or undecided, by the protocol's own rule."""

    key: Key
    site: str
    values: dict[str, str]
    dlt: str
    serious: bool
    clocks: list[Told]


def rows_now() -> list[Row]:
    """Every event that counts: the serious first, then the last entered first."""
    state, reading = state_now(), now_on_record()
    at, clocks = now(), clocks_now(state)
    standing = dict(_standings(reading, state))
    found = [
        Row(
            key=key,
            site=record.site,
            values=values_of(state, key),
            dlt=standing.get(key, "undecided"),
            serious=is_serious(values_of(state, key)),
            clocks=[_told(each, at) for each in clocks.get(key, [])],
        )
        for key, record in sorted(state.records.items(), key=lambda each: -each[1].added)
        if key.form == AE and not record.struck
    ]
    return sorted(found, key=lambda row: not row.serious)


def _standings(reading: Any, state: Any) -> Any:
    """(record, yes, no or undecided) of each event."""
    words = {True: "yes", False: "no", None: "undecided"}
    for row in derive_events(reading.protocol, reading.snapshot).iter_rows(named=True):
        key = record_at(state, AE, row["_row"])
        if key is not None:
            yield key, words[row["dlt"]]


def _told(clock: Clock, at: datetime) -> Told:
    return Told(clock=clock, due=clock.due.astimezone(zone_of(clock.site)), state=clock.state(at))


@needs("see events")
def events(request: Request) -> HttpResponse:
    """All events of the sites that this person sees, with their clocks."""
    rows = [row for row in rows_now() if request.standing.sees_site(row.site)]
    running = [told for row in rows for told in row.clocks if told.state in {"running", "overdue"}]
    running.sort(key=lambda told: told.due)
    context = {"rows": rows, "running": running, "has_rule": bool(_dlt_rule())}
    return render(request, "safety/events.html", context)


def _dlt_rule() -> str:
    safety = now_on_record().protocol.safety
    return safety.dlt if safety else ""


@needs("see events")
def event(request: Request, participant: str, repeat: str) -> HttpResponse:
    """One event with its clocks; a report is recorded here."""
    require_participant(request, participant)
    row = next(
        (each for each in rows_now() if (each.key.participant, each.key.repeat) == (participant, repeat)),
        None,
    )
    if row is None:
        raise Http404
    faults: list[Issue] = []
    if request.method == "POST":
        if not request.standing.may("report events"):
            return HttpResponse(status=403)
        faults = _report(request, row)
        if not faults:
            return HttpResponseRedirect(request.path)
    form = now_on_record().protocol
    context = {
        "row": row,
        "items": [(item.label, row.values.get(item.name, "")) for item in _items()],
        "rule": _dlt_rule(),
        "may_report": request.standing.may("report events"),
        "lesion_word": form.lesion_word,
        "faults": faults,
    }
    return render(request, "safety/event.html", context, status=422 if faults else 200)


def _items() -> tuple[Any, ...]:
    from firstdose.web.audit.study import current

    return tuple(current().forms[AE].items)


def _report(request: Request, row: Row) -> list[Issue]:
    name, reference = request.POST.get("clock", ""), plain_text(request.POST.get("reference", ""))
    found = report_clock(by=request.standing.actor, key=row.key, clock=name, reference=reference[:200])
    if not found:
        messages.success(request, _("The report is on record."))
    return found


def report_clock(*, by: Actor, key: Key, clock: str, reference: str) -> list[Issue]:
    """A report was made: the clock stands still at this moment. `reference`: number or place of the report."""
    begin_clocks()
    with writing():
        known = clocks_on_record(current_state(form=AE)).get(key, [])
        found = next((each for each in known if each.clock == clock and each.reported is None), None)
        if found is None:
            return [issues.no_such_clock()]
        payload = {"clock": clock, "reference": reference}
        append([NewEvent(kind="ae.reported", key=key, site=found.site, payload=payload)], by=by)
    begin_clocks()
    return []


@needs("see events")
def terms(request: Request) -> HttpResponse:
    """Terms of the protocol's dictionary with their grades, in our words."""
    safety = now_on_record().protocol.safety
    dictionary = load("instruments.dictionaries").get(safety.dictionary) if safety else None
    wanted = request.GET.get("q", "").strip()[:100]
    words = wanted.casefold().split()
    found = [
        term
        for term in (dictionary.terms if dictionary else ())
        if all(word in f"{term.name} {term.soc} {' '.join(term.grades)}".casefold() for word in words)
    ]
    context = {
        "dictionary": dictionary,
        "terms": found[:MOST_TERMS],
        "q": wanted,
        "more": len(found) > MOST_TERMS,
    }
    return render(request, "safety/terms.html", context)
