"""The blocks of a SoftMax text export: plates with their wavelengths, groups with one row a well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.plates import well_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_START = re.compile(r"(Plate|Group|Note|Cuvette):")


@dataclass(frozen=True, slots=True)
class Block:
    """Its kind and name, and its rows with their lines; the first row is the title."""

    kind: str
    name: str
    rows: list[list[str]]
    line: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A row of a group's table: column > text, with the sample's own columns carried down to its other wells."""

    group: str
    sample: str
    well: str
    told: dict[str, str]
    line: int


def blocks_of(rows: list[list[str]], source: Source) -> tuple[list[Block], list[Issue]]:
    """The blocks between their titles and `~End`, as many as the first line announces."""
    announced = re.search(r"[0-9]{1,4}", "".join(rows[0][:1]))
    found: list[Block] = []
    start = None
    for i, row in enumerate(rows[1:], 1):
        if row and _START.match(row[0]):
            if start is not None:
                return [], [refusals.damaged(source.at(start + 1), "a block has no '~End'")]
            start = i
        elif row and row[0].startswith("~End") and start is not None:
            found.append(_block(rows[start:i], start))
            start = None
    if start is not None:
        return [], [refusals.damaged(source.at(len(rows)), f"{rows[start][0]!r} has no '~End'")]
    if announced is None or int(announced[0]) != len(found):
        told = announced[0] if announced else "no number of"
        what = f"the first line announces {told} blocks, the file holds {len(found)}"
        return [], [refusals.contradiction(source.at(1), what)]
    return found, []


def _block(rows: list[list[str]], start: int) -> Block:
    kind, _, rest = rows[0][0].partition(":")
    name = rest.strip() or (rows[0][1] if len(rows[0]) > 1 else "")
    return Block(kind, name, rows, start + 1)


def group_rows(block: Block, source: Source) -> tuple[list[GroupRow], list[Issue]]:
    """The wells of a group, down to the first empty line."""
    header = block.rows[1] if len(block.rows) > 1 else []
    names = [name for name in header if name]
    if "Wells" not in names or names[0] != "Sample":
        return [], []
    found: list[GroupRow] = []
    issues: list[Issue] = []
    carried: dict[str, str] = {}
    for line, row in enumerate(block.rows[2:], block.line + 2):
        if not any(row):
            break
        told = dict(zip(names, [*row, *[""] * len(names)], strict=False))
        carried = told if told["Sample"] else carried
        well = well_name(told["Wells"])
        if well is None or not carried:
            issues.append(refusals.damaged(source.at(line), f"{told['Wells']!r} is no well"))
            continue
        found.append(GroupRow(block.name, carried["Sample"], well, told, line))
    return found, issues


def wavelengths(title: Sequence[str]) -> list[str]:
    """The wavelengths in nm that a plate's title lists: '450 620 '."""
    listed = [cell for cell in title[2:] if re.fullmatch(r"[0-9]{3,4}(?: [0-9]{3,4})*", cell)]
    return listed[0].split() if listed else []


def plate_values(
    block: Block, source: Source
) -> tuple[list[tuple[str, dict[str, tuple[str, int]]]], list[Issue]]:
    """Wavelength > well > (text, line), whether the plate is written as a row of wells or as a grid."""
    header = block.rows[1] if len(block.rows) > 1 else []
    nm = wavelengths(block.rows[0]) or [""]
    if any(well_name(cell) for cell in header):
        return _as_row(block, header, nm, source)
    return _as_grid(block, header, nm, source)


def _as_row(
    block: Block, header: list[str], nm: list[str], source: Source
) -> tuple[list[tuple[str, dict[str, tuple[str, int]]]], list[Issue]]:
    wells = [(i, name) for i, cell in enumerate(header) if (name := well_name(cell))]
    filled = [(line, row) for line, row in enumerate(block.rows[2:], block.line + 2) if any(row[2:])]
    if len(filled) != len(nm):
        what = f"the plate has {len(filled)} rows of signals for {len(nm)} wavelengths"
        return [], [refusals.damaged(source.at(block.line), what)]
    return [
        (label, {name: (row[i] if i < len(row) else "", line) for i, name in wells})
        for label, (line, row) in zip(nm, filled, strict=True)
    ], []


def _as_grid(
    block: Block, header: list[str], nm: list[str], source: Source
) -> tuple[list[tuple[str, dict[str, tuple[str, int]]]], list[Issue]]:
    """Grids of all wavelengths side by side, an empty column between them; a line a letter."""
    columns = [
        (i, int(cell)) for i, cell in enumerate(header) if cell.isascii() and cell.isdigit() and len(cell) < 3
    ]
    if not columns or len(columns) % len(nm):
        what = f"the plate's header names {len(columns)} columns for {len(nm)} wavelengths"
        return [], [refusals.damaged(source.at(block.line + 1), what)]
    each = len(columns) // len(nm)
    filled = [(line, row) for line, row in enumerate(block.rows[2:], block.line + 2) if any(row[2:])]
    if len(filled) > 16 or (each == 12 and len(filled) != 8):
        what = f"the plate has {len(filled)} rows of wells"
        return [], [refusals.damaged(source.at(block.line + 1), what)]
    return [
        (
            label,
            {
                f"{chr(ord('A') + r)}{number}": (row[i] if i < len(row) else "", line)
                for r, (line, row) in enumerate(filled)
                for i, number in columns[k * each : (k + 1) * each]
            },
        )
        for k, label in enumerate(nm)
    ], []
