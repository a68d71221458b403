"""What an exchange file has to hold: every form with every item on record, whatever the protocol in force says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.catalogue import Item
from firstdose.protocol.names import Form
from firstdose.records.log.tables import known_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from firstdose.protocol.model import Protocol
    from firstdose.records.log.event import Key

    Hide = Callable[[str, str], bool]

DATE = Item(name="date", label="day of the record", kind="date", required=False)


def nothing_hidden(_form: str, _item: str) -> bool:
    """Everything is shown."""
    return False


def exchanged_forms(protocol: Protocol, keys: Iterable[Key], hide: Hide) -> dict[str, Form]:
    """Form by name with the items that may be shown, the day of the record first.

    Records of an earlier version may have forms and items that the protocol no longer knows: they are text. A form whose
    items are all hidden is left out.
    """
    known = dict(known_forms(protocol))
    recorded: dict[str, dict[str, None]] = {}
    of_somebody: set[str] = set()
    for key in keys:
        recorded.setdefault(key.form, {})[key.item] = None
        of_somebody |= {key.form} if key.participant else set()
    for name in recorded:
        known.setdefault(name, _of_old(name, of_participants=name in of_somebody))
    shown = {name: _shown(form, recorded.get(name, {}), hide) for name, form in known.items() if name}
    return {name: form for name, form in shown.items() if form.items or not known[name].items}


def _of_old(name: str, *, of_participants: bool) -> Form:
    label = name.replace("_", " ")
    return Form(name=name, label=label, per="participant", items=(), of_participants=of_participants)


def _shown(form: Form, recorded: Mapping[str, None], hide: Hide) -> Form:
    declared = {item.name: item for item in form.items}
    dated = {"date": DATE} if form.items and "date" not in declared else {}
    later = {
        name: Item(name=name, label=name.replace("_", " "), kind="text", required=False)
        for name in recorded
        if name and name not in {*declared, *dated}
    }
    items = tuple(item for name, item in (dated | declared | later).items() if not hide(form.name, name))
    # A form of which only the day of the record may be seen is not seen.
    scores = tuple(score for score in form.scores if not hide(form.name, score.name))
    shown = items if any(item.name != "date" for item in items) or not declared else ()
    return replace(form, items=shown, scores=scores)
