"""Sentences of the core in the language of the page; the record and every file keep the English ones.

`say` is the one way in which an Issue or an Objection is put on a page. A sentence of the core is found again by the
templates of its code and made anew from their translations; one that no template makes is shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.of_cells import CELLS
from firstdose.web.audit.sayings.of_doses import DOSES, PRODUCT
from firstdose.web.audit.sayings.of_entry import ENTRY
from firstdose.web.audit.sayings.of_escalation import DEVIATIONS, ESCALATION
from firstdose.web.audit.sayings.of_instruments import INSTRUMENTS
from firstdose.web.audit.sayings.of_log import LOG
from firstdose.web.audit.sayings.of_pages import PAGES
from firstdose.web.audit.sayings.of_parts import LISTED, PARTS
from firstdose.web.audit.sayings.of_records import MORE, READ_AGAIN, RECORDS
from firstdose.web.audit.sayings.of_tables import TABLES
from firstdose.web.audit.sayings.saying import Found, Saying, found_in

SAYINGS = (
    CELLS | RECORDS | ENTRY | TABLES | INSTRUMENTS | DOSES | PRODUCT | ESCALATION | DEVIATIONS | LOG | PAGES
)
# Said with more than one code.
ANY = Saying(
    (MORE,),
    (noop("Did you mean '%(name)s'?"), READ_AGAIN, noop("Mend the first ones and read the file again.")),
)
_ISOLATED = "\u2068%s\u2069"


class Spoken(Protocol):
    """An Issue or an Objection."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What is wrong and what to do, in the language of the page."""

    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


def say(issue: Spoken) -> Said:
    """An Issue or an Objection in the language of the page."""
    return Said(say_message(issue.code, issue.message), say_remedy(issue.code, issue.remedy))


def say_message(code: str, text: str) -> str:
    """What is wrong; `code`: that of the Issue, or the kind of a deviation. With or without the words before a colon."""
    if _is_source():
        return text
    templates = (*_saying(code).messages, *ANY.messages)
    head, colon, rest = text.partition(": ")
    whose = _part("whose", head)
    in_parts = found_in(templates, rest) if colon else None
    whole = found_in(templates, text)
    if in_parts and (whose != head or not whole):
        return f"{_ISOLATED % whose}: {_made(in_parts)}"
    return _made(whole) if whole else text


def say_remedy(code: str, text: str) -> str:
    """What to do."""
    if _is_source():
        return text
    found = found_in((*_saying(code).remedies, *ANY.remedies), text)
    return _made(found) if found else text


def say_stored(code: str, text: str) -> str:
    """A message and its remedy that were stored as one text, as those of a query raised by a check."""
    if _is_source():
        return text
    for template in (*_saying(code).remedies, *ANY.remedies):
        found = found_in([f"%(told)s {template}"], text)
        if found:
            return f"{say_message(code, found.values['told'])} {_made(Found(template, found.values))}"
    return say_message(code, text)


def say_part(name: str, text: str) -> str:
    """A few words that are no sentence; `name`: the place of a sentence in which they may stand."""
    return text if _is_source() else _part(name, text)


def _is_source() -> bool:
    return (get_language() or "en").startswith("en")


def _saying(code: str) -> Saying:
    return SAYINGS.get(code, Saying(()))


def _made(found: Found) -> str:
    """The translation with what stood in its places; what is itself in words is translated too."""
    return gettext(found.template) % {name: _part(name, text) for name, text in found.values.items()}


def _part(name: str, text: str) -> str:
    if (mark := LISTED.get(name)) and mark in text:
        return mark.join(_part(name, each) for each in text.split(mark))
    found = found_in(PARTS.get(name, ()), text)
    return _made(found) if found else text
