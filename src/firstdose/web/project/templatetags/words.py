"""Words of states that the records keep as codes: `{{ row.status|words }}`."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

register = template.Library()
WORDS = {
    "open": noop("open"),
    "opened": noop("opened"),
    "answered": noop("answered"),
    "closed": noop("closed"),
    "reopened": noop("reopened"),
    "proposed": noop("proposed"),
    "confirmed": noop("confirmed"),
    "dismissed": noop("dismissed"),
    "minor": noop("minor"),
    "major": noop("major"),
    "frozen": noop("frozen"),
    "locked": noop("locked"),
    "yes": noop("yes"),
    "no": noop("no"),
    "undecided": noop("undecided"),
    "treat": noop("treat"),
    "wait": noop("wait"),
    "halted": noop("halted"),
    "stopped": noop("stopped"),
    "complete": noop("complete"),
    "reported": noop("reported"),
    "running": noop("running"),
    "overdue": noop("overdue"),
    "due": noop("due"),
}


@register.filter
def words(code: str) -> str:
    """The word of a state in the language of the page; what is not known stays as it is."""
    return gettext(WORDS[code]) if code in WORDS else code
