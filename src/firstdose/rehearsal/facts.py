"""Facts held fixed: single values that invented records must have, because they are published or wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from firstdose.records.visits import VISITS

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.values.issue import Issue

__all__ = ["COLUMNS", "VISITS", "Fact", "read_facts"]

COLUMNS = ("activity", "participant", "lesion", "visit", "item", "value")


class Fact(NamedTuple):
    """Where a fixed value stands; `lesion` and `visit` are empty where the record has none.

    Of the activity `visits`, `day` (from day zero), `date`, `status` and `reason` can be fixed.
    """

    activity: str
    participant: str
    lesion: str
    visit: str
    item: str


def read_facts(path: Path) -> tuple[dict[Fact, str], tuple[Issue, ...]]:
    """The facts of a CSV file with the columns activity, participant, lesion, visit, item, value; and what is wrong."""
    from firstdose.readers.recognising import read_table
    from firstdose.rehearsal import issues
    from firstdose.values.issue import Place

    table, found = read_table(path, name=path.name)
    if table is None:
        return {}, tuple(found)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        return {}, (*found, issues.facts_without(Place(path.name, 1, 1), missing))
    rows = table.frame.select(COLUMNS).fill_null("").rows()
    return {Fact(*(cell.strip() for cell in row[:5])): row[5] for row in rows}, tuple(found)
