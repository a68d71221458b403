"""Values that follow by a rule of the protocol, row by row, unknown staying unknown."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import polars as pl

from firstdose.protocol.names import forms, names_in_sight
from firstdose.protocol.rule import expression, read_rule
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstdose.protocol.model import Derivation, Protocol
    from firstdose.protocol.names import PlaceKind
    from firstdose.protocol.rule import Rule
    from firstdose.records.snapshot import Snapshot

PLAN = Place("protocol.yaml")


def derive_derivation(protocol: Protocol, snapshot: Snapshot, variable: str) -> pl.DataFrame:
    """participant, lesion, visit > value (truths as 0 and 1), comparator (null)."""
    frame = derive_with_derivations(protocol, snapshot, [variable])
    value = pl.col(variable).cast(pl.Float64).alias("value")
    return frame.select(
        "participant", "lesion", "visit", value, pl.lit(None, dtype=pl.String).alias("comparator")
    )


def derive_with_derivations(protocol: Protocol, snapshot: Snapshot, wanted: Iterable[str]) -> pl.DataFrame:
    """One row a participant, lesion and visit with the derivations wanted and everything they stand on."""
    steps = _steps(protocol, wanted)
    rules = {step.variable: rule_of(protocol, step.rule, "derivation") for step in steps}
    names = {name for rule in rules.values() for name in (*rule.names, *(lag for lag, _ in rule.lags))}
    frame = gather_items(protocol, snapshot, names - rules.keys())
    for step in steps:
        frame = with_lags(frame, rules[step.variable]).with_columns(
            expression(rules[step.variable]).alias(step.variable)
        )
    return frame


def _steps(protocol: Protocol, wanted: Iterable[str]) -> list[Derivation]:
    """The derivations wanted and those they use, in an order that can be computed."""
    known = {step.variable: step for step in protocol.derivations}
    ordered: dict[str, Derivation] = {}

    def visit(name: str) -> None:
        if name in ordered or name not in known:
            return
        rule = rule_of(protocol, known[name].rule, "derivation")
        for used in sorted({*rule.names, *(lag for lag, _ in rule.lags)} - {name}):
            visit(used)
        ordered[name] = known[name]

    for name in wanted:
        visit(name)
    return list(ordered.values())


def items_behind(protocol: Protocol, variable: str) -> dict[str, tuple[str, ...]]:
    """Activity > items that a derivation stands on, through other derivations too."""
    used: set[str] = set()
    for step in _steps(protocol, [variable]):
        rule = rule_of(protocol, step.rule, "derivation")
        used |= {*rule.names, *(name for name, _ in rule.lags)}
    owners = {
        form.name: tuple(item.name for item in form.items if item.name in used)
        for form in forms(protocol).values()
    }
    return {activity: items for activity, items in owners.items() if items}


def rule_of(protocol: Protocol, text: str, where: PlaceKind) -> Rule:
    """A rule already checked with the protocol, read again for use."""
    visits = [visit.visit for visit in protocol.visits]
    rule, issues = read_rule(text, names_in_sight(protocol, where), PLAN, visits)
    if rule is None:
        raise ValueError(f"an unchecked rule reached the derivation: {text}: {issues}")
    return rule


def gather_items(protocol: Protocol, snapshot: Snapshot, names: set[str]) -> pl.DataFrame:
    """Items of several forms side by side; one row a participant, lesion and visit that any of them has."""
    frames = []
    for form in forms(protocol).values():
        table = snapshot.table(form.name)
        columns = [item.name for item in form.items if item.name in names]
        if table is None or not columns or form.repeats:
            continue
        dates = [item.name for item in form.items if item.name in columns and item.kind == "date"]
        frames.append(
            table.select("participant", "lesion", "visit", *columns)
            .with_columns(pl.col(dates).str.to_date("%Y-%m-%d", strict=False))
            .unique(["participant", "lesion", "visit"], keep="first", maintain_order=True)
        )
    if not frames:
        everybody = snapshot.tables["participants"].select("participant")
        return everybody.with_columns(pl.lit(None, dtype=pl.String).alias(key) for key in ("lesion", "visit"))
    return reduce(_beside, frames)


def _beside(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    keys = ["participant", "lesion", "visit"]
    return left.join(right, on=keys, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right")


def with_lags(frame: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The frame with a column `name@VISIT` for each value of another visit that the rule looks at."""
    for name, visit in sorted(rule.lags):
        column = f"{name}@{visit}"
        if column in frame.columns:
            continue
        lag = frame.filter(pl.col("visit") == visit).select(
            "participant", "lesion", pl.col(name).alias(column)
        )
        frame = frame.join(
            lag, on=["participant", "lesion"], how="left", nulls_equal=True, maintain_order="left"
        )
    return frame
