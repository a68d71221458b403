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
        rows = {row["result"]: row for row in whole["results"]}
    except (OSError, ValueError, KeyError, TypeError):
        return [], [issues.no_results(Place(str(results)))]
    row = rows.get(result)
    if row is None:
        return [], [issues.no_such_result(Place(str(results)), result)]
    values = values_behind(snapshot, _sources(whole, row))
    head = [
        f"{row['analysis']}, {row['statistic']} of {row['variable']}: {row['text']} {row['measure_unit']}".rstrip()
    ]
    if whole.get("snapshot") != snapshot.digest:
        head.append("The records have changed since this report was made.")
    if values.is_empty():
        return [*head, "It rests on no value that was measured from an instrument's file."], []
    return [*head, *(line for value in values.iter_rows(named=True) for line in _lines(value))], []


def _sources(whole: dict[str, Any], row: dict[str, Any]) -> list[dict[str, Any]]:
    """The record groups behind a row, participants written out."""
    found = []
    for name in row["sources"]:
        source = whole["sources"][name]
        who = source["participants"]
        people = None if who == "all" else whole["participants"].get(who, who)
        found.append(source | {"participants": people})
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


def _lines(value: dict[str, Any]) -> list[str]:
    who = " ".join(filter(None, (value["participant"], value["visit"], value["lesion"])))
    standing = (
        ""
        if value["reported"]
        else f" (not reported: repeated, {value['repeat_reason'] or 'see the repeat'})"
    )
    exact = (
        ""
        if value["value"] is None
        else f", measured {value['comparator']} {value['value']!r} {value['unit']}"
    )
    place = f", {value['place']}" if value["place"] else ""
    told = [
        f"{who}  {value['item']} = {value['text']}{standing}{exact}",
        f"    file     {value['file']}{place}",
        f"    sha256   {value['sha256']}",
        f"    sample   {value['sample'] or 'the file as a whole'}, {value['list_file']}:{value['row']}",
        f"    verdict  {value['verdict']}; rules: {value['rules'] or 'none applies'}",
        f"    software {value['software'] or 'not named'}; {value['reader']}; {value['assay_version']}",
    ]
    return told + ([f"    findings {value['findings']}"] if value["findings"] else [])
