"""Cell counts as Allotrope Simple Model (JSON): one measurement document a count."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from firstdose.readers import refusals
from firstdose.readers.contents.cell_counts import (
    MILLION_PER_ML,
    NUMBERS,
    PER_ML,
    PERCENT,
    CellCount,
    Printed,
)
from firstdose.readers.counter_table import reading_of
from firstdose.readers.counter_values import as_printed
from firstdose.readers.plain_text import is_text, text_of
from firstdose.readers.reader import Reader, Reading, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_ROOT = "cell counting aggregate document"
_MARK = "viability (cell counter)"
_UNITS = {
    PERCENT: PERCENT, MILLION_PER_ML: MILLION_PER_ML, "cells/mL": PER_ML, "cell/mL": PER_ML, "": "",
    "cell": "", "cells": "", "(unitless)": "", "µm": "um", "μm": "um", "um": "um",
}  # fmt: skip
_KEYS = {
    "viable_cells": ("viable cell count", "viable cell count (cell counter)"),
    "dead_cells": ("dead cell count", "dead cell count (cell counter)"),
    "total_cells": ("total cell count", "total cell count (cell counter)"),
    "viable_concentration": ("viable cell density (cell counter)",),
    "dead_concentration": ("dead cell density (cell counter)",),
    "total_concentration": ("total cell density (cell counter)",),
    "viability": (_MARK,),
    "diameter": ("average total cell diameter", "average total cell diameter (cell counter)"),
    "viable_diameter": ("average live cell diameter (cell counter)",),
    "dead_diameter": ("average dead cell diameter (cell counter)",),
    "circularity": ("average total cell circularity",),
    "viable_circularity": ("average viable cell circularity",),
}
_BY_UNIT = {
    "viability": {PERCENT},
    **{name: {PER_ML, MILLION_PER_ML} for name in _KEYS if "concentration" in name},
}


def recognises(source: Source) -> bool:
    if not is_text(source) or not re.match(rb"[\xef\xbb\xbf\s]*\{", source.start):
        return False
    return f'"{_ROOT}"'.encode() in source.content


def read(source: Source) -> Reading:
    """Every measurement that holds a viability, in its order; a unit that the model does not have is refused."""
    text = text_of(source)
    root, refusal = _parsed(source, text)
    if refusal:
        return refused(refusal)
    found = list(_measurements(root))
    if not found:
        return refused(refusals.missing_part(source.place, [_MARK], "key"))
    lines = _lines(text, len(found))
    counts: list[CellCount] = []
    for (about, values), line in zip(found, lines, strict=True):
        count, why = _count(about, values, line, source)
        if count is None:
            return refused(*why)
        counts.append(count)
    device = next((each for each in _all(root, "model number") if isinstance(each, str)), "")
    return reading_of(source, counts, [], NUMBERS, instrument=device)


def _parsed(source: Source, text: str) -> tuple[Any, Issue | None]:
    if not source.content:
        return None, refusals.empty(source.place)
    try:
        return json.loads(text, parse_constant=_no_constant), None
    except json.JSONDecodeError as why:
        return None, refusals.damaged(source.at(why.lineno, why.colno), f"it is no JSON ({why.msg})")
    except (ValueError, RecursionError):
        return None, refusals.damaged(source.place, "its JSON holds no plain numbers, or too many levels")


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and infinity are no numbers of JSON")


def _lines(text: str, count: int) -> list[int]:
    """The lines on which the measurements stand; 1 for all where they cannot be told apart."""
    places = [found.start() for found in re.finditer(re.escape(f'"{_MARK}"'), text)]
    return [text.count("\n", 0, place) + 1 for place in places] if len(places) == count else [1] * count


def _measurements(root: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(what is said of the sample and the measurement, the part that holds the viability), in the file's order."""
    waiting: list[tuple[Any, dict[str, Any]]] = [(root, {})]
    while waiting:
        part, about = waiting.pop()
        if isinstance(part, dict):
            texts = {key: value for key, value in part.items() if isinstance(value, str | int | float)}
            sample = part.get("sample document")
            about = about | texts | (sample if isinstance(sample, dict) else {})
            if _MARK in part:
                yield about, part
                continue
        nested = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        waiting += [(each, about) for each in reversed(list(nested)) if isinstance(each, dict | list)]


def _all(root: Any, key: str) -> Iterator[Any]:
    """Every value under this key."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if key in part:
                yield part[key]
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _count(
    about: dict[str, Any], values: dict[str, Any], line: int, source: Source
) -> tuple[CellCount | None, list[Issue]]:
    printed: dict[str, Printed] = {}
    for name, keys in _KEYS.items():
        key = next((key for key in keys if key in values), None)
        if key is None:
            continue
        value, unit = _value(values[key])
        known = _UNITS.get(unit)
        if known is None or (name in _BY_UNIT and known not in _BY_UNIT[name]):
            what, remedy = f"the unit {unit!r} of {key!r}", "Export it in %, cells/mL or 10^6 cells/mL."
            return None, [refusals.variant_not_read(source.at(line), what, remedy)]
        printed[name] = as_printed(value, known, line, most=100.0 if known == PERCENT else float("inf"))
    count = CellCount(
        sample=str(about.get("sample identifier") or f"line {line}"),
        line=line,
        time=str(about.get("measurement time", "")),
    )
    return replace(count, **printed), []  # type: ignore[arg-type]


def _value(part: Any) -> tuple[str, str]:
    """(text of the number, unit) of a quantity value; of a bare number without unit."""
    value, unit = (part.get("value", ""), part.get("unit", "")) if isinstance(part, dict) else (part, "")
    plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    return (str(value) if plain else type(value).__name__), str(unit)


ENTRY = Reader(
    name="allotrope_counts",
    label="cell counts as Allotrope JSON",
    source="Allotrope Simple Model, cell counting (REC 2023/09 to 2024/09)",
    yields=("CellCounts",),
    extensions=("json",),
    recognises=recognises,
    read=read,
)
