"""The versions of the protocol that a log put in force, each with the forms that an exchange file defines for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.datasets.recorded import exchanged_forms
from firstdose.protocol.identity import compute_identity
from firstdose.protocol.reading import read_protocol_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.datasets.recorded import Hide
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.log.event import Event, Key

SHORT = 8  # digits of the identity, where two versions bear the same number


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the protocol. `keys`: what was on record while it held; `since`: the day it came into force, or ''."""

    protocol: Protocol
    identity: str
    oid: str
    forms: Mapping[str, Form]
    keys: tuple[Key, ...] = ()
    since: str = ""


@dataclass(frozen=True, slots=True)
class Versions:
    """Every version, the earliest first; `now` is the one in force."""

    each: tuple[Version, ...]
    now: Version

    def of(self, event: Event) -> Version:
        """The version under which an event was written; the one in force where its own cannot be read."""
        return next((version for version in self.each if version.identity == event.protocol), self.now)


def versions_of(
    protocol: Protocol,
    events: Sequence[Event],
    hide: Hide,
    keys: Mapping[str, Iterable[Key]],
    now: Iterable[Key],
) -> Versions:
    """`keys`: identity > what was on record under a version; `now`: what is on record in the version in force."""
    own = compute_identity(protocol)
    read = dict(_activated(events, own, protocol))
    known = {identity: held for identity, (held, _day) in read.items() if identity != own} | {own: protocol}
    order = sorted(known, key=lambda identity: list(read).index(identity) if identity in read else len(read))
    oids = _oids([(identity, known[identity]) for identity in order], own)
    made = {}
    for identity in order:
        held = tuple(now if identity == own else keys.get(identity, ()))
        forms = exchanged_forms(known[identity], held, hide)
        since = read[identity][1] if identity in read else ""
        made[identity] = Version(
            protocol=known[identity],
            identity=identity,
            oid=oids[identity],
            forms=forms,
            keys=held,
            since=since,
        )
    return Versions(tuple(made.values()), made[own])


def _activated(
    events: Iterable[Event], own: str, protocol: Protocol
) -> Iterator[tuple[str, tuple[Protocol, str]]]:
    """Identity > (protocol, first day in force), in the order of the log. Texts that cannot be read are left out."""
    seen: set[str] = set()
    for event in events:
        if event.kind != "protocol.activated" or event.protocol in seen or event.payload is None:
            continue
        text = str(event.payload.get("text", ""))
        found = protocol if event.protocol == own else read_protocol_text(text).protocol
        if found is not None:
            seen.add(event.protocol)
            yield event.protocol, (found, event.at[:10])


def _oids(known: Sequence[tuple[str, Protocol]], own: str) -> dict[str, str]:
    """Identity > OID. A version keeps its number; others of the same number have digits of their identity behind it."""
    numbers = [held.trial.version for _identity, held in known]
    found = {}
    for identity, held in known:
        number = held.trial.version
        alone = numbers.count(number) == 1 or identity == own
        found[identity] = f"MDV.{number}" if alone else f"MDV.{number}.{identity[:SHORT]}"
    return found
