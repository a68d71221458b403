"""What people do to records: save, add a participant or a record, strike out, restore. All through the one writer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from firstdose.records.due import LESIONS
from firstdose.records.log.event import Key, NewEvent
from firstdose.web.audit.append import append, with_idem
from firstdose.web.audit.models import CurrentRecord
from firstdose.web.capture import issues
from firstdose.web.capture.entries import plain_text
from firstdose.web.capture.models import Draft, Given
from firstdose.web.capture.reading import PageReading, read_page
from firstdose.web.capture.schedule import today_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firstdose.records.log.event import Actor, Event
    from firstdose.web.capture.entries import Entry
    from firstdose.web.capture.reading import Reading
    from firstdose.web.capture.sheet import Sheet
    from firstdose.web.capture.strict import Objection

REPEAT_ADDED = "repeat.added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of a save: the events where it was done, else the page as it was read, with what stands in its way."""

    page: PageReading | None
    events: tuple[Event, ...] = ()
    saved: bool = False

    @property
    def repeat(self) -> str:
        """The number that a new record got."""
        return next((event.key.repeat for event in self.events if event.kind == REPEAT_ADDED), "")


def save_record(
    *,
    sheet: Sheet,
    entries: Mapping[Key, Entry],
    by: Actor,
    idem: str,
    language: str,
    complete: bool = False,
    paper: str | None = None,
) -> Outcome:
    """Save the changed values of a page, all or none.

    Nothing is written while anything is refused, a soft fault is not answered with a reason, a change has none, or
    somebody else's value waits for a choice. A soft fault that is kept opens a query. `paper`: the day on the paper that
    the values were written on first; each of them then names it as its source.

    Raises:
        Refused: by the log, where a lock or another save came in between; the page is then to be read again.
    """
    place = [*_place(sheet, by)]
    whole = request_id(idem, *place, str(complete), paper or "", *map(repr, sorted(entries.items())))
    if whole and (known := with_idem(whole)):
        return Outcome(page=None, events=known, saved=True)
    page = read_page(sheet, entries, language, complete=complete)
    if page.blocked:
        return Outcome(page=page)
    if paper is not None and not _is_past(paper, today_at(sheet.study, sheet.site)):
        return Outcome(page=replace(page, refused=(*page.refused, issues.paper_without_day())))
    if sheet.is_new and not page.changes:
        return Outcome(page=replace(page, refused=(*page.refused, issues.nothing_typed())))
    if sheet.is_new:
        number, fresh = give_number(_scope(sheet), _stem(sheet), _taken(sheet), request_id(idem, *place))
        if not fresh and replace(sheet.records[0], repeat=number) in sheet.state.records:
            return Outcome(page=replace(page, refused=(*page.refused, issues.saved_already(number))))
        page = _numbered(page, number)
    source = {"source": f"paper of {paper}"} if paper else {}
    new = [*_events(sheet, page, source), *(_completed(sheet, page) if complete else ())]
    if not new:
        return Outcome(page=page, saved=True)
    seen = {each.key: each.before.seq if each.before else 0 for each in page.values.values()}
    events = append(new, by=by, idem=whole, seen=seen)
    forget_draft(sheet)
    return Outcome(page=page, events=events, saved=True)


def _is_past(day: str, today: date) -> bool:
    try:
        return date.fromisoformat(day) <= today and date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def request_id(idem: str, *parts: str) -> str:
    """The id of a request together with what it says: a retry has the same, another text on an old page has not."""
    return sha256("\x1f".join([idem, *parts]).encode()).hexdigest()[:32] if idem else ""


def saved_as_new(sheet: Sheet, idem: str, by: Actor) -> bool:
    """Whether this page of a new record led to one already."""
    return bool(idem) and Given.objects.filter(idem=request_id(idem, *_place(sheet, by))).exists()


def _place(sheet: Sheet, by: Actor) -> tuple[str, ...]:
    return (by.who, sheet.participant, sheet.visit, sheet.name, sheet.repeat)


def _scope(sheet: Sheet) -> str:
    return f"{sheet.participant} {sheet.name} "


def _stem(sheet: Sheet) -> str:
    return "L" if sheet.name == LESIONS else ""


def _numbered(page: PageReading, number: str) -> PageReading:
    """The new record under its number."""
    for each in page.all:
        each.key = replace(each.key, repeat=number)
    return replace(
        page,
        values={each.key: each for each in page.values.values()},
        whole={each.key: each for each in page.whole.values()},
    )


def _taken(sheet: Sheet) -> set[str]:
    return {
        key.repeat
        for key in sheet.state.records
        if key.participant == sheet.participant and key.form == sheet.name
    }


