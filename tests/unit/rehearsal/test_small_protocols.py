"""Rehearsals of protocols of one form: how facts, criteria and checks are kept, and what is told where they cannot be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from firstdose.catalogue import Item
from firstdose.protocol.model import Criterion, Derivation, EditCheck, LocalItem, Rehearsal, Visit
from firstdose.rehearsal import Fact, read_facts, rehearse, repairing
from firstdose.values.window import Window
from tests.acceptance.study_of import one_measure, seed_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from firstdose.protocol.model import Protocol

SEED = seed_protocol()
PLAIN = Rehearsal(dropout=Decimal(0), missed_visit=Decimal(0), missing_value=Decimal(0))
NUMBER = Item(name="value", label="value", kind="integer", low=Decimal(0), high=Decimal(9))


VISITS = tuple(Visit(visit=name, day=n, window=Window(n, n)) for name, n in (("SCR", -10), ("D0", 0)))


def of_items(*items: Item, **sections: Any) -> Protocol:
    """One form at screening with these items; nothing is done on day zero."""
    plan = replace(one_measure(("SCR",), []), visits=VISITS)
    kept = tuple(LocalItem(activity="measure", item=item) for item in items or (NUMBER,))
    return replace(plan, items=kept, **sections)


def must(rule: str) -> tuple[Criterion, ...]:
    return (Criterion(criterion="C1", direction="in", rule=rule, sentence=rule),)


def holds(rule: str) -> tuple[EditCheck, ...]:
    return (EditCheck(check="K1", activity="measure", rule=rule, message=rule),)


def column(plan: Protocol, name: str, participants: int = 20) -> list[str]:
    rehearsed = rehearse(plan, participants, 1, plan=PLAIN)
    assert rehearsed.issues == ()
    return rehearsed.tables["measure"][name].to_list()


# ---------------------------------------------------------------------------------------------------------- facts


@pytest.fixture(scope="module")
def held() -> dict[str, list[dict[str, str]]]:
    facts = {
        Fact("visits", "INV-001", "", "D0", "date"): "2024-05-01",
        Fact("visits", "INV-001", "", "M6", "date"): "2024-10-30",
        Fact("visits", "INV-002", "", "M1" if SEED.visit("M1") else "M2", "status"): "missed",
        Fact("end_of_study", "INV-003", "", "M6", "status"): "completed",
    }
    rehearsed = rehearse(SEED, 3, 1, facts=facts, plan=replace(SEED.rehearsal, dropout=Decimal(1)))
    assert rehearsed.issues == ()
    return {name: rehearsed.tables[name].to_dicts() for name in ("visits", "end_of_study")}


def visit_of(held: dict[str, list[dict[str, str]]], participant: str, visit: str) -> dict[str, str]:
    (row,) = [row for row in held["visits"] if (row["participant"], row["visit"]) == (participant, visit)]
    return row


def test_a_date_held_fixed_moves_day_zero_and_later_visits_count_from_it(held: Any) -> None:
    assert visit_of(held, "INV-001", "D0")["date"] == "2024-05-01"
    last = dt.date.fromisoformat(visit_of(held, "INV-001", "D0")["date"]) + dt.timedelta(days=182)
    assert last == dt.date(2024, 10, 30)


def test_a_participant_held_to_complete_leaves_never(held: Any) -> None:
    rows = [row for row in held["visits"] if row["participant"] == "INV-003"]
    assert len(rows) == len(SEED.visits)
    assert visit_of(held, "INV-003", "M6")["status"] == "done"
    assert [row["status"] for row in held["end_of_study"] if row["participant"] == "INV-003"] == ["completed"]


def test_a_visit_held_as_missed_is_missed(held: Any) -> None:
    missed = [row for row in held["visits"] if row["participant"] == "INV-002" and row["status"] == "missed"]
    assert "M1" in {row["visit"] for row in missed} or "M2" in {row["visit"] for row in missed}


def test_facts_that_are_not_there_are_an_issue(tmp_path: Path) -> None:
    facts, issues = read_facts(tmp_path / "nowhere.csv")
    assert facts == {}
    assert [issue.weight for issue in issues] == ["error"]


def test_a_fact_about_an_unknown_visit_is_told() -> None:
    (issue,) = rehearse(of_items(), 2, 1, facts={Fact("measure", "INV-001", "", "V9", "value"): "1"}).issues
    assert "V9" in issue.message


# ---------------------------------------------------------------------------------- criteria, derivations, scores


def test_a_criterion_on_a_derived_value_draws_again_the_items_that_it_stands_on() -> None:
    twice = Derivation(variable="twice", label="twice the value", rule="value * 2", decimals=0)
    values = column(of_items(derivations=(twice,), eligibility=must("twice >= 12")), "value")
    assert min(map(int, values)) >= 6


def test_a_criterion_on_a_score_draws_again_all_items_of_its_form() -> None:
    plan = of_items()
    schedule = (replace(plan.schedule[0], activity="PASI_Fredriksson"),)
    plan = replace(plan, schedule=schedule, items=(), eligibility=must("PASI < 15"))
    assert rehearse(plan, 10, 1, plan=PLAIN).issues == ()


def test_a_criterion_on_a_date_draws_again_the_date() -> None:
    first, second = (Item(name=name, label=name, kind="date") for name in ("began", "ended"))
    plan = of_items(first, second, eligibility=must("days(began, ended) > 30"))
    rows = rehearse(plan, 20, 1, plan=PLAIN).tables["measure"].to_dicts()
    spans = [dt.date.fromisoformat(row["ended"]) - dt.date.fromisoformat(row["began"]) for row in rows]
    assert min(spans) > dt.timedelta(days=30)


def test_a_criterion_that_cannot_be_read_is_left_to_the_checks_of_the_protocol() -> None:
    plan = of_items(eligibility=must("value >"))
    assert rehearse(plan, 3, 1, plan=PLAIN).tables["measure"].height == 3


# --------------------------------------------------------------------------------------------------------- checks


def test_values_are_drawn_again_until_every_check_holds() -> None:
    other = replace(NUMBER, name="other")
    rows = (*holds("2 <= value <= 4"), *(replace(each, check="K2") for each in holds("other <= 8")))
    plan = of_items(NUMBER, other, checks=rows)
    assert set(map(int, column(plan, "value"))) <= {2, 3, 4}


def test_a_check_that_no_value_keeps_is_told_after_bounded_tries() -> None:
    rehearsed = rehearse(of_items(checks=holds("value > 20")), 5, 1, plan=PLAIN)
    (issue,) = rehearsed.issues
    assert "value > 20" in issue.message


def test_a_check_that_cannot_be_read_changes_nothing() -> None:
    assert column(of_items(checks=holds("value >")), "value") == column(of_items(), "value")


def test_dates_and_codes_are_drawn_again_until_their_check_holds() -> None:
    first, second = (Item(name=name, label=name, kind="date") for name in ("began", "ended"))
    code = Item(name="kind", label="kind", kind="code", codes=(("a", "a"), ("b", "b")))
    plan = of_items(first, second, code, checks=holds('kind == "b" and days(began, ended) > 5'))
    assert set(column(plan, "kind")) == {"b"}
    days = zip(column(plan, "began"), column(plan, "ended"), strict=True)
    assert all(
        dt.date.fromisoformat(end) - dt.date.fromisoformat(start) > dt.timedelta(5) for start, end in days
    )


# ----------------------------------------------------------------------------------------------- items and doses


def test_an_item_of_an_unknown_unit_is_invented_nevertheless() -> None:
    item = Item(name="glow", label="glow", kind="quantity", unit="sparks", low=Decimal(0), high=Decimal(10))
    assert all(0 <= float(value) <= 10 for value in column(of_items(item), "glow"))


def test_participants_are_dosed_in_cohorts_of_three_where_no_rule_decides() -> None:
    given = replace(SEED.intervention, unit_of_dosing="participant")  # type: ignore[type-var]
    silent = replace(SEED.safety, dlt_until=None)  # type: ignore[type-var]
    tables = rehearse(replace(SEED, intervention=given, safety=silent), 6, 1).tables
    levels = dict(tables["lesion_map"].select("participant", "dose_level").iter_rows())
    found = [levels[f"INV-00{n}"] for n in range(1, 7)]
    assert found == ["DL1"] * 3 + ["DL2"] * 3


def test_a_cap_that_is_no_number_of_cells_bounds_nothing() -> None:
    spacing = SEED.intervention.point_spacing  # type: ignore[union-attr]
    given = replace(SEED.intervention, cap=spacing)  # type: ignore[type-var]
    assert rehearse(replace(SEED, intervention=given), 2, 1).tables["injection"].height > 0


def test_a_check_kept_at_the_last_try_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = column(of_items(), "value", 1)
    monkeypatch.setattr(repairing, "MOST_TRIES", 1)
    (again,) = column(of_items(checks=holds(f"value != {first}")), "value", 1)
    assert again != first


def test_a_check_of_one_form_leaves_the_other_form_as_it_was() -> None:
    plan = of_items()
    two = replace(
        plan,
        schedule=(*plan.schedule, replace(plan.schedule[0], activity="beside")),
        items=(*plan.items, LocalItem(activity="beside", item=replace(NUMBER, name="other"))),
    )
    before = rehearse(two, 10, 1, plan=PLAIN).tables
    after = rehearse(replace(two, checks=holds("value == 3")), 10, 1, plan=PLAIN).tables
    assert after["beside"].equals(before["beside"])
    assert not after["measure"].equals(before["measure"])


def test_the_reason_of_a_missed_visit_may_be_held() -> None:
    facts = {
        Fact("visits", "INV-001", "", "SCR", "status"): "missed",
        Fact("visits", "INV-001", "", "SCR", "reason"): "was away",
    }
    visits = rehearse(of_items(), 1, 1, facts=facts, plan=PLAIN).tables["visits"].to_dicts()
    assert [row["reason"] for row in visits if row["visit"] == "SCR"] == ["was away"]
