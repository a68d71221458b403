"""Which forms stand at which visit of a case report form, with the items that may be shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.catalogue import Item
from firstdose.records.log.tables import known_forms
from firstdose.records.visits import PARTICIPANTS, VISITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form

    Hide = Callable[[str, str], bool]

DATE = Item(name="date", label="day of the record", kind="date", required=False)


def nothing_hidden(_form: str, _item: str) -> bool:
    """Everything is shown."""
    return False


def shown_forms(protocol: Protocol, hide: Hide) -> dict[str, Form]:
    """The forms that people fill, each with the day of the record first; one without a shown item is left out."""
    found: dict[str, Form] = {}
    for name, form in known_forms(protocol).items():
        items = tuple(item for item in form.items if not hide(name, item.name))
        if items and name != PARTICIPANTS:
            dated = any(item.name == DATE.name for item in form.items) or hide(name, DATE.name)
            found[name] = replace(form, items=items if dated else (DATE, *items))
    return found


def forms_at(protocol: Protocol, forms: Mapping[str, Form], visit: str) -> list[Form]:
    """The forms of a planned visit in the order of the schedule, the visit itself first."""
    own = [forms[VISITS]] if VISITS in forms else []
    return own + [
        forms[row.activity]
        for row in protocol.schedule
        if visit in row.at and row.activity in forms and not forms[row.activity].repeats
    ]


def forms_of_no_visit(forms: Mapping[str, Form]) -> list[Form]:
    """What is recorded whenever it happens, of participants or of the product."""
    return [form for form in forms.values() if form.repeats]


def asked_where(protocol: Protocol, form: Form, item: str, hide: Hide) -> str:
    """The rule of skip logic in its own words; empty without one, or where it speaks of something hidden."""
    branch = next(
        (each for each in protocol.branching if (each.activity, each.item) == (form.name, item)), None
    )
    if branch is None:
        return ""
    named = set(re.findall(r"\w+", branch.rule))
    hidden = any(
        hide(each.name, own.name)
        for each in known_forms(protocol).values()
        for own in each.items
        if own.name in named
    )
    return "" if hidden else branch.rule
