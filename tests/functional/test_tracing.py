"""Row 37: every number knows its records, and one edited datum changes nothing but numbers that name it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
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

EDITS = 30
KEPT = ("SCR", "BL", "D0", "M3", "M6")
LEFT_OUT = ("histology", "skin_lymphocytes", "dermal_mrna", "DLQI", "blood_foxp3", "blood_lymphocytes")
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
        sensitivity=tuple(
            each for each in seed.sensitivity if each.check in {"E1_wilson", "E5_flip", "E7_rank"}
        ),
        derivations=(
            Derivation(variable="ratio", label="IL-17A over IL-10", rule="il17a / il10", decimals=2),
            Derivation(
                variable="worst_plaque", label="worst plaque", rule="max(plaque_severity)", decimals=0
            ),
        ),
        checks=(
            EditCheck(
                check="K1", activity="PASI_Fredriksson", rule="PASI < 12", message="outside the criteria"
            ),
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


def changed_by(folder: Path, before: dict[str, ResultRow], datum: Datum) -> list[tuple[ResultRow, ...]]:
    """Numbers before and after the edit that are not the same; one that is new or gone stands alone."""
    tables = {name: list(rows) for name, rows in invented().items()}
    tables[datum.activity][datum.row] = tables[datum.activity][datum.row] | {datum.item: datum.new}
    after = numbers(results_of(folder, tables))
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [tuple(side[key] for side in (before, after) if key in side) for key in keys]


@pytest.mark.parametrize("number", range(EDITS))
def test_row_37_an_edited_datum_changes_only_numbers_that_name_it(tmp_path, before, number):
    datum = edit(np.random.default_rng([37, number]), TABLES[number % len(TABLES)])
    for sides in changed_by(tmp_path, before, datum):
        assert any(covers(source, datum) for row in sides for source in row.sources), (datum, sides)


# item, what is written instead, the variable it makes, an endpoint that rests on it
DIRECT = {
    "skin_thickness": ("reading_1", "9.99", "skin_thickness.thickness", "E7"),
    "plaque_score": ("erythema", "UNK", "plaque_score", "E6"),
    "serum_cytokines": ("tnf", "99.9", "serum_cytokines.tnf", "E11"),
}


@pytest.mark.parametrize("activity", DIRECT)
def test_row_37_an_edited_datum_changes_all_its_places(tmp_path, before, activity):
    """By visit, its change, per participant and per lesion, and the endpoint that rests on it."""
    item, new, variable, endpoint = DIRECT[activity]
    rows = invented()[activity]
    place, row = next(
        (n, row) for n, row in enumerate(rows) if row["visit"] == "M6" and row[item] not in {"", "UNK", "ND"}
    )
    datum = Datum(activity, item, row["participant"], "M6", place, row[item], new)
    changed = {each[-1].result: each[-1] for each in changed_by(tmp_path, before, datum)}
    places = {(each.analysis, each.unit) for each in changed.values() if each.variable == variable}
    units = {"participant"} | ({"lesion"} if "lesion" in row else set())
    assert places >= {(f"by_visit.{column}", unit) for column in ("value", "change") for unit in units}
    assert endpoint in {each.analysis for each in changed.values()}
    assert {each.visit for each in changed.values() if each.analysis.startswith("by_visit")} == {"M6"}


def test_row_37_every_number_leads_to_records_that_exist(before):
    """Only the declared uncertainty of a dose comes from the protocol alone."""
    known = items()
    visits = {visit.visit for visit in plan().visits}
    people = {row["participant"] for row in invented()["participants"]}
    untraced = {(row.analysis, row.variable) for row in before.values() if not row.sources}
    assert untraced == {("dose", "uncertainty")}
    for source in {source for row in before.values() for source in row.sources}:
        assert source.activity in {*known, "participants", "cell_product"}
        assert set(source.items) <= known.get(source.activity, {}).keys() | KEYS | {"date"}
        assert set(source.visits) <= visits
        assert set(source.participants) <= people


def test_row_37_numbers_have_ids_of_their_own_and_keep_them(tmp_path, before):
    again = results_of(tmp_path, invented())
    assert len(before) == len(again.rows)
    assert numbers(again) == before


def test_row_37_results_of_other_records_bear_another_digest(tmp_path):
    first = results_of(tmp_path / "a", invented())
    tables = {name: list(rows) for name, rows in invented().items()}
    tables["demographics"][0] = tables["demographics"][0] | {"age": "61"}
    second = results_of(tmp_path / "b", tables)
    assert first.snapshot != second.snapshot
    assert first.protocol == second.protocol
