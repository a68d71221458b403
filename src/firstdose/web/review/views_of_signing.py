"""Source data verification and signatures: what was compared, what was signed, what lapsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firstdose.values.issue import Issue
from firstdose.web.accounts.blinding import hidden
from firstdose.web.accounts.proof import needs_code, require_proof
from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import require_participant
from firstdose.web.audit.reading import key_of
from firstdose.web.audit.study import current
from firstdose.web.review import actions, issues
from firstdose.web.review.milestones import unsigned
from firstdose.web.review.shown import shown_at, signatures, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse

    from firstdose.web.accounts.standing import Request
    from firstdose.web.audit.models import CurrentValue
    from firstdose.web.review.shown import Shown

ALL = "all"
MEANINGS = {
    "reviewed": gettext_lazy(
        "I have reviewed these records and they are complete and correct to my knowledge."
    ),
    "before decision": gettext_lazy("I have reviewed these records before a dose decision."),
    "end": gettext_lazy("I have reviewed all records of this participant at the end of participation."),
}


def is_critical(row: CurrentValue) -> bool:
    """Whether the protocol asks that this value be compared with its source; every value where it names none."""
    critical = current().capture.critical
    return not critical or row.form in critical or f"{row.form}.{row.item}" in critical


def _labelled(rows: Iterable[CurrentValue]) -> list[dict[str, Any]]:
    """Rows with the words of the protocol."""
    forms = current().forms
    told = []
    for row in rows:
        form = forms.get(row.form)
        item = form.item(row.item) if form else None
        told.append(
            {"row": row, "form": form.label if form else row.form, "item": item.label if item else row.item}
        )
    return told


@needs("verify")
def verification(request: Request, participant: str, visit: str) -> HttpResponse:
    """The values of a visit, each to be ticked where it agrees with its source; a wrong one becomes a query."""
    site = require_participant(request, participant)
    rows = [
        row
        for row in values_of(participant, "" if visit == ALL else visit)
        if not hidden(request.standing, row.form, row.item)
    ]
    everything = "everything" in request.GET
    shown = [row for row in rows if everything or is_critical(row)]
    if request.method == "POST":
        ticked = set(request.POST.getlist("value"))
        agreed = [
            (key_of(row), row.seq, site)
            for row in rows
            if f"{row.pk}:{row.seq}" in ticked and not row.verified
        ]
        if agreed:
            actions.verify(by=request.standing.actor, values=agreed)
        messages.success(request, _("%(n)d values verified.") % {"n": len(agreed)})
        return HttpResponseRedirect(request.get_full_path())
    done = sum(bool(row.verified) for row in shown)
    context = {
        "participant": participant,
        "visit": visit,
        "rows": _labelled(shown),
        "done": done,
        "everything": everything,
    }
    return render(request, "review/verification.html", context)


@needs("sign")
def signing(request: Request, participant: str, visit: str) -> HttpResponse:
    """Sign what is shown: with password, and second factor at the first signing after login."""
    site = require_participant(request, participant)
    shown = shown_at(participant, "" if visit == ALL else visit)
    faults: list[Issue] = []
    if request.method == "POST":
        faults = _sign(request, shown, site)
        if not faults:
            return HttpResponseRedirect(reverse("signed", args=[participant]))
    context: dict[str, Any] = {
        "participant": participant,
        "visit": visit,
        "rows": _labelled(shown.rows),
        "digest": shown.digest,
        "asks_code": needs_code(request.standing.person, request.session),
        "meanings": MEANINGS,
        "faults": faults,
        "idem": request.POST.get("idem") or str(uuid4()),
    }
    return render(request, "review/signing.html", context, status=422 if faults else 200)


def _sign(request: Request, shown: Shown, site: str) -> list[Issue]:
    person, meaning = request.standing.person, request.POST.get("meaning", "")
    if meaning not in MEANINGS:
        raise Http404
    if not shown.values:
        return [issues.nothing_to_sign("sign")]
    if request.POST.get("digest") != shown.digest:
        return [issues.changed_since("sign")]
    proof = require_proof(request, "sign")
    if isinstance(proof, Issue):
        return [proof]
    actions.sign(
        by=request.standing.actor,
        shown=shown,
        site=site,
        meaning=str(MEANINGS[meaning]),
        name=person.printed_name,
        proof=str(proof),
        idem=request.POST.get("idem", ""),
    )
    messages.success(request, _("Signed."))
    return []


@needs("see values")
def signed(request: Request, participant: str) -> HttpResponse:
    """Every signature over this participant's records, whether values changed since, and what is still to be signed."""
    require_participant(request, participant)
    return render(
        request,
        "review/signed.html",
        {
            "participant": participant,
            "signatures": list(signatures(participant)),
            "unsigned": unsigned(current(), participant),
        },
    )
