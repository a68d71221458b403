"""The one way in which a page says an Issue or an Objection: `{{ fault|message }} {{ fault|remedy }}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from firstdose.web.audit import sayings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.web.audit.sayings import Spoken

register = template.Library()


@register.filter
def message(issue: Spoken) -> str:
    """What is wrong."""
    return sayings.say_message(issue.code, issue.message)


@register.filter
def remedy(issue: Spoken) -> str:
    """What to do."""
    return sayings.say_remedy(issue.code, issue.remedy)


@register.filter
def stored(text: str, code: str) -> str:
    """A sentence of the core that the record keeps in English: of a query by its code, of a deviation by its kind."""
    return sayings.say_stored(code, text) if code else text


@register.filter
def asked(payload: Mapping[str, Any]) -> str:
    """What an event of a query says: of the check that raised it, or of a person."""
    return stored(str(payload.get("text", "")), str(payload.get("code", "")))


@register.filter
def part(text: str, name: str) -> str:
    """A few words of the core that are no sentence, by what they say: `why` a lot may not be given."""
    return sayings.say_part(name, text)
