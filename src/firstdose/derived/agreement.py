"""Edit checks of the protocol as a derived column: does each record keep the rule?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.derived.rules import derive_with_derivations, gather_items, rule_of, with_lags
from firstdose.protocol.rule import expression

if TYPE_CHECKING:
    import polars as pl

    from firstdose.protocol.model import EditCheck, Protocol
    from firstdose.records.snapshot import Snapshot


def derive_check(protocol: Protocol, snapshot: Snapshot, check: EditCheck) -> pl.Series:
    """Truth of the rule at every record where its names are found; null where it is unknown."""
    rule = rule_of(protocol, check.rule, "check")
    used = {*rule.names, *(name for name, _ in rule.lags)}
    derived = [step.variable for step in protocol.derivations if step.variable in used]
    if derived:
        frame = derive_with_derivations(protocol, snapshot, derived)
        rest = gather_items(protocol, snapshot, used - set(frame.columns))
        keys = ["participant", "lesion", "visit"]
        if set(rest.columns) - set(keys):
            frame = frame.join(rest, on=keys, how="full", coalesce=True, nulls_equal=True)
    else:
        frame = gather_items(protocol, snapshot, used)
    return with_lags(frame, rule).select(expression(rule).alias("keeps"))["keeps"]
