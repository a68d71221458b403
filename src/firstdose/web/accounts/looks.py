"""Looks at the dose of a blinded trial go on record: one event a person, page and day, before the page is made.

Those who rate blind never see the dose, so what is recorded is who of the others had it before their eyes, and since when.
An event a request would bury the trail: pages with the dose are the daily work of most roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from firstdose.records.log.event import NewEvent
from firstdose.web.accounts.blinding import HIDDEN_FORMS, HIDDEN_ITEMS
from firstdose.web.accounts.standing import site_of
from firstdose.web.audit.append import append
from firstdose.web.audit.clock import now, stamp
from firstdose.web.audit.models import Event
from firstdose.web.audit.reviewing import LOOK
from firstdose.web.audit.study import NoStudy, current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from django.http import HttpResponse

    from firstdose.web.accounts.standing import Request, Standing

# Rights to pages that are there for the dose, and other pages that show it to whoever may see it.
DOSE_RIGHTS: Final = frozenset({"see dose", "enter dose", "override dose", "see decision"})
MIXED: Final = frozenset({"participant", "verification", "signing", "trail"})


class LooksAtDose:
    """Middleware behind `StandingOfRequest`."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: Request, view: Any, _args: tuple[object, ...], named: Mapping[str, Any]
    ) -> None:
        """Before the page is made, so that it is made from the log with the look in it."""
        standing: Standing | None = request.standing
        rights = getattr(view, "rights", ())
        if standing is None or request.method not in {"GET", "HEAD"} or not standing.may("see dose"):
            return
        if not any(standing.may(right) for right in rights) or not _there(standing, named):
            return
        page = request.resolver_match.url_name
        asked = {name: named.get(name) or request.GET.get(name, "") for name in ("form", "item")}
        if page in MIXED or DOSE_RIGHTS.issuperset(rights) or shows_dose(**asked):
            note_look(standing, page)


def shows_dose(form: str, item: str) -> bool:
    """Whether a page of this form, or of this item, shows what the blinded do not see."""
    if form in HIDDEN_FORMS or item in HIDDEN_ITEMS:
        return True
    known = current().forms.get(form)
    return not item and known is not None and any(each.name in HIDDEN_ITEMS for each in known.items)


def note_look(standing: Standing, page: str) -> None:
    """The first look of the day at this page, where somebody rates blind."""
    try:
        blinded = bool(current().capture.blind)
    except NoStudy:
        return
    idem = f"{LOOK}{standing.person.code} {standing.role} {page} {stamp(now())[:10]}"
    if blinded and not Event.objects.filter(idem=idem).exists():
        append([NewEvent(kind="view.unblinded", payload={"page": page})], by=standing.actor, idem=idem)


def _there(standing: Standing, named: Mapping[str, Any]) -> bool:
    """Whether the participant of the address, if it names one, is one that this person sees."""
    participant = named.get("participant")
    if participant is None:
        return True
    site = site_of(participant)
    return site is not None and standing.sees_site(site)
