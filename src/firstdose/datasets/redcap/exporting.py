"""REDCap's files of a project: dictionary, events, instruments of the events, repeating instruments, data."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.datasets.odm.oids import AS_RECORDED
from firstdose.datasets.odm.typing import typed
from firstdose.datasets.recorded import exchanged_forms, nothing_hidden
from firstdose.datasets.redcap.dictionary import COLUMNS, SIGNS, dictionary_fields
from firstdose.datasets.redcap.naming import (
    RECORD_ID,
    SIGN,
    TEXTS,
    WHICH,
    Names,
    event_names,
    legal_codes,
    names_of,
    repeats,
)
from firstdose.records.order import natural
from firstdose.records.visits import PARTICIPANTS
from firstdose.values.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from firstdose.catalogue import Item
    from firstdose.datasets.recorded import Hide
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State

DICTIONARY, EVENTS, MAPPING, REPEATING, RECORDS = (
    "redcap_dictionary.csv",
    "redcap_events.csv",
    "redcap_instruments_of_events.csv",
    "redcap_repeating_instruments.csv",
    "redcap_data.csv",
)
KEYS = (RECORD_ID, "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
NO_VISIT = "no visit"  # the event of everything that belongs to none
PRODUCT = "PRODUCT"  # the record of what is nobody's: release and custody of the cells
COMPLETE, INCOMPLETE = "2", "0"

Place = tuple[str, str, str, int]  # record, event, repeating instrument, instance


def export_redcap(protocol: Protocol, state: State, out: Path, *, hide: Hide = nothing_hidden) -> list[Path]:
    """Write the five files into the folder `out`; struck records and items for which `hide(form, item)` holds are left out.

    The names of fields are those of the whole study, hidden or not. Same state, same bytes.
    """
    kept = [key for key, record in state.records.items() if not record.struck]
    texts = {key: value.text for key, value in state.values.items() if value.text}
    counted = set(kept)
    keys = [*kept, *(key for key in texts if key.record in counted)]
    unhidden = _participants_first(exchanged_forms(protocol, keys, nothing_hidden))
    forms = _participants_first(exchanged_forms(protocol, keys, hide))
    names = names_of(unhidden)
    visits = _visits(protocol, kept)
    rows = _Rows(protocol, forms, names, event_names(visits))
    rows.add(state, kept, texts)
    fields = [each.cells() for each in dictionary_fields(protocol, forms, names, unhidden)]
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[str]]]] = {
        DICTIONARY: (COLUMNS, fields),
        EVENTS: (("event_name", "arm_num", "unique_event_name"), _event_rows(visits)),
        MAPPING: (("arm_num", "unique_event_name", "form"), rows.mapping()),
        REPEATING: (("event_name", "form_name", "custom_form_label"), rows.repeating()),
        RECORDS: rows.table(),
    }
    for name, (head, lines) in tables.items():
        with (out / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(lines)
    return [out / name for name in tables]


def _participants_first(forms: Mapping[str, Form]) -> dict[str, Form]:
    """The instrument that holds the record's name is the first one."""
    return {name: forms[name] for name in sorted(forms, key=lambda name: name != PARTICIPANTS)}


def _visits(protocol: Protocol, kept: Iterable[Key]) -> list[str]:
    """Events in order: of no visit, the planned ones, others on record."""
    planned = [visit.visit for visit in protocol.visits]
    others = sorted({key.visit for key in kept} - {"", *planned}, key=natural)
    return [NO_VISIT, *planned, *others]


