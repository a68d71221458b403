"""A new version of the protocol: read and checked like the first, compared, its impact listed, and put in force by a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.derived.impact import Affected, derive_impact
from firstdose.derived.item_map import NOTHING, map_items, may_become, untrue
from firstdose.protocol.checking import check_protocol
from firstdose.protocol.comparing import compare_protocols
from firstdose.protocol.identity import compute_identity
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.telling import tell_differences
from firstdose.records.log.event import NewEvent
from firstdose.values.issue import Issue, errors
from firstdose.web.audit.append import append
from firstdose.web.audit.reading import current_state
from firstdose.web.review import issues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.derived.item_map import MappedItem, Named
    from firstdose.protocol.model import Protocol
    from firstdose.records.log.event import Actor, Event, Json
    from firstdose.web.audit.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What a new protocol file would do. With errors nothing else is known."""

    text: str
    issues: tuple[Issue, ...]
    protocol: Protocol | None = None
    identity: str = ""
    told: str = ""
    affected: tuple[Affected, ...] = ()
    items: tuple[MappedItem, ...] = ()
    may_become: Mapping[Named, tuple[str, ...]] = field(default_factory=dict)


def look_at(study: Study, text: str, renamed: Mapping[Named, str] = NOTHING) -> Amendment:
    """The file read and checked against itself and against what is on record. `renamed`: as the person declares."""
    reading = read_protocol_text(text)
    found = list(reading.issues)
    if reading.protocol is not None:
        found += check_protocol(reading.protocol, reading.places, reading.issues)
    if reading.protocol is None or errors(found):
        return Amendment(text=text, issues=tuple(found))
    new = reading.protocol
    if new.trial.id != study.id:
        found.append(issues.another_trial(new.trial.id, study.id))
    if compute_identity(new) == study.identity:
        found.append(issues.same_protocol())
    untold = untrue(study.protocol, new, renamed)
    found += [issues.not_that_item(*each) for each in untold]
    known = {at: now for at, now in renamed.items() if (*at, now) not in untold}
    return Amendment(
        text=text,
        issues=tuple(found),
        protocol=new,
        identity=compute_identity(new),
        told=tell_differences(study.protocol, new, compare_protocols(study.protocol, new)),
        affected=derive_impact(study.protocol, new, current_state(), known),
        items=map_items(study.protocol, new, known),
        may_become=may_become(study.protocol, new),
    )


def activate(*, by: Actor, amendment: Amendment, reason: str, idem: str = "") -> Event:
    """Put the version in force from now on; what is on record stays as it is, under the version of its time."""
    assert amendment.protocol is not None, "an amendment with errors is not offered"
    payload: dict[str, Json] = {
        "text": amendment.text,
        "identity": amendment.identity,
        "version": amendment.protocol.trial.version,
        "reason": reason,
        "affected": len(amendment.affected),
        "items": told_of_items(amendment.items),
    }
    new = [NewEvent(kind="protocol.activated", payload=payload)]
    return append(new, by=by, idem=idem, protocol=amendment.identity)[0]


def told_of_items(items: tuple[MappedItem, ...]) -> dict[str, Json]:
    """The map as the log holds it: names of items by what becomes of them, with the words for what differs."""
    names: dict[str, list[str]] = {what: [] for what in ("same", "new", "retired")}
    differing: dict[str, dict[str, Json]] = {"changed": {}, "renamed": {}}
    for each in items:
        name = f"{each.form}.{each.item}"
        if each.what == "changed":
            differing["changed"][name] = each.sentence
        elif each.what == "renamed":
            differing["renamed"][name] = f"{each.form}.{each.now}"
        else:
            names[each.what].append(name)
    return {**names, **differing}
