"""Canonical texts and the SHA-256 chain: the same event gives the same bytes anywhere (log format 1)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from types import NoneType
from typing import TYPE_CHECKING, Any

from firstdose.records.log.event import Event, Key

if TYPE_CHECKING:
    from firstdose.records.log.event import Actor, Json, NewEvent, Payload

FORMAT = 1


def composed(part: Json) -> Any:
    """Texts in NFC, lists and mappings of them; whole numbers stay.

    Raises:
        TypeError: anything else, a float above all: what is recorded is text.
    """
    if isinstance(part, str):
        return part if part.isascii() else unicodedata.normalize("NFC", part)
    if isinstance(part, bool | float | NoneType):
        raise TypeError(f"{part!r} has no canonical form")
    if isinstance(part, int):
        return part
    if hasattr(part, "items"):
        return {composed(name): composed(value) for name, value in part.items()}
    return [composed(each) for each in part]


def canonical(part: Json) -> bytes:
    """JSON in UTF-8: separators `,` and `:`, members sorted by name, nothing escaped that need not be."""
    text = json.dumps(composed(part), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest_of(payload: Payload, salt: str) -> str:
    """SHA-256 over 16 bytes of salt and the canonical payload."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(payload)).hexdigest()


def origin_of(study: str) -> str:
    """What stands before the first event of a study."""
    return hashlib.sha256(f"firstdose log {FORMAT} {composed(study)}".encode()).hexdigest()


def header_of(event: Event) -> list[Json]:
    """What the chain holds of an event, in its order."""
    key = event.key
    return [
        *(
            FORMAT,
            event.study,
            event.seq,
            event.at,
            event.actor,
            event.role,
            event.auth,
            event.kind,
            event.site,
        ),
        *(key.participant, key.visit, key.form, key.repeat, key.item),
        *(event.payload_digest, event.protocol, event.app, event.idem),
    ]


def hash_of(event: Event) -> str:
    """SHA-256 over the hash before (32 bytes) and the canonical header."""
    return hashlib.sha256(bytes.fromhex(event.prev) + canonical(header_of(event))).hexdigest()


def make_event(
    new: NewEvent,
    *,
    study: str,
    seq: int,
    at: str,
    by: Actor,
    protocol: str,
    app: str,
    idem: str,
    prev: str,
    salt: str,
) -> Event:
    """The event with its digest and its place in the chain; every text composed (NFC)."""
    key = Key(
        *(
            composed(part)
            for part in (new.key.participant, new.key.visit, new.key.form, new.key.repeat, new.key.item)
        )
    )
    payload = composed(new.payload)
    event = Event(
        study=composed(study),
        seq=seq,
        at=at,
        actor=composed(by.who),
        role=composed(by.role),
        auth=composed(by.auth),
        kind=new.kind,
        site=composed(new.site),
        key=key,
        payload_digest=digest_of(payload, salt),
        protocol=protocol,
        app=composed(app),
        idem=composed(idem),
        prev=prev,
        hash="",
        payload=payload,
        salt=salt,
    )
    return event._replace(hash=hash_of(event))
