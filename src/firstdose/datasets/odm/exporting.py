"""ODM 1.3.2 files: every transaction of a log, or the values as they stand."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.datasets.odm.admin import admin_element, location_oid
from firstdose.datasets.odm.calculated import calculated_on_record
from firstdose.datasets.odm.clinical import Tree, audit_of, signature_of, typed_in
from firstdose.datasets.odm.definitions import Extent
from firstdose.datasets.odm.element import element, unwritable, write
from firstdose.datasets.odm.metadata import study_element, study_oid
from firstdose.datasets.odm.transactions import text_of, transactions
from firstdose.datasets.odm.versions import versions_of
from firstdose.datasets.recorded import nothing_hidden
from firstdose.records.log.event import Key
from firstdose.records.log.state import fold
from firstdose.records.order import natural
from firstdose.records.visits import PARTICIPANTS
from firstdose.values.issue import Issue, Place, UserError
from firstdose.values.unreadable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from firstdose.datasets.odm.versions import Versions
    from firstdose.datasets.recorded import Hide
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Event
    from firstdose.records.log.state import State

EXPORT_REFUSED = 13
NEVER = "1970-01-01T00:00:00Z"


def export_odm(
    protocol: Protocol,
    events: Sequence[Event],
    out: Path,
    *,
    hide: Hide = nothing_hidden,
    transactional: bool = True,
    invented: bool = False,
) -> Path:
    """Write the file `out`: FileType Transactional, one transaction an event, or Snapshot with the last audit record.

    `hide(form, item)`: items that stand nowhere in the file, neither defined nor as values. Same events, same bytes; its
    time is that of the last event.

    Raises:
        UserError: a value has a character that XML cannot hold (FD-D010).
    """
    if not transactional:
        as_of = events[-1].at if events else NEVER
        return export_odm_of_state(
            protocol, fold(events), out, hide=hide, events=events, as_of=as_of, invented=invented
        )
    valued = _valued(events)
    keys = _keys_by_version(valued)
    versions = versions_of(protocol, events, hide, keys, dict.fromkeys(event.key for event in valued))
    texts = [(event.key, text_of(event)) for event in valued if event.kind == "value.set"]
    study = _study(versions, texts, hide, out)
    tree = transactions(versions, events)
    _calculate(tree, versions, fold(events))
    as_of = events[-1].at if events else NEVER
    root = _root(protocol, "Transactional", events[-1].hash if events else "", as_of, invented=invented)
    root.append(study)
    root.append(admin_element(versions, events, as_of))
    return _written(versions, root, tree, out)


def _valued(events: Iterable[Event]) -> list[Event]:
    """The events about values and records of forms."""
    return [
        event for event in events if event.key.form and event.kind.partition(".")[0] in {"value", "repeat"}
    ]


def _keys_by_version(valued: Iterable[Event]) -> dict[str, dict[Key, None]]:
    """Identity of a version > everything on record until its last event."""
    so_far: dict[Key, None] = {}
    found: dict[str, dict[Key, None]] = {}
    for last, part in groupby(valued, key=lambda event: event.protocol):
        so_far |= dict.fromkeys(event.key for event in part)
        found[last] = dict(so_far)
    return found


def export_odm_of_state(
    protocol: Protocol,
    state: State,
    out: Path,
    *,
    hide: Hide = nothing_hidden,
    as_of: str,
    events: Sequence[Event] = (),
    invented: bool = False,
) -> Path:
    """Write the values as they stand (FileType Snapshot). Where `events` are given, each has its last audit record.

    Struck records are left out. Raises: as `export_odm`.
    """
    kept = [key for key, record in state.records.items() if not record.struck]
    records = set(kept)
    texts = {key: value.text for key, value in state.values.items() if value.text and key.record in records}
    versions = versions_of(protocol, events, hide, {}, [*kept, *texts])
    study = _study(versions, texts.items(), hide, out)
    tree = Tree(versions.now, transactional=False)
    _fill(tree, state, texts, events)
    root = _root(protocol, "Snapshot", state.head, as_of, invented=invented)
    root.append(study)
    root.append(admin_element(versions, events, as_of))
    return _written(versions, root, tree, out)


def _root(protocol: Protocol, kind: str, head: str, as_of: str, *, invented: bool) -> Any:
    told = "Made from invented records." if invented or protocol.trial.invented else None
    return element(
        "ODM",
        Description=told,
        FileType=kind,
        Granularity="All",
        FileOID=f"{protocol.trial.id}.{kind}.{head[:16] or 'empty'}",
        CreationDateTime=as_of,
        AsOfDateTime=as_of,
        ODMVersion="1.3.2",
        Originator=protocol.trial.sponsor or None,
        SourceSystem="firstdose",
        SourceSystemVersion=__version__,
    )


def _study(versions: Versions, texts: Iterable[tuple[Key, str]], hide: Hide, out: Path) -> Any:
    held = list(texts)
    extents = {version.oid: _extents(version.forms, held, out) for version in versions.each}
    return study_element(versions, extents, hide)


def _calculate(tree: Tree, versions: Versions, state: State) -> None:
    """Scores of the records as they stand, after the last transaction."""
    tree.turn(versions.now)
    found = calculated_on_record(versions.now.protocol, versions.now.forms, state)
    for record, values in found.items():
        tree.scores(record, values)


def _written(versions: Versions, root: Any, tree: Tree, out: Path) -> Path:
    """The file: everybody's data first, then those of participants, by version in the order of the log."""
    parts = tree.parts or [(versions.now, element("ReferenceData"), element("ClinicalData"))]
    told = [(version, part) for version, part, _clinical in parts if len(part)]
    told += [(version, part) for version, _reference, part in parts if len(part)]
    if not any(part.tag == "ClinicalData" for _version, part in told):
        told.append((parts[-1][0], parts[-1][2]))
    for version, part in told:
        part.set("StudyOID", study_oid(version.protocol))
        part.set("MetaDataVersionOID", version.oid)
        root.append(part)
    write(root, out)
    return out


