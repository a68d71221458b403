"""Edit checks of the protocol as a derived column: does each record keep the rule?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.derived.rules import derive_names, names_of, rule_of, with_lags
from firstdose.protocol.rule import expression

if TYPE_CHECKING:
    import polars as pl

    from firstdose.protocol.model import EditCheck, Protocol
    from firstdose.records.snapshot import Snapshot


def derive_check(protocol: Protocol, snapshot: Snapshot, check: EditCheck) -> pl.Series:
    """Truth of the rule at each record of its activity; null where it is unknown."""
    rule = rule_of(protocol, check.rule, "check", check.activity)
    frame = derive_names(protocol, snapshot, names_of(rule), check.activity)
    holds = expression(rule)
    if rule.aggregates:
        holds = holds.over("participant", "visit")
    return with_lags(protocol, snapshot, frame, rule).select(holds.alias("keeps"))["keeps"]
