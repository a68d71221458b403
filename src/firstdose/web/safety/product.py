"""Lots and the chain of custody as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.derived.lots import derive_standing
from firstdose.laboratory.custody import LOT, chain
from firstdose.laboratory.telling_custody import in_steps

if TYPE_CHECKING:
    from firstdose.laboratory.custody import Link
    from firstdose.laboratory.release import LotRelease
    from firstdose.web.safety.snapshot import Now


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot with its release; `why_not` '' where it may be given."""

    lot: str
    release: LotRelease | None
    why_not: str
    plaques: tuple[Link, ...] = ()


def lots_here(now: Now) -> list[Lot]:
    """Every lot that has a result or stands in the chain; empty where the protocol has no product section."""
    if now.protocol.product is None:
        return []
    standing = derive_standing(now.protocol, now.snapshot)
    releases = standing.releases or {}
    in_chain = [link.id for link in standing.ledger.links if link.kind == LOT]
    found = []
    for lot in dict.fromkeys([*releases, *in_chain]):
        link = standing.ledger.by_id.get(lot)
        below = standing.ledger.below(link) if link else ()
        plaques = tuple(
            each for _, each in below if each.lesion and not standing.ledger.children.get(each.id)
        )
        why = standing.why_not(lot, prepared=True)
        found.append(Lot(lot=lot, release=releases.get(lot), why_not=why, plaques=plaques))
    return found


def steps_of(now: Now, name: str) -> list[tuple[int, Link, bool]]:
    """(steps from the source, link, whether it is the one asked for); empty where nobody knows the id."""
    found = chain(now.snapshot, name)
    if found is None:
        return []
    return [(depth, link, link is found.link) for depth, link in in_steps(found)]
