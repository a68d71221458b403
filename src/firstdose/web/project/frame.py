"""What every page's frame shows: the trial, who is logged in and as what, and where one may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from firstdose import __version__
from firstdose.web.accounts.rights import ROLES
from firstdose.web.audit.study import NoStudy, current

if TYPE_CHECKING:
    from django.http import HttpRequest

# (name of the address, words, right): the menu in its order. Custody stands in it where the protocol has a product.
MENU = (
    ("calendar", _("Calendar"), "see participants"),
    ("participants", _("Participants"), "see participants"),
    ("queries", _("Queries"), "see queries"),
    ("events", _("Adverse events"), "see events"),
    ("custody", _("Custody"), "see dose"),
    ("escalation", _("Escalation"), "see decision"),
    ("deviations", _("Deviations"), "see deviations"),
    ("locks", _("Locks"), "lock"),
    ("protocol", _("Protocol"), "see participants"),
    ("trail", _("Trail"), "see trail"),
    ("exports", _("Exports"), "export"),
    ("people", _("People"), "see people"),
    ("system", _("System"), "keep system"),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame."""
    standing = getattr(request, "standing", None)
    try:
        study = current()
    except NoStudy:
        study = None
    menu = [
        (reverse(name), words)
        for name, words, right in MENU
        if standing and standing.may(right) and (name != "custody" or (study and study.protocol.product))
    ]
    return {
        "standing": standing,
        "role_words": ROLES[standing.role] if standing else "",
        "study": study,
        "menu": menu,
        "app_version": __version__,
        "here": request.get_full_path() if request.method == "GET" else request.path,
        "languages": [(code, get_language_info(code)["name_local"]) for code, _words in settings.LANGUAGES],
    }
