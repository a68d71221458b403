"""Adverse events before they are told: who had what, where, when and how severely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firstdose.rehearsal.streams import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Happened:
    """Events of all participants, one row each: who, lesion (-1: systemic), days from day zero, what, how severe."""

    who: Ints
    lesion: Ints
    onset: Ints
    duration: Ints
    term: Ints
    grade: Ints
    chance: Floats  # one more uniform number for what is left to say
    caused: Bools  # related to the cells

    def only(self, rows: Ints | Bools) -> Happened:
        """Some of the events."""
        return Happened(*(getattr(self, name)[rows] for name in Happened.__slots__))


def joined(parts: list[Happened]) -> Happened:
    """All of them, by participant and onset; the same at the same place on the same day is told once, the first."""
    happened = Happened(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Happened.__slots__)
    )
    keys = np.column_stack([happened.who, happened.onset, happened.term, happened.lesion])
    return happened.only(np.unique(keys, axis=0, return_index=True)[1])
