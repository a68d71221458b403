"""The list of samples beside raw files: what the laboratory's names stand for, which run repeats which, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.catalogue import Sample
from firstdose.laboratory import issues
from firstdose.values.number import NotANumber, read_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstdose.readers.text_table import TextTable
    from firstdose.values.issue import Issue, Place

SAMPLES = "samples.csv"
KEYS = ("participant", "visit", "lesion", "date")
ROLE, ROLE_OF_SAMPLE = "role", "sample_role"
_OWN = ("file", "sample", "role", "run", "repeat_of", "reason", "nominal", "dilution")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of the list: the sample, its run, and the other columns as they stand."""

    sample: Sample
    run: str
    repeat_of: str
    reason: str
    date: str
    cells: Mapping[str, str]
    row: int
    place: Place

    @property
    def is_participants(self) -> bool:
        """Whether a value of a participant comes of it."""
        return self.sample.role == "sample"


@dataclass(slots=True)
class SampleList:
    """All rows in their order, and what is wrong with them."""

    rows: list[Listed] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def runs(self) -> tuple[str, ...]:
        """The names of the runs in their order."""
        return tuple(dict.fromkeys(row.run for row in self.rows))


def read_samples(table: TextTable, keys: tuple[str, ...], role: str = ROLE) -> SampleList:
    """The list that a table holds. `keys`: those without which a participant's sample is nobody's.

    `role`: the column of the sample's role; ROLE_OF_SAMPLE where the form has an item `role` of its own.
    """
    listed = SampleList()
    if "file" not in table.columns:
        listed.issues.append(issues.column_missing(table.header_place(), "file"))
        return listed
    for row, cells in enumerate(table.frame.iter_rows(named=True)):
        told = {name: text.strip() for name, text in cells.items()}
        listed.rows.append(_listed(told, row, table, listed, role))
    known = listed.runs
    for each in listed.rows:
        listed.issues += _wrong(each, keys, known)
    return listed


def _listed(cells: Mapping[str, str], row: int, table: TextTable, listed: SampleList, role: str) -> Listed:
    def number(name: str) -> float | None:
        text = cells.get(name, "")
        if not text:
            return None
        try:
            return float(read_number(text))
        except NotANumber:
            listed.issues.append(issues.number_expected(table.place(row, name), name, text))
            return None

    file = cells.get("file", "")
    known = {*_OWN, role, *KEYS}
    return Listed(
        sample=Sample(
            file=file,
            sample=cells.get("sample", ""),
            role=cells.get(role, "") or "sample",
            participant=cells.get("participant", ""),
            visit=cells.get("visit", ""),
            lesion=cells.get("lesion", ""),
            nominal=number("nominal"),
            dilution=number("dilution"),
            facts={name: text for name, text in cells.items() if name not in known and text},
        ),
        run=cells.get("run", "") or file,
        repeat_of=cells.get("repeat_of", ""),
        reason=cells.get("reason", ""),
        date=cells.get("date", ""),
        cells=cells,
        row=row,
        place=table.place(row),
    )


def _wrong(each: Listed, keys: tuple[str, ...], known: tuple[str, ...]) -> list[Issue]:
    found = []
    if each.is_participants:
        own = {
            "participant": each.sample.participant,
            "visit": each.sample.visit,
            "lesion": each.sample.lesion,
        }
        found += [issues.key_missing(each.place, key) for key in keys if not own[key]]
    if each.repeat_of and each.repeat_of not in known:
        found.append(issues.no_such_run(each.place, each.repeat_of, known))
    if each.repeat_of and not each.reason:
        found.append(issues.repeat_without_reason(each.place))
    return found
