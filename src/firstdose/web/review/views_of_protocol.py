"""The protocol: the version in force, the versions before, and a new one with everything it touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from firstdose.protocol.telling import render_telling, tell_protocol
from firstdose.values.issue import Issue, errors
from firstdose.web.accounts.blinding import hidden
from firstdose.web.accounts.rights import needs
from firstdose.web.audit.reading import events
from firstdose.web.audit.study import current
from firstdose.web.review import issues
from firstdose.web.review.amendments import Amendment, activate, look_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.derived.item_map import Renamed
    from firstdose.web.accounts.standing import Request, Standing

MOST_BYTES = 2_000_000
MOST_SHOWN = 500
RENAMED = "renamed:"


@needs("see participants")
def protocol(request: Request) -> HttpResponse:
    """Read the version in force; with the right to it, look at a new version and put it in force."""
    context: dict[str, Any] = {"history": _history(request.standing)}
    faults: list[Issue] = []
    if request.method == "POST":
        if not request.standing.may("activate protocol"):
            raise PermissionDenied
        text = _text_of(request)
        renamed = _renamed(request)
        amendment = look_at(current(), text, renamed) if text is not None else None
        faults = list(errors(amendment.issues)) if amendment else [issues.no_protocol_file()]
        reason = request.POST.get("reason", "").strip()
        if amendment and not faults and "confirm" in request.POST:
            if reason:
                return _put_in_force(request, amendment, reason)
            faults = [issues.no_reason("protocol")]
        if amendment and amendment.protocol:
            context |= _shown(request, amendment, renamed)
    context |= {"faults": faults, "may": request.standing.may("activate protocol"), "idem": str(uuid4())}
    return render(request, "review/protocol.html", context, status=422 if faults else 200)


def _shown(request: Request, amendment: Amendment, renamed: Renamed) -> dict[str, Any]:
    """What the page shows of an amendment, as far as the person may see it."""
    standing = request.standing
    shown = [each for each in amendment.affected if not hidden(standing, each.key.form, each.key.item)]
    items = [each for each in amendment.items if not hidden(standing, each.form, each.item)]
    return {
        "amendment": amendment,
        "affected": shown[:MOST_SHOWN],
        "more": len(shown[MOST_SHOWN:]),
        "same": sum(each.what == "same" for each in items),
        "items": [each for each in items if each.what != "same"],
        "names": [
            {"form": form, "item": item, "others": others, "chosen": renamed.get((form, item), "")}
            for (form, item), others in sorted(amendment.may_become.items())
        ],
    }


def _renamed(request: Request) -> Renamed:
    """The names that were chosen for retired items: fields `renamed:FORM.ITEM`."""
    chosen = {
        tuple(name.removeprefix(RENAMED).split(".", 1)): text.strip()
        for name, text in request.POST.items()
        if name.startswith(RENAMED) and "." in name and text.strip()
    }
    return {(form, item): text for (form, item), text in chosen.items()}


def _history(standing: Standing) -> list[dict[str, Any]]:
    """Every version that was put in force, with what its map of items says beside those that stay the same."""
    found = []
    for event in events(kind="protocol.activated"):
        told = (event.payload or {}).get("items", {})
        rows = _rows_of_map(told, standing) if isinstance(told, dict) else []
        found.append({"event": event, "items": rows})
    return found


def _rows_of_map(told: Mapping[str, Any], standing: Standing) -> list[tuple[str, str, str]]:
    """(what, form.item, in words) of a map in the log."""
    rows = [(what, name, "") for what in ("new", "retired") for name in told.get(what, ())]
    rows += [(what, *pair) for what in ("changed", "renamed") for pair in told.get(what, {}).items()]
    return [row for row in rows if not hidden(standing, *row[1].split(".", 1))]


def _text_of(request: Request) -> str | None:
    """The text that was sent: of the chosen file, or of the page that showed its impact."""
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("text") or None
    try:
        return file.read(MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _put_in_force(request: Request, amendment: Amendment, reason: str) -> HttpResponse:
    activate(by=request.standing.actor, amendment=amendment, reason=reason, idem=request.POST.get("idem", ""))
    messages.success(request, _("The new version is in force."))
    return HttpResponseRedirect(reverse("protocol"))


@needs("see dose")
def text(_request: Request) -> HttpResponse:
    """The protocol in force, read back in sentences."""
    study = current()
    told = render_telling(tell_protocol(study.protocol), f"Identity {study.identity} (format 1)")
    return HttpResponse(told, content_type="text/plain; charset=utf-8")
