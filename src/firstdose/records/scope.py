"""What every check looks at: protocol, forms, snapshot, the order of its keys, and where each record stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.laboratory.product_forms import product_forms
from firstdose.protocol.names import ADMINISTRATION, forms
from firstdose.records.order import Order, order_of
from firstdose.records.visits import PARTICIPANTS, PARTICIPANTS_FORM, VISITS, VISITS_FORM
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.records.snapshot import Snapshot


@dataclass(frozen=True)
class Scope:
    """A snapshot under its protocol; what several checks need is computed once. `only`: of one activity, '' of all."""

    protocol: Protocol
    snapshot: Snapshot
    only: str = ""

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        own = {VISITS: VISITS_FORM, PARTICIPANTS: PARTICIPANTS_FORM} | product_forms(self.protocol)
        return dict(forms(self.protocol)) | own

    @cached_property
    def order(self) -> Order:
        return order_of(self.protocol, self.snapshot.tables)

    @cached_property
    def planned(self) -> tuple[str, ...]:
        return tuple(visit.visit for visit in self.protocol.visits)

    @cached_property
    def visits(self) -> pl.DataFrame:
        return self.snapshot.tables[VISITS]

    @property
    def keeps_visits(self) -> bool:
        """Whether the study keeps a table of visits, or they are only inferred from its records."""
        return self.visits["_file"].null_count() < self.visits.height

    def tables(self) -> Iterator[tuple[str, Form, pl.DataFrame]]:
        """Activities with records that are looked at, visits among them, not the roster."""
        for name, table in self.snapshot.tables.items():
            if name in self.forms and name != PARTICIPANTS and self.looks_at(name):
                yield name, self.forms[name], table

    def looks_at(self, activity: str) -> bool:
        """Whether the records of this activity are judged, and not only looked at beside others."""
        return self.only in {"", activity}

    def at(self, activity: str) -> tuple[str, ...]:
        row = self.protocol.activity(activity)
        return row.at if row else ()

    def place(self, activity: str, row: int, column: str = "participant") -> Place:
        """Where a record (by its row in the snapshot's table) has this column."""
        table = self.snapshot.tables[activity]
        file, line = table["_file"][row], table["_row"][row]
        if file is None:
            return Place(f"records/{activity}.csv")
        return Place(file, line, self.snapshot.columns.get((activity, file), {}).get(column, 1))

    def whose(self, activity: str, row: int, keys: Sequence[str] = ("participant", "lesion", "visit")) -> str:
        """'participant P1, plaque L2, visit M1' of a record."""
        table = self.snapshot.tables[activity]
        words = {"participant": "participant", "lesion": self.protocol.lesion_word, "visit": "visit"}
        return ", ".join(f"{words[key]} {table[key][row]}" for key in keys if table[key][row] is not None)

    @cached_property
    def keys(self) -> Mapping[str, NDArray[np.int64]]:
        """Of every table one number a record, by participant, visit and lesion."""
        return {name: self.order.keys(table) for name, _, table in self.tables()}

    def number(self, table: pl.DataFrame, *keys: str) -> NDArray[np.int64]:
        """One number a record, by these keys only."""
        nowhere = np.zeros(1, dtype=np.int64)
        ranks = [
            self.order.ranks(table, key) if key in keys else nowhere
            for key in ("participant", "visit", "lesion")
        ]
        return self.order.number(ranks[0], ranks[1], ranks[2])

    @cached_property
    def day_zero(self) -> pl.DataFrame:
        """participant > day_zero: the first administration, else the visit planned on day 0."""
        planned = [visit.visit for visit in self.protocol.visits if visit.day == 0]
        frames = [self.visits.filter(pl.col("visit").is_in(planned))]
        given = self.snapshot.table(ADMINISTRATION)
        if given is not None:
            frames.insert(0, given)
        firsts = [
            frame.filter(pl.col("date").is_not_null())
            .group_by("participant")
            .agg(pl.col("date").min().alias("day_zero"))
            for frame in frames
        ]
        return pl.concat(firsts).unique("participant", keep="first", maintain_order=True).sort("participant")


def repeated(keys: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """(row, first row with the same key) of every row whose key came before, in the order of rows."""
    if len(keys) < 2:
        return
    by_key = np.argsort(keys, kind="stable")
    same = np.flatnonzero(np.diff(keys[by_key]) == 0) + 1
    starts = np.flatnonzero(np.concatenate([[True], np.diff(keys[by_key]) != 0]))
    for position in same:
        first = by_key[starts[np.searchsorted(starts, position, side="right") - 1]]
        yield int(by_key[position]), int(first)
