"""Tables that come in: read by the same checks as everything else, laid beside what is on record, then appended."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from firstdose.escalation.on_record import check_escalation
from firstdose.protocol.names import ADMINISTRATION
from firstdose.readers.recognising import read_table
from firstdose.records.log.event import Key, NewEvent
from firstdose.records.log.state import Record, with_texts
from firstdose.records.log.tables import read_state
from firstdose.records.snapshot import KEYS
from firstdose.records.study import RECORDS, read_study
from firstdose.records.tables import REMARK
from firstdose.values.issue import Issue, errors
from firstdose.web.accounts.standing import site_here, site_of
from firstdose.web.audit.append import append
from firstdose.web.audit.reading import current_state
from firstdose.web.exports import issues
from firstdose.web.safety.deciding import with_overrides

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Event, Json
    from firstdose.records.log.state import State
    from firstdose.web.accounts.standing import Standing
    from firstdose.web.audit.study import Study

MOST_BYTES = 20_000_000
FORBIDDEN = "FD-E025"  # a query about what happened, and a refusal of what is brought in
PARTICIPANTS = "participants"
VALUES = frozenset({"value.set", "value.cleared"})
Row = dict[str, str]


@dataclass(slots=True)
class Plan:
    """What an import would do: events, how many values are new, changed and the same, and what speaks against it.

    `name`: of the file; every value says that it came from there.
    """

    name: str = ""
    new: list[NewEvent] = field(default_factory=list)
    seen: dict[Key, int] = field(default_factory=dict)
    rows: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    issues: list[Issue] = field(default_factory=list)
    sha256: str = ""


def unpacked(name: str, content: bytes) -> tuple[dict[str, bytes], list[Issue]]:
    """Table name -> its bytes, of one CSV file or of a zip of a study folder."""
    if len(content) > MOST_BYTES:
        return {}, [issues.too_large(name)]
    if name.endswith(".csv"):
        return {Path(name).name: content}, []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            names = [each for each in held.infolist() if each.filename.endswith(".csv")]
            if sum(each.file_size for each in names) > 5 * MOST_BYTES:
                return {}, [issues.too_large(name)]
            found = {Path(each.filename).name: held.read(each) for each in names}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return {}, [issues.not_a_table(name)]
    return (found, []) if found else ({}, [issues.not_a_table(name)])


def plan_import(study: Study, standing: Standing, name: str, content: bytes, reason: str) -> Plan:
    """What these bytes would bring; nothing is written. Errors of reading refuse the whole."""
    plan = Plan(name=name[:100], sha256=hashlib.sha256(content).hexdigest())
    files, plan.issues = unpacked(name, content)
    if not files:
        return plan
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / RECORDS
        records.mkdir()
        for file, held in files.items():
            (records / file).write_bytes(held)
        plan.issues += read_study(Path(folder), study.protocol).issues
        if not errors(plan.issues):
            state = current_state()
            for path in sorted(records.iterdir(), key=lambda path: path.stem != PARTICIPANTS):
                if path.stem not in study.forms:
                    plan.issues.append(issues.signed_here_only(path.name))
                    continue
                _plan_table(plan, study, standing, state, path, reason)
            plan.issues += _forbidden(plan, study, state)
    if plan.changed and not reason.strip():
        plan.issues.append(issues.no_reason(plan.changed))
    return plan


def _forbidden(plan: Plan, study: Study, state: State) -> list[Issue]:
    """FD-E025 of every dose that the tables bring and the rule forbids: an import is no way around the dose gate."""
    if not any(each.key.form == ADMINISTRATION for each in plan.new):
        return []
    texts = {each.key: str(each.payload["new"]) for each in plan.new if each.kind in VALUES}
    ahead = with_texts(state, texts)
    for each in plan.new:
        ahead.records.setdefault(each.key.record, Record(site=each.site, added=0))
    snapshot = with_overrides(read_state(study.protocol, ahead).snapshot)
    found = check_escalation(study.protocol, snapshot)
    return [replace(each, weight="error") for each in found if each.code == FORBIDDEN]


def _plan_table(plan: Plan, study: Study, standing: Standing, state: State, path: Path, reason: str) -> None:
    form = study.forms[path.stem]
    for key, row in _records(form, study, path):
        plan.rows += 1
        site = site_of(key.participant) or site_here(standing)
        if key not in state.records:
            kind = "participant.added" if form.name == PARTICIPANTS else "repeat.added"
            plan.new.append(NewEvent(kind=kind, key=key, site=site))
        for item, text in row.items():
            _plan_value(
                plan, state, Key(key.participant, key.visit, key.form, key.repeat, item), site, text, reason
            )


def _records(form: Form, study: Study, path: Path) -> Iterator[tuple[Key, Row]]:
    """The key of each row and its items; a repeated form counts the rows of each participant."""
    table, _found = read_table(path, name=path.name)
    assert table is not None, "the study was read without errors"
    row_of = study.protocol.activity(form.name)
    only = row_of.at[0] if row_of and len(row_of.at) == 1 and not form.repeats else ""
    numbers: dict[str, int] = {}
    for cells in table.frame.iter_rows(named=True):
        row = {
            name.strip(): (text or "").strip(" ") for name, text in cells.items() if name.strip() != REMARK
        }
        participant, visit = row.pop("participant", ""), row.pop("visit", "") or only
        lesion = row.pop("lesion", "") if form.per == "lesion" else ""
        numbers[participant] = numbers.get(participant, 0) + 1
        repeat = lesion or (str(numbers[participant]) if form.repeats else "")
        yield Key(participant, visit, form.name, repeat), _items(form, row)


def _items(form: Form, row: Mapping[str, str]) -> Row:
    known = {item.name for item in form.items} | {key for key in KEYS if key in row}
    return {name: text for name, text in row.items() if name in known}


def _plan_value(plan: Plan, state: State, key: Key, site: str, text: str, reason: str) -> None:
    before = state.values.get(key)
    if (before.text if before else "") == text:
        plan.same += bool(text)
        return
    plan.seen[key] = before.seq if before else 0
    plan.added += before is None
    plan.changed += before is not None
    kind = "value.set" if text else "value.cleared"
    payload = {
        "old": before.text if before else "",
        "new": text,
        "raw": text,
        "unit": "",
        "reason": reason if before else "",
        "source": f"import of {plan.name}",
    }
    plan.new.append(NewEvent(kind=kind, key=key, site=site, payload=payload))


def bring_in(
    *, standing: Standing, plan: Plan, source: str, reason: str, idem: str = ""
) -> tuple[Event, ...]:
    """Append what was planned, and that it was: source, digest, rows and values, for reconciliation."""
    told: dict[str, Json] = {
        "source": source,
        "sha256": plan.sha256,
        "rows": plan.rows,
        "values": plan.added + plan.changed,
        "reason": reason,
    }
    done = NewEvent(kind="import.done", payload=told)
    return append([*plan.new, done], by=standing.actor, idem=idem, seen=plan.seen)
