"""What a rehearsal knows of a specimen before an instrument has seen it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.values.missing import read_missing
from firstdose.values.number import NotANumber, read_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from firstdose.protocol.model_of_laboratory import PlannedAssay
    from firstdose.protocol.names import Form

KEYS = ("participant", "visit", "lesion", "date")
_BELOW = 0.5  # share of the limit that a value below quantification truly has


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One sample.

    `values`: item > true number; `missing`: item > its reason, as typed; `limits`: item > limit of quantification that
    it is below; `others`: further cells.
    """

    name: str
    keys: Mapping[str, str]
    values: Mapping[str, float]
    missing: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_measured(self) -> bool:
        """Whether anything of it came to the instrument."""
        return bool(self.values)

    @property
    def participant(self) -> str:
        return self.keys["participant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a sample lies: file, the name that the file gives it, the run if it is not the file, facts of the list."""

    file: str
    sample: str = ""
    run: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Files by name, where each specimen lies in them, and further rows of the list (gates, controls)."""

    files: Mapping[str, bytes]
    places: Mapping[str, Placed]
    further: Sequence[Mapping[str, str]] = ()


def specimens_of(table: pl.DataFrame, planned: PlannedAssay, form: Form) -> list[Specimen]:
    """A specimen a row of the rehearsed table."""
    measured = [row.item for row in planned.quantities]
    others = [item.name for item in form.items if item.name in table.columns and item.name not in measured]
    found = []
    for row in table.iter_rows(named=True):
        cells = {name: row.get(name) or "" for name in (*measured, *others)}
        keys = {key: row[key] or "" for key in KEYS if key in table.columns}
        numbers = {name: _number(cells[name]) for name in measured}
        found.append(
            Specimen(
                name=" ".join(keys[key] for key in KEYS[:3] if keys.get(key)),
                keys=keys,
                values={name: number for name, number in numbers.items() if number is not None},
                limits={
                    name: number / _BELOW
                    for name, number in numbers.items()
                    if number and cells[name].startswith("<")
                },
                missing={name: _reason(cells[name]) for name in measured if numbers[name] is None},
                others={name: cells[name] for name in others if name not in keys},
            )
        )
    return found


def _number(text: str) -> float | None:
    """The true number behind a cell: below a limit it is half of it."""
    below = text.startswith("<")
    try:
        value = float(read_number(text.lstrip("<>")))
    except NotANumber:
        return None
    return value * _BELOW if below else value


def _reason(cell: str) -> str:
    return cell if read_missing(cell) else "ND: no sample"


def in_plates(specimens: Sequence[Specimen], most: int) -> Iterator[list[Specimen]]:
    """Groups of at most so many, all samples of a participant together where they fit."""
    group: list[Specimen] = []
    for name in dict.fromkeys(each.participant for each in specimens):
        own = [each for each in specimens if each.participant == name]
        if group and len(group) + len(own) > most:
            yield group
            group = []
        while len(own) > most:
            yield own[:most]
            own = own[most:]
        group = [*group, *own]
    if group:
        yield group
