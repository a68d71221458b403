"""The map of items of an amendment, and what may be called a new name of an old item."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.catalogue import Item
from firstdose.derived.impact import derive_impact
from firstdose.derived.item_map import map_items, may_become, untrue
from firstdose.protocol.model import LocalItem, Protocol
from firstdose.records.log.tables import known_forms
from tests.functional.test_rehearsal import PROTOCOL
from tests.unit.derived.test_impact import local, state, with_item, without_item

BLOOD = "serum_cytokines"
ALL = sorted((form.name, item.name) for form in known_forms(PROTOCOL).values() for item in form.items)
LOCAL = sorted(row.item.name for row in PROTOCOL.items)


def renamed(old: str, new: str, **changes: object) -> Protocol:
    """The same item under another name."""
    item = replace(local(old).item, name=new, **changes)
    rest = without_item(old)
    return replace(rest, items=(*rest.items, LocalItem(activity=local(old).activity, item=item)))


def what_of(new: Protocol, names=None) -> dict[tuple[str, str], str]:
    return {(each.form, each.item): each.what for each in map_items(PROTOCOL, new, names or {})}


def test_between_equal_versions_every_item_stays_the_same():
    assert what_of(PROTOCOL) == dict.fromkeys(ALL, "same")


@given(
    gone=st.sets(st.sampled_from(LOCAL), max_size=4),
    wider=st.sets(st.sampled_from(LOCAL), max_size=4),
    added=st.sets(st.sampled_from(["a_new_item", "another"])),
)
def test_every_item_of_both_versions_is_on_the_map_once(gone, wider, added):
    """The map equals what was done to the items, one by one."""
    rows = [
        replace(row, item=replace(row.item, high=Decimal(10**7))) if row.item.name in wider else row
        for row in PROTOCOL.items
        if row.item.name not in gone
    ]
    rows += [
        LocalItem(activity=BLOOD, item=Item(name=name, label=name, kind="text")) for name in sorted(added)
    ]
    by_name = {(row.activity, row.item.name): row.item.name for row in PROTOCOL.items}
    expected = {
        at: "retired" if by_name.get(at) in gone else "changed" if by_name.get(at) in wider else "same"
        for at in ALL
    } | {(BLOOD, name): "new" for name in added}
    assert what_of(replace(PROTOCOL, items=tuple(rows))) == expected


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"high": Decimal(100)}, "limits: 0 .. 100000, now 0 .. 100"),
        ({"low": None}, "limits: 0 .. 100000, now .. 100000"),
        ({"unit": "ng/mL"}, "unit: pg/mL, now ng/mL"),
        ({"required": False}, "required: yes, now no"),
        ({"decimals": 3}, "decimals: 1, now 3"),
        ({"decimals": None}, "decimals: 1, now none"),
    ],
)
def test_what_differs_is_said_in_words(changes, sentence):
    [found] = [each for each in map_items(PROTOCOL, with_item("il10", **changes)) if each.what != "same"]
    assert (found.form, found.item, found.what, found.sentence) == (BLOOD, "il10", "changed", sentence)


def test_codes_are_told_by_their_names():
    item = local("plaque_type").item
    [found] = [
        each
        for each in map_items(PROTOCOL, with_item("plaque_type", codes=item.codes[:1]))
        if each.what != "same"
    ]
    assert found.sentence.endswith(f"now {item.codes[0][0]}")


def test_a_declared_name_joins_the_retired_and_the_new_item():
    new = renamed("il10", "il10_serum", high=Decimal(500))
    assert what_of(new) == dict.fromkeys(ALL, "same") | {
        (BLOOD, "il10"): "retired",
        (BLOOD, "il10_serum"): "new",
    }
    [found] = [
        each for each in map_items(PROTOCOL, new, {(BLOOD, "il10"): "il10_serum"}) if each.what != "same"
    ]
    assert (found.item, found.what, found.now) == ("il10", "renamed", "il10_serum")
    assert "limits" in found.sentence


def test_only_a_new_item_of_the_same_form_with_the_same_kind_of_answer_may_be_a_new_name():
    assert may_become(PROTOCOL, renamed("il10", "il10_serum")) == {(BLOOD, "il10"): ("il10_serum",)}
    assert may_become(PROTOCOL, renamed("il10", "il10_serum", unit="ng/mL")) == {}
    assert may_become(PROTOCOL, PROTOCOL) == {}


@pytest.mark.parametrize(
    "names",
    [
        {(BLOOD, "il10"): "no_such_item"},
        {(BLOOD, "il10"): "il23"},
        {(BLOOD, "il23"): "il10_serum"},
        {("no_form", "il10"): "il10_serum"},
    ],
)
def test_a_name_that_cannot_be_is_found(names):
    [(at, now)] = names.items()
    assert untrue(PROTOCOL, renamed("il10", "il10_serum"), names) == ((*at, now),)


def test_two_items_cannot_go_on_under_one_name():
    new = renamed("il10", "cytokine")
    new = replace(new, items=tuple(row for row in new.items if row.item.name != "il23"))
    names = {(BLOOD, "il10"): "cytokine", (BLOOD, "il23"): "cytokine"}
    assert len(untrue(PROTOCOL, new, names)) == 2


def test_every_value_of_a_renamed_item_is_listed_and_keeps_its_name():
    new = renamed("il10", "il10_serum")
    found = derive_impact(PROTOCOL, new, state(), {(BLOOD, "il10"): "il10_serum"})
    expected = {key for key, value in state().values.items() if key.item == "il10" and value.text}
    assert {each.key for each in found if each.what == "renamed"} == expected
    assert not [each for each in found if each.what == "no longer asked"]
    assert all("il10_serum" in each.sentence for each in found if each.what == "renamed")
