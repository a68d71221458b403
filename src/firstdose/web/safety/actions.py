"""Acts about doses: each asks the gate while it holds the head of the log, so that nothing changes in between."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from firstdose.derived.dose import derive_dose_deviations
from firstdose.records.log.chain import canonical
from firstdose.records.log.event import Key, NewEvent
from firstdose.web.audit.append import append, writing
from firstdose.web.audit.reading import current_state
from firstdose.web.review.actions import propose_deviations
from firstdose.web.review.deviations import RULE, name_of, on_record
from firstdose.web.safety import issues
from firstdose.web.safety.asking import ask
from firstdose.web.safety.boxes import Said
from firstdose.web.safety.days import today_at
from firstdose.web.safety.on_record import OVERRIDE, SHEET, is_given, overrides_of, sheets_of
from firstdose.web.safety.sheet import COMPUTED, TYPED, compute_sheet, digest_of_sheet
from firstdose.web.safety.snapshot import now_on_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from firstdose.records.log.event import Actor, Json
    from firstdose.values.issue import Issue
    from firstdose.web.safety.asking import Asked
    from firstdose.web.safety.on_record import Override, Sheet
    from firstdose.web.safety.sheet import Computed

Faults = tuple["Issue", ...]


def propose_sheet(
    *, by: Actor, site: str, key: Key, typed: Mapping[str, str], idem: str = ""
) -> tuple[Faults, Computed]:
    """The first person's sheet, computed and kept; nothing is kept where the gate is closed or the sheet withheld."""
    with writing():
        day = today_at(site)
        now = now_on_record()
        computed = compute_sheet(now.protocol, key, typed, day.isoformat())
        if is_given(key.participant, key.repeat):
            return (issues.already_recorded(key.repeat),), computed
        asked = _asked(computed, day)
        faults = (*asked.faults, *computed.stops)
        if not faults:
            told = {"what": SHEET, **computed.told, "digest": computed.digest}
            append([NewEvent(kind="dose.proposed", key=key, site=site, payload=told)], by=by, idem=idem)
        return faults, computed


def _asked(computed: Computed, day: date) -> Asked:
    key = computed.key
    return ask(
        key.participant, day, level=computed.told["dose_level"], lesion=key.repeat, lot=computed.told["lot"],
        ahead=computed.ahead,
    )  # fmt: skip


def approve_sheets(*, by: Actor, site: str, sheets: Sequence[Sheet]) -> Faults:
    """The second person's word for sheets that the first computed; all or none."""
    with writing():
        new: list[NewEvent] = []
        for sheet in sheets:
            faults, told = _approval(by, site, sheet)
            if faults:
                return faults
            key = _key(sheet)
            new.append(NewEvent(kind="dose.approved", key=key, site=site, payload=told))
        if new:
            append(new, by=by)
    return ()


def _approval(by: Actor, site: str, sheet: Sheet) -> tuple[Faults, dict[str, str | int]]:
    if by.who == sheet.first:
        return (issues.same_person(),), {}
    now, day = now_on_record(), today_at(site)
    typed = {name: sheet.of(name) for name in TYPED}
    computed = compute_sheet(now.protocol, _key(sheet), typed, day.isoformat())
    if computed.digest != digest_of_sheet(sheet.told):
        return (issues.sheet_changed(),), {}
    asked = _asked(computed, day)
    if faults := (*asked.faults, *computed.stops):
        return faults, {}
    return (), {
        "level": sheet.of("dose_level"),
        "clause": asked.clause,
        "decision": now.snapshot.digest,
        "head": now.head,
        "sheet": sheet.seq,
        "sheet_digest": computed.digest,
        "first": sheet.first,
    }


def record_injection(
    *,
    by: Actor,
    site: str,
    participant: str,
    lesion: str,
    day: date,
    typed: Mapping[str, Said],
    idem: str = "",
) -> Faults:
    """The injection of a confirmed sheet as carried out: values of its form, `dose.given`, and deviations by rule.

    `typed`: by item, beside what the sheet says. The gate is asked for the day of the injection: what came to light after
    the sheet was confirmed closes it again.
    """
    with writing():
        sheet = sheets_of(participant).get(lesion)
        if faults := _recordable(sheet, site, lesion, day):
            return faults
        assert sheet is not None
        key = _key(sheet)
        asked = ask(participant, day, level=sheet.of("dose_level"), lesion=lesion, lot=sheet.of("lot"))
        if asked.faults:
            return asked.faults
        values = _values(sheet, day, typed)
        new = [_value(key, site, item, said) for item, said in values.items() if said.text]
        told: dict[str, Json] = {
            "lesion": lesion,
            "level": sheet.of("dose_level"),
            "sheet": sheet.approved,
            "clause": asked.clause,
        }
        if asked.override is not None:
            told["override"] = asked.override.seq_of_second
        new.append(NewEvent(kind="dose.given", key=key, site=site, payload=told))
        append(new, by=by, idem=idem, seen={each.key: 0 for each in new if each.kind == "value.set"})
        propose_dose_deviations(participant=participant, site=site)
    return ()


