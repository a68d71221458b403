"""Molecular Devices SoftMax Pro: the text export in blocks, plates first, then groups with samples and results."""

from __future__ import annotations

import csv
import math
import re
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.contents.immunoassay import AnalyteSignals, PlateSignals, Well
from firstdose.readers.plain_text import number_of, rows_of, text_of
from firstdose.readers.plates import NO_VALUE, number_or_nan
from firstdose.readers.reader import Reader, Reading, refused
from firstdose.readers.softmax_blocks import Block, GroupRow, blocks_of, group_rows, plate_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.readers.contents.immunoassay import Floats, Role
    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_ROLES: tuple[tuple[str, Role], ...] = (
    ("standard", "standard"),
    ("blank", "blank"),
    ("control", "control"),
    ("ctrl", "control"),
    ("qc", "control"),
)
_VALUES, _RESULTS = ("Value", "Values"), ("BackCalcConc", "Result", "Results")
_DECIMALS = 0.0006  # groups are printed with three decimals
_SAVED = re.compile(r"Date Last Saved: ([^\t]+)")


def _recognises(source: Source) -> bool:
    return source.start[:64].lstrip(b'\xef\xbb\xbf"').startswith(b"##BLOCKS=")


def _read(source: Source) -> Reading:
    if not _recognises(source):
        return refused(refusals.not_recognised(source.place, "it does not begin with ##BLOCKS"))
    text = text_of(source)
    try:
        rows = rows_of(text, "\t")
    except csv.Error:
        return refused(refusals.damaged(source.place, "a cell is longer than any instrument writes"))
    blocks, issues = blocks_of(rows, source)
    if issues:
        return refused(*issues)
    plates: list[PlateSignals] = []
    for plate, groups in _together(blocks):
        found, more = _plate(plate, groups, source)
        issues += more
        plates += [found] if found else []
    broken = [issue for issue in issues if issue.weight == "error"]
    if broken or not plates:
        return refused(*(broken or [refusals.missing_part(source.place, ["Plate:"], "block")]))
    saved = _SAVED.search(text)
    return Reading(
        contents=tuple(plates),
        issues=tuple(issues),
        software="SoftMax Pro",
        run_date=saved[1].strip() if saved else "",
    )


def _together(blocks: Sequence[Block]) -> list[tuple[Block, list[Block]]]:
    """Every plate with the groups that follow it."""
    found: list[tuple[Block, list[Block]]] = []
    for block in blocks:
        if block.kind == "Plate":
            found.append((block, []))
        elif block.kind == "Group" and found:
            found[-1][1].append(block)
    return found


def _plate(block: Block, groups: Sequence[Block], source: Source) -> tuple[PlateSignals | None, list[Issue]]:
    signals, issues = plate_values(block, source)
    if issues:
        return None, issues
    listed: dict[str, GroupRow] = {}
    for group in groups:
        rows, more = group_rows(group, source)
        issues += more
        for row in rows:
            if row.well in listed:
                issues.append(refusals.twice(source.at(row.line), "well of a group", row.well))
            listed.setdefault(row.well, row)
    names = list(signals[0][1])
    if strange := [row for row in listed.values() if row.well not in names]:
        what = f"group {strange[0].group!r} has a well {strange[0].well}, the plate has none"
        return None, [refusals.contradiction(source.at(strange[0].line), what)]
    carried = _carried(listed)
    wells = tuple(_well(name, signals[0][1][name][1], listed.get(name), carried) for name in names)
    arrays = [(label, _numbers(label, told, names, source, issues)) for label, told in signals]
    analyte = _analyte(names, arrays, listed, carried)
    issues += _check_values(analyte, names, listed, source)
    return PlateSignals(plate=block.name, wells=wells, analytes=(analyte,), signal="OD"), issues


def _numbers(
    label: str, told: Mapping[str, tuple[str, int]], names: Sequence[str], source: Source, issues: list[Issue]
) -> Floats:
    for name in names:
        text, line = told[name]
        if number_of(text) is None and text not in NO_VALUE:
            wanted = f"an optical density at {label} nm in {name}"
            issues.append(refusals.unreadable_value(source.at(line), text, wanted))
    return number_or_nan(told[name][0] for name in names)


def _carried(listed: Mapping[str, GroupRow]) -> dict[tuple[str, str], dict[str, str]]:
    """(group, sample) > the first row's cells: concentration and dilution stand there alone."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in listed.values():
        found.setdefault((row.group, row.sample), row.told)
    return found


def _well(
    name: str, line: int, row: GroupRow | None, carried: Mapping[tuple[str, str], Mapping[str, str]]
) -> Well:
    if row is None:
        return Well(name=name, line=line)
    role: Role = next((role for word, role in _ROLES if row.group.lower().startswith(word)), "sample")
    told = number_of(carried[row.group, row.sample].get("Dilution", ""))
    masked = "Masked" in {row.told.get(column, "") for column in _VALUES}
    sample = f"{row.group} {row.sample}" if row.sample.isdigit() else row.sample
    return Well(
        name=name,
        sample=sample,
        role=role,
        dilution=told or (1.0 if role != "sample" else math.nan),
        masked="masked by the operator" if masked else "",
        line=line,
    )


def _analyte(
    names: Sequence[str],
    arrays: list[tuple[str, Floats]],
    listed: Mapping[str, GroupRow],
    carried: Mapping[tuple[str, str], Mapping[str, str]],
) -> AnalyteSignals:
    rows = [listed.get(name) for name in names]
    printed = number_or_nan(_first(row, _RESULTS) for row in rows)
    heads = [name for each in carried.values() for name in each if name.startswith("Concentration")]
    nominal = [carried[row.group, row.sample].get(heads[0], "") if row and heads else "" for row in rows]
    return AnalyteSignals(
        analyte="",
        signals=tuple(arrays),
        net=number_or_nan(_first(row, _VALUES) for row in rows),
        nominal=number_or_nan(nominal),
        printed=printed if np.isfinite(printed).any() else None,
        comparators=tuple("=" if np.isfinite(value) else "" for value in printed),
        remarks=tuple(
            _first(row, _RESULTS) if math.isnan(v) else "" for row, v in zip(rows, printed, strict=True)
        ),
        unit=heads[0].removeprefix("Concentration").strip(" ()") if heads else "",
    )


def _first(row: GroupRow | None, columns: Sequence[str]) -> str:
    return next((row.told[column] for column in columns if column in row.told), "") if row else ""


def _check_values(
    analyte: AnalyteSignals, names: Sequence[str], listed: Mapping[str, GroupRow], source: Source
) -> list[Issue]:
    """The groups' values are the first wavelength less the second: where most wells say so, all must."""
    if len(analyte.signals) != 2 or analyte.net is None:
        return []
    away = np.abs(analyte.signals[0][1] - analyte.signals[1][1] - analyte.net)
    broken = np.flatnonzero(away > _DECIMALS)
    if not len(broken) or len(broken) > 0.1 * np.isfinite(away).sum():
        return []
    i = int(broken[0])
    first, second = (values[i] for _, values in analyte.signals)
    what = f"group and plate disagree on {names[i]}: {analyte.net[i]:g}, but {first:g} less {second:g}"
    return [refusals.contradiction(source.at(listed[names[i]].line), what)]


ENTRY = Reader(
    name="softmax",
    label="Molecular Devices SoftMax Pro (.txt)",
    source="Text exports of SoftMax Pro, as the program writes them",
    yields=("PlateSignals",),
    extensions=("txt",),
    recognises=_recognises,
    read=_read,
)
