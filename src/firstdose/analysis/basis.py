"""What every analysis stands on: the protocol, the snapshot, and the facts of the participants, derived once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from firstdose.derived.deviations import derive_deviations
from firstdose.derived.dose import derive_doses
from firstdose.derived.participants import derive_flow, derive_participants, derive_sets
from firstdose.protocol.names import forms

if TYPE_CHECKING:
    from firstdose.derived.deviation import Deviation
    from firstdose.derived.dose_plan import LesionDose
    from firstdose.derived.participants import Flow
    from firstdose.protocol.model import Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.values.rounding import RoundingMode

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Basis:
    """One study at one moment, ready to be analysed."""

    protocol: Protocol
    snapshot: Snapshot
    participants: pl.DataFrame
    sets: dict[str, tuple[str, ...]]
    flow: Flow
    doses: tuple[LesionDose, ...]
    deviations: tuple[Deviation, ...]

    @property
    def rounding(self) -> RoundingMode:
        return "half_even" if self.protocol.trial.rounding == "half even" else "half_up"

    def levels(self, by: str, members: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Level of a participant-level grouping > its participants; codes in their declared order.

        One nameless level where `by` is empty or is recorded elsewhere than once a participant.
        """
        if not by or by not in self.participants.columns:
            return {"": members}
        known = self.participants.filter(pl.col("participant").is_in(members))
        pairs = zip(known["participant"].to_list(), known[by].cast(pl.String).to_list(), strict=True)
        groups: dict[str, list[str]] = {}
        for participant, level in pairs:
            groups.setdefault(level or MISSING, []).append(participant)
        declared = [*self._codes(by), *sorted(groups)]
        return {level: tuple(groups[level]) for level in dict.fromkeys(declared) if level in groups}

    def _codes(self, by: str) -> tuple[str, ...]:
        items = (form.item(by) for form in forms(self.protocol).values())
        return next((item.code_names for item in items if item is not None), ())

    def why_missing(self, activity: str, items: tuple[str, ...], visits: tuple[str, ...]) -> dict[str, str]:
        """Participant > why a value is not there: the reason on record, the missed visit, or `no record`."""
        gaps = self.snapshot.gaps.filter(
            (pl.col("activity") == activity) & pl.col("visit").is_in(visits) & pl.col("item").is_in(items)
        )
        missed = self.snapshot.tables["visits"].filter(
            (pl.col("status") == "missed") & pl.col("visit").is_in(visits)
        )
        reasons = {row["participant"]: _missed(row["visit"], row["reason"]) for row in missed.to_dicts()}
        for row in gaps.iter_rows(named=True):
            detail = f" ({row['detail']})" if row["detail"] else ""
            reasons[row["participant"]] = f"{row['item']} at {row['visit']}: {row['reason']}{detail}"
        return reasons


def _missed(visit: str, reason: str | None) -> str:
    return f"{visit} missed: {reason}" if reason else f"{visit} missed"


def make_basis(protocol: Protocol, snapshot: Snapshot) -> Basis:
    """Derive what all analyses share."""
    participants = derive_participants(protocol, snapshot)
    doses = derive_doses(protocol, snapshot)
    return Basis(
        protocol=protocol,
        snapshot=snapshot,
        participants=participants,
        sets=derive_sets(protocol, snapshot, participants),
        flow=derive_flow(protocol, snapshot, participants),
        doses=doses,
        deviations=derive_deviations(protocol, snapshot, doses),
    )
