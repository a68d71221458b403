"""The data dictionary: 18 columns in REDCap's order, a row a field."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstdose.datasets.redcap.naming import RECORD_ID, SIGN, TEXTS, WHICH, legal_codes, repeats
from firstdose.datasets.redcap.rules import branching_logic, calculation
from firstdose.protocol.names import names_in_sight
from firstdose.protocol.rule import read_rule
from firstdose.values.issue import Place
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.catalogue import Item
    from firstdose.catalogue.entries import Kind
    from firstdose.datasets.redcap.naming import Names
    from firstdose.datasets.redcap.rules import Find
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
MARK = "firstdose: "  # in the annotation, before what a reader has to know of the field
SIGNS = {"<": "lt", ">": "gt"}
MOST_RADIOS = 7
_VALIDATION: Mapping[Kind, str] = {
    "integer": "integer",
    "ordinal": "integer",
    "number": "number",
    "quantity": "number",
    "date": "date_ymd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A row of the dictionary; `about`: what we wrote of it in its annotation."""

    name: str
    form: str
    kind: str
    label: str
    choices: str = ""
    note: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    branching: str = ""
    required: bool = False
    annotation: str = ""

    def cells(self) -> list[str]:
        """The 18 cells in order."""
        return [
            *(self.name, self.form, "", self.kind, self.label, self.choices, self.note, self.validation),
            *(
                self.low,
                self.high,
                "",
                self.branching,
                "y" if self.required else "",
                "",
                "",
                "",
                "",
                self.annotation,
            ),
        ]

    @property
    def about(self) -> dict[str, Any]:
        """What the annotation says to us; empty for a field of another project."""
        _, mark, said = self.annotation.partition(MARK)
        try:
            found = json.loads(said) if mark else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def dictionary_fields(
    protocol: Protocol, forms: Mapping[str, Form], names: Names, unhidden: Mapping[str, Form]
) -> Iterator[Field]:
    """The record id, then each form's fields. `forms`: what is shown; `unhidden`: everything the names were made for."""
    first = next(iter(names.instruments.values()), "participants")
    yield Field(name=RECORD_ID, form=first, kind="text", label="participant", required=True)
    calculated = _calculations(protocol, forms, names)
    hidden = {item for form in unhidden.values() for item in _hidden(form, forms.get(form.name))}
    for form in forms.values():
        if repeats(form):
            yield _which(protocol, form, names)
        for item in form.items:
            yield _field(protocol, form, item, names, hidden)
            if item.kind == "quantity":
                yield _sign(form, item, names)
        if unhidden[form.name].items and form.items:
            yield _texts(form, names)
        yield from calculated.get(form.name, [])


def choices_of(item: Item) -> str:
    """`1, mild | 2, moderate`; a bar inside words becomes a stroke."""
    made = legal_codes(item.code_names)
    return " | ".join(f"{made[code]}, {(words or code).replace('|', '/')}" for code, words in item.codes)


def _hidden(form: Form, shown: Form | None) -> set[str]:
    """Items of which no rule may speak."""
    return {item.name for item in form.items if shown is None or shown.item(item.name) is None}


def _field(protocol: Protocol, form: Form, item: Item, names: Names, hidden: set[str]) -> Field:
    told, asked = _branching(protocol, form, item.name, names, hidden)
    about: dict[str, Any] = {"form": form.name, "item": item.name, "kind": item.kind} | asked
    changed = {made: code for code, made in legal_codes(item.code_names).items() if made != code}
    about |= ({"codes": changed} if changed else {}) | ({"unit": item.unit} if item.unit else {})
    low, high = _limits(item)
    return Field(
        name=names.fields[form.name, item.name],
        form=names.instruments[form.name],
        kind=_kind(item),
        label=item.label,
        choices=choices_of(item),
        note=", ".join(part for part in (item.unit, f"{low} to {high}" if low and high else "") if part),
        validation="" if item.codes else _VALIDATION.get(item.kind, ""),
        low=low,
        high=high,
        branching=told,
        required=item.required,
        annotation=_annotation(about),
    )


def _kind(item: Item) -> str:
    if item.codes:
        return "radio" if len(item.codes) <= MOST_RADIOS else "dropdown"
    return "yesno" if item.kind == "truth" else "text"


def _limits(item: Item) -> tuple[str, str]:
    if item.codes or item.kind not in _VALIDATION:
        return "", ""
    return tuple("" if limit is None else plain(limit) for limit in (item.low, item.high))  # type: ignore[return-value]


def _branching(
    protocol: Protocol, form: Form, item: str, names: Names, hidden: set[str]
) -> tuple[str, dict[str, str]]:
    """Logic, and what is said of a rule that has none: the rule itself, where nothing hidden is in it."""
    branch = next(
        (each for each in protocol.branching if (each.activity, each.item) == (form.name, item)), None
    )
    if branch is None or hidden & set(re.findall(r"\w+", branch.rule)):
        return "", {}
    told = branching_logic(protocol, branch, _finder(form, names))
    return told or "", {} if told else {"asked_when": branch.rule}


def _finder(form: Form, names: Names) -> Find:
    """Items that are shown, with their fields and codes."""

    def find(name: str) -> tuple[str, Mapping[str, str]] | None:
        item = form.item(name)
        return (names.fields[form.name, name], legal_codes(item.code_names)) if item else None

    return find


def _which(protocol: Protocol, form: Form, names: Names) -> Field:
    word = protocol.lesion_word if form.per == "lesion" else "number of the record"
    return Field(
        name=names.fields[form.name, WHICH],
        form=names.instruments[form.name],
        kind="text",
        label=word,
        required=True,
        annotation=_annotation({"form": form.name, "item": WHICH}),
    )


def _sign(form: Form, item: Item, names: Names) -> Field:
    return Field(
        name=names.fields[form.name, f"{item.name}{SIGN}"],
        form=names.instruments[form.name],
        kind="dropdown",
        label=f"{item.label}: below or above quantification",
        choices="lt, below the number | gt, above the number",
        annotation=_annotation({"form": form.name, "item": f"{item.name}{SIGN}"}),
    )


def _texts(form: Form, names: Names) -> Field:
    """Reasons of missing values and everything else that a validated field would refuse."""
    return Field(
        name=names.fields[form.name, TEXTS],
        form=names.instruments[form.name],
        kind="notes",
        label="values as recorded that the fields above cannot hold",
        annotation=f"@READONLY {_annotation({'form': form.name, 'item': TEXTS})}",
    )


def _annotation(about: Mapping[str, Any]) -> str:
    return MARK + json.dumps(about, ensure_ascii=False, sort_keys=True)


def _calculations(protocol: Protocol, forms: Mapping[str, Form], names: Names) -> dict[str, list[Field]]:
    """Derived numbers whose items all lie on one form, as calculated fields of that form."""
    found: dict[str, list[Field]] = {}
    taken = set(names.fields.values())
    known = names_in_sight(protocol, "derivation")
    for step in protocol.derivations:
        rule, _ = read_rule(step.rule, known, Place(""), [visit.visit for visit in protocol.visits])
        homes = [form for form in forms.values() if rule and rule.names and all(map(form.item, rule.names))]
        told = calculation(protocol, step.rule, _finder(homes[0], names)) if len(homes) == 1 else None
        if told and step.variable.lower() not in taken:
            about = {"derivation": step.variable}
            field = Field(
                name=step.variable.lower(),
                form=names.instruments[homes[0].name],
                kind="calc",
                label=step.label,
                choices=told,
                note=step.unit,
                annotation=_annotation(about),
            )
            found.setdefault(homes[0].name, []).append(field)
    return found