def _event_rows(visits: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for visit, unique in event_names(visits).items():
        yield visit, "1", unique


@dataclass(slots=True)
class _Rows:
    """Rows of the data file by their place, and which instruments each event has."""

    protocol: Protocol
    forms: Mapping[str, Form]
    names: Names
    events: Mapping[str, str]
    rows: dict[Place, dict[str, str]] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)

    def add(self, state: State, kept: Iterable[Key], texts: Mapping[Key, str]) -> None:
        values: dict[Key, dict[str, str]] = {}
        for key, text in texts.items():
            values.setdefault(key.record, {})[key.item] = text
        order = {name: number for number, name in enumerate(self.forms)}
        visits = {visit: number for number, visit in enumerate(self.events)}
        shown = [key for key in kept if key.form in self.forms]
        instances = _instances(shown)
        shown.sort(
            key=lambda key: (
                natural(key.participant),
                visits[key.visit or NO_VISIT],
                order[key.form],
                natural(key.repeat),
            )
        )
        for record in shown:
            row = self._row(record, instances)
            row |= self._cells(record, values.get(record, {}))
            done = state.records[record].completed
            row[f"{self.names.instruments[record.form]}_complete"] = COMPLETE if done else INCOMPLETE

    def _row(self, record: Key, instances: Mapping[Key, int]) -> dict[str, str]:
        form, event = self.forms[record.form], record.visit or NO_VISIT
        instrument = self.names.instruments[form.name]
        self.held.setdefault(event, set()).add(form.name)
        repeated = repeats(form) or bool(record.repeat)
        number = instances[record] if repeated else 0
        place = (record.participant or PRODUCT, self.events[event], instrument if repeated else "", number)
        row = self.rows.setdefault(place, {})
        row |= dict(zip(KEYS, (*place[:3], str(number) if number else ""), strict=True))
        if repeats(form):
            row[self.names.fields[form.name, WHICH]] = record.repeat
        return row

    def _cells(self, record: Key, texts: Mapping[str, str]) -> dict[str, str]:
        form, cells, kept = self.forms[record.form], {}, {}
        for item in form.items:
            text = texts.get(item.name, "")
            if not text:
                continue
            value, sign, whole = cell_of(item, text)
            cells[self.names.fields[form.name, item.name]] = value
            if sign:
                cells[self.names.fields[form.name, f"{item.name}{SIGN}"]] = sign
            if not whole:
                kept[item.name] = text
        if kept:
            cells[self.names.fields[form.name, TEXTS]] = json.dumps(kept, ensure_ascii=False)
        return cells

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Header and rows: by record and event, the row that does not repeat first."""
        head = [*KEYS]
        for form in self.forms.values():
            own = [
                name
                for (at, part), name in self.names.fields.items()
                if at == form.name and self._shown(form, part)
            ]
            head += [*own, f"{self.names.instruments[form.name]}_complete"]
        events = {name: number for number, name in enumerate(self.events.values())}
        order = {self.names.instruments[name]: number for number, name in enumerate(self.forms)}
        places = sorted(
            self.rows, key=lambda at: (natural(at[0]), events[at[1]], order.get(at[2], -1), at[3])
        )
        return head, [[self.rows[place].get(name, "") for name in head] for place in places]

    def _shown(self, form: Form, part: str) -> bool:
        """Whether the form has a field for the part: own parts wherever an item is shown."""
        return (
            part == WHICH or (part == TEXTS and bool(form.items)) or bool(form.item(part.removesuffix(SIGN)))
        )

    def mapping(self) -> Iterator[tuple[str, str, str]]:
        """Instruments of each event: as planned, and wherever a record was kept."""
        for event, unique in self.events.items():
            for name, form in self.forms.items():
                if name in self.held.get(event, set()) or event in self._planned(form):
                    yield "1", unique, self.names.instruments[name]

    def repeating(self) -> Iterator[tuple[str, str, str]]:
        """Repeating instruments of each event, labelled by the lesion or the number."""
        by_instrument = {self.names.instruments[name]: form for name, form in self.forms.items()}
        repeated = {at[2] for at in self.rows if at[2]}
        for _, unique, instrument in self.mapping():
            form = by_instrument[instrument]
            if repeats(form):
                yield unique, instrument, f"[{self.names.fields[form.name, WHICH]}]"
            elif instrument in repeated:
                yield unique, instrument, ""

    def _planned(self, form: Form) -> tuple[str, ...]:
        row = self.protocol.activity(form.name)
        visits = tuple(visit.visit for visit in self.protocol.visits)
        if form.repeats or not form.by_visit:
            return (NO_VISIT, *(row.at if row and not form.repeats else ()))
        return row.at if row else visits if form.of_participants else (NO_VISIT,)


def _instances(records: Iterable[Key]) -> dict[Key, int]:
    """The number of each repeated record: lesions by their name within the participant, others by their own number."""
    names: dict[tuple[str, str], set[str]] = {}
    found = list(records)
    for key in found:
        names.setdefault((key.participant, key.form), set()).add(key.repeat)
    ranks = {
        (*at, name): number
        for at, held in names.items()
        for number, name in enumerate(sorted(held, key=natural), start=1)
    }
    return {key: ranks[key.participant, key.form, key.repeat] for key in found}


def cell_of(item: Item, text: str) -> tuple[str, str, bool]:
    """(cell, sign, whether they say everything): a validated field takes no reason, no partial date, no exponent."""
    made = typed(item, text)
    if made.flag:
        return ("" if made.flag == AS_RECORDED else made.flag), "", made.flag == text
    value = made.value or ""
    if item.kind == "truth":
        return ("1" if value == "true" else "0"), "", True
    if item.codes and value in item.code_names:
        return legal_codes(item.code_names)[value], "", True
    if (item.kind == "date" and not read_date(value).complete) or (
        "e" in value.lower() and item.kind in {"number", "quantity"}
    ):
        return "", "", False
    whole = value == value.strip()
    return (value if whole else ""), SIGNS.get(made.comparator, ""), whole
