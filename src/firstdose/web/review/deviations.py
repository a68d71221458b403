"""Protocol deviations: what the rules propose, and what people said of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.derived.deviations import derive_deviations
from firstdose.records.log.chain import canonical
from firstdose.records.log.event import Actor, Key
from firstdose.web.accounts.standing import site_of
from firstdose.web.audit.reading import events
from firstdose.web.audit.snapshot import reading_now
from firstdose.web.audit.study import current
from firstdose.web.review.actions import propose_deviations

if TYPE_CHECKING:
    from firstdose.derived.deviation import Deviation

RULE = Actor(who=f"process deviations {__version__}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A deviation with what was last said of it. `holds`: it still follows from the records."""

    name: str
    key: Key
    site: str
    what: str
    text: str
    at: str
    status: str = "proposed"
    weight: str = ""
    reason: str = ""
    by: str = ""
    holds: bool = True


def name_of(deviation: Deviation) -> str:
    """A short name that the same deviation always has."""
    told = [deviation.participant, deviation.kind, deviation.visit, deviation.lesion, deviation.sentence]
    return hashlib.sha256(canonical(told)).hexdigest()[:12]


def on_record() -> dict[str, Standing]:
    """Every deviation ever proposed, with its standing."""
    found: dict[str, Standing] = {}
    for event in events(kind__startswith="deviation."):
        payload = {name: str(value) for name, value in (event.payload or {}).items()}
        name = payload.get("deviation", "")
        if event.kind == "deviation.proposed":
            found[name] = Standing(
                name=name, key=event.key, site=event.site, what=payload.get("what", ""), text=payload.get("text", ""),
                at=event.at,
            )  # fmt: skip
        elif name in found:
            known = found[name]
            found[name] = Standing(
                name=name, key=known.key, site=known.site, what=known.what, text=known.text, at=known.at,
                status=event.kind.partition(".")[2], weight=payload.get("weight", ""), reason=payload.get("reason", ""),
                by=event.actor,
            )  # fmt: skip
    return found


def look_again() -> list[Standing]:
    """Propose what is new, and answer all deviations with their standing."""
    study = current()
    derived = {name_of(each): each for each in derive_deviations(study.protocol, reading_now().snapshot)}
    known = on_record()
    new = [
        (name, each, site_of(each.participant) or "") for name, each in derived.items() if name not in known
    ]
    if new:
        propose_deviations(by=RULE, deviations=new)
        known = on_record()
    return [
        each if each.name in derived or each.what.startswith("dose") else _lapsed(each)
        for each in known.values()
    ]


def _lapsed(each: Standing) -> Standing:
    return replace(each, holds=False)
