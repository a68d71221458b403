"""Wells, roles and result cells as plate readers of all makes write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers.plain_text import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstdose.readers.contents.immunoassay import Floats, Role

_WELL = re.compile(r"([A-P])0?([1-9][0-9]?)")
_COLUMN = re.compile(r"(?:[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\n)+")
_LIMIT = re.compile(r"([<>])\s*(\S+)")
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("standard", re.compile(r"(?:standard|std|cal(?:ibrator)?)[ _-]?[0-9]*(?:[:.].*)?", re.IGNORECASE)),
    ("blank", re.compile(r"(?:background|blank|blk|bkg)[ _-]?[0-9]*(?:[:.].*)?", re.IGNORECASE)),
    ("control", re.compile(r"(?:control|ctrl|ctl|qc)[ _-]?[0-9a-z]{0,4}(?:[:.].*)?", re.IGNORECASE)),
)
NO_VALUE = frozenset({"", "NaN", "N/A", "NA", "OOR", "-", "---", "***", "?????"})


def well_name(text: str) -> str | None:
    """'A1' for A1, A01 or a1; None where the text names no well of a plate of up to 384."""
    found = _WELL.fullmatch(text.strip().upper())
    return f"{found[1]}{found[2]}" if found and int(found[2]) <= 24 else None


def well_at(row: int, column: int) -> str:
    """The name of the well in a row and a column, both from 0."""
    return f"{chr(ord('A') + row)}{column + 1}"


def role_of(name: str, otherwise: Role = "sample") -> Role:
    """What a well's name says of its role in the words of all makes: Standard1, STD2, Background0, BLK, QC1."""
    for role, pattern in _ROLES:
        if pattern.fullmatch(name.strip()):
            return role
    return otherwise


def numbers_of(cells: Sequence[str]) -> Floats | None:
    """The cells as numbers (n,), None where one of them is none."""
    told = "\n".join(cells) + "\n"
    if not _COLUMN.fullmatch(told) or max(map(len, cells)) > 40:
        return None
    return np.array(list(map(float, cells)))


def number_or_nan(cells: Iterable[str]) -> Floats:
    """The cells as numbers (n,), NaN for a cell that is none."""
    return np.array([np.nan if (value := number_of(cell)) is None else value for cell in cells], dtype=float)


def limit_of(cell: str) -> tuple[str, float] | None:
    """('<', 0.105) of '< 0.105'; None where the cell is no limit."""
    found = _LIMIT.fullmatch(cell.strip())
    value = number_of(found[2]) if found else None
    return None if found is None or value is None else (found[1], value)


def results_of(cells: Sequence[str]) -> tuple[Floats, tuple[str, ...], list[int]]:
    """Values (n,), comparators '=' '<' '>' '' (n) and the places of cells that are neither number, limit nor empty."""
    if (plain := numbers_of(cells)) is not None:
        return plain, ("=",) * len(cells), []
    values, comparators, strange = np.full(len(cells), np.nan), [], []
    for i, cell in enumerate(cells):
        limit = limit_of(cell)
        number = number_of(cell) if limit is None else limit[1]
        values[i] = np.nan if number is None else number
        comparators.append(limit[0] if limit else "=" if number is not None else "")
        if number is None and cell.strip() not in NO_VALUE:
            strange.append(i)
    return values, tuple(comparators), strange
