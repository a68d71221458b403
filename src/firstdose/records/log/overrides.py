"""Doses that were released against the rule, as a log tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from firstdose.records.overrides import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstdose.records.log.event import Event


def overrides_in(events: Iterable[Event]) -> pl.DataFrame:
    """The overrides that two persons signed, in their order, as the table of a study folder: COLUMNS, all text."""
    return pl.DataFrame(list(_rows(events)), schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def _rows(events: Iterable[Event]) -> Iterator[tuple[str, ...]]:
    for event in events:
        if event.kind == "dose.overridden" and event.payload is not None:
            told = (
                str(event.payload.get(name, "")) for name in ("day", "level", "reason", "first", "second")
            )
            yield event.key.participant, *told
