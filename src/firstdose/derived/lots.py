"""Which lot each dose comes from, and whether it is released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.laboratory.custody import Ledger, read_ledger
from firstdose.laboratory.release import LotRelease, derive_releases, why_not_released

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Lots:
    """The chain of custody and the releases of a study; `releases` None where the protocol releases nothing."""

    ledger: Ledger
    releases: dict[str, LotRelease] | None

    def of_dose(self, lesion: tuple[str, str], injected: str, product: str) -> str:
        """The lot of a lesion (participant, lesion): of its injection, else of its chain, else of the product."""
        if injected:
            return injected
        lots = [self.ledger.lot_of(link) for link in self.ledger.meant_for(*lesion)]
        return next((lot for lot in lots if lot), product)

    def why_not(self, lot: str, *, prepared: bool) -> str:
        """Why a dose of this lot may not be given; '' where it may, or where nothing is prepared yet."""
        if self.releases is None or not (lot or prepared):
            return ""
        return why_not_released(self.releases, lot)


def derive_standing(protocol: Protocol, snapshot: Snapshot) -> Lots:
    """What release and custody say of every lot."""
    asked = protocol.product is not None and bool(protocol.product.release)
    return Lots(read_ledger(snapshot), derive_releases(protocol, snapshot) if asked else None)
