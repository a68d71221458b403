"""Rows of text exports of real-time PCR become wells; one way for every program."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.contents.qpcr import QpcrTarget, QpcrWell, QpcrWells
from firstdose.readers.plain_text import number_of
from firstdose.readers.qpcr_words import cq_of, is_reference, role_of, says_undetermined, says_yes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firstdose.readers.reader import Source
    from firstdose.values.issue import Issue

_COMMA = re.compile(r"[0-9]+,[0-9]+")
_NEEDED = ("well", "sample", "target", "cq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the cells of a well stand, and what holds for all rows.

    `target`: of a table that names it once above its rows; `references`: targets that the file itself so calls.
    """

    columns: Mapping[str, int]
    width: int
    decimal_comma: bool = False
    cycle_count: int | None = None
    target: str = ""
    references: tuple[str, ...] = ()


@dataclass(slots=True)
class Rows:
    """What was read of a table's rows."""

    wells: list[QpcrWell] = field(default_factory=list)
    references: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)


def numbered_rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Every line with its number and cells. A quotation mark never reaches over a line's end: it would swallow wells."""
    return [(number, _cells(line, delimiter)) for number, line in enumerate(text.split("\n"), start=1)]


def _cells(line: str, delimiter: str) -> list[str]:
    if '"' in line and len(line) < csv.field_size_limit():
        row = next(csv.reader([line], delimiter=delimiter), [])
        return [cell.strip() for cell in row]
    if " " not in line and "\xa0" not in line:  # nothing to take off but line ends, of which there are none
        return line.split(delimiter) if line else []
    return [cell.strip() for cell in line.split(delimiter)] if line.strip() else []


def filled(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows up to the first that is empty."""
    return takewhile(lambda row: any(row[1]), rows)


def has_decimal_comma(rows: Iterable[Sequence[str]], column: int, delimiter: str) -> bool:
    """Whether a column's numbers are written with a comma."""
    return delimiter != "," and any(
        len(row) > column and _COMMA.fullmatch(row[column].strip()) for row in rows
    )


def read_rows(source: Source, rows: Iterable[tuple[int, Sequence[str]]], layout: Layout) -> Rows:
    """The wells of numbered lines. A row that ends before its columns, or goes on after them, refuses the file."""
    read = Rows(references=set(layout.references))
    needed = max((layout.columns[name] for name in _NEEDED if name in layout.columns), default=0)
    for line, row in rows:
        if len(row) <= needed:
            what = f"line {line} has {len(row)} cells, and its quantification cycle is cell {layout.columns['cq'] + 1}"
            read.issues.append(refusals.damaged(source.at(line), what))
        elif any(row[layout.width :]):
            what = f"line {line} has {len(row)} cells under a header of {layout.width}"
            read.issues.append(refusals.contradiction(source.at(line), what))
        else:
            _read_row(source, line, row, layout, read)
    return read


def _read_row(source: Source, line: int, row: Sequence[str], layout: Layout, read: Rows) -> None:
    cells = {name: row[at].strip() if at < len(row) else "" for name, at in layout.columns.items()}
    cq, missing = cq_of(cells["cq"], layout.cycle_count, decimal_comma=layout.decimal_comma)
    if missing == "not a number":
        read.issues.append(
            refusals.unreadable_value(
                source.at(line, layout.columns["cq"] + 1), cells["cq"], "a quantification cycle"
            )
        )
    target, task, sample = cells.get("target", layout.target), cells.get("role", ""), cells.get("sample", "")
    if is_reference(task):
        read.references.add(target)
    amount, role = _amount_of(source, line, cells.get("amount", ""), layout, read), role_of(task, sample)
    if amount is not None and "role" not in layout.columns:
        role = "standard"
    read.wells.append(
        QpcrWell(
            well=cells.get("well", ""),
            sample=sample,
            target=target,
            cq=cq,
            missing=missing,
            role=role,
            dye=cells.get("dye", ""),
            plate=cells.get("plate", ""),
            amount=amount if role == "standard" else None,
            quantity=None if role == "standard" else amount,
            excluded="left out by the operator" if says_yes(cells.get("excluded", "")) else "",
            line=line,
        )
    )


def _amount_of(source: Source, line: int, text: str, layout: Layout, read: Rows) -> float | None:
    if not text or says_undetermined(text):
        return None
    amount = number_of(text.replace(",", ""), decimal_comma=False) if _is_grouped(text) else None
    amount = amount if amount is not None else number_of(text, decimal_comma=layout.decimal_comma)
    if amount is None:
        place = source.at(line, layout.columns["amount"] + 1)
        read.issues.append(refusals.unreadable_value(place, text, "an amount"))
    return amount if amount and amount > 0 else None


def _is_grouped(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+", text) is not None


def repeated(source: Source, wells: Iterable[QpcrWell]) -> list[Issue]:
    """An Issue for the first reaction that stands twice: the same plate, well, sample and target."""
    seen: set[tuple[str, ...]] = set()
    for well in wells:
        key = (well.plate, well.well, well.sample, well.target, well.dye)
        if well.well and key in seen:
            return [
                refusals.twice(source.at(well.line) if well.line else source.place, "reaction", _told(well))
            ]
        seen.add(key)
    return []


def stopping(source: Source, rows: Rows) -> list[Issue]:
    """The first Issues that refuse the file, a reaction that stands twice among them."""
    found = [*rows.issues, *repeated(source, rows.wells)]
    return [issue for issue in found if issue.weight == "error"][:20]


def _told(well: QpcrWell) -> str:
    return " ".join(part for part in (well.plate, well.well, well.target) if part)


def run_of(
    name: str, rows: Rows, cycle_count: int | None = None, shape: tuple[int, int] | None = None
) -> QpcrWells:
    """The run that the rows are, its targets in the order of their first well."""
    dyes = {well.target: well.dye for well in reversed(rows.wells)}
    targets = tuple(
        QpcrTarget(name=target, is_reference=target in rows.references, dye=dyes[target])
        for target in dict.fromkeys(well.target for well in rows.wells)
        if target
    )
    return QpcrWells(run=name, wells=tuple(rows.wells), targets=targets, cycle_count=cycle_count, shape=shape)