def _extents(
    forms: Mapping[str, Form], texts: Iterable[tuple[Key, str]], out: Path
) -> dict[tuple[str, str], Extent]:
    """Length and decimals of what is on record, item by item."""
    found: dict[tuple[str, str], Extent] = {}
    for key, text in texts:
        if key.form in forms and forms[key.form].item(key.item):
            if unwritable([text]):
                raise UserError([_unwritable(out, key, text)], EXPORT_REFUSED)
            at = (key.form, key.item)
            found[at] = found.get(at, Extent()).with_text(text)
    return found


def _unwritable(out: Path, key: Key, text: str) -> Issue:
    where = " ".join(part for part in (key.participant, key.visit, key.form, key.repeat, key.item) if part)
    message = f"{where}: {quoted(text)} has a character that XML cannot hold."
    return Issue(
        Place(out.name), "FD-D010", message, "Correct the value; a control character was typed or pasted."
    )


# ------------------------------------------------------------------------------------------------------- snapshot


def _fill(
    tree: Tree,
    state: State,
    texts: Mapping[Key, str],
    events: Sequence[Event],
) -> None:
    """Records by participant, visit, form and repeat; values in the order of the form, then its scores."""
    protocol, forms = tree.version.protocol, tree.forms
    scores = calculated_on_record(protocol, forms, state)
    by_seq = {event.seq: event for event in events}
    signed = _signatures(events)
    visits = {visit.visit: number for number, visit in enumerate(protocol.visits)}
    order = {name: number for number, name in enumerate(forms)}

    def sorting(key: Key) -> tuple[Any, ...]:
        person = natural(key.participant), key.form != PARTICIPANTS
        return *person, visits.get(key.visit, len(visits)), key.visit, order[key.form], natural(key.repeat)

    records = [key for key, record in state.records.items() if key.form in forms and not record.struck]
    for record in sorted(records, key=sorting):
        _sign(tree, record, signed)
        if record.form == PARTICIPANTS:
            site = element("SiteRef", LocationOID=location_oid(state.records[record].site))
            tree.at(record).append(site)
        for item in forms[record.form].items:
            key = replace(record, item=item.name)
            value = typed_in(forms, key, texts.get(key, ""))
            if texts.get(key) and value is not None:
                event = by_seq.get(state.values[key].seq)
                tree.item(key, value, audit=audit_of(event) if event else None)
        if record.form != PARTICIPANTS:
            tree.scores(record, scores.get(record, ()))


def _signatures(events: Iterable[Event]) -> dict[Key, Event]:
    """The last signature that still holds, by what was signed."""
    voided = {
        str(event.payload.get("signature", ""))
        for event in events
        if event.kind == "sign.voided" and event.payload
    }
    made = [event for event in events if event.kind == "sign.made" and str(event.seq) not in voided]
    return {event.key.record: event for event in made if event.payload is not None}


def _sign(tree: Tree, record: Key, signed: dict[Key, Event]) -> None:
    """Put the signatures of participant, visit, form and record where they are opened for the first time."""
    person = Key(record.participant)
    for key in dict.fromkeys(
        [person, replace(person, visit=record.visit), replace(record, repeat=""), record]
    ):
        if key in signed:
            tree.at(key).append(signature_of(signed.pop(key)))
