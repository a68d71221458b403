"""Doses that were released against the rule: the table of a study folder."""

from __future__ import annotations

import polars as pl

from firstdose.catalogue import Item
from firstdose.protocol.names import Form

OVERRIDE = "dose_override"

OVERRIDE_FORM = Form(
    name=OVERRIDE,
    label="doses released against the rule",
    per="participant",
    items=tuple(
        Item(name=name, label=label, kind="text", required=name != "level")
        for name, label in (
            ("level", "dose level that was released"),
            ("reason", "why"),
            ("decided_by", "who asked for it"),
            ("confirmed_by", "who released it, somebody else"),
        )
    ),
    by_visit=False,
    repeats=True,
)
COLUMNS = ("participant", "date", *(item.name for item in OVERRIDE_FORM.items))


def beside(tables: dict[str, pl.DataFrame], signed: pl.DataFrame | None) -> dict[str, pl.DataFrame]:
    """The tables of a study with these overrides, behind those that its own form holds."""
    if signed is None or not signed.height:
        return tables
    own = [tables[OVERRIDE]] if OVERRIDE in tables else []
    shown = signed.select(pl.col(name).cast(pl.String) for name in COLUMNS)
    return tables | {OVERRIDE: pl.concat([*own, shown], how="diagonal").fill_null("")}
