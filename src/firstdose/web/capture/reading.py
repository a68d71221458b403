"""A whole page read: each value as typed, what changes, and everything that stands in its way, all at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from firstdose.catalogue import Item
from firstdose.records.branching import asked, read_answers
from firstdose.records.log.state import with_texts
from firstdose.values.missing import read_missing
from firstdose.web.audit.models import Payload
from firstdose.web.capture import issues
from firstdose.web.capture.again import ask_again, ask_days
from firstdose.web.capture.entries import Entry, entry_of, plain_text
from firstdose.web.capture.judging import Judgement, judge
from firstdose.web.capture.schedule import today_at
from firstdose.web.capture.steps import check_steps
from firstdose.web.capture.strict import Typed, read_typed
from firstdose.web.capture.strict import read_missing as read_reason_for_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from firstdose.records.log.event import Key
    from firstdose.records.log.state import Value
    from firstdose.web.capture.sheet import Sheet
    from firstdose.web.capture.strict import Objection

EMPTY_CODE = "FD-R037"  # said at every empty box by the core; a form need not be complete at once
_NOTHING = Item(name="", label="", kind="text", required=False)
MINE, THEIRS, CLEAR, KEEP = "mine", "theirs", "clear", "keep"


@dataclass(slots=True, kw_only=True)
class Reading:
    """One value of the page. `hard` refuses the save, `soft` asks for a reason, `notes` are only told.

    `text`: the cell text that would be saved; `before`: what stands now; `moved`: somebody changed it meanwhile; `twice`:
    it was typed twice, and alike.
    """

    key: Key
    item: Item
    entry: Entry
    before: Value | None
    typed: Typed
    text: str
    asked: bool = True
    moved: bool = False
    twice: bool = False
    hard: list[Objection] = field(default_factory=list)
    soft: list[Objection] = field(default_factory=list)
    notes: list[Objection] = field(default_factory=list)

    @property
    def stands(self) -> str:
        return self.before.text if self.before else ""

    @property
    def changed(self) -> bool:
        return self.text != self.stands

    @property
    def is_change(self) -> bool:
        """Whether this changes what was saved before: then it needs a reason."""
        return self.changed and self.before is not None

    @property
    def undecided(self) -> bool:
        """Whether somebody else's value waits for a choice."""
        return self.moved and self.text != self.stands

    @property
    def kept(self) -> bool:
        """Whether the soft faults that were shown are answered with a reason."""
        return bool(plain_text(self.entry.keep)) and self.entry.shown == told_as(self.soft)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """All values of a page with the judgement of the core; `refused` are faults of the page as a whole."""

    values: Mapping[Key, Reading]
    refused: tuple[Objection, ...]
    whole: Mapping[Key, Reading]
    judgement: Judgement

    @property
    def all(self) -> Iterable[Reading]:
        return (*self.values.values(), *self.whole.values())

    @property
    def blocked(self) -> bool:
        """Whether anything stands in the way of saving."""
        return bool(self.refused) or any(each.hard or (each.soft and not each.kept) for each in self.all)

    @property
    def changes(self) -> list[Reading]:
        return [each for each in self.values.values() if each.changed]


def told_as(said: Sequence[Objection]) -> str:
    """Which faults were shown: a reason for keeping one never covers another."""
    text = "\n".join(f"{each.code} {each.message}" for each in said)
    return sha256(text.encode()).hexdigest()[:16] if said else ""


def saved_entries(sheet: Sheet, language: str) -> dict[Key, Entry]:
    """What the boxes show before anybody typed."""
    return {key: entry_of(item, sheet.value(key), language) for key, item in sheet.keys}


def read_page(
    sheet: Sheet, entries: Mapping[Key, Entry], language: str, *, complete: bool = False
) -> PageReading:
    """Everything that is to be said about these inputs, at once. Nothing is written."""
    values = {key: _read(sheet, key, item, entries.get(key, Entry()), language) for key, item in sheet.keys}
    _close_branches(sheet, values)
    for each in values.values():
        _ask_reason(each)
    texts = {key: each.text for key, each in values.items()}
    after = judge(sheet.study, sheet.standing, sheet.form, with_texts(sheet.state, texts), sheet.records)
    whole = _whole(sheet, entries)
    _say(sheet, values, whole, after)
    ask_days(values.values(), sheet.study.capture, lambda: today_at(sheet.study, sheet.site))
    if any(each.changed for each in values.values()) or complete:
        _ask_values(sheet, values, complete=complete)
    refused = tuple(check_steps(sheet.study, sheet.state, sheet.participant, sheet.visit, sheet.name))
    return PageReading(values=values, refused=refused, whole=whole, judgement=after)


def _read(sheet: Sheet, key: Key, item: Item, entry: Entry, language: str) -> Reading:
    before = sheet.value(key)
    reading = _typed(key, item, entry, before, language)
    if before is not None and entry.event != before.seq:
        _settle_move(reading, language)
    ask_again(sheet.study.capture, reading, language)
    return reading


