"""What is said of one activity alone, of a table read again, and of few rows, is what is said of the whole study."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.records import order
from firstdose.records.checking import check_records
from firstdose.records.log.of_snapshot import state_of
from firstdose.records.log.state import with_texts
from firstdose.records.log.tables import known_forms, read_state
from firstdose.records.order import Order
from firstdose.records.study import read_study
from tests.shared import ROOT
from tests.unit.records.invented import ODD, protocol_of, seed_protocol

# Of a visit or a participant as a whole, told once for all activities.
TOLD_ONCE = frozenset({"FD-R051", "FD-R052", "FD-R061"})


@cache
def recorded():
    """The rehearsed trial that comes with the package, as the state of a log."""
    protocol = seed_protocol()
    return state_of(protocol, read_study(ROOT / "trials" / "adsc_psoriasis", protocol).snapshot)


@cache
def keys():
    return sorted(recorded().values, key=repr)


def edits(most: int = 12):
    return st.dictionaries(st.integers(0, len(keys()) - 1), st.sampled_from(ODD), min_size=1, max_size=most)


def edited(places):
    return with_texts(recorded(), {keys()[place]: text for place, text in places.items()})


@settings(max_examples=15, deadline=None)
@given(places=edits(), activity=st.sampled_from(sorted(known_forms(seed_protocol()))))
def test_what_is_said_of_one_activity_is_what_is_said_there_of_all(places, activity):
    snapshot = read_state(seed_protocol(), edited(places)).snapshot
    file = f"records/{activity}.csv"
    wanted = [
        issue
        for issue in check_records(seed_protocol(), snapshot)
        if issue.place.file == file and issue.code not in TOLD_ONCE
    ]
    assert check_records(seed_protocol(), snapshot, activity) == wanted


def test_records_of_a_missed_visit_are_told_of_one_activity_alone():
    visit = next(key for key in keys() if key.form == "visits" and key.item == "status" and key.visit == "M6")
    snapshot = read_state(seed_protocol(), with_texts(recorded(), {visit: "missed"})).snapshot
    codes, of_visits = (
        {issue.code for issue in check_records(seed_protocol(), snapshot, name)}
        for name in ("local_tolerability_mm", "visits")
    )
    assert ("FD-R053" in codes, "FD-R054" in codes) == (True, False)
    assert ("FD-R053" in of_visits, "FD-R054" in of_visits) == (False, True)


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(edits(3), min_size=1, max_size=3))
def test_tables_that_are_remembered_are_what_is_read_anew(steps):
    for places in steps:
        remembered = read_state(seed_protocol(), edited(places), passing=True)
    text = (ROOT / "trials" / "adsc_psoriasis" / "protocol.yaml").read_text(encoding="utf-8")
    anew = read_state(protocol_of(text), edited(steps[-1]), passing=True)
    assert remembered.issues == anew.issues
    assert remembered.snapshot.tables.keys() == anew.snapshot.tables.keys()
    assert all(
        table.equals(remembered.snapshot.tables[name], null_equal=True)
        for name, table in anew.snapshot.tables.items()
    )


def test_a_passing_look_has_the_tables_of_a_kept_one():
    kept = read_state(seed_protocol(), recorded()).snapshot
    passing = read_state(seed_protocol(), recorded(), passing=True).snapshot
    assert passing.digest == ""
    assert all(table.equals(passing.tables[name], null_equal=True) for name, table in kept.tables.items())


NAMES = st.sampled_from(["P1", "P2", "P10", "L1", "M6", None])


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(NAMES, NAMES, NAMES), max_size=12))
def test_ranks_of_few_rows_are_those_of_many(rows):
    ordered = Order(("P1", "P2", "P10"), ("M6",), ("L1",))
    schema = dict.fromkeys(("participant", "visit", "lesion"), pl.String)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "_FEW", 0)
        many = {key: Order(*_names(ordered)).ranks(frame, key).tolist() for key in schema}
    assert {key: ordered.ranks(frame, key).tolist() for key in schema} == many


def _names(ordered):
    return ordered.participants, ordered.visits, ordered.lesions
