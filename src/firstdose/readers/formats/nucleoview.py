"""NucleoView (NucleoCounter NC-200, NC-202): one count a file, a key and its value a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.cell_counts import NUMBERS, PER_ML, CellCount
from firstdose.readers.counter_table import reading_of
from firstdose.readers.counter_values import Heading, alike, values_of
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.readers.reader import Source

_HEADINGS = {
    "viability (%)": Heading("viability"),
    "live (cells/ml)": Heading("viable_concentration", PER_ML),
    "dead (cells/ml)": Heading("dead_concentration", PER_ML),
    "total (cells/ml)": Heading("total_concentration", PER_ML),
    "estimated cell diameter (um)": Heading("diameter"),
    "estimated cell diameter [um]": Heading("diameter"),
    "diameter (um)": Heading("diameter"),
    "(%) of cells in aggregates with five or more cells": Heading("aggregates"),
    "aggregates (%)": Heading("aggregates"),
    "multiplication factor": Heading("dilution"),
    "dilution factor": Heading("dilution"),
}
_NEEDED = ("viability (%)", "live (cells/ml)", "total (cells/ml)")
_MARK = re.compile(r"^Live \(cells/ml\)(?:;|:\t)", re.MULTILINE)
_PAIR = re.compile(r"([^;\t]*?)(?:;|:\t)(.*)")
_GOOD = frozenset({"", "ok"})


@dataclass(frozen=True, slots=True)
class _Pair:
    key: str
    value: str
    line: int


def recognises(source: Source) -> bool:
    return is_text(source) and _MARK.search(text_of(source, 8192)) is not None


def read(source: Source) -> Reading:
    """The count of the file. A remark behind a number, such as `(Out of optimal range)`, is kept beside it."""
    if not source.content:
        return refused(refusals.empty(source.place))
    pairs: dict[str, _Pair] = {}
    for pair in _pairs(text_of(source)):
        if pair.key in _HEADINGS and pair.key in pairs:
            return refused(refusals.twice(source.at(pair.line), "key", pair.key))
        pairs.setdefault(pair.key, pair)
    if absent := [key for key in _NEEDED if key not in pairs]:
        return refused(refusals.missing_part(source.place, absent, "key"))
    said = {key: pair.value for key, pair in pairs.items()}
    lines = {key: pair.line for key, pair in pairs.items()}
    status = said.get("status", "")
    count = CellCount(
        sample=said.get("sample id") or said.get("image") or source.name,
        line=1,
        time=said.get("date time") or said.get("time (utc)", ""),
        complaint="" if status.lower() in _GOOD else status,
        **values_of(said, _HEADINGS, lines),
    )
    return reading_of(
        source,
        [count],
        [],
        NUMBERS,
        instrument=said.get("instrument type") or said.get("instrument", ""),
        software=said.get("software version", ""),
        operator=said.get("operator", ""),
    )


def _pairs(text: str) -> Iterator[_Pair]:
    """Keys with values; a value whose bracket is still open goes on in the next line."""
    held: _Pair | None = None
    for line, row in enumerate(text.split("\n"), start=1):
        if held is not None and held.value.count("(") > held.value.count(")") and ")" in row:
            held = _Pair(held.key, f"{held.value} {row.rstrip('; ')}", held.line)
            continue
        if held is not None:
            yield held
        found = _PAIR.match(row)
        held = _Pair(alike(found[1]), found[2].strip("; \t"), line) if found and found[1].strip() else None
    if held is not None:
        yield held


ENTRY = Reader(
    name="nucleoview",
    label="NucleoCounter, exported by NucleoView",
    source="Exports of the software (ChemoMetec)",
    yields=("CellCounts",),
    extensions=("csv", "txt"),
    recognises=recognises,
    read=read,
)
