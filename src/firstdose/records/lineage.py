"""From a number of the report to the raw files it rests on, in one query."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from firstdose.records import issues
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.records.snapshot import Snapshot
    from firstdose.values.issue import Issue

Told = tuple[list[str], list["Issue"]]


def tell_lineage(snapshot: Snapshot, results: Path, result: str) -> Told:
    """Lines about every laboratory value behind a result, or the Issue that says why there are none."""
    try:
        whole = json.loads(results.read_text(encoding="utf-8"))
        row = {each["result"]: each for each in whole["results"]}.get(result)
        head, sources = ([], []) if row is None else (_head(whole, row, snapshot), _sources(whole, row))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [], [issues.no_results(Place(str(results)))]
    if row is None:
        return [], [issues.no_such_result(Place(str(results)), result)]
    values = values_behind(snapshot, sources)
    if values.is_empty():
        return [*head, "It rests on no value that was measured from an instrument's file."], []
    told = list(values.iter_rows(named=True))
    counting = {_sample(value) for value in told if value["reported"]}
    return [*head, *(line for value in told for line in _lines(value, counting))], []


def _head(whole: dict[str, Any], row: dict[str, Any], snapshot: Snapshot) -> list[str]:
    said = f"{row['analysis']}, {row['statistic']} of {row['variable']}: {row['text']} {row['measure_unit']}"
    changed = whole["snapshot"] != snapshot.digest
    return [said.rstrip(), *["The records have changed since this report was made."] * changed]


def _sources(whole: dict[str, Any], row: dict[str, Any]) -> list[dict[str, Any]]:
    """The record groups behind a row, participants written out; an empty list is no restriction."""
    found = []
    for name in row["sources"]:
        source = whole["sources"][name]
        who = source["participants"]
        found.append(
            {
                "activity": str(source["activity"]),
                "items": [*map(str, source["items"])],
                "visits": [*map(str, source["visits"])],
                "participants": [] if who == "all" else [*map(str, whole["participants"][who])],
            }
        )
    return found


def values_behind(snapshot: Snapshot, sources: list[dict[str, Any]]) -> pl.DataFrame:
    """The reportable values that these groups of records hold, reported or superseded, in the order of the record."""
    from firstdose.laboratory.reportable import SCHEMA

    frame = snapshot.laboratory
    if frame is None:
        return pl.DataFrame(schema=SCHEMA)
    meant = pl.lit(False)
    for source in sources:
        one = pl.col("activity") == source["activity"]
        for column, names in (("item", "items"), ("visit", "visits"), ("participant", "participants")):
            if source[names]:
                one &= pl.col(column).is_in(source[names])
        meant |= one
    return frame.filter(meant)


def _sample(value: dict[str, Any]) -> tuple[str, ...]:
    return tuple(value[key] for key in ("activity", "participant", "visit", "lesion", "item"))


def _standing(value: dict[str, Any], counting: set[tuple[str, ...]]) -> str:
    """Whether the value counts, and of repeats why: the reason stands with the run that repeats."""
    if not value["reported"]:
        repeated = _sample(value) in counting
        return f" (not reported: {'it was repeated' if repeated else 'there are several, and no repeat was declared'})"
    return f" (repeats {value['repeat_of']}: {value['repeat_reason']})" if value["repeat_of"] else ""


def _lines(value: dict[str, Any], counting: set[tuple[str, ...]]) -> list[str]:
    who = " ".join(filter(None, (value["participant"], value["visit"], value["lesion"])))
    exact = (
        ""
        if value["value"] is None
        else f", measured {value['comparator']} {value['value']!r} {value['unit']}"
    )
    head = f"{who}  {value['item']} = {value['text']}{_standing(value, counting)}{exact}"
    listed = f"{value['list_file']}:{value['row']}"
    if not value["file"]:
        return [head, f"    file     none: it never came to an instrument, {listed}"]
    place = f", {value['place']}" if value["place"] else ""
    told = [
        head,
        f"    file     {value['file']}{place}",
        f"    sha256   {value['sha256']}",
        f"    sample   {value['sample'] or 'the file as a whole'}, {listed}",
        f"    verdict  {value['verdict']}; rules: {value['rules'] or 'none applies'}",
        f"    software {value['software'] or 'not named'}; {value['reader']}; {value['assay_version']}",
    ]
    return told + ([f"    findings {value['findings']}"] if value["findings"] else [])
