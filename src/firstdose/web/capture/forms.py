"""A page of a form as plain values for its template: records, and in each a box for every item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from firstdose.protocol.names import EVENTS
from firstdose.values.missing import MISSING, read_missing_reason
from firstdose.web.capture.again import is_twice
from firstdose.web.capture.entries import input_name
from firstdose.web.capture.reading import MINE, THEIRS, told_as
from firstdose.web.capture.sheet import lesions_of
from firstdose.web.capture.strict import Box, box_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.records.log.event import Key
    from firstdose.web.capture.judging import Calculated
    from firstdose.web.capture.reading import PageReading, Reading
    from firstdose.web.capture.sheet import Sheet
    from firstdose.web.capture.strict import Objection


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One item of one record as it is drawn. `names`: of its inputs, by part of an Entry.

    `seen`: the event that the page answers for; `there`: the one that stands now, another while one must choose;
    `twice`: it has a second box.
    """

    reading: Reading
    label: str
    box: Box
    names: dict[str, str]
    seen: int
    there: int
    shown: str
    stands: str
    history: tuple[str, str, str, str, str]
    twice: bool = False

    @property
    def id(self) -> str:
        return self.names["typed"]

    @property
    def faults(self) -> bool:
        return bool(self.reading.hard or self.reading.soft or self.reading.notes)

    @property
    def open(self) -> bool:
        """Whether its second row, reason for no value, is open."""
        return bool(self.reading.entry.code or self.reading.entry.why)

    @property
    def value(self) -> str:
        return self.reading.entry.typed

    @property
    def again(self) -> str:
        """What stands in the second box: nothing where it differed, so that it is typed anew and not mended."""
        differed = any(said.code == "FD-W059" for said in self.reading.hard)
        return "" if differed else self.reading.entry.again

    @property
    def mine(self) -> str:
        return f"{MINE}:{self.there}"

    @property
    def theirs(self) -> str:
        return f"{THEIRS}:{self.there}"

    @property
    def wants_reason(self) -> bool:
        return self.reading.is_change

    @property
    def invalid(self) -> bool:
        return bool(self.reading.hard)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """One record: its fields, its scores, what is said of it as a whole, and how it stands."""

    key: Key
    title: str
    fields: tuple[Field, ...]
    scores: tuple[tuple[Calculated, str, str], ...]
    whole: Reading
    whole_names: dict[str, str]
    whole_shown: str
    state: str
    struck: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The whole page. `refused`: why nothing can be saved here now; `changes`: whether anything was saved before."""

    sheet: Sheet
    records: tuple[RecordView, ...]
    refused: tuple[Objection, ...]
    missing: tuple[tuple[str, str], ...]
    saved_before: bool
    read_only: bool
    faults: int

    @property
    def form(self) -> str:
        return self.sheet.name


def build_form(sheet: Sheet, page: PageReading, *, read_only: bool = False) -> FormView:
    """The page of a form as it was read: hidden items are not on the sheet, so they cannot be on the page."""
    records = tuple(_record(sheet, page, record) for record in sheet.records)
    return FormView(
        sheet=sheet,
        records=records,
        refused=page.refused,
        missing=tuple((code, gettext(label)) for code, (label, _) in MISSING.items()),
        saved_before=any(each.before for each in page.values.values()),
        read_only=read_only,
        faults=sum(len(each.hard) + len(each.soft) for each in page.all),
    )


def _record(sheet: Sheet, page: PageReading, record: Key) -> RecordView:
    whole = page.whole[record]
    known = sheet.state.records.get(record)
    fields = tuple(_field(sheet, each) for each in page.values.values() if each.key.record == record)
    return RecordView(
        key=record,
        title=record.repeat,
        fields=fields,
        scores=tuple(_score(sheet, each) for each in page.judgement.scores if each.record == record),
        whole=whole,
        whole_names={part: input_name(part, record) for part in ("keep", "shown")},
        whole_shown=told_as(whole.soft),
        state="" if known is None else "complete" if known.completed else "started",
        struck=bool(known and known.struck),
    )


def _field(sheet: Sheet, reading: Reading) -> Field:
    key, there = reading.key, reading.before.seq if reading.before else 0
    names = {
        part: input_name(part, key)
        for part in ("typed", "code", "why", "seen", "reason", "keep", "shown", "side", "closing", "again")
    }
    return Field(
        reading=reading,
        label=reading.item.label,
        box=_box(sheet, reading),
        names=names,
        seen=reading.entry.event if reading.undecided else there,
        there=there,
        shown=told_as(reading.soft),
        stands=_readable(reading),
        history=(key.participant, key.visit, key.form, key.repeat, key.item),
        twice=is_twice(sheet.study.capture, sheet.name, reading.item),
    )


def _box(sheet: Sheet, reading: Reading) -> Box:
    """The item's control; the lesion of an event is one of those on the map."""
    box = box_of(reading.item, gettext)
    of_event = sheet.name == EVENTS and reading.item.name == "lesion"
    if of_event and (lesions := lesions_of(sheet.state, sheet.participant)):
        box = Box(control="strip", choices=tuple((each, each) for each in lesions), ltr=False)
    value = reading.entry.typed
    if (
        box.choices and value and value not in dict(box.choices)
    ):  # of an earlier protocol: it is never dropped unseen
        return replace(box, choices=(*box.choices, (value, value)))
    return box


def _readable(reading: Reading) -> str:
    """The value in words for somebody who reads: label of a code, unit, reason of a gap."""
    text, item = reading.stands, reading.item
    missing = read_missing_reason(text)
    if missing and text not in item.code_names:
        return f"{gettext(missing.label)}: {missing.reason}" if missing.reason else gettext(missing.label)
    label = dict(item.codes).get(text, "")
    return f"{text}: {label}" if label and label != text else f"{text} {item.unit}".strip() if text else ""


def _score(sheet: Sheet, each: Calculated) -> tuple[Calculated, str, str]:
    """The score, its value as text, and the labels of its inputs."""
    labels = {item.name: item.label for item in sheet.items}
    value = "" if each.value is None else f"{each.value:.{each.decimals}f} {each.unit}".strip()
    return each, value, _told([labels[name] for name in each.inputs if name in labels])


def _told(labels: Sequence[str]) -> str:
    return ", ".join(labels)
