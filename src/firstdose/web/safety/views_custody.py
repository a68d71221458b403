"""Custody: every lot with its release, and the chain from the source of the cells to the plaques and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from firstdose.web.accounts.rights import needs
from firstdose.web.accounts.standing import site_of
from firstdose.web.safety.product import lots_here, steps_of
from firstdose.web.safety.snapshot import now_on_record

if TYPE_CHECKING:
    from django.http import HttpResponse

    from firstdose.laboratory.custody import Link
    from firstdose.web.accounts.standing import Request


@needs("see dose")
def custody(request: Request) -> HttpResponse:
    """All lots; 404 where the protocol has no product section."""
    now = now_on_record()
    if now.protocol.product is None:
        raise Http404
    return render(request, "safety/custody.html", {"lots": [_seen(request, each) for each in lots_here(now)]})


def _seen(request: Request, lot: object) -> dict[str, object]:
    plaques = getattr(lot, "plaques", ())
    return {"lot": lot, "plaques": [link for link in plaques if _may_see(request, link)]}


@needs("see dose")
def custody_of(request: Request, name: str) -> HttpResponse:
    """Everything from the source to the plaque and back that hangs together with one id."""
    now = now_on_record()
    steps = (
        [step for step in steps_of(now, name) if _may_see(request, step[1])] if now.protocol.product else []
    )
    if not steps:
        raise Http404
    lots = {lot.lot: lot for lot in lots_here(now)}
    shown = [lots[link.id] for _, link, _ in steps if link.id in lots]
    return render(request, "safety/custody_of.html", {"name": name, "steps": steps, "lots": shown})


def _may_see(request: Request, link: Link) -> bool:
    """Links of a participant only to those who see the participant's site."""
    if not link.participant:
        return True
    site = site_of(link.participant)
    return site is not None and request.standing.sees_site(site)
