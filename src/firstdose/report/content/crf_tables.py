"""The tables of a case report form: blank, annotated, or filled with what is on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose.records.order import natural
from firstdose.report.content import crf_answers as answers
from firstdose.report.content.crf_history import change_told, entered_told
from firstdose.report.content.crf_schedule import asked_where
from firstdose.report.tree import Column, Paragraph, Section, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from itertools import count

    from firstdose.catalogue import Item
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Key
    from firstdose.records.log.state import State
    from firstdose.report.content.crf_history import History
    from firstdose.report.content.crf_schedule import Hide
    from firstdose.report.tree import Block, Cell

ABREAST = 3  # lesions side by side on a blank form
NOTHING: Cell = (Text("–"),)
NO_RECORD = "Nothing is on record."


def cell(text: str) -> Cell:
    return (Text(text),)


@dataclass(frozen=True, slots=True)
class Blank:
    """Empty forms. `annotated`: beside each item the names under which it is kept."""

    protocol: Protocol
    hide: Hide
    annotated: bool = False

    def section(self, form: Form, place: str) -> Section:
        """A form as it is printed at a visit; `place` makes its id."""
        name = f"{place}-{form.name}"
        said = answers.form_annotation(form) if self.annotated else ""
        note = [Paragraph((Text(said, strong=True),), "key")] if said else []
        table = self._by_lesion(form, name) if form.per == "lesion" else self._table(form, name)
        return Section(f"f-{name}", _title(form), (*note, table))

    def _table(self, form: Form, name: str) -> Table:
        heads = ["item", "answer", "unit, limits", *self._annotation_head()]
        rows = [
            (
                self._label(form, item),
                cell(answers.boxes(item)),
                cell(answers.takes(item)),
                *self._annotation(form, item),
            )
            for item in form.items
        ]
        repeated = (
            (f"One page for each record; number of this record: {answers.BOX * 2}",) if form.repeats else ()
        )
        return Table(f"t-{name}", form.label, "", tuple(map(Column, heads)), tuple(rows), repeated)

    def _by_lesion(self, form: Form, name: str) -> Table:
        """The codes stand beside the label, the lesions side by side."""
        word = self.protocol.lesion_word
        abreast = 1 if self.annotated else ABREAST
        heads = ["item", "takes", *[f"{word} ____"] * abreast, *self._annotation_head()]
        rows = [
            (
                self._label(form, item),
                cell("\n".join(part for part in (answers.codes_told(item), answers.takes(item)) if part)),
                *[cell(answers.narrow_boxes(item))] * abreast,
                *self._annotation(form, item),
            )
            for item in form.items
        ]
        note = f"One column for each {word}; use another copy of this page for more than {abreast}."
        return Table(f"t-{name}", form.label, "", tuple(map(Column, heads)), tuple(rows), (note,))

    def _label(self, form: Form, item: Item) -> Cell:
        """What is asked; what is left empty only with a reason is marked."""
        rule = asked_where(self.protocol, form, item.name, self.hide)
        label = f"{item.label} *" if item.required else item.label
        return cell(f"{label}\nonly where {rule}" if rule else label)

    def _annotation_head(self) -> list[str]:
        return ["annotation"] if self.annotated else []

    def _annotation(self, form: Form, item: Item) -> list[Cell]:
        return [(Text(answers.annotation(form, item), strong=True),)] if self.annotated else []


@dataclass(frozen=True, slots=True)
class Filled:
    """Forms with what is on record of one participant."""

    protocol: Protocol
    state: State
    history: History
    participant: str
    _numbers: count[int]

    def records(self, form: Form, visit: str | None) -> list[Key]:
        """The records of a form at a visit ('' of no visit, None at any), struck ones too, by lesion or number."""
        found = [
            key
            for key in self.state.records
            if key.participant == self.participant and key.form == form.name and visit in {None, key.visit}
        ]
        return sorted(found, key=lambda key: (natural(key.repeat), key.visit))

    def section(self, form: Form, records: list[Key]) -> Section:
        """One table with the records one below the other."""
        name = f"{next(self._numbers)}-{form.name}"
        if not records:
            return Section(f"f-{name}", _title(form), (Paragraph(cell(NO_RECORD)),))
        heads = tuple(map(Column, ("item", "value", "entered (UTC)", "changes", "queries")))
        rows = tuple(row for record in records for row in self._rows(form, record))
        blocks: tuple[Block, ...] = (Table(f"t-{name}", form.label, "", heads, rows),)
        return Section(f"f-{name}", _title(form), blocks)

    def _rows(self, form: Form, record: Key) -> Iterator[tuple[Cell, ...]]:
        said = self._over(form, record)
        if said:
            yield (Text(said, strong=True),), (), (), (), ()
        for item in form.items:
            key = replace(record, item=item.name)
            value = self.state.values.get(key)
            query = self.history.queries.get(key, "")
            if value is None:
                yield cell(item.label), NOTHING, (), (), cell(query) if query else ()
                continue
            yield (
                cell(item.label),
                (Text(shown(item, value.text), strong=True),),
                cell(entered_told(value)),
                cell(change_told(value, self.history, key)),
                cell(query),
            )

    def _over(self, form: Form, record: Key) -> str:
        """Which lesion or number, and whether the record is struck out or complete."""
        held = self.state.records[record]
        word = self.protocol.lesion_word if form.per == "lesion" else "record"
        said = [f"{word} {record.repeat}"] if record.repeat else []
        said += ["struck out"] if held.struck else ["complete"] if held.completed else []
        return ", ".join(said)


def shown(item: Item, text: str) -> str:
    """The recorded text with its unit, or the words of its code."""
    if not text:
        return "– (cleared)"
    words = dict(item.codes).get(text, "")
    if words not in {"", text, text.replace("_", " ")}:
        return f"{text}: {words}"
    numeric = text.lstrip("<>-").replace(".", "", 1).isdigit()
    return f"{text} {item.unit}" if item.unit and numeric else text


def _title(form: Form) -> str:
    return f"{form.label[:1].upper()}{form.label[1:]}"
