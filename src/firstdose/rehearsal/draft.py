"""The records of one activity while they are invented: numbers and words by item, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from firstdose.protocol.names import NUMERIC
from firstdose.rehearsal.cohort import NONE, lesion_name
from firstdose.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from firstdose.catalogue import Item
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort, Rows
    from firstdose.rehearsal.streams import Bools, Floats, Ints

# Why an invented value is missing; 0 is not missing, the others count from 1.
GAPS = (
    "NA: never",
    "ND: device not available",
    "ND: sample lost",
    "UNK: form not legible",
    "REF: participant declined",
)
NEVER_TAKEN = 1
KEYS = ("participant", "visit", "lesion", "date")


@dataclass(slots=True)
class Draft:
    """Records in the making. `numbers`: item > values (truths 0 and 1, NaN left empty); `words`: texts, null empty.

    `decimals`: how numbers are written; `gaps`: item > place in GAPS, counted from 1, where the value is missing.
    """

    form: Form
    rows: Rows
    numbers: dict[str, Floats] = field(default_factory=dict)
    words: dict[str, pl.Series] = field(default_factory=dict)
    decimals: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, Ints] = field(default_factory=dict)

    def arrays(self, rows: Bools | None = None) -> Mapping[str, Any]:
        """Items as integrity rules and scores want them; of all rows or of some."""
        chosen = slice(None) if rows is None else rows
        found: dict[str, NDArray[Any]] = {name: values[chosen] for name, values in self.numbers.items()}
        for name, texts in self.words.items():
            found[name] = np.array(texts.to_list(), dtype=object)[chosen]
        nothing = np.full(len(self.rows), np.nan)[chosen]
        return {item.name: nothing for item in self.form.items} | found

    def set_gap(self, item: str, rows: Bools, gap: Ints | int) -> None:
        """The item is missing in these rows, for this reason."""
        gaps = self.gaps.setdefault(item, np.zeros(len(self.rows), dtype=np.int64))
        gaps[rows] = gap if isinstance(gap, int) else gap[rows]

    def first_rows(self, participants: int) -> Ints:
        """The place of each participant's first record; -1 where there is none."""
        first = np.full(participants, NONE)
        who, at = np.unique(self.rows.who, return_index=True)
        first[who] = at
        return first


def date_texts(cohort: Cohort, who: Ints, day: Ints) -> pl.Series:
    """ISO dates of days from day zero."""
    since = (cohort.calendar.zero[who] + day).astype(np.int32)
    return pl.Series(since).cast(pl.Date).dt.to_string("%Y-%m-%d")


def table_of(cohort: Cohort, draft: Draft) -> pl.DataFrame:
    """The records as they are written: every cell a text, null where empty; keys first, then the items in order."""
    rows, form = draft.rows, draft.form
    columns = {"participant": pl.Series(cohort.ids).gather(rows.who)}
    if form.by_visit or (rows.visit != NONE).any():
        columns["visit"] = _named(cohort.visits, rows.visit)
    if form.per == "lesion" or form.item("lesion"):
        names = tuple(lesion_name(place) for place in range(cohort.most_lesions))
        columns["lesion"] = _named(names, rows.lesion)
    columns["date"] = date_texts(cohort, rows.who, rows.day)
    columns |= {item.name: texts for item, texts in _cells(draft) if item.name not in KEYS}
    return pl.DataFrame({name: column.alias(name) for name, column in columns.items()})


def _named(names: tuple[str, ...], places: Ints) -> pl.Series:
    at = pl.Series(places.astype(np.int64))
    return pl.Series([*names, None], dtype=pl.String).gather(at.replace({NONE: len(names)}))


def _cells(draft: Draft) -> Iterator[tuple[Item, pl.Series]]:
    for item in draft.form.items:
        if item.kind in NUMERIC:
            texts = number_texts(item, draft.numbers[item.name], draft.decimals.get(item.name, 0))
        else:
            texts = draft.words[item.name]
        yield item, _with_gaps(texts, draft.gaps.get(item.name))


def _with_gaps(texts: pl.Series, gaps: Ints | None) -> pl.Series:
    if gaps is None or not gaps.any():
        return texts
    reasons = pl.Series([None, *GAPS], dtype=pl.String).gather(gaps)
    return texts.zip_with(pl.Series(gaps == 0), reasons)


def number_texts(item: Item, values: Floats, decimals: int) -> pl.Series:
    """Numbers as people write them, with `<` or `>` beyond quantification; truths as yes and no."""
    known = pl.Series(~np.isnan(values))
    filled = np.nan_to_num(values)
    if item.kind == "truth":
        texts = pl.Series(["no", "yes"]).gather((filled != 0).astype(np.int64))
    else:
        texts = _limited(item, filled, _fixed(filled, decimals))
    return texts.zip_with(known, pl.Series([None], dtype=pl.String).new_from_index(0, len(texts)))


def _fixed(values: Floats, decimals: int) -> pl.Series:
    scaled = np.rint(values * 10.0**decimals).astype(np.int64)
    sign = pl.Series(["", "-"]).gather((scaled < 0).astype(np.int64))
    whole, part = np.divmod(np.abs(scaled), 10**decimals)
    texts = sign + pl.Series(whole).cast(pl.String)
    return texts + "." + pl.Series(part).cast(pl.String).str.zfill(decimals) if decimals else texts


def _limited(item: Item, values: Floats, texts: pl.Series) -> pl.Series:
    for limit, sign in ((item.lloq, "<"), (item.uloq, ">")):
        if item.kind == "quantity" and limit is not None:
            beyond = values < float(limit) if sign == "<" else values > float(limit)
            said = pl.Series([f"{sign}{plain(limit)}"]).new_from_index(0, len(texts))
            texts = texts.zip_with(pl.Series(~beyond), said)
    return texts
