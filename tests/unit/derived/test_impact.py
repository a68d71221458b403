"""An amendment's impact list against 50 seeded amendments whose effect is known by construction (G11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from firstdose.catalogue import Item
from firstdose.derived.impact import derive_impact
from firstdose.protocol.model import LocalItem, Protocol
from firstdose.records.log.event import Key
from firstdose.records.log.state import State, fold
from firstdose.values.window import Window
from tests.functional.test_rehearsal import PROTOCOL, seed_trial
from tests.log_of_study import events_of

NUMBERS = (
    "il17a",
    "il23",
    "tnf",
    "il10",
    "b_cells_skin",
    "t_cells_skin",
    "b_cells_blood",
    "t_cells_blood",
    "liver_enzymes",
)
VISITS = ("W1", "W2", "W3", "W4", "M2", "M3", "M4", "M5", "M6")


@cache
def state() -> State:
    return fold(events_of(seed_trial().tables, PROTOCOL))


def local(name: str) -> LocalItem:
    return next(row for row in PROTOCOL.items if row.item.name == name)


def with_item(name: str, **changes: object) -> Protocol:
    changed = replace(local(name), item=replace(local(name).item, **changes))
    return replace(PROTOCOL, items=tuple(changed if row.item.name == name else row for row in PROTOCOL.items))


def without_item(name: str) -> Protocol:
    return replace(PROTOCOL, items=tuple(row for row in PROTOCOL.items if row.item.name != name))


def numbers_of(name: str) -> dict[Key, Decimal]:
    """Every recorded number of an item, censored ones as their limit."""
    return {
        key: Decimal(value.text.lstrip("<>"))
        for key, value in state().values.items()
        if key.item == name and value.text and value.text[-1].isdigit()
    }


def touched(new: Protocol, what: str) -> set[Key]:
    return {each.key for each in derive_impact(PROTOCOL, new, state()) if each.what == what}


def day_of(participant: str, visit: str) -> int | None:
    """By hand: the visit's date less that of the participant's first injection."""
    texts = {key: value.text for key, value in state().values.items()}
    given = [
        text
        for key, text in texts.items()
        if (key.participant, key.form, key.item) == (participant, "injection", "date")
    ]
    at = texts.get(Key(participant, visit, "visits", "", "date"), "")
    return (date.fromisoformat(at) - date.fromisoformat(min(given))).days if given and at else None


def test_a_protocol_that_did_not_change_touches_nothing():
    assert derive_impact(PROTOCOL, PROTOCOL, state()) == ()


@pytest.mark.parametrize("seed", range(14))
def test_every_value_outside_narrowed_limits_is_listed_and_no_other(seed):
    rng = np.random.default_rng(seed)
    name = NUMBERS[seed % len(NUMBERS)]
    held = numbers_of(name)
    cut = sorted(held.values())[int(rng.integers(1, len(held)))]
    expected = {key for key, number in held.items() if number > cut}
    assert touched(with_item(name, high=cut), "reads otherwise") == expected


@pytest.mark.parametrize("name", NUMBERS)
def test_every_value_of_an_item_that_is_dropped_is_listed(name):
    expected = {key for key, value in state().values.items() if key.item == name and value.text}
    assert touched(without_item(name), "no longer asked") == expected


@pytest.mark.parametrize("name", ["il17a", "tnf", "creatinine", "b_cells_skin"])
def test_every_value_of_an_item_with_another_unit_is_listed(name):
    expected = {key for key, value in state().values.items() if key.item == name and value.text}
    assert touched(with_item(name, unit="mL"), "unit changed") == expected


@pytest.mark.parametrize("visit", VISITS)
def test_every_visit_that_a_shifted_window_leaves_or_takes_in_is_listed(visit):
    planned = PROTOCOL.visit(visit)
    moved = Window(planned.window.first + 2, planned.window.last + 2)
    new = replace(
        PROTOCOL,
        visits=tuple(replace(row, window=moved) if row.visit == visit else row for row in PROTOCOL.visits),
    )
    expected = set()
    for participant in state().participants():
        day = day_of(participant, visit)
        if day is not None and (day in planned.window) != (day in moved):
            expected.add(Key(participant, visit, "visits"))
    assert touched(new, "window changed") == expected


@pytest.mark.parametrize("visit", ["W2", "M4", "M5"])
def test_every_record_of_a_visit_that_is_dropped_is_listed(visit):
    new = replace(
        PROTOCOL,
        visits=tuple(row for row in PROTOCOL.visits if row.visit != visit),
        schedule=tuple(
            replace(row, at=tuple(at for at in row.at if at != visit)) for row in PROTOCOL.schedule
        ),
    )
    assert touched(new, "no longer planned") == {key for key in state().records if key.visit == visit}


@pytest.mark.parametrize(
    "activity, visit",
    [("plaque_score", "W3"), ("PASI_Fredriksson", "M2"), ("DLQI", "M3"), ("histology", "M6")],
)
def test_every_record_of_an_activity_that_is_no_longer_planned_at_a_visit_is_listed(activity, visit):
    rows = (
        replace(row, at=tuple(at for at in row.at if at != visit)) if row.activity == activity else row
        for row in PROTOCOL.schedule
    )
    expected = {key for key in state().records if (key.form, key.visit) == (activity, visit)}
    assert expected
    assert touched(replace(PROTOCOL, schedule=tuple(rows)), "no longer planned") == expected


@pytest.mark.parametrize(
    "activity, visit", [("PASI_Fredriksson", "W2"), ("DLQI", "W4"), ("blood_foxp3", "M2")]
)
def test_every_visit_that_took_place_and_now_lacks_a_record_is_listed(activity, visit):
    rows = (
        replace(row, at=(*row.at, visit)) if row.activity == activity else row for row in PROTOCOL.schedule
    )
    happened = {
        key.participant
        for key, value in state().values.items()
        if (key.visit, key.form, key.item, value.text) == (visit, "visits", "status", "done")
    }
    expected = {Key(who, visit, activity) for who in happened}
    assert touched(replace(PROTOCOL, schedule=tuple(rows)), "newly due") == expected


@pytest.mark.parametrize("activity", ["screening", "serum_cytokines", "blood_lymphocytes"])
def test_every_record_that_lacks_a_newly_required_item_is_listed(activity):
    item = Item(name="new_item", label="a new item", kind="truth")
    new = replace(PROTOCOL, items=(*PROTOCOL.items, LocalItem(activity=activity, item=item)))
    expected = {replace(key, item="new_item") for key in state().records if key.form == activity}
    assert touched(new, "newly asked") == expected


def test_a_code_that_is_dropped_touches_whoever_has_it():
    item = local("plaque_type").item
    fewer = with_item("plaque_type", codes=tuple(code for code in item.codes if code[0] != "chronic_plaque"))
    assert len(touched(fewer, "reads otherwise")) == len(state().participants())
