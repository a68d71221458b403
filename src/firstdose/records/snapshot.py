"""The frozen records: the only thing that derivation and analysis see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

KEYS = ("participant", "visit", "lesion", "date")
ORIGIN = ("_file", "_row")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An original file as it was read: its name in the study folder, SHA-256 and number of rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Typed, ordered tables of one study at one moment.

    `tables`: activity -> frame with the columns participant, visit, lesion (text, null where the activity has none),
    date (pl.Date or null), one column an item (Float64 for numbers, Boolean for truths, String for codes, texts and
    dates as ISO text), `NAME__comparator` ("<" or ">") beside each quantity that can be censored, and `_file`, `_row`
    (the line in the original file). An item that is called like a key (date, lesion) is that key and has no second
    column. A record without a date of its own has that of its visit. Rows are ordered by participant, visit order of
    the protocol, lesion, row.
    The table `visits` (participant, visit, date, status, reason) and `participants` (participant) always exist.
    `gaps`: one row for each value that is missing: activity, participant, visit, lesion, item, reason, detail, _file,
    _row. Reasons: ND, UNK, REF, NA (detail: in the writer's words), `unreadable` (detail: the text), `empty` (nothing
    was written), `no column` (the source holds none). A record that is due and absent is a gap without item:
    `visit missed` (detail: why) or `no record`.
    `digest`: SHA-256 over tables, gaps and protocol identity; the same records give the same digest anywhere.
    `laboratory`: one row a reportable value measured from instrument files (`firstdose.laboratory.reportable.SCHEMA`),
    whether or not it became the item's value; None where there are none.
    `columns`: (activity, file) -> column name -> number of its cell in that file, for places of Issues.
    """

    tables: Mapping[str, pl.DataFrame]
    gaps: pl.DataFrame
    files: tuple[SourceFile, ...]
    protocol_identity: str
    digest: str
    invented: bool = False
    laboratory: pl.DataFrame | None = None
    columns: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)

    def table(self, activity: str) -> pl.DataFrame | None:
        """The frame of an activity, or None where the study holds no record of it."""
        return self.tables.get(activity)

    @property
    def participants(self) -> tuple[str, ...]:
        """Every participant in order, treated or not."""
        return tuple(self.tables["participants"]["participant"].to_list())
