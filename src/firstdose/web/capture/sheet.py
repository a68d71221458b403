"""A page of a form: one record, or the records of all lesions at a visit side by side, as they stand now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from firstdose.catalogue import Item
from firstdose.protocol.names import ADMINISTRATION
from firstdose.records.due import LESIONS
from firstdose.records.log.event import Key
from firstdose.records.order import in_order
from firstdose.records.visits import PARTICIPANTS
from firstdose.web.accounts.blinding import hidden
from firstdose.web.audit.reading import current_state
from firstdose.web.capture.judging import forms_in_sight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.protocol.names import Form
    from firstdose.records.log.state import State, Value
    from firstdose.web.accounts.standing import Standing
    from firstdose.web.audit.study import Study

NOWHERE = "-"  # the visit of a form that belongs to none, in an address
NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The records of a page with the items that this person may see. `state`: of the participant, in the forms that have a say here."""

    study: Study
    standing: Standing
    site: str
    form: Form
    participant: str
    visit: str
    repeat: str
    records: tuple[Key, ...]
    items: tuple[Item, ...]
    state: State

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def keys(self) -> Iterator[tuple[Key, Item]]:
        """Every value of the page with its item, record by record."""
        return ((replace(record, item=item.name), item) for record in self.records for item in self.items)

    def value(self, key: Key) -> Value | None:
        return self.state.values.get(key)

    @property
    def is_new(self) -> bool:
        return self.repeat == NEW


def open_sheet(
    study: Study, standing: Standing, *, site: str, participant: str, visit: str, form: str, repeat: str = ""
) -> Sheet | None:
    """The page of these records; None where the protocol or the participant has nothing of the kind."""
    found = study.forms.get(form)
    if found is None or form == PARTICIPANTS or not found.of_participants or hidden(standing, form):
        return None
    state = _state_of(study, found, participant)
    records = _records(found, state, participant, visit, repeat)
    if records is None:
        return None
    return Sheet(
        study=study,
        standing=standing,
        site=site,
        form=found,
        participant=participant,
        visit=visit,
        repeat=repeat,
        records=records,
        items=items_of(found, standing),
        state=state,
    )


def _state_of(study: Study, form: Form, participant: str) -> State:
    """The forms that have a say on this page; before an injection the whole record has (eligibility)."""
    if form.name == ADMINISTRATION:
        return current_state(participant=participant)
    return current_state(participant=participant, form__in=sorted(forms_in_sight(study.protocol, form.name)))


def items_of(form: Form, standing: Standing) -> tuple[Item, ...]:
    """The items that are shown to this person: the day of the record first, then the form's own."""
    label = gettext("day of the record, where it is not that of the visit")
    date = Item(name="date", label=label, kind="date", required=False)
    own = [item for item in form.items if not hidden(standing, form.name, item.name)]
    return tuple(own) if form.item("date") else (date, *own)


def lesions_of(state: State, participant: str) -> tuple[str, ...]:
    """The lesions on the map, struck ones left out, in their order."""
    return in_order(
        key.repeat
        for key, record in state.records.items()
        if key.participant == participant and key.form == LESIONS and not record.struck
    )


def records_of(state: State, participant: str, form: str) -> list[Key]:
    """The records of a form, struck ones among them, in the order of their numbers."""
    own = [key for key in state.records if key.participant == participant and key.form == form]
    order = {name: place for place, name in enumerate(in_order(key.repeat for key in own))}
    return sorted(own, key=lambda key: order[key.repeat])


def _records(form: Form, state: State, participant: str, visit: str, repeat: str) -> tuple[Key, ...] | None:
    if form.per == "lesion" and not form.repeats:
        return _lesion_records(form, state, participant, visit, repeat)
    if form.repeats:
        key = Key(participant, "", form.name, repeat)
        return (key,) if repeat == NEW or key in state.records else None
    return (Key(participant, visit, form.name),) if not repeat else None


def _lesion_records(
    form: Form, state: State, participant: str, visit: str, repeat: str
) -> tuple[Key, ...] | None:
    if repeat == NEW and form.name == LESIONS:
        return (Key(participant, visit, form.name, NEW),)
    lesions = lesions_of(state, participant)
    kept = {} if form.by_visit else {key.repeat: key for key in records_of(state, participant, form.name)}
    found = kept | {name: kept.get(name, Key(participant, visit, form.name, name)) for name in lesions}
    if repeat:
        return (found[repeat],) if repeat in found else None
    return tuple(found[name] for name in lesions)


def home_of(form: Form, state: State, participant: str, visit: str) -> str:
    """The visit at which a form that is kept once has its record; else the visit asked for."""
    if form.by_visit or form.repeats:
        return visit
    kept = [key.visit for key in state.records if key.participant == participant and key.form == form.name]
    return visit if not kept or visit in kept else kept[0]


def right_of(study: Study, form: str) -> str:
    """The right that somebody needs to enter into a form; '' where it is entered on a page of its own."""
    if form == ADMINISTRATION:
        return ""
    if form in {planned.activity for planned in study.protocol.laboratory}:
        return "enter laboratory"
    return "rate" if form in study.capture.blind else "enter"


def may_enter(study: Study, standing: Standing, form: str) -> bool:
    """Whether this person may enter into the form."""
    right = right_of(study, form)
    return bool(right) and standing.may(right) and not hidden(standing, form)
