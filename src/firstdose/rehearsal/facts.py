"""Facts held fixed: single values that invented records must have, because they are published or wanted."""

from __future__ import annotations

from typing import NamedTuple

from firstdose.records.visits import VISITS

__all__ = ["COLUMNS", "VISITS", "Fact"]

COLUMNS = ("activity", "participant", "lesion", "visit", "item", "value")


class Fact(NamedTuple):
    """Where a fixed value stands; `lesion` and `visit` are empty where the record has none.

    Of the activity `visits`, `day` (from day zero), `date`, `status` and `reason` can be fixed. Where somebody has several
    records of a form, such as adverse events, a fact holds for all of them.
    """

    activity: str
    participant: str
    lesion: str
    visit: str
    item: str
