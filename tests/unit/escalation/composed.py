"""A protocol whose rule is composed: sentinel, BOIN, pooled stop, three levels, twenty-four participants."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from firstdose.protocol.model import DoseLevel, PlannedStop, Safety, Scenario, Sentinel
from firstdose.values.quantity import read_quantity
from tests.unit.protocol.a_small_trial import SMALL

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol

STEEP = (0.05, 0.15, 0.30)
POOLED = PlannedStop(stop="pooled", rule="pocock", options=(("p0", "0.10"),))
LEVELS = tuple(
    DoseLevel(level=f"DL{place}", dose=read_quantity(f"{size} cells/cm2"))
    for place, size in enumerate(("1e6", "3e6", "1e7"), start=1)
)
SCENARIO = Scenario(scenario="steep", rates=tuple(Decimal(str(rate)) for rate in STEEP))


def composed(most: int = 24, levels: int = 3, **safety: Any) -> Protocol:
    """With these words of the safety section in place of the usual ones."""
    assert SMALL.intervention is not None
    usual = Safety(
        dlt="grade >= 3 and related",
        design="boin",
        keys=(("target", "0.25"),),
        dlt_until=28,
        sentinel=Sentinel(14, "cohort"),
        stopping=(POOLED,),
        scenarios=(SCENARIO,),
        stop_when="deaths >= 1",
    )
    return replace(
        SMALL,
        trial=replace(SMALL.trial, participants=most),
        intervention=replace(SMALL.intervention, dose_levels=LEVELS[:levels]),
        safety=replace(usual, **safety),
    )