def give_number(scope: str, stem: str, taken: set[str], idem: str, *, width: int = 1) -> tuple[str, bool]:
    """The next free number of a kind, given once: two people at one moment get two; and whether it is given just now."""
    if idem and (known := Given.objects.filter(idem=idem, name__startswith=scope).first()):
        return str(known.name).removeprefix(scope), False
    number = 1
    while True:
        name = f"{stem}{number:0{width}d}"
        if name not in taken and _is_given(f"{scope}{name}", idem):
            return name, True
        number += 1


def _is_given(name: str, idem: str) -> bool:
    if Given.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Given.objects.create(name=name, idem=idem)
    except IntegrityError:
        return False
    return True


def _events(sheet: Sheet, page: PageReading, source: Mapping[str, str]) -> Iterator[NewEvent]:
    """Records that are new, changed values only, and a query for each soft fault that is kept."""
    changes = page.changes
    for record in dict.fromkeys(each.key.record for each in changes):
        if record.repeat and record not in sheet.state.records:
            yield NewEvent(kind=REPEAT_ADDED, key=record, site=sheet.site)
    for each in changes:
        yield _change(sheet, each, source)
    for each in page.all:
        for said in each.soft:
            yield _query(sheet, each, said)


def _change(sheet: Sheet, each: Reading, source: Mapping[str, str]) -> NewEvent:
    reason = plain_text(each.entry.reason) if each.before else ""
    if not each.text:
        payload = {"old": each.stands, "reason": reason, **source}
        return NewEvent(kind="value.cleared", key=each.key, site=sheet.site, payload=payload)
    told = {
        "old": each.stands,
        "new": each.text,
        "raw": each.typed.typed or each.text,
        "unit": each.item.unit,
        **({"twice": "yes"} if each.twice else {}),
    }
    return NewEvent(
        kind="value.set", key=each.key, site=sheet.site, payload=told | {"reason": reason, **source}
    )


def _query(sheet: Sheet, each: Reading, said: Objection) -> NewEvent:
    payload = {
        "text": f"{said.message} {said.remedy}".strip(),
        "source": "check",
        "code": said.code,
        "reason": plain_text(each.entry.keep),
    }
    return NewEvent(kind="query.opened", key=each.key, site=sheet.site, payload=payload)


def _completed(sheet: Sheet, page: PageReading) -> Iterator[NewEvent]:
    for record in page.whole.values():
        known = sheet.state.records.get(record.key)
        if known is None or not known.completed:
            yield NewEvent(kind="form.completed", key=record.key, site=sheet.site)


def forget_draft(sheet: Sheet) -> None:
    """The draft of this page, once it was saved or is not wanted."""
    Draft.objects.filter(
        person=sheet.standing.person,
        participant=sheet.participant,
        visit=sheet.visit,
        form=sheet.name,
        repeat=sheet.repeat,
    ).delete()


def proposed_participant() -> str:
    """The next id by the trial's rule: P-001, P-002 ..."""
    return _next_name({row.participant for row in CurrentRecord.objects.filter(form="participants")})


def _next_name(taken: set[str]) -> str:
    number = 1
    while (name := f"P-{number:03d}") in taken or Given.objects.filter(name=f"participant {name}").exists():
        number += 1
    return name


def add_participant(*, site: str, by: Actor, idem: str) -> str:
    """Somebody enters the trial at this site, under the next number; the same request gets the same."""
    idem = request_id(idem, by.who, site)
    if idem and (known := with_idem(idem)):
        return known[0].key.participant
    taken = {row.participant for row in CurrentRecord.objects.filter(form="participants")}
    name, _ = give_number("participant ", "P-", taken, idem, width=3)
    key = Key(name, form="participants")
    append([NewEvent(kind="participant.added", key=key, site=site)], by=by, idem=idem)
    return name


def strike_record(
    *, record: Key, site: str, by: Actor, reason: str, idem: str, restore: bool = False
) -> Sequence[Objection]:
    """Strike a record out, or let it count again; it stays readable. What is in the way, if anything."""
    said = plain_text(reason)
    if not said:
        return [issues.without_reason()]
    kind = "repeat.restored" if restore else "repeat.struck"
    append(
        [NewEvent(kind=kind, key=record, site=site, payload={"reason": said})],
        by=by,
        idem=request_id(idem, kind, repr(record)),
    )
    return []


def reopen_form(*, record: Key, site: str, by: Actor, reason: str, idem: str) -> Sequence[Objection]:
    """A form that was said to be complete is open again."""
    said = plain_text(reason)
    if not said:
        return [issues.without_reason()]
    append(
        [NewEvent(kind="form.reopened", key=record, site=site, payload={"reason": said})],
        by=by,
        idem=request_id(idem, "reopen", repr(record)),
    )
    return []
