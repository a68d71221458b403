"""Row 37: every number knows its records, and one edited datum changes nothing but numbers that name it."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from firstdose.analysis.running import analyse
from firstdose.protocol.model import AnalysisSet, Derivation, EditCheck
from firstdose.protocol.names import forms
from firstdose.records.study import read_study
from firstdose.records.visits import VISITS_FORM
from firstdose.rehearsal import rehearse
from tests.unit.records.invented import seed_protocol, write_study

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.analysis.results import ResultRow, Results, Source
    from firstdose.catalogue import Item
    from firstdose.protocol.model import Protocol
    from tests.unit.records.invented import Table

EDITS = 60
KEPT = ("SCR", "BL", "D0", "W4", "M3", "M6")
LEFT_OUT = ("histology", "skin_lymphocytes", "dermal_mrna", "DLQI", "blood_foxp3")
KEYS = {"participant", "visit", "lesion"}


@dataclass(frozen=True)
class Datum:
    activity: str
    item: str
    participant: str
    visit: str
    row: int
    old: str
    new: str


@cache
def plan() -> Protocol:
    """The seed's protocol with fewer visits and forms, and with a derivation, a check, a set by a rule and a grouping."""
    seed = seed_protocol()
    schedule = tuple(
        replace(row, at=tuple(visit for visit in row.at if visit in KEPT))
        for row in seed.schedule
        if row.activity not in LEFT_OUT
    )
    endpoints = tuple(
        replace(each, at=tuple(visit for visit in each.at if visit in KEPT))
        for each in seed.endpoints
        if each.measure not in LEFT_OUT
    )
    names = {each.endpoint for each in endpoints}
    analyses = [each for each in seed.analyses if each.endpoint in names]
    adults = AnalysisSet(name="adults", rule="treated and age >= 18 years", sentence="treated adults")
    return replace(
        seed,
        visits=tuple(visit for visit in seed.visits if visit.visit in KEPT),
        schedule=schedule,
        endpoints=endpoints,
        analyses=tuple(replace(each, **CHANGES.get(each.endpoint, {})) for each in analyses),
        sensitivity=tuple(each for each in seed.sensitivity if each.endpoint in names),
        derivations=(
            Derivation(variable="ratio", label="IL-17A over IL-10", rule="il17a / il10", decimals=2),
            Derivation(variable="worst_plaque", label="worst plaque", rule="max(plaque_severity)", decimals=0),
        ),
        checks=(
            EditCheck(check="K1", activity="PASI_Fredriksson", rule="PASI < 12", message="outside the criteria"),
        ),
        analysis_sets=(*seed.analysis_sets, adults),
        rehearsal=replace(seed.rehearsal, missed_visit=Decimal("0.1"), missing_value=Decimal("0.03")),
    )


CHANGES = {"E5": {"analysis_set": "adults", "by": "sex"}, "E1": {"by": "sex"}}


@cache
def invented() -> dict[str, Table]:
    """The tables of a rehearsed study of six, as text."""
    tables = rehearse(plan(), 6, 20250611).tables
    return {
        name: [{key: value or "" for key, value in row.items()} for row in table.to_dicts()]
        for name, table in tables.items()
    }


def results_of(folder: Path, tables: dict[str, Table]) -> Results:
    return analyse(plan(), read_study(write_study(folder, tables), plan()).snapshot)


def items() -> dict[str, dict[str, Item]]:
    known = {form.name: {item.name: item for item in form.items} for form in forms(plan()).values()}
    return known | {"visits": {item.name: item for item in VISITS_FORM.items}}


def another(item: Item, old: str, rng: np.random.Generator) -> str:
    """A text that this item takes and that means something else, now and then a missing word."""
    if rng.random() < 0.15 and not item.name.startswith("status"):
        return "UNK" if old != "UNK" else "ND"
    if item.kind == "truth":
        return "no" if old == "yes" else "yes"
    if item.kind == "code" or item.codes:
        return str(rng.choice([code for code in item.code_names if code != old]))
    if item.kind == "date":
        start = dt.date.fromisoformat(old) if len(old) == 10 else dt.date(2024, 1, 1)
        return (start + dt.timedelta(days=int(rng.integers(1, 40)) * int(rng.choice([-1, 1])))).isoformat()
    if item.kind == "text":
        return f"{old} edited".strip()
    low, high = max(item.low or 0, item.lloq or 0), item.high if item.high is not None else 100
    value = float(low) + rng.random() * min(float(high - low), 20)
    return f"{value:.{0 if item.kind in {'integer', 'ordinal'} else item.decimals or 0}f}"


def edit(rng: np.random.Generator, activity: str) -> Datum:
    """One cell of the table, changed at random."""
    rows = invented()[activity]
    known = items()[activity]
    columns = [name for name in rows[0] if name in known and name not in KEYS]
    while True:
        row, column = int(rng.integers(len(rows))), str(rng.choice(columns))
        old = rows[row][column]
        new = another(known[column], old, rng)
        if new != old:
            where = rows[row]
            return Datum(activity, column, where["participant"], where.get("visit", ""), row, old, new)


def covers(source: Source, datum: Datum) -> bool:
    return (
        source.activity == datum.activity
        and (not source.items or datum.item in source.items)
        and (not source.visits or not datum.visit or datum.visit in source.visits)
        and (not source.participants or datum.participant in source.participants)
    )


def numbers(results: Results) -> dict[str, ResultRow]:
    return {row.result: row for row in results}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return numbers(results_of(tmp_path_factory.mktemp("before"), invented()))


TABLES = sorted(set(invented()) - {"participants"})


@pytest.mark.parametrize("number", range(EDITS))
def test_row_37_an_edited_datum_changes_only_numbers_that_name_it(tmp_path, before, number):
    datum = edit(np.random.default_rng([37, number]), TABLES[number % len(TABLES)])
    tables = {name: list(rows) for name, rows in invented().items()}
    tables[datum.activity][datum.row] = tables[datum.activity][datum.row] | {datum.item: datum.new}
    after = numbers(results_of(tmp_path, tables))
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    for key in changed:
        sources = [source for side in (before, after) if key in side for source in side[key].sources]
        row = after.get(key) or before[key]
        assert any(covers(source, datum) for source in sources), (datum, asdict(before.get(key) or row), asdict(row))