def _recordable(sheet: Sheet | None, site: str, lesion: str, day: date) -> Faults:
    if sheet is not None and is_given(sheet.participant, lesion):
        return (issues.already_recorded(lesion),)
    if sheet is None or not sheet.approved or sheet.approved_on is None:
        return (issues.no_sheet(lesion),)
    today = today_at(site)
    if not sheet.approved_on <= day <= today:
        return (issues.day_outside(str(day), str(sheet.approved_on), str(today)),)
    return ()


def _values(sheet: Sheet, day: date, typed: Mapping[str, Said]) -> dict[str, Said]:
    told = {name: Said(sheet.of(name), sheet.of(name)) for name in (*TYPED, *COMPUTED) if sheet.of(name)}
    return {"date": Said(day.isoformat(), day.isoformat()), **typed, **told}


def _value(key: Key, site: str, item: str, said: Said, reason: str = "") -> NewEvent:
    told = {"old": "", "new": said.text, "raw": said.raw, "unit": "", "reason": reason}
    if said.twice:
        told["twice"] = "yes"
    return NewEvent(kind="value.set", key=replace(key, item=item), site=site, payload=told)


def _key(sheet: Sheet) -> Key:
    return Key(sheet.participant, sheet.visit, "injection", sheet.lesion)


def propose_dose_deviations(*, participant: str, site: str) -> None:
    """What the rules say of this participant's doses and nobody has looked at: delivery, level, lot, cap."""
    now = now_on_record()
    known = on_record()
    found = [
        (name_of(each), each, site)
        for each in derive_dose_deviations(now.protocol, now.snapshot)
        if each.participant == participant and name_of(each) not in known
    ]
    if found:
        propose_deviations(by=RULE, deviations=found)


def correct_injection(
    *, by: Actor, site: str, key: Key, typed: Mapping[str, Said], reason: str, seen: Mapping[Key, int]
) -> Faults:
    """Changed values of an injection on record, with the reason for all of them; the dose is judged again."""
    if not reason.strip():
        return (issues.no_reason(),)
    with writing():
        there = current_state(participant=key.participant).values
        new = [
            _value(key, site, item, said, reason)
            for item, said in typed.items()
            if (old := there.get(replace(key, item=item))) is None or old.text != said.text
        ]
        if new:
            append(new, by=by, seen={each.key: seen.get(each.key, 0) for each in new})
            propose_dose_deviations(participant=key.participant, site=site)
    return ()


def decide_board(
    *, by: Actor, decision: str, level: str, reason: str, voters: Sequence[str], proof: str, told: Mapping[str, str],
    head: str,
) -> Faults:  # fmt: skip
    """The board's decision, bound to the records it looked at. `head`: the head of the log that its page showed."""
    with writing():
        now = now_on_record()
        if now.head != head:
            return (issues.rule_moved(),)
        payload: dict[str, Json] = {
            "decision": decision, "level": level, "reason": reason, "voters": list(voters), "proof": proof,
            "snapshot": now.snapshot.digest, "head": head, "seq": now.seq, **told,
        }  # fmt: skip
        payload["digest"] = hashlib.sha256(canonical(payload)).hexdigest()
        append([NewEvent(kind="cohort.decided", payload=payload)], by=by)
    return ()


def ask_override(*, by: Actor, site: str, participant: str, level: str, reason: str, proof: str) -> Faults:
    """The first of two: what the gate says against it is kept with the reason."""
    if not reason.strip():
        return (issues.no_reason(),)
    with writing():
        day = today_at(site)
        asked = ask(participant, day, level=level)
        found = asked.gate
        if found.open or found.hard:
            return (issues.nothing_forbids(),)
        payload: dict[str, Json] = {
            "what": OVERRIDE, "level": level, "day": day.isoformat(), "codes": " ".join(sorted(found.codes)),
            "text": asked.for_record, "reason": reason.strip(), "proof": proof,
        }  # fmt: skip
        append([NewEvent(kind="dose.proposed", key=Key(participant), site=site, payload=payload)], by=by)
    return ()


def release_override(
    *, by: Actor, site: str, participant: str, asked: int, reason: str, proof: str
) -> Faults:
    """The second of two, somebody else, with a reason of their own."""
    if not reason.strip():
        return (issues.no_reason(),)
    with writing():
        waiting: Override | None = next(
            (each for each in overrides_of(participant) if each.seq == asked and not each.second), None
        )
        if waiting is None or waiting.day != today_at(site):
            return (issues.override_gone(),)
        if waiting.first == by.who:
            return (issues.same_person(),)
        payload: dict[str, Json] = {
            "level": waiting.level, "day": waiting.day.isoformat(), "first": waiting.first, "second": by.who,
            "asked": asked, "codes": " ".join(sorted(waiting.codes)), "reason": f"{waiting.reason} | {reason.strip()}",
            "proof": proof,
        }  # fmt: skip
        append([NewEvent(kind="dose.overridden", key=Key(participant), site=site, payload=payload)], by=by)
    return ()
