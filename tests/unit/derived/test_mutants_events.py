"""Adverse events on the day of the administration and beside it: found by benchmarks/mutation.py."""

from __future__ import annotations

import pytest

from firstdose.derived.events import derive_events
from tests.unit.escalation.treated import event, given, protocol, snapshot


@pytest.mark.parametrize(("onset", "emergent"), [(-1, False), (0, True), (1, True), (None, None)])
def test_an_event_is_emergent_from_the_day_of_the_first_administration_on(onset, emergent):
    records = snapshot([given("P1", 0)], events=[event("P1", onset)])
    assert derive_events(protocol(), records)["emergent"].to_list() == [emergent]


@pytest.mark.parametrize(("onset", "dlt"), [(0, True), (28, True), (29, False)])
def test_the_watch_reaches_from_the_administration_to_its_last_day(onset, dlt):
    records = snapshot([given("P1", 0)], events=[event("P1", onset)])
    assert derive_events(protocol(), records)["dlt"].to_list() == [dlt]
