"""The escalation page: what the rule says and why, what can follow, the board's decision and its packet."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firstdose.escalation.on_record import check_escalation
from firstdose.records.log.event import NewEvent
from firstdose.values.issue import Issue
from firstdose.web.accounts.proof import needs_code, require_proof
from firstdose.web.accounts.rights import needs
from firstdose.web.audit.anchoring import anchor_now
from firstdose.web.audit.append import append
from firstdose.web.audit.clock import now
from firstdose.web.capture.entries import plain_text
from firstdose.web.safety import actions, issues
from firstdose.web.safety.deciding import desk_now, with_overrides
from firstdose.web.safety.dose_gate import FOLLOW, HALT, OTHER, RESUME, STOP, basis_of

if TYPE_CHECKING:
    from firstdose.records.log.event import Json
    from firstdose.web.accounts.standing import Request
    from firstdose.web.safety.deciding import Desk

DECISIONS = {
    FOLLOW: gettext_lazy("as the rule says"),
    RESUME: gettext_lazy("dosing goes on after the halt"),
    OTHER: gettext_lazy("otherwise: another level; two persons release it as an override"),
    HALT: gettext_lazy("otherwise: dosing rests"),
    STOP: gettext_lazy("otherwise: the trial stops"),
}
TYPES = {"html": "text/html", "pdf": "application/pdf"}


@needs("see decision")
def escalation(request: Request) -> HttpResponse:
    """The state of the escalation; the board decides here."""
    desk = desk_now()
    faults: list[Issue] = []
    if request.method == "POST":
        if not request.standing.may("decide dose"):
            return HttpResponse(status=403)
        faults = _decide(request, desk)
        if not faults:
            return HttpResponseRedirect(request.path)
    context = {
        "desk": desk,
        "decision": desk.decision,
        "decisions": DECISIONS,
        "may_decide": request.standing.may("decide dose"),
        "levels": desk.decision.conduct.levels if desk.decision else (),
        "asks_code": needs_code(request.standing.person, request.session),
        "faults": faults,
        "posted": request.POST,
    }
    return render(request, "safety/escalation.html", context, status=422 if faults else 200)


def _decide(request: Request, desk: Desk) -> list[Issue]:
    posted, decision = request.POST, desk.decision
    choice, reason = posted.get("decision", ""), plain_text(posted.get("reason", ""))
    voters = [name for line in posted.get("voters", "").splitlines() if (name := plain_text(line))]
    level = desk.level if choice == FOLLOW else posted.get("level", "")
    if choice == FOLLOW and not level:
        return [issues.nothing_to_follow()]
    if (
        decision is None
        or choice not in DECISIONS
        or not voters
        or not _has_level(choice, level, decision.conduct.levels)
    ):
        return [issues.no_board_choice()]
    if choice != FOLLOW and not reason:
        return [issues.no_reason()]
    if posted.get("head") != desk.now.head:
        return [issues.rule_moved()]
    proof = require_proof(request, "board's decision")
    if isinstance(proof, Issue):
        return [proof]
    told = {
        "basis": basis_of(decision),
        "due": desk.due,
        "why": decision.reason,
        "cut": str(decision.cut or ""),
    }
    faults = actions.decide_board(
        by=request.standing.actor, decision=choice, level=level, reason=reason, voters=voters, proof=str(proof),
        told=told, head=desk.now.head,
    )  # fmt: skip
    if not faults:
        anchor_now()
        messages.success(request, _("The decision is on record."))
    return list(faults)


def _has_level(choice: str, level: str, known: tuple[str, ...]) -> bool:
    return choice in {HALT, STOP} or level in known


@needs("see decision")
def board_packet(request: Request, kind: str) -> HttpResponse:
    """The packet of the board as HTML or PDF; that it left is on record."""
    desk = desk_now()
    if kind not in TYPES or desk.decision is None:
        raise Http404
    content = _rendered(desk, kind)
    digest = hashlib.sha256(content).hexdigest()
    told: dict[str, Json] = {
        "format": f"board packet {kind}",
        "rows": len(desk.decision.watched),
        "sha256": digest,
        "head": desk.now.head,
    }
    append([NewEvent(kind="export.made", payload=told)], by=request.standing.actor)
    name = f"board-{desk.now.protocol.trial.id}-{desk.now.seq}.{kind}"
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rendered(desk: Desk, kind: str) -> bytes:
    from firstdose.report.board import build_board_packet

    assert desk.decision is not None
    protocol, snapshot = desk.now.protocol, desk.now.snapshot
    found = check_escalation(protocol, with_overrides(snapshot))
    packet = build_board_packet(protocol, snapshot, desk.decision, desk.foreseen, found)
    if kind == "html":
        from firstdose.report.html import render_html

        return render_html(packet).encode()
    from firstdose.report.pdf import render_pdf

    return render_pdf(packet, now())
