"""Facts read and put into their places: checked first, then fixed in the drafts, last as the very text in the tables."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from firstdose.catalogue import Item
from firstdose.protocol.names import END, NUMERIC, forms
from firstdose.readers.recognising import read_table
from firstdose.records.cells import read_cell
from firstdose.records.visits import VISITS, VISITS_FORM
from firstdose.rehearsal import issues
from firstdose.rehearsal.cohort import lesion_name
from firstdose.rehearsal.draft import KEYS
from firstdose.rehearsal.facts import COLUMNS, Fact
from firstdose.values.issue import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from firstdose.protocol.model import Protocol
    from firstdose.protocol.names import Form
    from firstdose.rehearsal.cohort import Cohort
    from firstdose.rehearsal.draft import Draft
    from firstdose.rehearsal.streams import Bools
    from firstdose.values.issue import Issue

_DAY = Item(name="day", label="day from day zero", kind="integer", low=Decimal(-10_000), high=Decimal(10_000))
# Without these the calendar cannot be made.
_CALENDAR = frozenset({(VISITS, "day"), (VISITS, "date"), (VISITS, "status"), (END, "status")})


def read_facts(path: Path) -> tuple[dict[Fact, str], tuple[Issue, ...]]:
    """The facts of a CSV file with the columns activity, participant, lesion, visit, item, value; and what is wrong."""
    table, found = read_table(path, name=path.name)
    if table is None:
        return {}, tuple(found)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        return {}, (*found, issues.facts_without(Place(path.name, 1, 1), missing))
    rows = table.frame.select(COLUMNS).fill_null("").rows()
    return {Fact(*(cell.strip() for cell in row[:5])): row[5] for row in rows}, tuple(found)


def check_facts(
    facts: Mapping[Fact, str], protocol: Protocol, ids: Iterable[str]
) -> tuple[dict[Fact, str], list[Issue]]:
    """(facts that can be kept, what is wrong with the others)."""
    known = dict(forms(protocol)) | {VISITS: VISITS_FORM}
    roster, visits = tuple(ids), tuple(visit.visit for visit in protocol.visits)
    kept: dict[Fact, str] = {}
    found: list[Issue] = []
    for fact, value in facts.items():
        wrong = _check_place(fact, known, roster, visits) or _check_value(fact, value, known[fact.activity])
        if wrong:
            found.append(wrong)
        else:
            kept[fact] = value
    return kept, found


def _check_place(
    fact: Fact, known: Mapping[str, Form], roster: tuple[str, ...], visits: tuple[str, ...]
) -> Issue | None:
    if fact.activity not in known:
        return issues.fact_without_place(fact, "activity", known)
    if fact.participant not in roster:
        return issues.fact_without_place(fact, "participant", roster)
    if fact.visit and fact.visit not in visits:
        return issues.fact_without_place(fact, "visit", visits)
    items = [item.name for item in known[fact.activity].items]
    if fact.item not in items and not (fact.activity == VISITS and fact.item == "day"):
        return issues.fact_without_place(fact, "item", items)
    return None


def _check_value(fact: Fact, value: str, form: Form) -> Issue | None:
    cell = read_cell(form.item(fact.item) or _DAY, value)
    if cell.faults and cell.faults[0].weight != "warning":
        return issues.fact_unreadable(fact, value, cell.faults[0].message)
    if (fact.activity, fact.item) not in _CALENDAR:
        return None
    whole = fact.item != "date" or (isinstance(cell.value, str) and len(cell.value) == len("2024-05-01"))
    return (
        None if cell.value is not None and whole else issues.fact_unreadable(fact, value, "it must be known.")
    )


def fix_draft(cohort: Cohort, draft: Draft, facts: Mapping[Fact, str]) -> None:
    """The values of the facts in the draft of their activity, so that what follows from them agrees."""
    for fact, value in facts.items():
        item = draft.form.item(fact.item)
        if fact.activity != draft.form.name or item is None or fact.item in KEYS:
            continue
        cell = read_cell(item, value)
        rows = _rows_of(cohort, draft, fact)
        if item.kind in NUMERIC:
            number = np.nan if cell.value is None else float(cell.value)
            draft.numbers[item.name] = np.where(rows, number, draft.numbers[item.name])
        else:
            word = pl.Series([cell.value], dtype=pl.String).new_from_index(0, len(rows))
            draft.words[item.name] = word.zip_with(pl.Series(rows), draft.words[item.name])


def _rows_of(cohort: Cohort, draft: Draft, fact: Fact) -> Bools:
    rows = draft.rows.who == cohort.ids.index(fact.participant)
    if draft.form.by_visit and fact.visit:
        rows = rows & (draft.rows.visit == cohort.visits.index(fact.visit))
    if fact.lesion:
        names = [lesion_name(place) for place in range(cohort.most_lesions)]
        rows = rows & (draft.rows.lesion == (names.index(fact.lesion) if fact.lesion in names else -2))
    return np.asarray(rows)


def fix_tables(
    tables: Mapping[str, pl.DataFrame], facts: Mapping[Fact, str]
) -> tuple[dict[str, pl.DataFrame], list[Issue]]:
    """The facts as the very texts of their cells; a fact that finds no record is told."""
    fixed, found = dict(tables), []
    for fact, value in facts.items():
        if fact.activity == VISITS and fact.item in {"day", "date"}:
            continue  # the calendar has kept it
        table = fixed.get(fact.activity)
        there = None if table is None else _there(table, fact)
        if table is None or there is None or not there.any():
            found.append(issues.fact_without_place(fact, "lesion" if fact.lesion else "visit", ()))
            continue
        cell = pl.Series([value or None], dtype=pl.String).new_from_index(0, table.height)
        fixed[fact.activity] = table.with_columns(cell.zip_with(there, table[fact.item]).alias(fact.item))
    return fixed, found


def _there(table: pl.DataFrame, fact: Fact) -> pl.Series:
    there = table["participant"] == fact.participant
    for key, wanted in (("visit", fact.visit), ("lesion", fact.lesion)):
        if key in table.columns and wanted:
            there &= (table[key] == wanted).fill_null(value=False)
    return there
