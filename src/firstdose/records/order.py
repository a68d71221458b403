"""The order of records: participants by number and name, visits as planned, lesions by number and name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from firstdose.protocol.model import Protocol

# A visit nobody planned: UNS, UNS1, UNS2 ...; END is an early end, for which the last visit's activities are due.
UNPLANNED = re.compile(r"(?:UNS|END)[0-9]{0,3}")


_FEW = 1000  # rows: up to here Python is done before polars has begun


@lru_cache(maxsize=1 << 14)  # few names, asked for record by record
def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts P2 before P10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple(
        (0, int(part), part) if part.isascii() and part.isdigit() else (1, 0, part) for part in parts
    )


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Distinct names in natural order."""
    return tuple(sorted(set(names), key=lambda name: (natural(name), name)))


def is_unplanned(visit: str) -> bool:
    return UNPLANNED.fullmatch(visit) is not None


@dataclass(frozen=True, slots=True)
class Order:
    """Every participant, visit and lesion in order: records get one number that sorts and identifies their keys."""

    participants: tuple[str, ...]
    visits: tuple[str, ...]
    lesions: tuple[str, ...]
    # Frames are kept beside their ranks, so that no other frame can take their place in memory.
    _known: dict[tuple[int, str], tuple[pl.DataFrame, NDArray[np.int64]]] = field(
        default_factory=dict, compare=False
    )
    _places: dict[str, dict[str, int]] = field(default_factory=dict, compare=False)

    def ranks(self, frame: pl.DataFrame, key: str) -> NDArray[np.int64]:
        """Places from 1 in the order of participant, visit or lesion; 0 where the frame has none."""
        if (id(frame), key) not in self._known:
            for each, ranks in self._ranks(frame).items():
                self._known[id(frame), each] = (frame, ranks)
        return self._known[id(frame), key][1]

    def _ranks(self, frame: pl.DataFrame) -> dict[str, NDArray[np.int64]]:
        names = {"participant": self.participants, "visit": self.visits, "lesion": self.lesions}
        if frame.height < _FEW:
            return {key: self._few_ranks(frame[key], key, names[key]) for key in names}
        empty = [key for key in names if frame[key].null_count() == frame.height]
        places = frame.select(
            (pl.col(key).cast(pl.Enum(names[key]), strict=False).to_physical().cast(pl.Int64) + 1).fill_null(
                0
            )
            for key in names
            if key not in empty
        )
        nowhere = np.zeros(frame.height, dtype=np.int64)
        return {key: nowhere if key in empty else places[key].to_numpy() for key in names}

    def _few_ranks(self, column: pl.Series, key: str, names: tuple[str, ...]) -> NDArray[np.int64]:
        if key not in self._places:
            self._places[key] = {name: place for place, name in enumerate(names, start=1)}
        places = self._places[key]
        return np.array([places.get(name, 0) for name in column.to_list()], dtype=np.int64)

    def keys(self, frame: pl.DataFrame) -> NDArray[np.int64]:
        """One number a record, equal for equal participant, visit and lesion, and sorted as they are."""
        return self.number(*(self.ranks(frame, key) for key in ("participant", "visit", "lesion")))

    def number(
        self, participant: NDArray[np.int64], visit: NDArray[np.int64], lesion: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        return (participant * (len(self.visits) + 1) + visit) * (len(self.lesions) + 1) + lesion


def order_of(protocol: Protocol, tables: Mapping[str, pl.DataFrame]) -> Order:
    """The order of everything these tables name; visits nobody planned come after the planned ones."""
    planned = [visit.visit for visit in protocol.visits]
    said = {key: _distinct(tables, key) for key in ("participant", "visit", "lesion")}
    others = in_order(said["visit"] - set(planned))
    return Order(in_order(said["participant"]), (*planned, *others), in_order(said["lesion"]))


def _distinct(tables: Mapping[str, pl.DataFrame], key: str) -> set[str]:
    columns = [table[key] for table in tables.values() if key in table.columns]
    few = [column if len(column) < _FEW else column.unique() for column in columns]
    return {name for column in few for name in column.to_list() if name is not None}