def _typed(key: Key, item: Item, entry: Entry, before: Value | None, language: str) -> Reading:
    as_shown = entry_of(item, before, language)
    same = entry.value == as_shown.value
    if before and same:
        return Reading(
            key=key,
            item=item,
            entry=entry,
            before=before,
            typed=Typed(before.text, entry.typed),
            text=before.text,
        )
    if entry.code or (entry.why.strip() and not entry.typed.strip()):
        typed = read_reason_for_none(entry.code, entry.why)
        both = [issues.value_and_reason()] if entry.typed.strip() else []
        faults = [*both, *typed.faults]
        typed = replace(typed, typed=entry.typed)
    else:
        typed = read_typed(item, entry.typed, language)
        faults = [fault for fault in typed.faults if fault.code != EMPTY_CODE]
    reading = Reading(key=key, item=item, entry=entry, before=before, typed=typed, text=typed.text)
    reading.hard = [fault for fault in faults if fault.weight == "hard"]
    reading.soft = [fault for fault in faults if fault.weight == "soft"] if reading.changed else []
    return reading


def _settle_move(reading: Reading, language: str) -> None:
    """Somebody saved another value since the page was opened: whoever typed another must choose which counts."""
    before, entry = reading.before, reading.entry
    if before is None or (reading.text == reading.stands and not reading.hard):
        return
    reading.moved = True
    if entry.side == f"{MINE}:{before.seq}":
        return
    shown = _text_of(entry.event)
    if entry.side == f"{THEIRS}:{before.seq}" or (not reading.hard and reading.text == shown):
        reading.entry = entry_of(reading.item, before, language)
        reading.text, reading.typed = before.text, Typed(before.text, reading.entry.typed)
        reading.hard, reading.soft = [], []
    if not entry.side.endswith(f":{before.seq}"):
        reading.hard = [*reading.hard, issues.changed_meanwhile(before.actor, before.text)]


def _text_of(event: int) -> str | None:
    """The text that an event set; '' for no event, None where it cannot be read."""
    if event == 0:
        return ""
    row = Payload.objects.filter(seq=event).first()
    return str(json.loads(row.text).get("new", "")) if row else None


def _close_branches(sheet: Sheet, values: Mapping[Key, Reading]) -> None:
    """Items that the answers do not ask for: an empty one is passed over, one with a value waits for a decision."""
    for record in sheet.records:
        own = {each.item.name: each for each in values.values() if each.key.record == record}
        closed = _closed(sheet, {name: each.text for name, each in own.items()})
        before = _closed(sheet, {name: each.stands for name, each in own.items()})
        for name in closed:
            if name in own:
                _close(own[name], anew=name not in before or own[name].changed)


def _closed(sheet: Sheet, texts: Mapping[str, str]) -> set[str]:
    protocol = sheet.study.protocol
    answers = asked(protocol, sheet.name, read_answers(protocol, sheet.name, texts))
    return {name for name, answer in answers.items() if answer is False}


def _close(reading: Reading, *, anew: bool) -> None:
    reading.asked = False
    told = issues.no_longer_asked()
    if reading.entry.closing == CLEAR:
        reading.text, reading.typed, reading.hard, reading.soft = "", Typed("", ""), [], []
    elif not reading.text or read_missing(reading.text):
        return
    elif not anew:
        reading.notes.append(told)
    elif reading.entry.closing == KEEP:
        reading.soft.append(issues.keep_or_change(told.message, told.remedy, "FD-R074"))
    else:
        reading.hard.append(told)


def _ask_reason(reading: Reading) -> None:
    if reading.is_change and not plain_text(reading.entry.reason) and not reading.hard:
        reading.hard.append(issues.change_without_reason(reading.stands or "''"))


def _whole(sheet: Sheet, entries: Mapping[Key, Entry]) -> dict[Key, Reading]:
    """What is said of a record as a whole hangs on a value without an item."""
    return {
        record: Reading(
            key=record,
            item=_NOTHING,
            entry=entries.get(record, Entry()),
            before=None,
            typed=Typed("", ""),
            text="",
        )
        for record in sheet.records
    }


def _say(sheet: Sheet, values: Mapping[Key, Reading], whole: Mapping[Key, Reading], after: Judgement) -> None:
    """New faults ask for a reason; those that stood there before this page was typed are only told."""
    touched = {each.key.record for each in values.values() if each.changed}
    before = (
        judge(sheet.study, sheet.standing, sheet.form, sheet.state, sheet.records, scores=False)
        if after.said
        else after
    )
    for key, said in after.said.items():
        target = values.get(key) or whole[key.record]
        known = {each.code for each in before.said.get(key, ())}
        for each in said:
            fresh = key.record in touched and (each.code not in known or target.changed)
            if not fresh:
                target.notes.append(each)
            elif each.weight == "hard":
                target.hard.append(each)
            elif each.code not in {one.code for one in target.soft}:
                target.soft.append(each)


def _ask_values(sheet: Sheet, values: Mapping[Key, Reading], *, complete: bool) -> None:
    """A complete form has a value or a reason for every required item that is asked."""
    for each in values.values():
        record = sheet.state.records.get(each.key.record)
        done = complete or (record is not None and bool(record.completed))
        if done and each.item.required and each.asked and not each.text and not each.hard:
            each.hard.append(issues.still_missing())
