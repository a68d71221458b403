"""Invented logs for the drills: small trials in which values are entered, changed, cleared, struck, signed and erased."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from firstdose.records.log.anchors import Anchor
from firstdose.records.log.chain import make_event, origin_of
from firstdose.records.log.event import KINDS, Actor, Key, NewEvent

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from numpy.random import Generator

    from firstdose.records.log.event import Event

START = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
TEXTS = (
    "3.5", "yes", "<0.5", "ND: device broken", "0", "", "2026-01-05", "Größe", "خارش", "a \"quoted\" word", "back\\slash",
    "two\nlines", "true", "null", "né", "1,5", "\u0662", "]],\"\"", "🙂",
)  # fmt: skip
WHO = (
    Actor(who="nurse.one", role="coordinator", auth="password+totp"),
    Actor(who="doctor.one", role="investigator", auth="password+totp"),
    Actor(who="process import 1"),
)
ITEMS = ("erythema", "induration", "scaling", "date", "remark")
OTHERS = tuple(kind for kind in sorted(KINDS) if kind.split(".")[0] not in {"value", "redacted"})


def pick(rng: Generator, among):
    """One of these."""
    return among[int(rng.integers(len(among)))]


def invent_log(rng: Generator, size: int, study: str = "") -> list[Event]:
    """A clean log of about this many events: every save under one idempotency key, sometimes a payload erased."""
    study = study or pick(rng, ("SEED", "ADSC-PSO-01", "Étude 7"))
    events: list[Event] = []
    while len(events) < size:
        idem, by = rng.bytes(8).hex(), pick(rng, WHO)
        for _ in range(int(rng.integers(1, 5))):
            append(events, _event(rng, events), rng, study=study, by=by, idem=idem)
    if rng.random() < 0.3 and size:
        erase(events, int(rng.integers(1, len(events) + 1)), rng)
    return events


def append(
    events: list[Event], new: NewEvent, rng: Generator, *, study: str, by: Actor = WHO[0], idem: str = ""
) -> Event:
    """The next event of this log."""
    step = dt.timedelta(microseconds=int(rng.integers(0, 10**9)))
    at = (dt.datetime.fromisoformat(events[-1].at) if events else START) + step
    event = make_event(
        new, study=study, seq=len(events) + 1, at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), by=by, protocol="ab" * 32,
        app="firstdose 1", idem=idem, prev=events[-1].hash if events else origin_of(study), salt=rng.bytes(16).hex(),
    )  # fmt: skip
    events.append(event)
    return event


def erase(events: list[Event], seq: int, rng: Generator) -> None:
    """The payload of an event goes, and an event of two persons says so."""
    told = {"seq": seq, "reason": "a name", "first": "doctor.one", "second": "owner.one"}
    append(events, NewEvent(kind="redacted", payload=told), rng, study=events[0].study)
    events[seq - 1] = events[seq - 1]._replace(payload=None, salt="")


def _event(rng: Generator, events: list[Event]) -> NewEvent:
    key = Key(
        f"P{rng.integers(1, 6)}",
        pick(rng, ("D0", "D7", "M3")),
        "plaque_score",
        f"L{rng.integers(1, 5)}",
        pick(rng, ITEMS),
    )
    text = pick(rng, TEXTS)
    match int(rng.integers(10)):
        case 0:
            return NewEvent(
                kind="value.cleared", key=key, site="site", payload={"old": text, "reason": "misread"}
            )
        case 1:
            return NewEvent(kind=pick(rng, OTHERS), key=key.record, site="site", payload={"reason": text})
        case 2:
            shown = [{"key": [key.participant, key.item], "seq": len(events)}]
            return NewEvent(
                kind="sign.made", key=key.record, site="site", payload={"meaning": text, "shown": shown}
            )
        case _:
            told = {"old": pick(rng, TEXTS), "new": text, "raw": text, "unit": "", "reason": ""}
            return NewEvent(kind="value.set", key=key, site="site", payload=told)


# --------------------------------------------------------------------------------------------------------- anchors


@cache
def secret(name: str = "study") -> Ed25519PrivateKey:
    """A key that is invented, always the same for a name."""
    from hashlib import sha256

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def public(name: str = "study") -> str:
    return secret(name).public_key().public_bytes_raw().hex()


def sign(anchor: Anchor, name: str = "study") -> Anchor:
    bare = replace(anchor, key=public(name))
    return replace(bare, signature=secret(name).sign(bare.to_sign()).hex())


def anchor_of(event: Event) -> Anchor:
    """Signed at the time of the event that is the head."""
    return sign(Anchor(study=event.study, seq=event.seq, hash=event.hash, at=event.at, key=""))


def anchors_of(events: list[Event], rng: Generator) -> list[Anchor]:
    """One to four anchors, of which the last may be older than the last event."""
    places = sorted({int(rng.integers(len(events))) for _ in range(int(rng.integers(1, 5)))})
    return [anchor_of(events[place]) for place in places]
